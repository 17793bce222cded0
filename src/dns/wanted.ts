import type { Clock } from '../kernel/clock';
import { PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { DnsZones, ZoneInfo } from '../ports/dns-zones';
import { desiredZone, type DesiredZone } from './desired.plan';
import type { DnsDocument } from './document';
import type { WrittenZone } from './document.model';
import type { DnsDocuments } from './documents';
import type { FailoverState } from './failover.model';
import type { Addition, ChangeLimits, DesiredRecord, ZonePlan, ZoneRecord } from './model';
import { planZone, setKey } from './plan';
import type { DnsStore } from './store';

/** What looking at a zone stands on. */
export interface DnsWorld {
  readonly documents: DnsDocuments;
  readonly store: DnsStore;
  readonly zones: DnsZones;
  readonly clock: Clock;
}

/** A zone as it is wanted, by the document and by what stands beside it. */
export interface WantedZone {
  readonly document: DnsDocument;
  readonly zone: WrittenZone;
  readonly additions: readonly Addition[];
  readonly failovers: ReadonlyMap<string, FailoverState>;
  readonly desired: DesiredZone;
}

/** A zone as it is, as it is wanted, and what lies between. */
export interface PlannedZone {
  readonly wanted: WantedZone;
  readonly info: ZoneInfo;
  readonly current: readonly ZoneRecord[];
  readonly plan: ZonePlan;
}

/** The written zone of that name. @throws PermanentError `UnknownZone` when the document has none. */
export function zoneOf(document: DnsDocument, name: string): WrittenZone {
  const zone = document.zones.find((one) => one.name === name);
  if (zone === undefined) {
    throw new PermanentError('UnknownZone', `the DNS document has no zone ${name}; nothing there is touched`);
  }
  return zone;
}

/** Reads what is wanted of a zone. @throws PermanentError `UnknownZone`, and whatever document and storage throw. */
export async function wantedZone(world: Omit<DnsWorld, 'zones'>, name: string): Promise<WantedZone> {
  const document = await world.documents.current();
  const zone = zoneOf(document, name);
  const additions = await world.store.additions(name);
  const states = await Promise.all(
    zone.failover.map(async (group) => [group.name, (await world.store.failover(name, group.name))?.state] as const),
  );
  const failovers = new Map(states.flatMap(([group, state]) => (state === undefined ? [] : [[group, state] as const])));
  const desired = desiredZone({ zone, additions, failovers, now: world.clock.now() });
  return { document, zone, additions, failovers, desired };
}

/** Limits as the plan takes them. */
export function limitsOf({ limits }: WrittenZone): ChangeLimits {
  const { updates, deletes, from, maxCreates, maxUpdates, maxDeletes } = limits;
  return { updateShare: updates, deleteShare: deletes, shareFrom: from, maxCreates, maxUpdates, maxDeletes };
}

/** Record sets with the hash of what is wanted of them. */
export function wantedSets(records: readonly DesiredRecord[]): Map<string, string> {
  const sets = new Map<string, unknown[]>();
  for (const { name, type, value, ttl, proxied, comment, tags, source } of records) {
    const key = setKey(name, type);
    sets.set(key, [...(sets.get(key) ?? []), { value, ttl, proxied, comment, tags, source }]);
  }
  return new Map([...sets].map(([key, values]) => [key, hashOf(values).slice(0, 16)]));
}

/**
 * Reads a zone and plans. `names`: only these, in normal form.
 * @throws PermanentError `UnknownZone`, `NoSuchZone`, `DnsDenied`; TransientError when somebody does not answer.
 */
export async function planNow(world: DnsWorld, name: string, names: readonly string[] | null): Promise<PlannedZone> {
  const wanted = await wantedZone(world, name);
  const info = await world.zones.find(name);
  if (info === undefined) {
    throw new PermanentError('NoSuchZone', `Cloudflare has no zone ${name} that the token can see; nothing is planned`);
  }
  const current = await world.zones.records(info);
  const applied = await world.store.applied(name);
  const sets = wantedSets(wanted.desired.records);
  const plan = planZone({
    zone: { name, free: info.free },
    current,
    desired: wanted.desired.records,
    sources: wanted.desired.sources,
    policy: wanted.zone.policy,
    limits: limitsOf(wanted.zone),
    applied: new Set([...sets].filter(([key, hash]) => applied.get(key) === hash).map(([key]) => key)),
    ...(names === null ? {} : { names: new Set(names) }),
  });
  return { wanted, info, current, plan };
}
