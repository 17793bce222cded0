/**
 * Asks the guard, right before an effect, whether a lease still holds. Reads the guard's state as it is stored; throws
 * `TransientError` when it cannot be read, so that an effect never happens on a guess.
 */
export interface Fences {
  /** Why the effect may not happen now; `undefined` when it may. */
  problem(environment: string, target: string, token: number): Promise<string | undefined>;
  /** Why nothing may be done under a rule at all, by the kill switch of everything, of the environment, or of the rule. */
  switchedOff(environment: string, rule: string): Promise<string | undefined>;
}
