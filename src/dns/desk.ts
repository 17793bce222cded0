import { epochOf, isoOf, type EpochMillis } from '../kernel/clock';
import { ConflictError, InvalidInputError, PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import type { Limits } from '../guard';
import type { Engine } from '../ports/engine';
import { changeOrderSchema } from './change.model';
import { comparedRecords, isByHand, type ComparedRecord } from './compare.plan';
import { parseDnsDocument, type DnsDocument } from './document';
import { clashesOf, recordsOf } from './desired.plan';
import { writtenRecordSchema, type FailoverGroup, type WrittenRecord } from './document.model';
import type { FailoverState } from './failover.model';
import { order as orderFailover } from './failover.plan';
import { readMark } from './mark.plan';
import {
  automaticTtl,
  isRecordType,
  type Addition,
  type Cause,
  type Change,
  type ChangeLimits,
  type CheckedReason,
  type Note,
  type ZoneRecord,
} from './model';
import { normalName, readable } from './normal.plan';
import { dnsChangeOrchestratorName } from './orchestrator';
import { setKey } from './plan';
import { changeLine, planSummary } from './show.plan';
import { limitsOf, planNow, zoneOf, type DnsWorld, type PlannedZone } from './wanted';

/** What the guard is told about changes of DNS in an environment: from the policy, and never its cooldown, which would hold a failback up. */
export type LimitsFor = (
  environment: string,
  target: ResourceId,
  urgent: boolean,
) => Promise<{ readonly limits: Limits; readonly patienceSeconds: number }>;

export interface DeskPorts extends DnsWorld {
  readonly limitsFor: LimitsFor;
  /** The subscription under which zones get their leases. */
  readonly subscription: string;
}

/** What people are shown of a plan. */
export interface ZoneView {
  readonly zone: string;
  /** As the guard and the ledger know the zone. */
  readonly target: ResourceId;
  readonly environment: string;
  readonly mode: 'auto' | 'suggest';
  readonly summary: string;
  readonly answer: 'go' | 'ask' | 'stop';
  readonly reasons: readonly string[];
  /** The same reasons, with the check that each is of. */
  readonly checks: readonly CheckedReason[];
  readonly limits: ChangeLimits;
  readonly hash: string;
  readonly lines: readonly string[];
  /** The first five hundred, with what was there before. */
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
  readonly counts: PlannedZone['plan']['counts'];
  /** Record sets of ours that somebody changed by hand since they were applied. */
  readonly drift: readonly string[];
  /** Record sets of others, the first hundred. */
  readonly foreign: readonly { readonly name: string; readonly type: string; readonly owner: string | null }[];
  readonly failover: readonly GroupView[];
  readonly additions: readonly Addition[];
  /** As they are and as they shall be, where that was asked for: the first five thousand. */
  readonly records?: readonly ComparedRecord[];
  readonly recordCount?: number;
}

/** A failover group as the document has it, and how it stands. Durations in seconds. */
export interface GroupView {
  readonly group: string;
  readonly record: string;
  readonly active: string;
  /** In the order of preference; the first is home. */
  readonly origins: FailoverGroup['origins'];
  readonly ttl: FailoverGroup['ttl'];
  readonly rounds: FailoverGroup['rounds'];
  readonly holdDown: number;
  readonly stableFor: number;
  readonly failback: FailoverGroup['failback'];
  readonly state: FailoverState | null;
}

/** A zone spelled as a resource, for the guard: one lease for each, so that two change sets never cross. */
export function zoneTarget(subscription: string, zone: string): ResourceId {
  return `/subscriptions/${subscription}/providers/cloudflare.dns/zones/${zone}`.toLowerCase() as ResourceId;
}

/** Deterministic id of a change: letters of the zone for people, and a hash. */
export function changeIdOf(kind: Cause['kind'], zone: string, ...parts: readonly string[]): string {
  const shown = zone.replace(/[^a-z0-9]+/g, '-').slice(0, 30);
  return `dns-${kind}-${shown}-${hashOf([zone, ...parts]).slice(0, 20)}`;
}

const groupOf = (groups: readonly FailoverGroup[], name: string): FailoverGroup => {
  const found = groups.find((group) => group.name === name);
  if (found === undefined) {
    throw new PermanentError('NotFound', `failover group ${name} is not known here`);
  }
  return found;
};

/** So many changes of a plan, and records of a zone, are shown. */
const mostChanges = 500;
const mostRecords = 5000;

/** Where people and schedules give orders about DNS. */
export function createDnsDesk(ports: DeskPorts) {
  const { documents, store, clock, limitsFor, subscription } = ports;

  /** Starts a change. Idempotent: the same id is the same change. */
  async function startChange(
    engine: Engine,
    request: {
      readonly changeId: string;
      readonly zone: string;
      readonly names: readonly string[] | null;
      readonly cause: Cause;
      readonly expectedHash?: string;
    },
  ): Promise<'started' | 'exists'> {
    const zone = zoneOf(await documents.current(), request.zone);
    const target = zoneTarget(subscription, zone.name);
    const urgent = ['failover', 'failback', 'ttl'].includes(request.cause.kind);
    const { limits, patienceSeconds } = await limitsFor(zone.environment, target, urgent);
    const order = changeOrderSchema.parse({
      ...request,
      names: request.names === null ? null : [...request.names],
      // A person's order is carried out where the schedule only suggests.
      mode: request.cause.by.kind === 'operator' ? 'auto' : zone.mode,
      environment: zone.environment,
      target,
      limits,
      patienceSeconds,
      expectedHash: request.expectedHash ?? null,
    });
    return engine.start(dnsChangeOrchestratorName, order.changeId, order);
  }

  async function groupsOf(zoneName: string, proposed?: DnsDocument): Promise<GroupView[]> {
    const zone = zoneOf(proposed ?? (await documents.current()), zoneName);
    return Promise.all(
      zone.failover.map(async (group) => {
        const state = (await store.failover(zoneName, group.name))?.state ?? null;
        return {
          group: group.name,
          record: group.record,
          active: state?.active ?? group.origins[0]?.name ?? '',
          ...{ origins: group.origins, ttl: group.ttl, rounds: group.rounds, failback: group.failback },
          ...{ holdDown: group.holdDown, stableFor: group.stableFor, state },
        };
      }),
    );
  }

  return {
    startChange,
    groupsOf,

    /** The document in use as it was read, and what is wrong with a newer one that was refused. */
    async document(): Promise<{ readonly text: string; readonly revision: string; readonly refusal: string | null }> {
      const { text, revision } = await documents.current();
      return { text, revision, refusal: documents.refusal() };
    },

    /** Zones of the document with their failover groups. */
    async zones() {
      const { zones } = await documents.current();
      return Promise.all(
        zones.map(async ({ name, environment, mode, policy }) => ({
          zone: name,
          target: zoneTarget(subscription, name),
          environment,
          mode,
          policy,
          failover: await groupsOf(name),
        })),
      );
    },

    /**
     * What a change of the zone would do now, or would do if the document were this one. Changes nothing.
     * @throws InvalidInputError for a proposed document that does not hold.
     */
    async view(
      zoneName: string,
      options: { readonly proposed?: string; readonly records?: 'ours' | 'all' } = {},
    ): Promise<ZoneView> {
      const { proposed, records: asked } = options;
      const document = proposed === undefined ? undefined : parseDnsDocument(proposed);
      const world =
        document === undefined ? ports : { ...ports, documents: { ...documents, current: async () => document } };
      const planned = await planNow(world, zoneName, null);
      const { plan, wanted, current } = planned;
      const drift = plan.changes.flatMap((change) => (isByHand(change) ? [changeLine(change)] : []));
      const compared =
        asked === undefined
          ? undefined
          : comparedRecords({ zone: zoneName, current, desired: wanted.desired.records, plan }).filter(
              ({ owner }) => asked === 'all' || owner === 'ours',
            );
      const foreign = new Map(
        current
          .filter((record) => readMark(record.comment).owner !== 'caretaker')
          .map((record) => [setKey(record.name, record.type), record]),
      );
      return {
        zone: zoneName,
        target: zoneTarget(subscription, zoneName),
        environment: wanted.zone.environment,
        mode: wanted.zone.mode,
        summary: planSummary(plan),
        answer: plan.answer,
        reasons: plan.reasons.map(({ text }) => text),
        checks: plan.reasons,
        limits: limitsOf(wanted.zone),
        hash: plan.hash,
        lines: plan.changes.slice(0, mostChanges).map(changeLine),
        changes: plan.changes.slice(0, mostChanges),
        notes: plan.notes.slice(0, 100),
        counts: plan.counts,
        drift,
        foreign: [...foreign.values()]
          .slice(0, 100)
          .map(({ name, type, comment }) => ({ name, type, owner: readMark(comment).owner })),
        failover: await groupsOf(zoneName, document),
        additions: wanted.additions,
        ...(compared === undefined ? {} : { records: compared.slice(0, mostRecords), recordCount: compared.length }),
      };
    },

    /** The records of a zone as the document would have them; `all` with those of others. */
    async export(
      zoneName: string,
      all: boolean,
    ): Promise<{ readonly zone: string; readonly records: readonly WrittenRecord[] }> {
      const info = await ports.zones.find(zoneName);
      if (info === undefined) {
        throw new PermanentError('NotFound', `zone ${zoneName} is not known here`);
      }
      const records = await ports.zones.records(info);
      return {
        zone: zoneName,
        records: records
          .filter((record) => all || readMark(record.comment).owner === 'caretaker')
          .flatMap((record) => {
            const written = writtenFrom(zoneName, record);
            return written === undefined ? [] : [written];
          }),
      };
    },

    /**
     * A person orders a record to another origin, or thaws it by ordering it to where it is.
     * @throws InvalidInputError when the order is refused; PermanentError `NotFound`.
     */
    async orderFailover(
      engine: Engine,
      request: {
        readonly zone: string;
        readonly group: string;
        readonly to?: string;
        readonly reason: string;
        readonly force: boolean;
        readonly by: Cause['by'];
      },
    ): Promise<{ readonly active: string; readonly changeId: string | null }> {
      const zone = zoneOf(await documents.current(), request.zone);
      const group = groupOf(zone.failover, request.group);
      const stored = await store.failover(zone.name, group.name);
      const to = request.to ?? (group.origins[0] as FailoverGroup['origins'][number]).name;
      const { reason, force } = request;
      const answer = orderFailover(group, stored?.state, { to, reason, force }, clock.now());
      if (answer.kind === 'refused') {
        throw new InvalidInputError('FailoverRefused', answer.reason, [{ path: 'to', message: answer.reason }]);
      }
      const { state } = answer.round;
      const moved = state.generation !== (stored?.state.generation ?? 0);
      const next: FailoverState = { ...state, begun: state.generation };
      if (!(await store.writeFailover(zone.name, group.name, next, stored?.etag))) {
        throw new ConflictError('FailoverContended', `${group.name} is being looked at; order it again`);
      }
      if (!moved) {
        return { active: state.active, changeId: null };
      }
      const changeId = changeIdOf('failover', zone.name, group.name, String(state.generation));
      await startChange(engine, {
        changeId,
        zone: zone.name,
        names: [normalName(zone.name, group.record) as string],
        cause: { kind: 'failover', text: `${group.name} to ${to}: ${reason}`.slice(0, 512), by: request.by },
      });
      return { active: state.active, changeId };
    },

    /** Puts records beside the document for a time. @throws InvalidInputError with every problem. */
    async add(
      engine: Engine,
      request: {
        readonly zone: string;
        readonly id: string;
        readonly records: readonly Readonly<Record<string, unknown>>[];
        readonly until: string | null;
        readonly reason: string;
        readonly by: Cause['by'];
        readonly byText: string;
      },
    ): Promise<{ readonly changeId: string }> {
      const zone = zoneOf(await documents.current(), request.zone);
      const until = request.until === null ? null : epochOf(request.until);
      if (until === undefined || (until !== null && until <= clock.now())) {
        throw new InvalidInputError('BadRequest', 'until is no time to come', [
          { path: 'until', message: 'must be a time to come, with its zone, such as 2026-01-31T09:00:00Z' },
        ]);
      }
      const made = request.records.map((raw, index) => {
        const written = writtenRecordSchema.safeParse(raw);
        const path = `records[${index}]`;
        return written.success
          ? { path, ...recordsOf(zone.name, written.data, { policy: 'sync', source: `addition/${request.id}` }) }
          : {
              path,
              records: [],
              problems: [{ path: '', message: written.error.issues.map(({ message }) => message).join('; ') }],
            };
      });
      const problems = [
        ...made.flatMap(({ path, problems: own }) => own.map((one) => ({ ...one, path: `${path}.${one.path}` }))),
        ...clashesOf(
          zone.name,
          made.flatMap(({ path, records }) => records.map((record) => ({ record, path }))),
        ),
      ];
      if (problems.length > 0) {
        throw new InvalidInputError(
          'BadRecords',
          problems.map(({ path, message }) => `${path} ${message}`).join('; '),
          problems,
        );
      }
      const addedAt = isoOf(clock.now());
      await store.putAddition({
        id: request.id,
        zone: zone.name,
        records: request.records.map((record) => ({ ...record })),
        reason: request.reason,
        by: request.byText,
        addedAt,
        until: until === null ? null : isoOf(until),
        endedAt: null,
      });
      const names = [...new Set(made.flatMap(({ records }) => records.map(({ name }) => name)))];
      const changeId = changeIdOf('order', zone.name, 'addition', request.id, addedAt);
      const text = `${request.id}: ${request.reason}`.slice(0, 512);
      await startChange(engine, { changeId, zone: zone.name, names, cause: { kind: 'order', text, by: request.by } });
      return { changeId };
    },

    /** Ends an addition; what it had put aside comes back. */
    async end(
      engine: Engine,
      request: { readonly zone: string; readonly id: string; readonly by: Cause['by'] },
    ): Promise<{ readonly changeId: string }> {
      const additions = await store.additions(request.zone);
      const addition = additions.find(({ id }) => id === request.id);
      if (addition === undefined || !(await store.endAddition(request.zone, request.id))) {
        throw new PermanentError('NotFound', `addition ${request.id} is not known here`);
      }
      const names = addition.records.flatMap((record) => normalName(request.zone, String(record['name'])) ?? []);
      const changeId = changeIdOf('order', request.zone, 'ended', request.id, addition.addedAt);
      const text = `${request.id} is over`;
      await startChange(engine, {
        changeId,
        zone: request.zone,
        names: [...new Set(names)],
        cause: { kind: 'order', text, by: request.by },
      });
      return { changeId };
    },

    /** Adopts what stands at a name: a change that was made by hand is wanted from now on, until the document says so too. */
    async adopt(request: {
      readonly zone: string;
      readonly name: string;
      readonly type: string;
      readonly reason: string;
      readonly byText: string;
    }): Promise<{ readonly id: string; readonly records: readonly WrittenRecord[] }> {
      const name = normalName(request.zone, request.name);
      const info = await ports.zones.find(request.zone);
      if (info === undefined || name === undefined || !isRecordType(request.type)) {
        throw new PermanentError('NotFound', `${request.name} ${request.type} in ${request.zone} is not known here`);
      }
      const standing = (await ports.zones.records(info)).filter(
        (record) =>
          record.name === name && record.type === request.type && readMark(record.comment).owner === 'caretaker',
      );
      const records = standing.flatMap((record) => writtenFrom(request.zone, record) ?? []);
      if (records.length === 0) {
        throw new PermanentError('NotFound', `there is no record of ours at ${name} ${request.type}`);
      }
      const id = `adopted-${hashOf([name, request.type]).slice(0, 16)}`;
      await store.putAddition({
        id,
        zone: request.zone,
        records: records.map((record) => ({ ...record })),
        reason: request.reason,
        by: request.byText,
        addedAt: isoOf(clock.now()),
        until: null,
        endedAt: null,
      });
      return { id, records };
    },
  };
}

export type DnsDesk = ReturnType<typeof createDnsDesk>;

/** A record as people would write it into the document; `undefined` for types that Caretaker does not know. */
export function writtenFrom(zone: string, record: ZoneRecord): WrittenRecord | undefined {
  const normal = readable(record);
  if (normal === undefined || !isRecordType(record.type)) {
    return undefined;
  }
  const mark = readMark(record.comment);
  const text = mark.owner === null ? (record.comment ?? '') : mark.text;
  const name = record.name === zone ? '@' : record.name.slice(0, -zone.length - 1);
  const content = record.type === 'TXT' ? normal.value : normal.content;
  return writtenRecordSchema.parse({
    name,
    type: record.type,
    ...(content === null ? {} : { content }),
    ...(normal.priority === null ? {} : { priority: normal.priority }),
    ...normal.data,
    ...(record.ttl === automaticTtl ? {} : { ttl: record.ttl }),
    ...(record.proxied ? { proxied: true } : {}),
    ...(text === '' ? {} : { comment: text }),
    ...(record.tags.length === 0 ? {} : { tags: record.tags }),
    ...(mark.policy === 'sync' ? {} : { policy: mark.policy }),
  });
}

/** Time in buckets, for ids of what is done at most once in each. */
export const bucketOf = (now: EpochMillis, seconds: number): string => String(Math.floor(now / (seconds * 1000)));
