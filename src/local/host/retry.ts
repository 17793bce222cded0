import type { Busy } from './busy';
import type { HostClock } from './clock';
import type { RegisteredFunction } from './core';
import type { CallResult } from './invoker';

/** Tells a handler that this is not its first try. */
export interface RetryState {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string };
}

/**
 * Calls again what failed, as the retry options of the function's trigger say. The waits go by the host's clock, and are not work in
 * flight; the caller counts as busy.
 */
export async function invokeWithRetry(
  fn: RegisteredFunction,
  clock: HostClock,
  busy: Busy,
  invoke: (retry: RetryState | undefined) => Promise<CallResult>,
): Promise<CallResult> {
  const policy = fn.metadata.retryOptions;
  let result = await invoke(undefined);
  if (!policy) return result;
  const most = policy.maxRetryCount;
  for (let retryCount = 1; result.failure && (most < 0 || retryCount <= most); retryCount++) {
    await busy.outside(sleep(clock, delay(policy, retryCount)));
    const { error } = result.failure;
    const message = error instanceof Error ? error.message : String(error);
    result = await invoke({ retryCount, maxRetryCount: most, exception: { message } });
  }
  return result;
}

function delay(policy: NonNullable<RegisteredFunction['metadata']['retryOptions']>, retryCount: number): number {
  if (policy.retryStrategy === 'fixedDelay') return (policy.delayInterval?.seconds ?? 0) * 1000;
  const least = (policy.minimumInterval?.seconds ?? 0) * 1000;
  const most = (policy.maximumInterval?.seconds ?? 0) * 1000;
  return Math.min(most, least * 2 ** (retryCount - 1));
}

function sleep(clock: HostClock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(clock.now() + milliseconds, resolve);
  });
}
