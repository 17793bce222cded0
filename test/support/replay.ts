import { DummyOrchestrationContext, type OrchestrationContext, type Task } from 'durable-functions';
import { EventType, type HistoryEvent } from '../../src/local/host';

// The SDK's own executor: there is no public way to give it a history. Its version is pinned exactly.
const { Orchestrator } = require('durable-functions/lib/src/orchestrations/Orchestrator') as {
  Orchestrator: new (orchestrator: OrchestratorFunction) => {
    listen(): (binding: unknown, context: unknown) => Promise<unknown>;
  };
};

export type OrchestratorFunction = (context: OrchestrationContext) => Generator<Task, unknown, unknown>;

/** What one turn of an orchestrator decided, by the SDK's own executor: every action since the beginning. */
async function actionsAfter(
  orchestrator: OrchestratorFunction,
  history: readonly HistoryEvent[],
  instanceId: string,
): Promise<unknown[]> {
  const started = history.find(({ EventType: type }) => type === EventType.ExecutionStarted);
  const binding = {
    history,
    input: started?.Input === undefined ? undefined : (JSON.parse(started.Input) as unknown),
    instanceId,
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 3,
    upperSchemaVersionNew: 4,
    longRunningTimerIntervalDuration: '3.00:00:00',
    maximumShortTimerDuration: '6.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  const context = new DummyOrchestrationContext();
  Object.assign(context, { df: undefined });
  const state = (await new Orchestrator(orchestrator).listen()(binding, context)) as { actions: unknown[][] };
  // Cancelling a timer marks the action that created it; that is a later decision, not another one.
  return JSON.parse(
    JSON.stringify(state.actions.flat(), (key, value: unknown) => (key === 'isCanceled' ? undefined : value)),
  ) as unknown[];
}

const ofTheTurn: ReadonlySet<number> = new Set([
  EventType.TaskScheduled,
  EventType.SubOrchestrationInstanceCreated,
  EventType.TimerCreated,
  EventType.EventSent,
  EventType.OrchestratorCompleted,
  EventType.ExecutionCompleted,
]);

/** The history as each turn saw it: all of the turns before, and what had newly happened, without what it then decided. */
export function turnsOf(history: readonly HistoryEvent[]): (readonly HistoryEvent[])[] {
  const starts = history.flatMap(({ EventType: type }, index) =>
    type === EventType.OrchestratorStarted ? [index] : [],
  );
  return starts.map((start, turn) => {
    const end = starts[turn + 1] ?? history.length;
    return [
      ...history.slice(0, start),
      ...history.slice(start, end).filter(({ EventType: type }) => !ofTheTurn.has(type)),
    ];
  });
}

/**
 * Replays a recorded history turn by turn with the real SDK. What turn n decided must be the beginning of what turn n+1
 * decided, and the activities it asked for must be those on record. Throws an error that names the turn where it is not so.
 */
export async function expectDeterministic(
  orchestrator: OrchestratorFunction,
  history: readonly HistoryEvent[],
  instanceId: string,
): Promise<number> {
  let before: unknown[] = [];
  const turns = turnsOf(history);
  for (const [turn, seen] of turns.entries()) {
    const actions = await actionsAfter(orchestrator, seen, instanceId);
    before.forEach((action, index) => {
      if (JSON.stringify(actions[index]) !== JSON.stringify(action)) {
        throw new Error(
          `turn ${turn + 1} decided otherwise than turn ${turn} at action ${index}: ${JSON.stringify(actions[index])} instead of ${JSON.stringify(action)}`,
        );
      }
    });
    before = actions;
  }
  const asked = activityNames(before);
  const recorded = history
    .filter(({ EventType: type }, index) => type === EventType.TaskScheduled && !isRetry(history, index))
    .map(({ Name }) => Name);
  recorded.forEach((name, index) => {
    if (asked[index] !== name) {
      throw new Error(`activity ${index} is ${asked[index]} now and ${name} on record`);
    }
  });
  return turns.length;
}

/** Names of the activities among actions, those inside `Task.any` included, in order and each once. */
function activityNames(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => {
    const { functionName, actionType, compoundActions } = action as {
      functionName?: string;
      actionType: number;
      compoundActions?: unknown[];
    };
    if (compoundActions !== undefined) {
      return activityNames(compoundActions);
    }
    // 0 and 1 are activities, without and with retry (ActionType of durable-functions 3.5).
    return (actionType === 0 || actionType === 1) && functionName !== undefined ? [functionName] : [];
  });
}

/** Whether a scheduled activity is another attempt at the one before it: the action stays the same, the record grows. */
function isRetry(history: readonly HistoryEvent[], index: number): boolean {
  const earlier = history.slice(0, index);
  const failed = earlier.findLastIndex(({ EventType: type }) => type === EventType.TaskFailed);
  const completed = earlier.findLastIndex(({ EventType: type }) => type === EventType.TaskCompleted);
  const scheduled = earlier.findLastIndex(({ EventType: type }) => type === EventType.TaskScheduled);
  return failed > completed && failed > scheduled && earlier[scheduled]?.Name === history[index]?.Name;
}
