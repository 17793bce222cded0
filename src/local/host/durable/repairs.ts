import type { InstanceQuery, RuntimeStatus } from '../api';
import type { DurableEngine } from './engine';
import { RequestError } from './errors';
import { EventType, type HistoryEvent } from './history';
import { isTerminal, type Message } from './model';
import { restoreInstance } from './recovery';

const terminalStatuses: readonly RuntimeStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];

/** Operations on instances that have ended: purge and rewind. */
export class DurableRepairs {
  readonly #engine: DurableEngine;

  constructor(engine: DurableEngine) {
    this.#engine = engine;
  }

  /** Deletes an instance that has ended, or an entity. Resolves with how many were deleted, once that is durable. */
  async purge(id: string): Promise<number> {
    const engine = this.#engine;
    const { store } = engine.parts;
    if (id.startsWith('@')) {
      if (!store.entity(id)) return 0;
      await engine.write('purge', (batch) => batch.entities.set(id, undefined));
      return 1;
    }
    const row = store.instance(id);
    if (!row || !isTerminal(row.status)) return 0;
    await this.#delete([row.key]);
    return 1;
  }

  #delete(keys: readonly number[]): Promise<void> {
    return this.#engine.write('purge', (batch) => keys.forEach((key) => batch.purged.add(key)));
  }

  /** Deletes all instances that have ended and pass the filter. */
  async purgeBy(filter: InstanceQuery): Promise<number> {
    const wanted = filter.runtimeStatus?.filter((status) => terminalStatuses.includes(status)) ?? terminalStatuses;
    if (wanted.length === 0) return 0;
    let deleted = 0;
    for (let after = 0; ;) {
      const rows = this.#engine.parts.store.instances({
        after,
        limit: 1000,
        statuses: wanted,
        from: filter.createdFrom,
        to: filter.createdTo,
      });
      const last = rows.at(-1);
      if (!last) return deleted;
      await this.#delete(rows.map(({ key }) => key));
      deleted += rows.length;
      after = last.key;
    }
  }

  /**
   * Sets a failed instance going again from before the step that failed: failed activities are begun anew, failed
   * sub-orchestrations are rewound with it, an orchestrator that threw by itself runs its last turn again. What succeeded
   * is not run again. Resolves once that is durable, for the instance and its sub-orchestrations together.
   */
  async rewind(id: string, reason: string): Promise<void> {
    const status = this.#engine.parts.store.instance(id)?.status;
    if (status !== 'Failed') {
      throw new RequestError('The rewind operation is only supported on failed orchestration instances.');
    }
    await this.#engine.write('rewind', () => this.#rewind(id, reason));
  }

  #rewind(id: string, reason: string): void {
    const engine = this.#engine;
    const { store, clock } = engine.parts;
    const row = store.instance(id);
    if (!row) return;
    const rows = store.turns(row.key, row.first_turn);
    const { kept, again } = rewindPoint(rows.flatMap(({ events }) => events));
    const note: HistoryEvent = {
      EventType: EventType.GenericEvent,
      EventId: -1,
      Timestamp: new Date(clock.now()).toISOString(),
      Name: 'Rewound',
      Reason: reason,
    };
    const turn = (rows.at(-1)?.turn ?? row.first_turn) + 1;
    // An execution that is begun anew from its first turn has no history to note that in.
    const history = kept.length > 0 ? [...kept, note] : [];
    const instance = restoreInstance({ ...row, first_turn: turn }, [{ turn, events: history }]);
    const known = again.map((event) => toMessage(event, row.execution)).filter((message) => message !== undefined);
    const messages = known.filter((message) => !('taskId' in message) || instance.pending.has(message.taskId));
    for (const [taskId, task] of instance.pending) {
      if (task.kind !== 'sub') continue;
      const child = store.instance(task.instanceId);
      if (child?.status === 'Failed') this.#rewind(task.instanceId, reason);
      else if (child?.status === 'Completed') {
        messages.push({ kind: 'subCompleted', execution: row.execution, taskId, result: child.output ?? 'null' });
      }
    }
    engine.revive(instance, history, messages);
  }
}

/**
 * Where a failed history is taken up again: before its last turn, or, when that only ended the wait after the last of several
 * tries, before the turn that took note of the last failure. What came in since then and did not fail comes in again.
 */
function rewindPoint(history: readonly HistoryEvent[]): { kept: HistoryEvent[]; again: HistoryEvent[] } {
  const starts = history.flatMap(({ EventType: type }, index) =>
    type === EventType.OrchestratorStarted ? [index] : [],
  );
  const last = starts.at(-1) ?? 0;
  const failedIn = (from: number, to: number): boolean => history.slice(from, to).some(isFailure);
  let point = last;
  if (!failedIn(last, history.length)) {
    const fired = new Set(history.slice(last).map(({ TimerId }) => TimerId));
    const created = history.findIndex(
      ({ EventType: type, EventId }) => type === EventType.TimerCreated && fired.has(EventId),
    );
    const turn = starts.findLast((start) => start <= created);
    if (turn !== undefined && failedIn(turn, created)) point = turn;
  }
  return { kept: history.slice(0, point), again: history.slice(point) };
}

function isFailure({ EventType: type }: HistoryEvent): boolean {
  return type === EventType.TaskFailed || type === EventType.SubOrchestrationInstanceFailed;
}

/** What came in, as a message again; undefined for failures, for decisions and for timers, which are set anew. */
function toMessage(event: HistoryEvent, execution: number): Message | undefined {
  const { TaskScheduledId: taskId = -1, Result: result = 'null', Name: name = '', Input: input = '' } = event;
  switch (event.EventType) {
    case EventType.TaskCompleted:
      return { kind: 'taskCompleted', execution, taskId, result };
    case EventType.SubOrchestrationInstanceCompleted:
      return { kind: 'subCompleted', execution, taskId, result };
    case EventType.EventRaised:
      return { kind: 'event', name, input };
    default:
      return undefined;
  }
}
