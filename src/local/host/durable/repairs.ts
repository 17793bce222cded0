import type { InstanceQuery, RuntimeStatus } from '../api';
import type { DurableEngine } from './engine';
import { RequestError } from './errors';
import { EventType, type HistoryEvent } from './history';
import { isTerminal } from './model';
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
   * Sets a failed instance going again: its failed tasks are taken out of its history and begun anew, failed sub-orchestrations
   * are rewound with it. What succeeded is not run again.
   */
  async rewind(id: string, reason: string): Promise<void> {
    const engine = this.#engine;
    const { store } = engine.parts;
    const row = store.instance(id);
    if (row?.status !== 'Failed') {
      throw new RequestError('The rewind operation is only supported on failed orchestration instances.');
    }
    const recorded = store.turns(row.key, row.first_turn).flatMap(({ events }) => events);
    const { kept, failedSubs } = withoutFailures(recorded);
    const now = engine.parts.clock.now();
    const note: HistoryEvent = {
      EventType: EventType.GenericEvent,
      EventId: -1,
      Timestamp: new Date(now).toISOString(),
      Name: 'Rewound',
      Reason: reason,
    };
    for (const sub of failedSubs) {
      if (store.instance(sub)?.status === 'Failed') await this.rewind(sub, reason);
    }
    const lastTurn = store.turns(row.key, row.first_turn).at(-1)?.turn ?? 0;
    const restored = restoreInstance({ ...row, first_turn: lastTurn + 1 }, [
      { turn: lastTurn + 1, events: [...kept, note] },
    ]);
    await engine.write('rewind', () => engine.revive(restored, [...kept, note]));
  }
}

/** The history without what failed and without its end. Decisions taken after a failure are dropped too: they follow from it. */
function withoutFailures(history: readonly HistoryEvent[]): { kept: HistoryEvent[]; failedSubs: string[] } {
  const failed = new Set<number>();
  const failedSubs: string[] = [];
  const kept: HistoryEvent[] = [];
  let afterFailure = false;
  for (const event of history) {
    const type = event.EventType;
    if (type === EventType.TaskFailed || type === EventType.SubOrchestrationInstanceFailed) {
      failed.add(event.TaskScheduledId ?? -1);
      afterFailure = true;
      continue;
    }
    if (type === EventType.ExecutionCompleted) continue;
    if (type === EventType.OrchestratorCompleted) afterFailure = false;
    if (afterFailure && event.EventId >= 0) continue;
    kept.push(event);
  }
  for (const event of kept) {
    if (event.EventType === EventType.SubOrchestrationInstanceCreated && failed.has(event.EventId)) {
      failedSubs.push(event.InstanceId ?? '');
    }
  }
  return { kept, failedSubs };
}
