/**
 * One taxonomy for every failure, named by what the caller should do about it.
 *
 * - `TransientError`: try again, not before `retryAfterSeconds`.
 * - `PermanentError`: trying again changes nothing; a person or another plan is needed.
 * - `ConflictError`: somebody else changed or holds the thing; look again, then decide.
 * - `InvalidInputError`: the caller's input is wrong; `problems` names each field and its fix.
 * - `InvariantError`: a rule of our own was broken; it is a defect.
 *
 * Classes do not survive the boundary between an activity and its orchestrator: throw there only what is worth a
 * retry, and return what is permanent as a tagged value (see `activity.ts`).
 */

/** Facts about an error that are safe to log: never a secret, a token, or a whole document. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface ErrorOptions {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** Base of the taxonomy. `code` is stable and is what programs compare; `message` is for people and may change. */
export abstract class AutomationError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;

  protected constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Worth trying again. `retryAfterSeconds` is what the other side asked for, when it said. */
export class TransientError extends AutomationError {
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, options: ErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    super(code, message, options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Trying again changes nothing. */
export class PermanentError extends AutomationError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** The state on the other side is not the one that was expected (an ETag, a lease, a running operation). */
export class ConflictError extends AutomationError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** One thing wrong with an input: where, what, and how to mend it. */
export interface InputProblem {
  /** Path of the field, such as `data.essentials.alertTargetIDs[0]`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** One-based position in the source text, when the input is a text document. */
  readonly line?: number;
  readonly column?: number;
}

/** The caller's input is wrong. Lists every problem found, not only the first. */
export class InvalidInputError extends AutomationError {
  readonly problems: readonly InputProblem[];

  constructor(code: string, message: string, problems: readonly InputProblem[], options?: ErrorOptions) {
    super(code, message, options);
    this.problems = problems;
  }
}

/** A rule of our own does not hold. It is a defect, never the caller's fault. */
export class InvariantError extends AutomationError {
  constructor(message: string, options?: ErrorOptions) {
    super('Invariant', message, options);
  }
}

/** A short text for an unknown thrown value, with its code when it is one of ours; safe for logs and records. */
export function describeError(error: unknown): string {
  if (error instanceof AutomationError) {
    return `${error.code}: ${error.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}
