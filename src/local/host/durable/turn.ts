import { EventType, type HistoryEvent } from './history';
import type { Envelope, Failure, Instance, Message } from './model';
import { HTTP_ACTIVITY, messageOf, NonDeterminismError, replay } from './replay';
import { OrchestratorSession, type InvokeOrchestrator, type Outcome, type SessionStart, type Step } from './session';
import type { FailureDetails } from './history';

/** What a turn needs from the engine. Everything it causes goes into the commit that records the turn. */
export interface TurnEffects {
  now(): number;
  newExecutionId(): string;
  /** Undefined when the app has no such orchestrator. */
  invoker(instance: Instance): InvokeOrchestrator | undefined;
  /** Runs code of the instance's orchestrator. */
  guarded(instance: Instance, action: () => void): void;
  /** A reason why the step cannot be taken, or undefined. */
  refuse(step: Step): string | undefined;
  history(instance: Instance): readonly HistoryEvent[];
  record(instance: Instance, events: readonly HistoryEvent[]): void;
  changed(instance: Instance): void;
  consumed(envelope: Envelope): void;
  /** Carries out a recorded decision. */
  take(instance: Instance, step: Step, event: HistoryEvent): void;
  cancelTimer(instance: Instance, taskId: number): void;
  /** The turn takes note of this timer: what waits for it begins. */
  timerFired(instance: Instance, taskId: number): void;
  /** The execution is over: everything pending for it is void. */
  restarted(instance: Instance, trimHistory: boolean): void;
  finished(instance: Instance, failure: Failure | undefined): void;
  counted(replayed: boolean): void;
  /** The instance's session stays in memory; which others do not is for the engine to say. */
  kept(instance: Instance): void;
  readonly replayAlways: boolean;
  readonly defaultHttpSleepMs: number;
}

// Below this many events a replay costs less than it is worth to avoid it, and finds non-determinism at once.
const ALWAYS_REPLAY_BELOW = 64;

/** Runs one turn of an instance with all messages that it may have. Never throws for what the app does. */
export async function runTurn(instance: Instance, effects: TurnEffects): Promise<void> {
  const now = effects.now();
  const timestamp = new Date(now).toISOString();
  const inputs = readInbox(instance, timestamp, effects);
  if (inputs.terminated !== undefined) return terminate(instance, timestamp, inputs.terminated, effects);
  if (inputs.events.length === 0) return;
  const started: HistoryEvent = { EventType: EventType.OrchestratorStarted, EventId: -1, Timestamp: timestamp };
  const recorded: HistoryEvent[] = [started];
  const invoke = effects.invoker(instance);
  if (!invoke) {
    const message = `The function '${instance.name}' doesn't exist, is disabled, or is not an orchestrator function.`;
    return finish(
      instance,
      [...recorded, ...inputs.events],
      { kind: 'failed', error: new Error(message) },
      timestamp,
      effects,
    );
  }
  let session: OrchestratorSession;
  const steps: Step[] = [];
  let fed = 0;
  try {
    if (instance.eventCount === 0) {
      const [executionStarted] = inputs.events;
      if (!executionStarted) return;
      const start = sessionStart(instance, effects);
      session = await OrchestratorSession.open(invoke, { ...start, started, executionStarted, replaying: false });
      recorded.push(executionStarted);
      fed = 1;
    } else {
      session = await currentSession(instance, invoke, effects);
      session.feed(started, false);
    }
  } catch (error) {
    return finish(instance, [...recorded, ...inputs.events], { kind: 'failed', error }, timestamp, effects);
  }
  steps.push(...session.takeSteps());
  for (const event of inputs.events.slice(fed)) {
    if (session.isDone) break;
    session.feed(event, false);
    recorded.push(event);
    fed++;
    steps.push(...session.takeSteps());
  }
  let outcome = session.outcome;
  // What came too late to matter is recorded for a failed instance: a rewind need not ask for it again.
  if (outcome.kind === 'failed') recorded.push(...inputs.events.slice(fed));
  outcome = takeSteps(instance, steps, outcome, recorded, timestamp, session, effects);
  outcome = updateCustomStatus(instance, session, outcome, effects);
  if (outcome.kind === 'continued') {
    const left = inputs.events.slice(fed).filter(({ EventType: type }) => type === EventType.EventRaised);
    const unfed = left.map(({ Name: name = '', Input: input = '' }) => ({ name, input }));
    return continueAsNew(instance, outcome.input, [...session.unconsumedEvents(), ...unfed], now, effects);
  }
  if (outcome.kind !== 'waiting') {
    if (instance.session && instance.verifyAt > 0) {
      outcome = await verifyBeforeEnd(instance, invoke, recorded, outcome, effects);
    }
    return finish(instance, recorded, outcome, timestamp, effects);
  }
  for (const taskId of session.takeCancelledTimers()) {
    // The framework does not record this; without it a timer would come back to life when the host starts again.
    recorded.push({
      EventType: EventType.GenericEvent,
      EventId: -1,
      Timestamp: timestamp,
      Name: 'TimerCanceled',
      TimerId: taskId,
    });
    effects.cancelTimer(instance, taskId);
  }
  recorded.push({ EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp: timestamp });
  append(instance, recorded, now, effects);
  keepSession(instance, session, effects);
}

function sessionStart(
  instance: Instance,
  effects: TurnEffects,
): Pick<SessionStart, 'instanceId' | 'parentInstanceId' | 'defaultHttpSleepMs' | 'guarded'> {
  return {
    instanceId: instance.id,
    parentInstanceId: instance.parent?.instanceId,
    defaultHttpSleepMs: effects.defaultHttpSleepMs,
    guarded: (action) => effects.guarded(instance, action),
  };
}

/** The session kept from the last turn, or one replayed from the history. */
async function currentSession(
  instance: Instance,
  invoke: InvokeOrchestrator,
  effects: TurnEffects,
): Promise<OrchestratorSession> {
  const { session } = instance;
  const keep = session && !effects.replayAlways && instance.eventCount < instance.verifyAt;
  effects.counted(!keep);
  if (keep) return session;
  return replay(invoke, effects.history(instance), sessionStart(instance, effects));
}

function keepSession(instance: Instance, session: OrchestratorSession, effects: TurnEffects): void {
  if (effects.replayAlways || instance.eventCount < ALWAYS_REPLAY_BELOW) {
    instance.session = undefined;
    return;
  }
  instance.session = session;
  instance.history = undefined;
  effects.kept(instance);
  // Replays at doubling distances cost as much as reading the history twice, all in all.
  if (instance.eventCount >= instance.verifyAt) instance.verifyAt = instance.eventCount * 2;
}

/** A session that was kept in memory has not shown since the last replay that it would come to the same end again. */
async function verifyBeforeEnd(
  instance: Instance,
  invoke: InvokeOrchestrator,
  recorded: readonly HistoryEvent[],
  outcome: Outcome,
  effects: TurnEffects,
): Promise<Outcome> {
  try {
    effects.counted(true);
    const session = await replay(invoke, effects.history(instance), sessionStart(instance, effects));
    for (const event of recorded) session.feed(event, false);
    return session.outcome.kind === outcome.kind
      ? outcome
      : {
          kind: 'failed',
          error: new NonDeterminismError(
            `Non-deterministic orchestrator: instance '${instance.id}' ended as ${outcome.kind}, and in a replay of its history as ${session.outcome.kind}.`,
          ),
        };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

interface Inputs {
  readonly events: HistoryEvent[];
  /** Reason, when the instance is to be terminated. */
  readonly terminated: string | undefined;
}

/** Turns messages into history events. Messages that have to wait stay in the inbox. */
function readInbox(instance: Instance, timestamp: string, effects: TurnEffects): Inputs {
  const events: HistoryEvent[] = [];
  if (instance.eventCount === 0 && instance.status !== 'Suspended') {
    events.push({
      EventType: EventType.ExecutionStarted,
      EventId: -1,
      Timestamp: timestamp,
      Name: instance.name,
      ...(instance.version === undefined ? {} : { Version: instance.version }),
      Input: instance.input,
      ...(instance.parent ? { ParentInstanceId: instance.parent.instanceId } : {}),
    });
    for (const { name, input } of instance.carried) events.push(raised(name, input, timestamp));
    instance.status = 'Running';
    effects.changed(instance);
    instance.carried = [];
  }
  let waiting = instance.inbox;
  const held: Envelope[] = [];
  while (waiting.length > 0) {
    const [envelope, ...rest] = waiting;
    waiting = rest;
    if (!envelope) break;
    const { message } = envelope;
    const urgent = message.kind === 'terminate' || message.kind === 'resume' || message.kind === 'suspend';
    if (instance.status === 'Suspended' && !urgent) {
      held.push(envelope);
      continue;
    }
    effects.consumed(envelope);
    if (message.kind === 'terminate') {
      [...held, ...waiting].forEach((left) => effects.consumed(left));
      instance.inbox = [];
      return { events: [], terminated: message.reason };
    }
    const event = toEvent(instance, message, timestamp);
    if (event) events.push(event);
    if (event && message.kind === 'timerFired') effects.timerFired(instance, message.taskId);
    if (message.kind === 'suspend' && instance.status !== 'Suspended') {
      instance.status = 'Suspended';
      effects.changed(instance);
    } else if (message.kind === 'resume' && instance.status === 'Suspended') {
      instance.status = 'Running';
      effects.changed(instance);
      waiting = [...held.splice(0), ...waiting];
    }
  }
  instance.inbox = held;
  return { events, terminated: undefined };
}

/** Undefined for a message whose time has passed: an outcome for an earlier execution, or a second one. */
function toEvent(instance: Instance, message: Message, Timestamp: string): HistoryEvent | undefined {
  const base = { EventId: -1, Timestamp };
  if ('taskId' in message) {
    if (message.execution !== instance.execution || !instance.pending.delete(message.taskId)) return undefined;
  }
  switch (message.kind) {
    case 'event':
      return raised(message.name, message.input, Timestamp);
    case 'taskCompleted':
      return { ...base, EventType: EventType.TaskCompleted, TaskScheduledId: message.taskId, Result: message.result };
    case 'taskFailed':
      return { ...base, EventType: EventType.TaskFailed, TaskScheduledId: message.taskId, ...failureFields(message) };
    case 'subCompleted':
      return {
        ...base,
        EventType: EventType.SubOrchestrationInstanceCompleted,
        TaskScheduledId: message.taskId,
        Result: message.result,
      };
    case 'subFailed':
      return {
        ...base,
        EventType: EventType.SubOrchestrationInstanceFailed,
        TaskScheduledId: message.taskId,
        ...failureFields(message),
      };
    case 'timerFired': {
      const FireAt = new Date(message.fireAt).toISOString();
      return { ...base, EventType: EventType.TimerFired, TimerId: message.taskId, FireAt };
    }
    case 'response': {
      const waiting = [...instance.pending].find(
        ([, task]) => task.kind === 'entity' && task.requestId === message.requestId,
      );
      if (message.execution !== instance.execution || !waiting) return undefined;
      instance.pending.delete(waiting[0]);
      return raised(message.requestId, message.input, Timestamp);
    }
    case 'suspend':
      return { ...base, EventType: EventType.ExecutionSuspended, Reason: message.reason };
    case 'resume':
      return { ...base, EventType: EventType.ExecutionResumed, Reason: message.reason };
    default:
      return undefined;
  }
}

function raised(name: string, input: string, timestamp: string): HistoryEvent {
  return { EventType: EventType.EventRaised, EventId: -1, Timestamp: timestamp, Name: name, Input: input };
}

function failureFields(message: Failure): { Reason: string; Details: string; FailureDetails?: FailureDetails } {
  return {
    Reason: message.reason,
    Details: message.details,
    ...(message.failure ? { FailureDetails: message.failure } : {}),
  };
}

/** Records and carries out decisions; ends in failure at one that cannot be carried out. */
function takeSteps(
  instance: Instance,
  steps: readonly Step[],
  outcome: Outcome,
  recorded: HistoryEvent[],
  timestamp: string,
  session: OrchestratorSession,
  effects: TurnEffects,
): Outcome {
  const over = outcome.kind !== 'waiting';
  for (const step of steps) {
    // Whatever an orchestrator has begun before it ends happens, as in the framework; nobody waits for it any more.
    const refusal = effects.refuse(step);
    if (refusal !== undefined) return over ? outcome : { kind: 'failed', error: new Error(refusal) };
    const event = decisionEvent(instance, step, timestamp);
    recorded.push(event);
    effects.take(instance, step, event);
    if (event.EventType === EventType.EventSent && !over) session.feed(event, false);
  }
  return outcome;
}

function decisionEvent(instance: Instance, step: Step, Timestamp: string): HistoryEvent {
  const base = { EventId: step.id, Timestamp };
  switch (step.kind) {
    case 'activity': {
      const input = step.input === undefined ? {} : { Input: step.input };
      return { ...base, EventType: EventType.TaskScheduled, Name: step.name, ...input };
    }
    case 'http':
      return { ...base, EventType: EventType.TaskScheduled, Name: HTTP_ACTIVITY, Input: step.input };
    case 'timer':
      return { ...base, EventType: EventType.TimerCreated, FireAt: new Date(step.fireAt).toISOString() };
    case 'sub':
      return {
        ...base,
        EventType: EventType.SubOrchestrationInstanceCreated,
        Name: step.name,
        InstanceId: step.instanceId ?? `${instance.executionId}:${step.id}`,
        ...(step.version === undefined ? {} : { Version: step.version }),
        ...(step.input === undefined ? {} : { Input: step.input }),
      };
    case 'call':
    case 'signal': {
      const id = `${instance.executionId}:${step.id}`;
      const request = {
        id,
        op: step.operation,
        input: step.input,
        signal: step.kind === 'signal',
        parent: instance.id,
      };
      return {
        ...base,
        EventType: EventType.EventSent,
        InstanceId: step.target,
        Name: step.operation,
        Input: JSON.stringify(request),
      };
    }
    case 'lock': {
      const request = { id: step.requestId, lockset: step.targets, parent: instance.id };
      const [first = ''] = step.targets;
      return {
        ...base,
        EventType: EventType.EventSent,
        InstanceId: first,
        Name: 'lock',
        Input: JSON.stringify(request),
      };
    }
    case 'release':
      return { ...base, EventType: EventType.EventSent, InstanceId: '', Name: 'release', Input: '{}' };
  }
}

function updateCustomStatus(
  instance: Instance,
  session: OrchestratorSession,
  outcome: Outcome,
  effects: TurnEffects,
): Outcome {
  try {
    const status = session.customStatus;
    const text = status === undefined ? undefined : JSON.stringify(status);
    if (text !== undefined && text !== instance.customStatus) {
      instance.customStatus = text;
      effects.changed(instance);
    }
    return outcome;
  } catch (error) {
    return { kind: 'failed', error: new Error(`The custom status cannot be written as JSON: ${messageOf(error)}`) };
  }
}

function append(instance: Instance, events: readonly HistoryEvent[], now: number, effects: TurnEffects): void {
  instance.updatedAt = now;
  effects.record(instance, events);
  instance.eventCount += events.length;
  instance.history?.push(...events);
}

function continueAsNew(
  instance: Instance,
  input: unknown,
  unconsumed: { name: string; input: string }[],
  now: number,
  effects: TurnEffects,
): void {
  effects.restarted(instance, true);
  instance.execution++;
  instance.executionId = effects.newExecutionId();
  instance.input = input === undefined ? '' : JSON.stringify(input);
  instance.carried = unconsumed;
  instance.firstTurn = instance.nextTurn;
  instance.eventCount = 0;
  instance.verifyAt = 0;
  instance.history = [];
  instance.session = undefined;
  instance.status = 'ContinuedAsNew';
  instance.updatedAt = now;
  effects.changed(instance);
}

function terminate(instance: Instance, timestamp: string, reason: string, effects: TurnEffects): void {
  const event: HistoryEvent = {
    EventType: EventType.ExecutionTerminated,
    EventId: -1,
    Timestamp: timestamp,
    Input: JSON.stringify(reason),
  };
  instance.status = 'Terminated';
  instance.output = JSON.stringify(reason);
  append(instance, [event], effects.now(), effects);
  effects.finished(instance, { reason, details: '' });
}

function finish(
  instance: Instance,
  recorded: HistoryEvent[],
  outcome: Outcome,
  Timestamp: string,
  effects: TurnEffects,
): void {
  let failure: Failure | undefined;
  if (outcome.kind === 'completed') {
    try {
      instance.output = JSON.stringify(outcome.output ?? null) ?? 'null';
      instance.status = 'Completed';
    } catch (error) {
      failure = describeFailure(instance, new Error(`its output cannot be written as JSON: ${messageOf(error)}`));
    }
  } else {
    failure = describeFailure(instance, outcome.kind === 'failed' ? outcome.error : new Error(outcome.kind));
  }
  if (failure) {
    instance.status = 'Failed';
    instance.output = JSON.stringify(failure.reason);
  }
  recorded.push(
    {
      EventType: EventType.ExecutionCompleted,
      EventId: -1,
      Timestamp,
      OrchestrationStatus: instance.status,
      Result: instance.output ?? 'null',
    },
    { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp },
  );
  append(instance, recorded, effects.now(), effects);
  effects.finished(instance, failure);
}

function describeFailure(instance: Instance, error: unknown): Failure {
  const details = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return { reason: `Orchestrator function '${instance.name}' failed: ${messageOf(error)}`, details };
}
