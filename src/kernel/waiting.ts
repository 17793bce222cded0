import type { Task } from 'durable-functions';
import { isSettled, type DurableContext, type Steps } from './activity';

/** Adds seconds to the orchestrator's own time, which is the same on every replay. */
export function fromNow(df: DurableContext, seconds: number): Date {
  return new Date(df.currentUtcDateTime.getTime() + Math.max(0, seconds) * 1000);
}

/**
 * Waits on a durable timer, or until `interrupt` (an external event) comes. The timer that lost is cancelled: one that is
 * left running keeps the instance alive until it fires.
 *
 * An interrupt that has come already answers at once: `Task.any` does not notice a child that was finished before it was
 * asked for (durable-functions 3.5, `CompoundTask`).
 */
export function* sleep(df: DurableContext, until: Date, interrupt?: Task): Steps<'elapsed' | 'interrupted'> {
  if (interrupt === undefined) {
    yield df.createTimer(until);
    return 'elapsed';
  }
  if (isSettled(interrupt)) {
    return 'interrupted';
  }
  const timer = df.createTimer(until);
  const winner = yield df.Task.any([timer, interrupt]);
  if (winner === timer) {
    return 'elapsed';
  }
  timer.cancel();
  return 'interrupted';
}

/**
 * Waits for a task while listening for `interrupt`, so that an event which comes meanwhile is seen afterwards by
 * {@link isSettled}: the SDK shows an event only on a task that was waited for. Gives the task's result.
 */
export function* listening(df: DurableContext, task: Task, interrupt?: Task): Steps<unknown> {
  if (interrupt !== undefined && !isSettled(interrupt)) {
    yield df.Task.any([task, interrupt]);
  }
  return yield task;
}
