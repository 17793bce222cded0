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
/** A look costs so many reads at most: the bucket holds 250, and others read as well. What was not looked at waits its turn. */
const mostReads = 200;

type Taken = Extract<TakeStand, { state: 'taken' }>;
type Sight = Pick<SnapshotSighting, 'provisioningState' | 'percent' | 'problem'>;

/** The activities that find out what became of what was taken, and write it down. */
export function settlingActivities(ports: BackupPorts) {
  const { catalogue, documents, clock, points, ledger } = ports;

  async function batchIds(cycle: string): Promise<readonly string[]> {
    const stored = await documents.get(manifestPath(cycle));
    return stored === undefined ? [] : manifestSchema.parse(stored.value).batches.map(({ id }) => id);
  }

  /** Pages of each vault when it was last listed: where it has many, looking at the few that matter is cheaper. */
  const pagesOf = new Map<ResourceId, number>();

  /** What was seen; `null` for what was looked for and is not there. What is missing from the answer was not looked at. */
  async function look(orders: readonly TakeOrder[], abort: AbortSignal): Promise<Map<ResourceId, Sight | null>> {
    const seen = new Map<ResourceId, Sight | null>();
    const wholes = orders.filter(({ pointKind }) => pointKind === 'restore-point').map(wholeOf);
    await inTurn(wholes, async (id) => {
      const sighting = await points.restorePoint(id, abort);
      const provisioningState = sighting?.provisioningState ?? '';
      const percent = provisioningState === 'succeeded' ? 100 : 0;
      seen.set(id, sighting === undefined ? null : { provisioningState, percent, problem: null });
    });
    const wanted = new Set(
      orders
        .filter(({ pointKind }) => pointKind === 'snapshots')
        .flatMap(({ parts }) => parts.map(({ snapshot }) => snapshot)),
    );
    const vaults = [...new Set([...wanted].map((id) => id.split('/providers/')[0] as ResourceId))];
    const listing = vaults.reduce((sum, vault) => sum + (pagesOf.get(vault) ?? 1), 0);
    if (wanted.size <= listing || listing > mostReads) {
      await inTurn([...wanted].slice(0, mostReads), async (id) => {
        seen.set(id, (await points.snapshot(id, abort)) ?? null);
      });
      return seen;
    }
    for (const vault of vaults) {
      const inVault = new Set([...wanted].filter((id) => id.startsWith(`${vault}/`)));
      let pages = 0;
      for await (const page of points.snapshots(vault, abort)) {
        pages += 1;
        for (const { id, provisioningState, percent, problem } of page) {
          if (inVault.delete(id)) {
            seen.set(id, { provisioningState, percent, problem });
          }
        }
        if (inVault.size === 0 || pages >= mostReads) {
          break;
        }
      }
      pagesOf.set(vault, pages >= mostReads ? Number.POSITIVE_INFINITY : Math.max(pages, pagesOf.get(vault) ?? 1));
      // Only a list that was read to its end says that something is not there.
      if (pages < mostReads) {
        inVault.forEach((id) => seen.set(id, null));
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
      const seen = taken.length === 0 ? new Map<ResourceId, Sight | null>() : await look(taken, abort);
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
      const parts = await documents.list(`backup/cycles/${cycle}/`);
      await inTurn(parts.paths, (path) => documents.remove(path));
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
export function settledBatch(batch: Batch, seen: ReadonlyMap<ResourceId, Sight | null>, now: EpochMillis): Batch {
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
  seen: ReadonlyMap<ResourceId, Sight | null>,
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
  const bad = sights.find((sight) => sight != null && (sight.problem !== null || sight.provisioningState === 'failed'));
  if (bad != null) {
    return failed(bad.problem ?? 'the platform says that it failed');
  }
  if (sights.includes(null)) {
    return now - Date.parse(takenAt) > unseenMillis
      ? failed('it was accepted, and is not there: the platform did nothing, or somebody deleted it')
      : stand;
  }
  if (sights.includes(undefined)) {
    return stand;
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
