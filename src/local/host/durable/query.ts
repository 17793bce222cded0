import type { EntitySnapshot, InstanceQuery, InstanceSnapshot } from '../api';
import type { DurableEngine } from './engine';
import { eventTypeName, EventType, type HistoryEvent } from './history';
import { entityAddress } from './model';
import { entitySnapshot, rowSnapshot } from './snapshot';
import type { InstanceRow } from './store';

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; absent on the last. */
  readonly continuationToken?: string;
}

// The default page of the real extension.
const DEFAULT_PAGE = 100;

/** Reads the state as it is on disk; what is not durable yet is not seen. */
export class DurableQueries {
  readonly #engine: DurableEngine;

  constructor(engine: DurableEngine) {
    this.#engine = engine;
  }

  instance(id: string): InstanceSnapshot | undefined {
    const row = this.#engine.parts.store.instance(id);
    return row && this.#snapshot(row);
  }

  /** Instances in order of creation. Throws a RangeError for a token that is none of this host's. */
  instances(query: InstanceQuery = {}): Page<InstanceSnapshot> {
    const limit = Math.max(1, Math.min(query.top ?? DEFAULT_PAGE, 100_000));
    const rows = this.#engine.parts.store.instances({
      after: readToken(query.continuationToken),
      limit: limit + 1,
      statuses: query.runtimeStatus,
      prefix: query.instanceIdPrefix,
      from: query.createdFrom,
      to: query.createdTo,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => this.#snapshot(row)),
      ...(rows.length > limit && last ? { continuationToken: writeToken(String(last.key)) } : {}),
    };
  }

  /** Recorded history of the current execution, without the host's own marks. */
  history(id: string): HistoryEvent[] | undefined {
    const { store } = this.#engine.parts;
    const row = store.instance(id);
    if (!row) return undefined;
    return store
      .turns(row.key, row.first_turn)
      .flatMap(({ events }) => events)
      .filter(({ EventType: type }) => type !== EventType.GenericEvent);
  }

  entity(name: string, key: string): EntitySnapshot | undefined {
    const row = this.#engine.parts.store.entity(entityAddress(name, key));
    return row?.present ? entitySnapshot(row) : undefined;
  }

  entities(name: string | undefined, top = DEFAULT_PAGE, token?: string): Page<EntitySnapshot> {
    const prefix = name === undefined ? '@' : entityAddress(name, '');
    const after = token === undefined || token === '' ? '' : Buffer.from(token, 'base64url').toString();
    const rows = this.#engine.parts.store.entities(prefix, after, top + 1);
    const page = rows.slice(0, top);
    const last = page.at(-1);
    return {
      items: page.map(entitySnapshot),
      ...(rows.length > top && last ? { continuationToken: writeToken(last.address) } : {}),
    };
  }

  /** A running instance is written when its status changes, and was last active when its last turn was recorded. */
  #snapshot(row: InstanceRow): InstanceSnapshot {
    const live = this.#engine.live.get(row.id);
    return rowSnapshot(row, live?.key === row.key ? live.updatedAt : row.updated);
  }
}

function readToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const key = Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(key) || key < 0) throw new RangeError('The continuation token is not one of this host.');
  return key;
}

function writeToken(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** History as the management API shows it: each completion together with what it completes. */
export function historyForDisplay(events: readonly HistoryEvent[], showOutput: boolean): Record<string, unknown>[] {
  const scheduled = new Map<number, HistoryEvent>();
  const shown: Record<string, unknown>[] = [];
  for (const event of events) {
    const { EventType: type, Timestamp } = event;
    const base: Record<string, unknown> = { EventType: eventTypeName(type), Timestamp };
    switch (type) {
      case EventType.OrchestratorStarted:
      case EventType.OrchestratorCompleted:
        break;
      case EventType.TaskScheduled:
      case EventType.TimerCreated:
      case EventType.SubOrchestrationInstanceCreated:
        scheduled.set(event.EventId, event);
        break;
      case EventType.ExecutionStarted:
        shown.push({ ...base, FunctionName: event.Name, ...(showOutput ? { Input: parse(event.Input) } : {}) });
        break;
      case EventType.ExecutionCompleted:
        shown.push({
          ...base,
          OrchestrationStatus: event.OrchestrationStatus,
          ...(showOutput ? { Result: parse(event.Result) } : {}),
        });
        break;
      case EventType.TaskCompleted:
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceCompleted:
      case EventType.SubOrchestrationInstanceFailed: {
        const begun = scheduled.get(event.TaskScheduledId ?? -1);
        shown.push({
          ...base,
          ...(begun ? { ScheduledTime: begun.Timestamp, FunctionName: begun.Name } : {}),
          ...(event.Reason === undefined ? {} : { Reason: event.Reason, Details: event.Details }),
          ...(showOutput && event.Result !== undefined ? { Result: parse(event.Result) } : {}),
        });
        break;
      }
      case EventType.TimerFired:
        shown.push({
          ...base,
          ScheduledTime: scheduled.get(event.TimerId ?? -1)?.Timestamp,
          FireAt: event.FireAt,
        });
        break;
      case EventType.EventRaised:
        shown.push({ ...base, Name: event.Name, ...(showOutput ? { Input: parse(event.Input) } : {}) });
        break;
      default:
        shown.push({
          ...base,
          ...(event.Name === undefined ? {} : { Name: event.Name }),
          ...(event.InstanceId === undefined ? {} : { InstanceId: event.InstanceId }),
          ...(event.Reason === undefined ? {} : { Reason: event.Reason }),
        });
    }
  }
  return shown;
}

function parse(text: string | undefined): unknown {
  return text === undefined || text === '' ? null : (JSON.parse(text) as unknown);
}
