import { handler } from '../kernel/activity';
import { isoOf, type Iso8601 } from '../kernel/clock';
import { hashOf, uuidOf } from '../kernel/hash';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { SnapshotSighting } from '../ports/recovery-points';
import { inTurn, type Alter } from './catalogue';
import { pruneContract, reconcileContract } from './contract';
import { prunable, retained, withoutPoints } from './item.plan';
import type { ItemDocument, RecoveryPoint } from './model';
import { vaultOf } from './plan';
import type { BackupPolicy } from './policy.model';
import type { BackupPorts, Stops } from './ports';

/** A snapshot this young may belong to a batch whose outcome is not written down yet. */
const settlingMillis = 6 * 3_600_000;

/** The activities that delete what has to go, and that hold the catalogue against the cloud. */
export function pruningActivities(ports: BackupPorts) {
  const { catalogue, clock, ledger, removal, points } = ports;

  return {
    prune: (stops: Stops) =>
      handler(pruneContract, async ({ subscriptionId, most }, abort) => {
        const policy = await ports.policy();
        const now = clock.now();
        const due = (await catalogue.summaries())
          .filter(({ pruneAt }) => pruneAt !== null && Date.parse(pruneAt) <= now)
          .map(({ item }) => item)
          .filter((item) => parseResourceId(item)?.parts.subscriptionId === subscriptionId)
          .sort();
        const stopped = await stops(due);
        const free = due.filter((item) => !stopped.has(item));
        let left = most;
        let removed = 0;
        let handled = 0;
        let retryAfterSeconds: number | null = null;
        let seen: { remaining: number; at: number } | null = null;
        for (const id of free) {
          if (left <= 0 || retryAfterSeconds !== null) {
            break;
          }
          // Retention is asked once more: since the tombstone a hold may have come, or the point that stood in for it may be gone.
          const item = await catalogue.change(id, (before) =>
            before === undefined ? undefined : retained(before, policy, now),
          );
          const gone = new Set<string>();
          for (const point of item === undefined ? [] : prunable(item, now)) {
            const ids = snapshotsOf(point);
            if (ids.length > left && left < most) {
              left = 0;
              break;
            }
            left -= ids.length;
            const results = await inTurn(ids, (one) => removal.remove(one, uuidOf('prune', one), abort), 4);
            for (const result of results) {
              if (result.remainingWrites !== null) {
                seen = { remaining: result.remainingWrites, at: clock.now() };
              }
              if (result.kind === 'later') {
                retryAfterSeconds = Math.max(retryAfterSeconds ?? 0, result.retryAfterSeconds, 1);
              }
              if (result.kind === 'refused') {
                const { code, message } = result.refusal;
                ports.log.warn('a recovery point cannot be deleted', { item: id, point: point.id, code, message });
              }
            }
            if (!results.every(({ kind }) => kind === 'accepted')) {
              continue;
            }
            await ledger.append([
              {
                id: `backup.deleted:${hashOf([id, point.id])}`,
                kind: 'backup.deleted',
                subject: id,
                data: {
                  point: point.id,
                  takenAt: point.takenAt,
                  reason: point.tombstone?.reason ?? '',
                  snapshots: ids,
                },
              },
            ]);
            gone.add(point.id);
            removed += 1;
          }
          handled += 1;
          if (gone.size > 0) {
            await catalogue.change(id, (before) => (before === undefined ? undefined : withoutPoints(before, gone)));
          }
        }
        return { removed, more: removed > 0 && handled < free.length, seen, retryAfterSeconds };
      }),

    reconcile: handler(reconcileContract, async ({ subscriptionId }, abort) => {
      const policy = await ports.policy();
      const now = clock.now();
      const locations = Object.keys(policy.vaults);
      const present = new Set<string>();
      const found = new Map<ResourceId, Map<string, SnapshotSighting[]>>();
      let snapshots = 0;
      let unknown = 0;
      for (const location of locations) {
        const vault = vaultOf(policy, subscriptionId, location);
        for await (const page of vault === undefined ? [] : points.snapshots(vault, abort)) {
          for (const sighting of page) {
            snapshots += 1;
            present.add(sighting.id);
            const item = parseResourceId(sighting.tags['caretaker-item'] ?? '')?.id;
            const point = sighting.tags['caretaker-point'];
            if (item === undefined || point === undefined) {
              unknown += 1;
            } else if (sighting.tags['caretaker-copy-of'] === undefined) {
              const ofItem = found.get(item) ?? new Map<string, SnapshotSighting[]>();
              ofItem.set(point, [...(ofItem.get(point) ?? []), sighting]);
              found.set(item, ofItem);
            }
          }
        }
      }
      const items = new Set([...found.keys(), ...(await catalogue.summaries()).map(({ item }) => item)]);
      let adopted = 0;
      let lost = 0;
      const changes = [...items]
        .filter((item) => parseResourceId(item)?.parts.subscriptionId === subscriptionId)
        .map((item): { item: ResourceId; alter: Alter } => ({
          item,
          alter: (before) => {
            const result = reconciled(item, before, found.get(item), present, policy, now);
            adopted += result?.adopted ?? 0;
            lost += result?.lost ?? 0;
            return result?.document;
          },
        }));
      await catalogue.changeMany(changes);
      if (unknown > 0) {
        ports.log.warn('the vaults hold snapshots that are not ours; they are left alone', { unknown });
      }
      return { snapshots, adopted, lost, unknown };
    }),
  };
}

/** Everything on the platform that a point is made of, copies and what failed copies left behind included. */
export function snapshotsOf(point: RecoveryPoint): ResourceId[] {
  const own =
    point.kind === 'restore-point'
      ? [...new Set(point.parts.map(({ snapshot }) => snapshot.replace(/\/diskrestorepoints\/.*$/, '') as ResourceId))]
      : point.parts.map(({ snapshot }) => snapshot);
  const copies = point.copies.flatMap(({ parts, leftovers, state }) => [
    ...(state === 'queued' ? [] : parts.map(({ snapshot }) => snapshot)),
    ...leftovers,
  ]);
  return [...own, ...copies];
}

/**
 * An item as the cloud has it: points that exist there and are not in the catalogue are taken over, points that are in the
 * catalogue and not in the cloud are lost. What a point means (proof, hold, tombstone) the catalogue alone knows. `undefined`
 * when nothing changes. Pure.
 */
export function reconciled(
  item: ResourceId,
  before: ItemDocument | undefined,
  found: ReadonlyMap<string, readonly SnapshotSighting[]> | undefined,
  present: ReadonlySet<string>,
  policy: BackupPolicy,
  now: ReturnType<BackupPorts['clock']['now']>,
): { readonly document: ItemDocument; readonly adopted: number; readonly lost: number } | undefined {
  let lost = 0;
  const points = (before?.points ?? []).map((point): RecoveryPoint => {
    const missing =
      point.state === 'complete' &&
      point.kind === 'snapshots' &&
      point.parts.some(({ snapshot }) => !present.has(snapshot));
    const copy = point.copies.find(
      ({ state, parts }) => state === 'complete' && parts.every(({ snapshot }) => present.has(snapshot)),
    );
    if (!missing || point.problem !== null) {
      return point;
    }
    lost += 1;
    // With a whole copy elsewhere the point is still worth keeping.
    return copy === undefined
      ? { ...point, state: 'lost', problem: 'the cloud has it no more' }
      : { ...point, problem: `the cloud has it no more in ${point.location}; its copy in ${copy.location} is whole` };
  });
  const known = new Set(points.map(({ id }) => id));
  const adopted = [...(found ?? [])]
    .filter(([id, parts]) => !known.has(id) && oldest(parts, now) < now - settlingMillis)
    .flatMap(([id, parts]) => adoptedPoint(id, parts, now));
  if (lost === 0 && adopted.length === 0) {
    return undefined;
  }
  const [first] = found?.values().next().value ?? [];
  const base: ItemDocument = before ?? {
    version: 1,
    item,
    kind: parseResourceId(item)?.parts.type === 'microsoft.compute/disks' ? 'disk' : 'machine',
    tier: first?.tags['caretaker-tier'] ?? '',
    location: first?.location ?? '',
    firstSeenAt: isoOf(now),
    orphanedAt: null,
    retainedAt: null,
    points: [],
  };
  const all = [...points, ...adopted].sort((left, right) => (left.takenAt < right.takenAt ? -1 : 1));
  return { document: retained({ ...base, points: all }, policy, now), adopted: adopted.length, lost };
}

function oldest(parts: readonly SnapshotSighting[], now: number): number {
  return Math.min(now, ...parts.flatMap(({ createdAt }) => (createdAt === null ? [] : [Date.parse(createdAt)])));
}

/** A point as its snapshots tell of it. Whole when all of its parts are there and complete. */
function adoptedPoint(
  id: string,
  parts: readonly SnapshotSighting[],
  now: ReturnType<BackupPorts['clock']['now']>,
): RecoveryPoint[] {
  const [first] = parts;
  if (first === undefined || !/^[0-9a-f]{12}$/.test(id)) {
    return [];
  }
  const expected = Number(first.tags['caretaker-parts'] ?? parts.length);
  const whole =
    parts.length === expected &&
    parts.every(({ percent, provisioningState }) => percent >= 100 && provisioningState === 'succeeded');
  const takenAt = new Date(oldest(parts, now)).toISOString() as Iso8601;
  return [
    {
      id,
      kind: 'snapshots',
      consistency: first.tags['caretaker-consistency'] === 'application' ? 'application' : 'crash',
      tier: first.tags['caretaker-tier'] ?? '',
      state: whole ? 'complete' : 'failed',
      takenAt,
      settledAt: isoOf(now),
      spreadSeconds: 0,
      location: first.location,
      parts: parts.flatMap(({ id: snapshot, source, tags, sizeBytes }) => {
        const place = tags['caretaker-place'] ?? 'disk';
        return source === null
          ? []
          : [
              {
                disk: source,
                snapshot,
                place: place === 'os' ? ('os' as const) : place === 'disk' ? null : Number(place),
                sizeBytes,
                sku: '',
                encryptionSet: null,
                previous: null,
              },
            ];
      }),
      problem: whole ? null : `found in the cloud with ${parts.length} of ${expected} parts`,
      copies: [],
      proof: null,
      hold: null,
      tombstone: null,
    },
  ];
}
