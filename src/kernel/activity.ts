import { RetryOptions, type OrchestrationContext, type Task } from 'durable-functions';
import type { z } from 'zod';
import type { Seconds } from './duration';
import { InvariantError } from './errors';

/** When a thrown (transient) failure of an activity is tried again. Waits grow by `backoff` up to `longestWait`. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstWait: Seconds;
  readonly backoff: number;
  readonly longestWait: Seconds;
}

/**
 * What an activity promises, used by both sides: the orchestrator calls through it and the activity is registered with it.
 * Inputs and outputs are stored in the durable history, so no schema here may carry a secret or a large document.
 */
export interface ActivityContract<Input, Output> {
  /** Registered function name. A constant: renaming one breaks every orchestration in flight. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  readonly retry: RetryPolicy;
  /** After this long the activity gives up its own work and throws a transient error. */
  readonly timeLimit: Seconds;
}

/** Declares a contract; exists so that the types of input and output are inferred from their schemas. */
export function defineActivity<Input, Output>(
  contract: ActivityContract<Input, Output>,
): ActivityContract<Input, Output> {
  return contract;
}

/** The durable part of an orchestrator's context. */
export type DurableContext = OrchestrationContext['df'];

/** What an orchestrator, or a part of one, is: it yields tasks and returns a value. */
export type Steps<Result> = Generator<Task, Result, unknown>;

/**
 * Schedules an activity through its contract. Gives a task, for use with `Task.any`; see {@link call} for the usual case.
 * @throws InvariantError when the input does not fit the contract: that is a defect of the caller.
 */
export function activityTask<Input, Output>(
  df: DurableContext,
  contract: ActivityContract<Input, Output>,
  input: Input,
): Task {
  const parsed = contract.input.safeParse(input);
  if (!parsed.success) {
    throw new InvariantError(`input of activity ${contract.name} does not fit its contract: ${parsed.error.message}`);
  }
  const { attempts, firstWait, backoff, longestWait } = contract.retry;
  if (attempts <= 1) {
    return df.callActivity(contract.name, parsed.data);
  }
  const options = new RetryOptions(firstWait * 1000, attempts);
  options.backoffCoefficient = backoff;
  options.maxRetryIntervalInMilliseconds = longestWait * 1000;
  return df.callActivityWithRetry(contract.name, options, parsed.data);
}

/**
 * Calls an activity and gives its decoded result. Throws what the durable engine throws when every attempt failed, and
 * `InvariantError` when the result does not fit the contract.
 */
export function* call<Input, Output>(
  df: DurableContext,
  contract: ActivityContract<Input, Output>,
  input: Input,
): Steps<Output> {
  return decoded(contract, yield activityTask(df, contract, input));
}

/**
 * Decodes what an activity's task gave.
 * @throws InvariantError when the result does not fit the contract.
 */
export function decoded<Input, Output>(contract: ActivityContract<Input, Output>, raw: unknown): Output {
  const parsed = contract.output.safeParse(raw);
  if (!parsed.success) {
    throw new InvariantError(`result of activity ${contract.name} does not fit its contract: ${parsed.error.message}`);
  }
  return parsed.data;
}

/* eslint-disable caretaker/deterministic -- runs in the activity, which may wait and has a time limit; contracts serve both sides */
/**
 * Wraps an activity's work for registration: decodes the input, bounds the time, checks the output.
 * The work gets a signal that aborts at the time limit and must pass it on to whatever it waits for.
 */
export function handler<Input, Output>(
  contract: ActivityContract<Input, Output>,
  work: (input: Input, abort: AbortSignal) => Promise<Output>,
): (input: unknown) => Promise<Output> {
  return async (raw) => {
    const input = contract.input.parse(raw);
    const output = await work(input, AbortSignal.timeout(contract.timeLimit * 1000));
    return contract.output.parse(output);
  };
}
/* eslint-enable caretaker/deterministic */

/** Whether a task has finished, one way or the other: the one place where a task's state is read. */
export function isSettled(task: Task): boolean {
  return task.isCompleted; // eslint-disable-line caretaker/deterministic -- the one place that reads it
}
