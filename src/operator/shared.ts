import type { Clock } from '../kernel/clock';

/**
 * Lets callers share a piece of work: those that come while it is done wait for the same, and its result is given again until it is
 * older than `maxAgeMillis` of the clock, counted from when the work began. What was thrown is given to those who waited for it, and not
 * kept.
 */
export function shared<Result>(clock: Clock, maxAgeMillis: number) {
  let last: { readonly since: number; readonly result: Result } | undefined;
  let under: Promise<Result> | undefined;
  return (work: () => Promise<Result>): Promise<Result> => {
    if (under !== undefined) {
      return under;
    }
    const since = clock.now();
    if (last !== undefined && since - last.since < maxAgeMillis) {
      return Promise.resolve(last.result);
    }
    under = work()
      .then((result) => {
        last = { since, result };
        return result;
      })
      .finally(() => {
        under = undefined;
      });
    return under;
  };
}
