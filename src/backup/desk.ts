import { isoOf, type Clock, type Iso8601 } from '../kernel/clock';
import { hashOf } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import type { Catalogue } from './catalogue';
import type { DrillOrder } from './drill/model';
import type { DrillRecords } from './drill/records';
import type { Exposures } from './exposure/sweep';
import { withHold } from './item.plan';
import type { Hold, ItemDocument } from './model';
import { dueOf } from './plan';
import type { BackupPolicy } from './policy.model';
import { plannedRestore, restoreHash, type RestorePorts } from './restore/activities';
import type { RestoreOrder, RestoreRequest } from './restore/model';
import type { Planned } from './restore/plan';
import type { RestoreRecords } from './restore/records';
import { retain, type Verdict } from './retention';

/** What is due, and until when it is not too late. */
export interface Due {
  readonly item: ResourceId;
  readonly tier: string;
  readonly dueAt: Iso8601;
  readonly breachAt: Iso8601;
}

/** Where people look at backups and order about them. Methods throw what the storage and the platform throw. */
export interface BackupDesk {
  readonly exposures: Exposures;
  readonly drills: DrillRecords;
  readonly restores: RestoreRecords;
  item(item: ResourceId): Promise<ItemDocument | undefined>;
  /** What retention says of each point now, with its reasons. Changes nothing. */
  retention(document: ItemDocument): Promise<readonly Verdict[]>;
  /** What will be taken next, the soonest first. */
  due(): Promise<readonly Due[]>;
  /** Sets or lifts a legal hold; `undefined` when there is no such point. */
  hold(item: ResourceId, point: string, hold: Hold | null): Promise<ItemDocument | undefined>;
  /** What a restore would do. Changes nothing. */
  planRestore(
    order: RestoreOrder,
    abort: AbortSignal,
  ): Promise<Exclude<Planned, { kind: 'busy' }> & { readonly planHash: string | null }>;
}

/** Ids of what people order are a function of what they order and of their key: the same order is one. */
export function orderedDrill(
  key: string,
  order: Omit<DrillOrder, 'drillId' | 'askedBy'>,
  askedBy: DrillOrder['askedBy'],
): DrillOrder {
  return { ...order, askedBy, drillId: `drill-${hashOf(['ordered drill', key, order]).slice(0, 16)}` };
}

/** See {@link orderedDrill}. */
export function orderedRestore(
  key: string,
  order: { readonly environment: string; readonly request: RestoreRequest; readonly undoes: string | null },
  askedBy: RestoreOrder['askedBy'],
): RestoreOrder {
  return { ...order, askedBy, restoreId: `restore-${hashOf(['ordered restore', key, order]).slice(0, 16)}` };
}

/** Makes the desk. */
export function createBackupDesk(
  ports: Pick<RestorePorts, 'catalogue' | 'restoring' | 'records' | 'clock'> & {
    readonly policy: () => Promise<BackupPolicy>;
    readonly catalogue: Catalogue;
    readonly exposures: Exposures;
    readonly drills: DrillRecords;
    readonly clock: Clock;
  },
): BackupDesk {
  const { policy, catalogue, exposures, drills, records, clock } = ports;
  return {
    exposures,
    drills,
    restores: records,
    item: (item) => catalogue.item(item),
    async retention({ tier, points }) {
      const { tiers, timeZone } = await policy();
      const retention = tiers[tier]?.retention;
      return retention === undefined
        ? points.map(({ id }) => ({ id, keep: true, reasons: [`the policy has no tier "${tier}", so nothing goes`] }))
        : retain(points, retention, { now: clock.now(), timeZone });
    },
    async due() {
      const [{ tiers, timeZone }, summaries] = await Promise.all([policy(), catalogue.summaries()]);
      return summaries
        .flatMap((summary): Due[] => {
          const tier = tiers[summary.tier];
          if (tier === undefined || summary.orphanedAt !== null) {
            return [];
          }
          const { dueAt, breachAt } = dueOf(summary.item, tier, summary, clock.now(), timeZone);
          return [{ item: summary.item, tier: summary.tier, dueAt: isoOf(dueAt), breachAt: isoOf(breachAt) }];
        })
        .sort((left, right) =>
          left.dueAt < right.dueAt ? -1 : left.dueAt > right.dueAt ? 1 : left.item < right.item ? -1 : 1,
        );
    },
    async hold(item, point, hold) {
      const rules = await policy();
      const document = await catalogue.item(item);
      if (document?.points.some(({ id }) => id === point) !== true) {
        return undefined;
      }
      return catalogue.change(item, (before) =>
        before === undefined ? undefined : withHold(before, point, hold, rules, clock.now()),
      );
    },
    async planRestore(order, abort) {
      const planned = await plannedRestore(ports, order, abort);
      return planned.kind === 'plan'
        ? { ...planned, planHash: restoreHash(planned.plan) }
        : { kind: 'impossible', reasons: planned.reasons, planHash: null };
    },
  };
}
