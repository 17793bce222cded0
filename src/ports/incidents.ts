/** Where incidents live while they run. */
export interface Incidents {
  /**
   * Opens an incident. Idempotent: `exists` when one with this id runs or ran, whatever became of it.
   * Throws `TransientError` when it cannot be told whether it was opened.
   */
  open(incidentId: string, order: unknown): Promise<'opened' | 'exists'>;
  /** Whether an incident runs, ran, or was never opened. Throws `TransientError` when it cannot be told. */
  state(incidentId: string): Promise<'running' | 'ended' | 'none'>;
  /** Tells a running incident that its alert was resolved; `none` when no incident with this id is running. */
  resolve(incidentId: string, news: { readonly signalId: string; readonly at: string }): Promise<'told' | 'none'>;
}
