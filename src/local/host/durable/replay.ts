import { EventType, eventTypeName, type HistoryEvent } from './history';
import { OrchestratorSession, type InvokeOrchestrator, type SessionStart, type Step } from './session';

/** The orchestrator decided differently than its recorded history says. */
export class NonDeterminismError extends Error {
  override readonly name = 'NonDeterminismError';
}

const decisions: ReadonlySet<number> = new Set([
  EventType.TaskScheduled,
  EventType.SubOrchestrationInstanceCreated,
  EventType.TimerCreated,
  EventType.EventSent,
]);

/** Whether an event records a decision of the orchestrator, as opposed to something that happened to it. */
function isDecision(event: HistoryEvent): boolean {
  return decisions.has(event.EventType);
}

/**
 * Runs an orchestrator through its recorded history and compares, turn by turn, what it decides with what was recorded. Kind,
 * number and name of each step count; inputs and due times do not, as in the durable task framework.
 * Throws {@link NonDeterminismError} at the first step that differs.
 */
export async function replay(
  invoke: InvokeOrchestrator,
  history: readonly HistoryEvent[],
  start: Omit<SessionStart, 'started' | 'executionStarted' | 'replaying'>,
): Promise<OrchestratorSession> {
  const [started, executionStarted, ...rest] = history;
  if (!started || executionStarted?.EventType !== EventType.ExecutionStarted) {
    throw new Error(`The history of instance '${start.instanceId}' does not begin with its start.`);
  }
  const session = await OrchestratorSession.open(invoke, { ...start, started, executionStarted, replaying: true });
  let decided: Step[] = session.takeSteps();
  for (const event of rest) {
    if (isDecision(event)) {
      const step = decided.shift();
      if (!step || !matches(step, event)) throw differs(start.instanceId, event, step, session);
      if (event.EventType === EventType.EventSent) session.feed(event, true);
    } else if (event.EventType === EventType.OrchestratorCompleted) {
      const [extra] = decided;
      if (extra) throw differs(start.instanceId, undefined, extra, session);
    } else if (event.EventType !== EventType.GenericEvent) {
      if (session.isDone) throw endsEarly(start.instanceId, event);
      session.feed(event, true);
      decided = decided.concat(session.takeSteps());
    }
  }
  if (session.isDone) throw endsEarly(start.instanceId, undefined);
  session.takeCancelledTimers();
  return session;
}

function matches(step: Step, event: HistoryEvent): boolean {
  if (step.id !== event.EventId) return false;
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return step.kind === 'activity' ? step.name === event.Name : step.kind === 'http' && event.Name === HTTP_ACTIVITY;
    case EventType.SubOrchestrationInstanceCreated:
      return (
        step.kind === 'sub' && step.name === event.Name && (!step.instanceId || step.instanceId === event.InstanceId)
      );
    case EventType.TimerCreated:
      return step.kind === 'timer';
    case EventType.EventSent:
      if (step.kind === 'call' || step.kind === 'signal') {
        return step.target === event.InstanceId && step.operation === event.Name;
      }
      return step.kind === event.Name;
    default:
      return false;
  }
}

/** Name under which the history records a call of `callHttp`. */
export const HTTP_ACTIVITY = 'BuiltIn::HttpActivity';

function differs(
  instanceId: string,
  recorded: HistoryEvent | undefined,
  step: Step | undefined,
  session: OrchestratorSession,
): NonDeterminismError {
  const { outcome } = session;
  const thrown = outcome.kind === 'failed' ? `; it threw: ${messageOf(outcome.error)}` : '';
  const now = step ? `it asks for ${describeStep(step)}` : `it asks for nothing more (${outcome.kind}${thrown})`;
  const then = recorded ? `its history has ${describeEvent(recorded)}` : 'its history has no further step in that turn';
  return new NonDeterminismError(
    `Non-deterministic orchestrator: replaying instance '${instanceId}', ${then}, but now ${now}. ` +
      'An orchestrator must decide from its input and from what it awaited alone. ' +
      'If its code was changed while the instance ran, register the changed code under a new name.',
  );
}

function endsEarly(instanceId: string, next: HistoryEvent | undefined): NonDeterminismError {
  const then = next ? `had ${describeEvent(next)} still to come` : 'was still waiting';
  return new NonDeterminismError(
    `Non-deterministic orchestrator: replaying instance '${instanceId}', it ends now at a point where it ${then}. ` +
      'An orchestrator must decide from its input and from what it awaited alone. ' +
      'If its code was changed while the instance ran, register the changed code under a new name.',
  );
}

function describeEvent(event: HistoryEvent): string {
  const name = event.Name === undefined ? '' : ` '${event.Name}'`;
  return event.EventId >= 0
    ? `step ${event.EventId} ${eventTypeName(event.EventType)}${name}`
    : `${eventTypeName(event.EventType)}${name}`;
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'activity':
      return `step ${step.id}, activity '${step.name}'`;
    case 'sub':
      return `step ${step.id}, sub-orchestration '${step.name}'`;
    case 'call':
    case 'signal':
      return `step ${step.id}, ${step.kind} '${step.operation}' of entity ${step.target}`;
    default:
      return `step ${step.id}, ${step.kind}`;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
