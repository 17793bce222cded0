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

export interface EvidenceCheck {
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
