import { EventType, type HistoryEvent } from './history';
import { httpTask, type Instance, type Parent, type PendingTask } from './model';
import { HTTP_ACTIVITY } from './replay';
import { parseJson } from './snapshot';
import type { InstanceRow } from './store';

/** Builds an instance from what is on disk, with the tasks that its history leaves open. */
export function restoreInstance(
  row: InstanceRow,
  turns: readonly { turn: number; events: HistoryEvent[] }[],
): Instance {
  const history = turns.flatMap(({ events }) => events);
  const last = history.at(-1);
  return {
    key: row.key,
    id: row.id,
    name: row.name,
    version: row.version ?? undefined,
    createdAt: row.created,
    parent: (parseJson(row.parent) as Parent | null) ?? undefined,
    callerTrace: row.caller_trace ?? undefined,
    traceParent: row.trace_parent,
    execution: row.execution,
    executionId: row.execution_id,
    status: row.status,
    input: row.input,
    output: row.output ?? undefined,
    customStatus: row.custom_status ?? undefined,
    updatedAt: last ? Date.parse(last.Timestamp) : row.updated,
    nextTurn: (turns.at(-1)?.turn ?? row.first_turn - 1) + 1,
    firstTurn: row.first_turn,
    eventCount: history.filter(({ EventType: type }) => type !== EventType.GenericEvent).length,
    // Read again when the instance goes on: thousands of waiting instances need not be in memory.
    history: undefined,
    verifyAt: 0,
    session: undefined,
    pending: openTasks(history),
    inbox: [],
    carried: (parseJson(row.carried) as Instance['carried'] | null) ?? [],
    locks: heldLocks(history),
    stored: true,
  };
}

/** Tasks that the history has begun and not ended. */
export function openTasks(history: readonly HistoryEvent[]): Map<number, PendingTask> {
  const open = new Map<number, PendingTask>();
  const calls = new Map<string, number>();
  for (const event of history) {
    switch (event.EventType) {
      case EventType.TaskScheduled:
        if (event.Name === HTTP_ACTIVITY) open.set(event.EventId, httpTask(event.Input ?? '{}'));
        else open.set(event.EventId, { kind: 'activity', name: event.Name ?? '', input: event.Input });
        break;
      case EventType.TimerCreated:
        open.set(event.EventId, { kind: 'timer', fireAt: Date.parse(event.FireAt ?? '') });
        break;
      case EventType.SubOrchestrationInstanceCreated:
        open.set(event.EventId, { kind: 'sub', instanceId: event.InstanceId ?? '' });
        break;
      case EventType.EventSent: {
        const { id, signal } = JSON.parse(event.Input ?? '{}') as { id?: string; signal?: boolean };
        if (id === undefined || signal) break;
        open.set(event.EventId, { kind: 'entity', requestId: id });
        calls.set(id, event.EventId);
        break;
      }
      case EventType.EventRaised: {
        const call = calls.get(event.Name ?? '');
        if (call !== undefined) open.delete(call);
        break;
      }
      case EventType.TimerFired:
      case EventType.GenericEvent:
        if (event.TimerId !== undefined) open.delete(event.TimerId);
        break;
      default:
        if (event.TaskScheduledId !== undefined) open.delete(event.TaskScheduledId);
    }
  }
  return open;
}

/** Entities that the history has asked locks of since it last gave locks back. */
function heldLocks(history: readonly HistoryEvent[]): readonly string[] {
  let held: readonly string[] = [];
  for (const { EventType: type, Name, Input } of history) {
    if (type !== EventType.EventSent) continue;
    if (Name === 'release') held = [];
    const { lockset } = JSON.parse(Input ?? '{}') as { lockset?: string[] };
    if (Name === 'lock' && lockset) held = lockset;
  }
  return held;
}
