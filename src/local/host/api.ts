import type { HostClock } from './clock';
import type { FunctionsCore, RegisteredFunction } from './core';
import type { HistoryEvent } from './durable/history';
import type { HostSpan } from './trace';

/** Severity of a log line, quietest last. */
export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

/** One structured log line of the host or of the app it runs. */
export interface HostLogEntry {
  /** Epoch milliseconds by the host's clock. */
  readonly time: number;
  readonly level: LogLevel;
  /** `Host.*` for the host itself, `Function.<name>` for an invocation, `Function.<name>.User` for the app's own lines. */
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly instanceId?: string;
  readonly traceId?: string;
  readonly durationMs?: number;
  /** Present when the line reports a failure: the message and stack, never a payload. */
  readonly error?: string;
}

/** Receives every log line that passes the level filter of `host.json`. Must not throw. */
export type HostLog = (entry: HostLogEntry) => void;

/** One durable write (one commit of the state file). Several instances may share it when writes are grouped. */
export interface DurableWrite {
  /** Counts from 1 in each run of the host. */
  readonly sequence: number;
  /** What it carries, joined with `+` in alphabetical order, for example `start+turn`. */
  readonly kind: string;
  /** The first instance it concerns; absent for writes that concern none (keys, schedule status). */
  readonly instanceId?: string;
  /** All instances it concerns. */
  readonly instanceIds: readonly string[];
}

/** Lets crash tests act at every durable write. What these functions throw stops the host's work as a crash would. */
export interface CommitHooks {
  /** Just before the commit: nothing of this write is durable yet. */
  before?(write: DurableWrite): void;
  /** Just after the commit and before anybody is told: all of this write is durable. */
  after?(write: DurableWrite): void;
}

/** Keys that the host asks for. They are made once and kept in the state file. */
export interface HostKeys {
  /** Opens everything, and is the only key for `admin` level functions and `/admin`. */
  readonly master: string;
  /** Opens every `function` level function. */
  readonly default: string;
  /** Opens the durable management API (`code` query parameter or `x-functions-key`). */
  readonly durabletask: string;
  /** Opens the Event Grid webhook. */
  readonly eventgrid: string;
}

/** What the host runs: a folder with a package.json, one entry file, or a registry that was filled in this process. */
export type HostApp = { readonly directory: string } | { readonly entry: string } | { readonly core: FunctionsCore };

/** See {@link startHost}. */
export interface HostOptions {
  readonly app: HostApp;
  /** Path of the SQLite file that holds all durable state. Created when absent. One host at a time may use it. */
  readonly stateFile: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly hostname?: string;
  readonly clock?: HostClock;
  /** Source of chance, [0, 1). Instance ids, invocation ids and trace ids come from it. */
  readonly random?: () => number;
  /** Set in `process.env` for the app before it is loaded; wins over `local.settings.json`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Overrides what `host.json` of the app says (merged deeply). */
  readonly hostJson?: Readonly<Record<string, unknown>>;
  readonly log?: HostLog;
  /** Receives every finished span: function calls and orchestrations. Must not throw. */
  readonly onSpan?: (span: HostSpan) => void;
  readonly onCommit?: CommitHooks;
  /** Fixed keys, for tests; else they are made at random once. */
  readonly keys?: Partial<HostKeys>;
  /**
   * `auto` (default) keeps long orchestrations in memory between turns and replays them from their history at doubling
   * distances; `always` replays every turn from the beginning, which is what the real host does.
   */
  readonly replay?: 'auto' | 'always';
  /**
   * Watches from a second thread whether the app's code gives back control, reports on standard error what does not, and fails
   * after three such ends in a row what would be run again and again. Off by default.
   */
  readonly watchdog?: {
    /** How long code may keep the thread before that is reported, in real milliseconds. */
    readonly blockedAfterMs: number;
    /** Write the report as JSON. */
    readonly json?: boolean;
  };
  /** Timer functions run on their schedule unless this is false. */
  readonly schedules?: boolean;
  /** Storage queues are polled, when the app has queue triggers, unless this is false. */
  readonly queues?: boolean;
}

/** Statuses of an orchestration instance as the management API names them. */
export type RuntimeStatus =
  'Pending' | 'Running' | 'Completed' | 'ContinuedAsNew' | 'Failed' | 'Canceled' | 'Terminated' | 'Suspended';

/** An orchestration instance as the store knows it. Input, output and custom status are parsed JSON. */
export interface InstanceSnapshot {
  readonly instanceId: string;
  readonly name: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  readonly parentInstanceId?: string;
  readonly version?: string;
}

/** An entity as the store knows it. */
export interface EntitySnapshot {
  readonly name: string;
  readonly key: string;
  /** Parsed JSON. */
  readonly state: unknown;
  /** Epoch milliseconds of the last operation. */
  readonly lastOperationAt: number;
}

/** Which instances to list. Absent means no restriction. */
export interface InstanceQuery {
  readonly runtimeStatus?: readonly RuntimeStatus[];
  readonly instanceIdPrefix?: string;
  /** Epoch milliseconds, inclusive. */
  readonly createdFrom?: number;
  /** Epoch milliseconds, inclusive. */
  readonly createdTo?: number;
  /** Leave out inputs and outputs larger than needed for a list. Inputs are included unless false. */
  readonly showInput?: boolean;
  readonly top?: number;
  readonly continuationToken?: string;
}

/** See {@link RunningHost.runToQuiescence}. */
export interface QuiescenceOptions {
  /** Stop before the clock would pass this time (epoch milliseconds). */
  readonly until?: number;
  /** Stop after this many moves of the clock; 100,000 by default. */
  readonly maxSteps?: number;
  /** Stop as soon as this holds; looked at whenever the host is idle. */
  readonly when?: () => boolean;
  /** Keep going for timer functions when no instance is waiting. Off by default: schedules never end. */
  readonly schedules?: boolean;
}

/** Why {@link RunningHost.runToQuiescence} stopped. */
export interface QuiescenceResult {
  /** `quiet`: every instance is terminal or waits for something outside; otherwise the limit that was reached. */
  readonly reason: 'quiet' | 'until' | 'maxSteps' | 'when';
  readonly steps: number;
  /** Epoch milliseconds by the clock. */
  readonly now: number;
}

/** A host that accepts requests. */
export interface RunningHost {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly functions: readonly RegisteredFunction[];
  readonly keys: HostKeys;
  readonly clock: HostClock;
  /** URL of an HTTP function, with its route as a template; undefined for other functions. */
  functionUrl(name: string): string | undefined;
  /** Stops accepting, lets running invocations finish (up to 10 real seconds), closes the state file. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when nothing is in flight and nothing is due now. Does not wait for timers of the future. */
  idle(): Promise<void>;
  /**
   * With a virtual clock: moves it from due timer to due timer until every instance is terminal or nothing is
   * scheduled. Rejects on a clock that is not virtual.
   */
  runToQuiescence(options?: QuiescenceOptions): Promise<QuiescenceResult>;
  /** Recorded history of an instance's current execution, oldest first; undefined when there is no such instance. */
  history(instanceId: string): readonly HistoryEvent[] | undefined;
  instance(instanceId: string): InstanceSnapshot | undefined;
  instances(query?: InstanceQuery): readonly InstanceSnapshot[];
  entity(name: string, key: string): EntitySnapshot | undefined;
  entities(name?: string): readonly EntitySnapshot[];
  /** Starts an orchestration as the management API does; resolves with the instance id once that is durable. */
  startOrchestration(name: string, options?: StartOrchestrationOptions): Promise<string>;
  /** Raises an event; resolves once that is durable. Rejects when there is no such instance. */
  raiseEvent(instanceId: string, eventName: string, payload?: unknown): Promise<void>;
  /** Resolves with the instance once it is terminal. Virtual time has to be moved by somebody else meanwhile. */
  waitForInstance(instanceId: string): Promise<InstanceSnapshot>;
  /** The host's own counters since it started. */
  statistics(): HostStatistics;
}

/** See {@link RunningHost.startOrchestration}. */
export interface StartOrchestrationOptions {
  readonly instanceId?: string;
  readonly input?: unknown;
  readonly version?: string;
}

/** Counters since the host started. */
export interface HostStatistics {
  readonly commits: number;
  readonly turns: number;
  readonly replays: number;
  readonly activities: number;
  readonly entityBatches: number;
}
