/** Texts that belong together, kept so that a person can look at what was the case. */
export interface Evidence {
  /**
   * Keeps texts under a name, with everything that looks like a secret taken out. What was kept first under a name stays: keeping
   * again changes nothing. Names are paths such as `scripts/4f2a`. Throws as {@link Documents} do.
   */
  keep(name: string, bundle: EvidenceBundle): Promise<void>;
  /** What is kept, with whether it is whole and whether anything in it looks like a secret; `undefined` when there is nothing. */
  check(name: string): Promise<EvidenceCheck | undefined>;
}

export interface EvidenceBundle {
  readonly target: string;
  /** By what they are: `activity-log`, `metrics`, `output`. */
  readonly texts: Readonly<Record<string, string>>;
}

/** What is kept under a name, for a person to read. */
export interface KeptEvidence extends EvidenceBundle {
  readonly keptAt: string;
  readonly redactions: number;
  /** As in {@link EvidenceCheck}. */
  readonly whole: boolean;
}

/** Evidence, for whoever shows it. */
export interface EvidenceReading {
  /** `undefined` when there is nothing under the name, or nothing that can be read. Throws as {@link Documents} do. */
  find(name: string): Promise<KeptEvidence | undefined>;
}

export interface EvidenceCheck {
  readonly name: string;
  readonly parts: readonly string[];
  /** Characters of all texts. */
  readonly length: number;
  /** What was taken out. */
  readonly redactions: number;
  /** Whether the texts are those that were kept, by their hash. */
  readonly whole: boolean;
  /** Whether a second look finds nothing more that looks like a secret. */
  readonly clean: boolean;
}
