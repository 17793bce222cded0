/** Wakes an orchestration that waits for an external event. */
export interface Wakes {
  /**
   * Raises an event without data; `none` when no instance with this id is running. Throws `TransientError` when it cannot be
   * told whether it was raised. Raising it twice wakes twice.
   */
  wake(instanceId: string, event: string): Promise<'woken' | 'none'>;
}
