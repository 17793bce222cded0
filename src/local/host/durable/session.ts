import type { DurableHttpRequest } from './call-http';
import { EventType, type HistoryEvent } from './history';

/** One decision of an orchestrator, with the number that the SDK gave it. */
export type Step =
  | { readonly kind: 'activity'; readonly id: number; readonly name: string; readonly input: string | undefined }
  | { readonly kind: 'http'; readonly id: number; readonly input: string }
  | { readonly kind: 'timer'; readonly id: number; readonly fireAt: number }
  | {
      readonly kind: 'sub';
      readonly id: number;
      readonly name: string;
      readonly instanceId: string | undefined;
      readonly input: string | undefined;
      readonly version: string | undefined;
    }
  | {
      readonly kind: 'call' | 'signal';
      readonly id: number;
      readonly target: string;
      readonly operation: string;
      readonly input: string;
    }
  | { readonly kind: 'lock'; readonly id: number; readonly targets: readonly string[]; readonly requestId: string }
  | { readonly kind: 'release'; readonly id: number };

/** How an orchestrator stands after a turn. */
export type Outcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'completed'; readonly output: unknown }
  | { readonly kind: 'continued'; readonly input: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

// Names and numbers of durable-functions 3.5, lib/src/actions/ActionType.js.
const Action = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

interface SdkAction {
  readonly actionType: number;
  readonly functionName: string;
  readonly input?: unknown;
  readonly instanceId?: string;
  readonly version?: string;
  readonly fireAt: Date;
  readonly isCanceled?: boolean;
  readonly operation: string;
  readonly httpRequest?: unknown;
  readonly lockRequestId: string;
  readonly lockSet: readonly { readonly name: string; readonly key: string }[];
}

interface SdkRetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

interface SdkTask {
  readonly id: number | string | false;
  readonly actionObj: SdkAction | string;
  readonly parent?: SdkTask;
  readonly children?: readonly SdkTask[];
  readonly result?: unknown;
  readonly innerTask?: SdkTask;
  readonly retryOptions?: SdkRetryOptions;
  readonly isWaitingOnTimer?: boolean;
  attemptNumber?: number;
}

interface SdkExecutor {
  readonly actions: readonly SdkAction[];
  readonly sequenceNumber: number;
  readonly openTasks: Readonly<Record<string, SdkTask | undefined>>;
  readonly deferredTasks: Readonly<Record<string, readonly unknown[] | undefined>>;
  readonly output: unknown;
  readonly exception: unknown;
  readonly orchestratorReturned: boolean;
  readonly willContinueAsNew: boolean;
  readonly context: { readonly customStatus?: unknown; readonly currentUtcDateTime: Date };
  _isReplaying: boolean;
  processEvent(event: unknown): void;
  isDoneExecuting(): boolean;
}

/**
 * Calls the orchestrator's registered handler with this trigger input, through the app's invocation hooks. The context
 * comes back also when the handler threw: an orchestrator that fails in its first stretch does.
 */
export type InvokeOrchestrator = (trigger: unknown) => Promise<{ context: unknown; error?: unknown }>;

/** What a session is opened with. */
export interface SessionStart {
  readonly instanceId: string;
  readonly parentInstanceId: string | undefined;
  /** The two first events of the execution. */
  readonly started: HistoryEvent;
  readonly executionStarted: HistoryEvent;
  readonly replaying: boolean;
  readonly defaultHttpSleepMs: number;
  /** Runs what the orchestrator does with an event. */
  readonly guarded: (action: () => void) => void;
}

/**
 * A running orchestrator: the SDK's own executor with the app's generator inside. The SDK defines a turn as "replay the whole
 * history, return all actions"; its executor is a fold over history events, so a session feeds it event by event and
 * reads after each what the orchestrator decided. The state after a prefix of the history depends on nothing but that
 * prefix, which is why a session can be kept between turns or thrown away at any time.
 */
export class OrchestratorSession {
  readonly #executor: SdkExecutor;
  readonly #guarded: SessionStart['guarded'];
  readonly #openTimers = new Map<number, SdkTask>();
  readonly #firstAttempt = new Map<SdkTask, number>();
  readonly #waitingEvents = new Map<string, string[]>();
  readonly #steps: Step[] = [];
  #seenSequence = 0;
  #seenActions = 0;
  #brokenBy: { readonly error: unknown } | undefined;

  private constructor(executor: SdkExecutor, guarded: SessionStart['guarded']) {
    this.#executor = executor;
    this.#guarded = guarded;
    this.#collect();
  }

  /** Starts the orchestrator and runs it to its first `yield`. Rejects when the handler could not be called at all. */
  static async open(invoke: InvokeOrchestrator, start: SessionStart): Promise<OrchestratorSession> {
    const opening = [start.started, start.executionStarted].map((event) => forSdk(event, start.replaying));
    // The SDK calls everything before the last OrchestratorStarted a replay.
    if (start.replaying) opening.push(forSdk(start.started, true));
    const trigger = {
      history: opening,
      input: start.executionStarted.Input ? (JSON.parse(start.executionStarted.Input) as unknown) : undefined,
      instanceId: start.instanceId,
      isReplaying: start.replaying,
      parentInstanceId: start.parentInstanceId,
      // The limits of the real extension, in .NET's notation.
      maximumShortTimerDuration: '6.00:00:00',
      longRunningTimerIntervalDuration: '3.00:00:00',
      defaultHttpAsyncRequestSleepTimeMillseconds: start.defaultHttpSleepMs,
      upperSchemaVersion: 2,
      upperSchemaVersionNew: 3,
    };
    const { context, error } = await invoke(trigger);
    const durable = (context as { df?: { taskOrchestratorExecutor?: SdkExecutor } }).df;
    const executor = durable?.taskOrchestratorExecutor;
    if (!executor && error !== undefined) throw error as Error;
    if (!executor || typeof executor.processEvent !== 'function' || !Array.isArray(executor.actions)) {
      throw new Error(
        'The orchestrator was not registered through durable-functions 3.x (app.orchestration), or that package changed its executor.',
      );
    }
    return new OrchestratorSession(executor, start.guarded);
  }

  /** Hands one event to the orchestrator. What it decides is returned by the next {@link takeSteps}. */
  feed(event: HistoryEvent, replaying: boolean): void {
    const executor = this.#executor;
    if (this.isDone) return;
    executor._isReplaying = replaying;
    const failedTask =
      event.EventType === EventType.TaskFailed || event.EventType === EventType.SubOrchestrationInstanceFailed
        ? executor.openTasks[String(event.TaskScheduledId)]
        : undefined;
    const deferredBefore = event.EventType === EventType.EventRaised ? this.#deferred(event.Name ?? '') : 0;
    try {
      this.#guarded(() => executor.processEvent(forSdk(event, replaying)));
      if (failedTask?.parent?.retryOptions) this.#endRetries(failedTask.parent, event);
      this.#collect();
    } catch (error) {
      this.#brokenBy = { error };
    }
    if (event.EventType === EventType.EventRaised && this.#deferred(event.Name ?? '') > deferredBefore) {
      const waiting = this.#waitingEvents.get(event.Name ?? '') ?? [];
      waiting.push(event.Input ?? '');
      this.#waitingEvents.set(event.Name ?? '', waiting);
    }
  }

  /** The decisions since the last call. */
  takeSteps(): Step[] {
    return this.#steps.splice(0);
  }

  get isDone(): boolean {
    return this.#brokenBy !== undefined || this.#executor.isDoneExecuting();
  }

  get customStatus(): unknown {
    return this.#executor.context.customStatus;
  }

  get outcome(): Outcome {
    const executor = this.#executor;
    if (this.#brokenBy) return { kind: 'failed', error: this.#brokenBy.error };
    if (executor.exception !== undefined) return { kind: 'failed', error: executor.exception };
    if (executor.willContinueAsNew) {
      const action = executor.actions.find(({ actionType }) => actionType === Action.ContinueAsNew);
      const input = action?.input;
      // The SDK has already turned a text into JSON (Utils.processInput).
      return { kind: 'continued', input: typeof input === 'string' ? (JSON.parse(input) as unknown) : input };
    }
    if (executor.orchestratorReturned) return { kind: 'completed', output: executor.output };
    return { kind: 'waiting' };
  }

  /** Timers that the orchestrator has cancelled since the last call. */
  takeCancelledTimers(): number[] {
    const cancelled: number[] = [];
    for (const [id, task] of this.#openTimers) {
      if (this.#executor.openTasks[id] !== task) this.#openTimers.delete(id);
      else if (isCancelled(task) || (task.parent && isCancelled(task.parent))) {
        cancelled.push(id);
        this.#openTimers.delete(id);
      }
    }
    return cancelled;
  }

  /** Events that came and that nobody has awaited yet, by name, oldest first. */
  unconsumedEvents(): { name: string; input: string }[] {
    return [...this.#waitingEvents].flatMap(([name, inputs]) => {
      const left = this.#deferred(name);
      return left === 0 ? [] : inputs.slice(-left).map((input) => ({ name, input }));
    });
  }

  #deferred(name: string): number {
    return this.#executor.deferredTasks[name]?.length ?? 0;
  }

  /**
   * The SDK counts attempts only. A failure that must not be tried again, or one after the time for retries, ends the
   * retries by exhausting that count; both follow from the history alone, so each replay ends them at the same event.
   */
  #endRetries(task: SdkTask, event: HistoryEvent): void {
    const options = task.retryOptions;
    if (!options) return;
    const now = this.#executor.context.currentUtcDateTime.getTime();
    const timeout = options.retryTimeoutInMilliseconds;
    const late = timeout !== undefined && now - (this.#firstAttempt.get(task) ?? now) >= timeout;
    if (late || event.FailureDetails?.IsNonRetriable) task.attemptNumber = options.maxNumberOfAttempts + 1;
  }

  /** Reads the numbers that the executor gave out since the last look. */
  #collect(): void {
    const executor = this.#executor;
    const fresh = executor.actions.slice(this.#seenActions);
    this.#seenActions = executor.actions.length;
    const unawaited = fresh.filter(
      ({ actionType }) => actionType === Action.SignalEntity || actionType === Action.ReleaseEntities,
    );
    for (let id = this.#seenSequence; id < executor.sequenceNumber; id++) {
      const task = executor.openTasks[id];
      if (task) this.#steps.push(this.#step(id, task));
      else {
        const action = unawaited.shift();
        // A release takes one number per locked entity, and is one step.
        if (action) this.#steps.push(stepOf(id, action));
      }
    }
    this.#seenSequence = executor.sequenceNumber;
  }

  #step(id: number, task: SdkTask): Step {
    const now = this.#executor.context.currentUtcDateTime.getTime();
    const { parent } = task;
    if (typeof task.actionObj === 'string') {
      // A placeholder of a task with retries: the wait before the next attempt, or that attempt.
      if (!parent?.retryOptions || !parent.innerTask || typeof parent.innerTask.actionObj === 'string') {
        throw new Error(`Step ${id} of the orchestrator is of a kind that this host does not know.`);
      }
      if (parent.isWaitingOnTimer) return { kind: 'timer', id, fireAt: now + retryDelay(parent) };
      return stepOf(id, parent.innerTask.actionObj);
    }
    if (parent?.retryOptions && !this.#firstAttempt.has(parent)) this.#firstAttempt.set(parent, now);
    if (task.actionObj.actionType === Action.CreateTimer) this.#openTimers.set(id, task);
    const poll = task.actionObj.actionType === Action.CallHttp ? pollRequest(task) : undefined;
    return poll === undefined ? stepOf(id, task.actionObj) : { kind: 'http', id, input: JSON.stringify(poll) };
  }
}

function isCancelled(task: SdkTask): boolean {
  return (
    typeof task.actionObj !== 'string' &&
    task.actionObj.actionType === Action.CreateTimer &&
    task.actionObj.isCanceled === true
  );
}

/** The delay before the next attempt; the formula is that of the durable task framework's retry interceptor. */
function retryDelay(task: SdkTask): number {
  const options = task.retryOptions;
  if (!options) return 0;
  const failures = (task.attemptNumber ?? 2) - 1;
  if (failures > options.maxNumberOfAttempts) return 0;
  const delay = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (failures - 1);
  return Math.min(delay, options.maxRetryIntervalInMilliseconds ?? Number.MAX_SAFE_INTEGER);
}

/**
 * What a further request of a polling `callHttp` asks for; undefined for its first. The SDK repeats the first request and asks
 * for the wait and for the poll at once. The real extension waits, and then gets what the last answer's Location names,
 * with the headers of the first request but its function key, which need not be one for the status endpoint.
 */
function pollRequest(task: SdkTask): (DurableHttpRequest & { readonly afterTimer: number }) | undefined {
  const children = task.parent?.children ?? [];
  const index = children.indexOf(task);
  const [answered, wait] = [children[index - 2], children[index - 1]];
  if (!answered || typeof wait?.id !== 'number' || typeof task.actionObj === 'string') return undefined;
  const { headers = {}, uri, ...first } = task.actionObj.httpRequest as DurableHttpRequest;
  const answer = (answered.result as { headers?: Readonly<Record<string, string>> }).headers ?? {};
  const location = Object.entries(answer).find(([name]) => name.toLowerCase() === 'location')?.[1] ?? uri;
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-functions-key');
  const { content: _, ...rest } = first;
  return {
    ...rest,
    method: 'GET',
    uri: URL.parse(location, uri)?.href ?? location,
    headers: Object.fromEntries(kept),
    afterTimer: wait.id,
  };
}

function stepOf(id: number, action: SdkAction): Step {
  switch (action.actionType) {
    case Action.CallActivity:
    case Action.CallActivityWithRetry:
      return { kind: 'activity', id, name: action.functionName, input: processedInput(action.input) };
    case Action.CallSubOrchestrator:
    case Action.CallSubOrchestratorWithRetry: {
      const { functionName: name, instanceId, version } = action;
      return { kind: 'sub', id, name, instanceId: instanceId || undefined, input: rawInput(action.input), version };
    }
    case Action.CreateTimer:
      return { kind: 'timer', id, fireAt: action.fireAt.getTime() };
    case Action.CallHttp:
      return { kind: 'http', id, input: JSON.stringify(action.httpRequest) };
    case Action.CallEntity:
    case Action.SignalEntity: {
      const kind = action.actionType === Action.CallEntity ? 'call' : 'signal';
      const { instanceId: target = '', operation } = action;
      return { kind, id, target, operation, input: rawInput(action.input) ?? '' };
    }
    case Action.LockEntities: {
      const targets = action.lockSet.map(({ name, key }) => `@${name.toLowerCase()}@${key}`);
      return { kind: 'lock', id, targets, requestId: action.lockRequestId };
    }
    case Action.ReleaseEntities:
      return { kind: 'release', id };
    default:
      throw new Error(
        `The orchestrator asked for an action of type ${action.actionType}, which this host does not know.`,
      );
  }
}

/** Activity input: the SDK has turned a text into JSON already (Utils.processInput). */
function processedInput(input: unknown): string | undefined {
  return typeof input === 'string' ? input : rawInput(input);
}

function rawInput(input: unknown): string | undefined {
  return input === undefined ? undefined : JSON.stringify(input);
}

/** The SDK compares time stamps as dates. */
function forSdk(event: HistoryEvent, replaying: boolean): unknown {
  return { ...event, Timestamp: new Date(event.Timestamp), IsPlayed: replaying, IsProcessed: replaying };
}
