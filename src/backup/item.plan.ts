import { after, seconds } from '../kernel/duration';
import { isoOf, type EpochMillis } from '../kernel/clock';
import type { Hold, ItemDocument, PointCopy, Proof, RecoveryPoint, TakeOrder, TakeStand } from './model';
import type { BackupPolicy } from './policy.model';
import { retain } from './retention';

/** How the document of an item changes. Pure; every function gives the same document when its change is there already. */

/** A resource that is gone keeps its points so long; then all but the last go. */
const orphanSeconds = 90 * 86_400;

/** A batch's order whose outcome is final. */
export interface Settled {
  readonly order: TakeOrder;
  readonly stand: Extract<TakeStand, { state: 'complete' | 'failed' }>;
}

/** The item with a point that was taken, or that failed. A point that is there already stays as it is. */
export function withPoint(
  before: ItemDocument | undefined,
  { order, stand }: Settled,
  policy: BackupPolicy,
  now: EpochMillis,
): ItemDocument {
  const document: ItemDocument = before ?? {
    version: 1,
    item: order.item,
    kind: order.kind,
    tier: order.tier,
    location: order.location,
    firstSeenAt: order.dueAt,
    orphanedAt: null,
    retainedAt: null,
    points: [],
  };
  if (document.points.some(({ id }) => id === order.point)) {
    return document;
  }
  const complete = stand.state === 'complete';
  const copyTo = policy.tiers[order.tier]?.copyTo;
  const point: RecoveryPoint = {
    id: order.point,
    kind: order.pointKind,
    consistency: order.consistency,
    tier: order.tier,
    state: stand.state,
    takenAt: stand.takenAt,
    settledAt: stand.settledAt,
    spreadSeconds: complete ? stand.spreadSeconds : 0,
    location: order.location,
    parts: order.parts.map((part) => ({ ...part, previous: previousOf(document, part.disk) })),
    problem: complete ? null : stand.problem,
    copies: complete && copyTo !== undefined ? [queued(order, copyTo, policy)] : [],
    proof: null,
    hold: null,
    tombstone: null,
  };
  const points = [...document.points, point].sort((left, right) => (left.takenAt < right.takenAt ? -1 : 1));
  const { tier, location, kind } = order;
  return retained({ ...document, tier, location, kind, orphanedAt: null, points }, policy, now);
}

function previousOf(document: ItemDocument, disk: string) {
  const earlier = document.points.findLast(
    ({ state, parts }) => state === 'complete' && parts.some((part) => part.disk === disk),
  );
  return earlier?.parts.find((part) => part.disk === disk)?.snapshot ?? null;
}

function queued(order: TakeOrder, location: string, policy: BackupPolicy): PointCopy {
  const group = (policy.vaults[location] ?? '').toLowerCase();
  return {
    location,
    state: 'queued',
    startedAt: null,
    completedAt: null,
    attempts: 0,
    leftovers: [],
    problem: null,
    parts: order.parts.map(({ snapshot }) => ({
      source: snapshot,
      snapshot: snapshot.replace(/\/resourcegroups\/[^/]+\//, `/resourcegroups/${group}/`) as typeof snapshot,
    })),
  };
}

/**
 * Applies retention: sets a tombstone on what goes, and lifts it from what stays after all (a longer policy, a hold, a drill that
 * proved it or refuted what had taken its place). A tier that the policy has no more keeps everything.
 */
export function retained(document: ItemDocument, policy: BackupPolicy, now: EpochMillis): ItemDocument {
  const tier = policy.tiers[document.tier];
  const retainedAt = isoOf(now);
  if (tier === undefined) {
    return { ...document, retainedAt };
  }
  const { timeZone } = policy;
  const orphan = document.orphanedAt !== null && now - Date.parse(document.orphanedAt) > orphanSeconds * 1000;
  // Of what nobody uses any more, only what no policy may remove is kept.
  const rules = orphan ? { keepLast: 1, proven: 1, deleteAfter: tier.retention.deleteAfter } : tier.retention;
  const verdicts = new Map(retain(document.points, rules, { now, timeZone }).map((one) => [one.id, one]));
  const points = document.points.map((point): RecoveryPoint => {
    const verdict = verdicts.get(point.id);
    if (verdict === undefined || verdict.keep) {
      return point.tombstone === null ? point : { ...point, tombstone: null };
    }
    if (point.tombstone !== null) {
      return point;
    }
    const reason = (orphan ? 'its resource is gone for long' : verdict.reasons.join('; ')).slice(0, 500);
    const deleteAfter = isoOf(after(now, seconds(tier.retention.deleteAfter)));
    return { ...point, tombstone: { at: isoOf(now), reason, deleteAfter } };
  });
  return { ...document, retainedAt, points };
}

/** Marks what a drill found out. Retention is applied anew: an older proven point may have to stay because of it. */
export function withProof(
  document: ItemDocument,
  pointId: string,
  proof: Proof,
  policy: BackupPolicy,
  now: EpochMillis,
): ItemDocument {
  return retained(
    changed(document, pointId, (point) => ({ ...point, proof })),
    policy,
    now,
  );
}

/** Sets a legal hold, or lifts it with null. */
export function withHold(
  document: ItemDocument,
  pointId: string,
  hold: Hold | null,
  policy: BackupPolicy,
  now: EpochMillis,
): ItemDocument {
  return retained(
    changed(document, pointId, (point) => ({ ...point, hold })),
    policy,
    now,
  );
}

/** Changes one copy of a point. */
export function withCopy(
  document: ItemDocument,
  pointId: string,
  location: string,
  change: (copy: PointCopy) => PointCopy,
): ItemDocument {
  return changed(document, pointId, (point) => ({
    ...point,
    copies: point.copies.map((copy) => (copy.location === location ? change(copy) : copy)),
  }));
}

/** Leaves out points that were deleted. */
export function withoutPoints(document: ItemDocument, ids: ReadonlySet<string>): ItemDocument {
  return { ...document, points: document.points.filter(({ id }) => !ids.has(id)) };
}

/** Points whose deletion is due and that nothing keeps, looked at anew: what has changed since the tombstone counts. */
export function prunable(document: ItemDocument, now: EpochMillis): RecoveryPoint[] {
  return document.points.filter(({ tombstone }) => tombstone !== null && Date.parse(tombstone.deleteAfter) <= now);
}

function changed(document: ItemDocument, id: string, change: (point: RecoveryPoint) => RecoveryPoint): ItemDocument {
  return { ...document, points: document.points.map((point) => (point.id === id ? change(point) : point)) };
}
