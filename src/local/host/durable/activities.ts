import type { FunctionsCore } from '../core';
import { typedDataToJson, type Invoker } from '../invoker';
import type { FailureDetails } from './history';
import type { Failure } from './model';

/** An activity to run. */
export interface ActivityTask {
  /** Names the task among all tasks that this host has; a task that is running is not started again. */
  readonly id: string;
  readonly instanceId: string;
  readonly instanceKey: number;
  readonly execution: number;
  readonly taskId: number;
  readonly name: string;
  /** JSON text. */
  readonly input: string | undefined;
  readonly traceParent: string | undefined;
}

/** How an activity ended. */
export type ActivityOutcome = { readonly result: string } | { readonly failure: Failure };

/** Runs activities, so many at a time, in the order in which they were asked for. */
export class ActivityRunner {
  readonly #invoker: Invoker;
  readonly #core: FunctionsCore;
  readonly #limit: number;
  readonly #onEnd: (task: ActivityTask, outcome: ActivityOutcome) => void;
  readonly #running = new Set<string>();
  #queue: ActivityTask[] = [];
  #next = 0;

  constructor(
    invoker: Invoker,
    core: FunctionsCore,
    limit: number,
    onEnd: (task: ActivityTask, outcome: ActivityOutcome) => void,
  ) {
    this.#invoker = invoker;
    this.#core = core;
    this.#limit = limit;
    this.#onEnd = onEnd;
  }

  /** Activities that run or wait. */
  get size(): number {
    return this.#running.size + this.#queue.length - this.#next;
  }

  /** False when this very task runs already. */
  dispatch(task: ActivityTask): boolean {
    if (this.#running.has(task.id)) return false;
    this.#queue.push(task);
    // Not at once: the caller has to finish its books first.
    queueMicrotask(() => this.#pump());
    return true;
  }

  /** Forgets what has not begun; returns how many that were. */
  clear(): number {
    const forgotten = this.#queue.length - this.#next;
    this.#queue = [];
    this.#next = 0;
    return forgotten;
  }

  #pump(): void {
    while (this.#running.size < this.#limit) {
      const task = this.#queue[this.#next];
      if (!task) break;
      this.#next++;
      this.#running.add(task.id);
      void this.#run(task);
    }
    if (this.#next > 1024 && this.#next * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
  }

  async #run(task: ActivityTask): Promise<void> {
    const outcome = await this.#invoke(task);
    this.#running.delete(task.id);
    this.#onEnd(task, outcome);
    this.#pump();
  }

  async #invoke(task: ActivityTask): Promise<ActivityOutcome> {
    const fn = this.#core.registry.functions.get(task.name);
    if (!fn) {
      const reason = `Activity function '${task.name}' failed: the app has no such function any more.`;
      return { failure: { reason, details: '' } };
    }
    try {
      const { failure, returnValue } = await this.#invoker.call(fn, {
        data: task.input === undefined ? {} : { json: task.input },
        triggerMetadata: { instanceId: { string: task.instanceId } },
        traceParent: task.traceParent,
        instanceId: task.instanceId,
        work: { id: task.id, what: `activity '${task.name}' of instance '${task.instanceId}'` },
      });
      if (failure) return { failure: describe(task.name, failure.error) };
      return { result: typedDataToJson(returnValue) ?? 'null' };
    } catch (error) {
      return { failure: describe(task.name, error) };
    }
  }
}

/** The failure in the words of the real extension: "Activity function 'x' failed: message". */
function describe(name: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  const failure = failureDetails(message);
  return {
    reason: `Activity function '${name}' failed: ${failure?.ErrorMessage ?? message}`,
    details: stack,
    ...(failure ? { failure } : {}),
  };
}

/** An app with an exception properties provider sends details as JSON in the message (durable-functions 3.4 and later). */
function failureDetails(message: string): FailureDetails | undefined {
  if (!message.startsWith('{"errorType":')) return undefined;
  try {
    const parsed = JSON.parse(message) as Record<string, unknown>;
    return {
      ErrorType: String(parsed.errorType),
      ErrorMessage: typeof parsed.errorMessage === 'string' ? parsed.errorMessage : '',
      IsNonRetriable: parsed.isNonRetriable === true,
      ...(typeof parsed.stackTrace === 'string' ? { StackTrace: parsed.stackTrace } : {}),
      ...(parsed.properties ? { Properties: parsed.properties as Record<string, unknown> } : {}),
    };
  } catch {
    // Not such details: an ordinary message that happens to begin like them.
    return undefined;
  }
}
