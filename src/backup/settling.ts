import { handler } from '../kernel/activity';
import type { Json } from '../kernel/canonical-json';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { SnapshotSighting } from '../ports/recovery-points';
import { inTurn } from './catalogue';
import { catalogueContract, finishContract, settleContract } from './contract';
import { withPoint, type Settled } from './item.plan';
import type { Batch, TakeOrder, TakeStand } from './model';
import type { BackupPorts } from './ports';
import { manifestPath, manifestSchema, wholeOf } from './taking';

/** What gets no further for so long is given up: the next cycle takes another one. */
const stuckMillis = 30 * 60_000;
/** What was accepted and is nowhere to be seen after so long was never taken. */
const unseenMillis = 10 * 60_000;
/** Up to so many are looked at one by one; a list of all costs more reads only when the vault is small. */
const oneByOne = 20;

type Taken = Extract<TakeStand, { state: 'taken' }>;
type Sight = Pick<SnapshotSighting, 'provisioningState' | 'percent' | 'problem'>;

/** The activities that find out what became of what was taken, and write it down. */
export function settlingActivities(ports: BackupPorts) {
  const { catalogue, documents, clock, points, ledger } = ports;

  async function batchIds(cycle: string): Promise<readonly string[]> {
    const stored = await documents.get(manifestPath(cycle));
    return stored === undefined ? [] : manifestSchema.parse(stored.value).batches.map(({ id }) => id);
  }

  async function look(orders: readonly TakeOrder[], abort: AbortSignal): Promise<Map<ResourceId, Sight>> {
    const seen = new Map<ResourceId, Sight>();
    const wholes = orders.filter(({ pointKind }) => pointKind === 'restore-point').map(wholeOf);
    await inTurn(wholes, async (id) => {
      const sighting = await points.restorePoint(id, abort);
      if (sighting !== undefined) {
        const { provisioningState } = sighting;
        seen.set(id, { provisioningState, percent: provisioningState === 'succeeded' ? 100 : 0, problem: null });
      }
    });
    const wanted = new Set(
      orders
        .filter(({ pointKind }) => pointKind === 'snapshots')
        .flatMap(({ parts }) => parts.map(({ snapshot }) => snapshot)),
    );
    if (wanted.size <= oneByOne) {
      await inTurn([...wanted], async (id) => {
        const sighting = await points.snapshot(id, abort);
        if (sighting !== undefined) {
          seen.set(id, sighting);
        }
      });
      return seen;
    }
    const vaults = new Set([...wanted].map((id) => id.split('/providers/')[0] as ResourceId));
    for (const vault of vaults) {
      for await (const page of points.snapshots(vault, abort)) {
        for (const { id, provisioningState, percent, problem } of page) {
          if (wanted.has(id)) {
            seen.set(id, { provisioningState, percent, problem });
          }
        }
      }
    }
    return seen;
  }

  return {
    settle: handler(settleContract, async ({ cycle, from, to }, abort) => {
      const ids = (await batchIds(cycle)).slice(from, to);
      const found = await inTurn(ids, (id) => catalogue.batch(id));
      const taken = found.flatMap(
        (one) => one?.batch.orders.filter(({ stand }) => stand.state === 'taken').map(({ order }) => order) ?? [],
      );
      const seen = taken.length === 0 ? new Map<ResourceId, Sight>() : await look(taken, abort);
      const now = clock.now();
      let pending = 0;
      const ready: number[] = [];
      await inTurn(
        found.map((one, index) => ({ one, index: from + index })),
        async ({ one, index }) => {
          if (one === undefined) {
            return;
          }
          const settled = settledBatch(one.batch, seen, now);
          if (settled !== one.batch && (await catalogue.replaceBatch(settled, one.etag)) === undefined) {
            // Somebody else is at it: looked at again in the next round.
            pending += 1;
            return;
          }
          const open = settled.orders.filter(({ stand }) => stand.state === 'taken' || stand.state === 'planned');
          pending += open.length;
          if (open.length === 0) {
            ready.push(index);
          }
        },
      );
      return { pending, ready: ready.sort((left, right) => left - right) };
    }),

    catalogue: handler(catalogueContract, async ({ cycle, index }) => {
      const id = (await batchIds(cycle))[index];
      const found = id === undefined ? undefined : await catalogue.batch(id);
      if (found === undefined) {
        return { complete: 0, failed: 0 };
      }
      const { batch } = found;
      const policy = await ports.policy();
      const now = clock.now();
      const settled = batch.orders.filter(
        (one): one is Settled => one.stand.state === 'complete' || one.stand.state === 'failed',
      );
      await catalogue.changeMany(
        settled.map((one) => ({ item: one.order.item, alter: (before) => withPoint(before, one, policy, now) })),
      );
      if (settled.length > 0) {
        await ledger.append([
          {
            id: `backup.recorded:${batch.id}`,
            kind: 'backup.recorded',
            subject: batch.id,
            data: { points: settled.map(statement) },
          },
        ]);
      }
      await catalogue.removeBatch(batch.id);
      const complete = settled.filter(({ stand }) => stand.state === 'complete').length;
      return { complete, failed: settled.length - complete };
    }),

    finish: handler(finishContract, async (report) => {
      const { cycle, due, complete, failed, left } = report;
      if (due > 0 || complete > 0 || failed > 0) {
        await ledger.append([
          { id: `backup.finished:${cycle}`, kind: 'backup.finished', subject: cycle, data: { ...report } },
        ]);
      }
      // With batches left over the plan stays: their orchestration may still be at work.
      if (left === 0) {
        await documents.remove(manifestPath(cycle));
      }
      return { recorded: true };
    }),
  };
}

/** One point in the ledger: enough to find its snapshots again without the catalogue. */
function statement({ order, stand }: Settled): Json {
  return {
    item: order.item,
    point: order.point,
    tier: order.tier,
    state: stand.state,
    takenAt: stand.takenAt,
    snapshots: order.parts.map(({ snapshot }) => parseResourceId(snapshot)?.parts.name ?? snapshot),
  };
}

/** The batch with what was seen; the same object when nothing has changed. Pure. */
export function settledBatch(batch: Batch, seen: ReadonlyMap<ResourceId, Sight>, now: EpochMillis): Batch {
  let changed = false;
  const orders = batch.orders.map(({ order, stand }) => {
    if (stand.state !== 'taken') {
      return { order, stand };
    }
    const next = settledStand(order, stand, seen, now);
    changed ||= next !== stand;
    return { order, stand: next };
  });
  return changed ? { ...batch, orders } : batch;
}

function settledStand(
  order: TakeOrder,
  stand: Taken,
  seen: ReadonlyMap<ResourceId, Sight>,
  now: EpochMillis,
): TakeStand {
  const { takenAt, spreadSeconds } = stand;
  const settledAt = isoOf(now);
  const failed = (problem: string): TakeStand => ({
    state: 'failed',
    takenAt,
    settledAt,
    problem: problem.slice(0, 500),
  });
  const ids = order.pointKind === 'restore-point' ? [wholeOf(order)] : order.parts.map(({ snapshot }) => snapshot);
  const sights = ids.map((id) => seen.get(id));
  const bad = sights.find(
    (sight) => sight !== undefined && (sight.problem !== null || sight.provisioningState === 'failed'),
  );
  if (bad !== undefined) {
    return failed(bad.problem ?? 'the platform says that it failed');
  }
  if (sights.some((sight) => sight === undefined)) {
    return now - Date.parse(takenAt) > unseenMillis
      ? failed('it was accepted, and is not there: the platform did nothing, or somebody deleted it')
      : stand;
  }
  const percent = Math.min(...sights.map((sight) => sight?.percent ?? 0));
  if (percent >= 100 && sights.every((sight) => sight?.provisioningState === 'succeeded')) {
    return { state: 'complete', takenAt, spreadSeconds, settledAt };
  }
  if (percent > stand.percent) {
    return { ...stand, percent: Math.min(percent, 100), percentAt: settledAt };
  }
  return now - Date.parse(stand.percentAt) > stuckMillis
    ? failed(`it stands at ${percent} % since ${stand.percentAt}`)
    : stand;
}
