import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallMeter } from '../../ports/call-meter';

const counts = new AsyncLocalStorage<{ reads: number; writes: number }>();

/** `CallMeter` over the clients that {@link countCall} is a policy of. */
export const azureCallMeter: CallMeter = {
  async metered(work) {
    const calls = { reads: 0, writes: 0 };
    const result = await counts.run(calls, work);
    return { result, calls: { ...calls } };
  },
};

/** Counts a request where somebody counts. As Azure Resource Manager does for its limits: GET and HEAD read, everything else writes. */
export function countCall(method: string): void {
  const calls = counts.getStore();
  if (calls !== undefined) {
    calls[/^(?:get|head)$/i.test(method) ? 'reads' : 'writes'] += 1;
  }
}
