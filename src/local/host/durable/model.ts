import type { RuntimeStatus } from '../api';
import type { DurableHttpRequest } from './call-http';
import type { FailureDetails, HistoryEvent } from './history';
import type { OrchestratorSession } from './session';

/** Who waits for a sub-orchestration. */
export interface Parent {
  readonly instanceId: string;
  readonly execution: number;
  readonly taskId: number;
}

/** What an orchestration or an entity can be told. All of it is plain JSON, so that it can wait on disk. */
export type Message =
  | { readonly kind: 'event'; readonly name: string; readonly input: string }
  | { readonly kind: 'taskCompleted'; readonly execution: number; readonly taskId: number; readonly result: string }
  | ({ readonly kind: 'taskFailed'; readonly execution: number; readonly taskId: number } & Failure)
  | { readonly kind: 'timerFired'; readonly execution: number; readonly taskId: number; readonly fireAt: number }
  | { readonly kind: 'subCompleted'; readonly execution: number; readonly taskId: number; readonly result: string }
  | ({ readonly kind: 'subFailed'; readonly execution: number; readonly taskId: number } & Failure)
  | { readonly kind: 'response'; readonly execution: number; readonly requestId: string; readonly input: string }
  | { readonly kind: 'terminate'; readonly reason: string }
  | { readonly kind: 'suspend'; readonly reason: string }
  | { readonly kind: 'resume'; readonly reason: string }
  | EntityRequest
  | EntityRelease;

/** An operation for an entity, a request for its lock, or the end of one. */
export interface EntityRequest {
  readonly kind: 'operation';
  readonly requestId: string;
  readonly name: string;
  /** JSON text; empty when the operation has no input. */
  readonly input: string;
  /** Absent for a signal: nobody waits. */
  readonly caller?: { readonly instanceId: string; readonly execution: number };
  /** Locks that are still to be taken after this one, in order. Present for a lock request. */
  readonly lock?: readonly string[];
}

/** Ends a critical section. */
export interface EntityRelease {
  readonly kind: 'release';
  /** The instance that gives the lock back. */
  readonly requestId: string;
}

/** Why a step failed, in the words that its orchestrator gets. */
export interface Failure {
  readonly reason: string;
  readonly details: string;
  readonly failure?: FailureDetails;
}

/** A message on its way. */
export interface Envelope {
  readonly message: Message;
  /** Row in the inbox once it is on disk. */
  row?: number;
  /** Told when the message is durable, or could not be made so. */
  readonly ack?: Acknowledgement;
  /** Not to be handed over before this time (epoch milliseconds). */
  readonly due?: number;
}

export interface Acknowledgement {
  resolve(): void;
  reject(error: Error): void;
}

/** A step that has been decided and whose outcome is not known yet. */
export type PendingTask =
  | { readonly kind: 'activity'; readonly name: string; readonly input: string | undefined }
  | { readonly kind: 'http'; readonly input: string; readonly afterTimer: number | undefined }
  | { readonly kind: 'timer'; readonly fireAt: number }
  | { readonly kind: 'sub'; readonly instanceId: string }
  | { readonly kind: 'entity'; readonly requestId: string };

/** The pending task of a `callHttp` request; `input` is the request as JSON. */
export function httpTask(input: string): Extract<PendingTask, { kind: 'http' }> {
  return { kind: 'http', input, afterTimer: (JSON.parse(input) as DurableHttpRequest).afterTimer };
}

/** An orchestration instance that is not terminal, as the engine holds it in memory. */
export interface Instance {
  /** Row number in the state file. */
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly createdAt: number;
  readonly parent: Parent | undefined;
  /** W3C trace context of who started it. */
  readonly callerTrace: string | undefined;
  /** W3C trace context of its own. */
  readonly traceParent: string;
  /** Counts the executions: 0, and one more with each continue-as-new or rewind. */
  execution: number;
  executionId: string;
  status: RuntimeStatus;
  /** JSON text, empty when there is no input. */
  input: string;
  /** JSON text. */
  output: string | undefined;
  /** JSON text. */
  customStatus: string | undefined;
  updatedAt: number;
  /** Number of the next history row. */
  nextTurn: number;
  /** The first history row of this execution. */
  firstTurn: number;
  /** Events in the history of this execution. */
  eventCount: number;
  /** Events in memory while they are few. */
  history: HistoryEvent[] | undefined;
  /** A full replay is due when the history has this many events. */
  verifyAt: number;
  session: OrchestratorSession | undefined;
  readonly pending: Map<number, PendingTask>;
  inbox: Envelope[];
  /** Events that came before anybody waited for them, handed on by continue-as-new. */
  carried: { readonly name: string; readonly input: string }[];
  /** Entities whose locks it has asked for and not given back. */
  locks: readonly string[];
  /** Whether its row is in the state file. */
  stored: boolean;
}

/** Whether an instance with this status will not run again by itself. */
export function isTerminal(status: RuntimeStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated' || status === 'Canceled';
}

/** An entity as it is on disk. */
export interface EntityState {
  /** False for one that only has a lock. */
  readonly exists: boolean;
  /** JSON text; null for an entity that exists without state. */
  readonly state: string | null;
  /** Instance that holds its lock. */
  readonly lockedBy: string | null;
}

/** `@name@key`, name in lower case: how the SDK addresses an entity. */
export function entityAddress(name: string, key: string): string {
  return `@${name.toLowerCase()}@${key}`;
}

/** Reverses {@link entityAddress}; undefined when the text is no entity address. */
export function parseEntityAddress(address: string): { name: string; key: string } | undefined {
  const end = address.indexOf('@', 1);
  if (!address.startsWith('@') || end < 2) return undefined;
  return { name: address.slice(1, end), key: address.slice(end + 1) };
}

/** An instance that has not run yet. */
export function newInstance(
  fields: Pick<
    Instance,
    'key' | 'id' | 'name' | 'version' | 'createdAt' | 'parent' | 'callerTrace' | 'traceParent' | 'executionId' | 'input'
  >,
): Instance {
  return {
    ...fields,
    execution: 0,
    status: 'Pending',
    output: undefined,
    customStatus: undefined,
    updatedAt: fields.createdAt,
    nextTurn: 0,
    firstTurn: 0,
    eventCount: 0,
    history: [],
    verifyAt: 0,
    session: undefined,
    pending: new Map(),
    inbox: [],
    carried: [],
    locks: [],
    stored: false,
  };
}
