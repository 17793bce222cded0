/** What a place saw of an address. `unknown` says that the place could not look. */
export interface ProbeResult {
  readonly seen: 'healthy' | 'unhealthy' | 'unknown';
  /** In a few words, at most 300 characters. */
  readonly detail: string;
}

/** Looks at origins from places. Never throws. */
export interface OriginProbes {
  /** @param from `direct` for this machine, or the address of another place's probe door. */
  look(from: string, url: string): Promise<ProbeResult>;
}
