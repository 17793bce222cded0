import { handler } from '../kernel/activity';
import { epochOf, isoOf, type Clock } from '../kernel/clock';
import { describeError, InvalidInputError, InvariantError, PermanentError } from '../kernel/errors';
import type { FieldDecisions } from '../ledger';
import type { DnsResolvers } from '../ports/dns-resolvers';
import type { DnsZones, ZoneInfo } from '../ports/dns-zones';
import type { Fences } from '../ports/fences';
import type { Notifications } from '../ports/notifications';
import { batchesOf } from './batch.plan';
import type { BatchState, Planned, StoredChange } from './change.model';
import { applyContract, concludeContract, planContract, restoreContract, verifyContract } from './contract';
import type { DnsDocuments } from './documents';
import { batchOf, ZoneView } from './landed.plan';
import type { Change, ZonePlan } from './model';
import { changeLine, planSummary } from './show.plan';
import type { DnsStore } from './store';
import { expectations, judgeAnswers, oldTtlSeconds, worthOf, type Answers, type Expectation } from './verify.plan';
import { planNow, wantedSets, wantedZone } from './wanted';

export interface DnsActivityPorts {
  readonly documents: DnsDocuments;
  readonly store: DnsStore;
  readonly zones: DnsZones;
  readonly resolvers: DnsResolvers;
  /** Where it is written down which fields of Terraform's records were set. */
  readonly fieldDecisions: Pick<FieldDecisions, 'record'>;
  readonly notifications: Notifications;
  readonly clock: Clock;
}

/** A batch whose answer never came may still be on its way for so long; only then is it sent again. */
const unheardSeconds = 60;
const lookAgainSeconds = 15;

/** A plan older than this is compared with the zone before a batch is sent. */
const freshSeconds = 30;

/** Record sets that servers are asked about after a change. */
const mostAsked = 20;

/** Fields of a record that are ours (`infra/ownership.yaml`). */
const ownedFields: ReadonlySet<string> = new Set(['content', 'ttl', 'proxied', 'comment']);

const shortened = (error: unknown): string => describeError(error).slice(0, 400);

/** The activities of a change: decode, one idempotent effect, encode. */
export function dnsActivities(ports: DnsActivityPorts) {
  const { documents, store, zones, resolvers, fieldDecisions, notifications, clock } = ports;

  async function stored(id: string): Promise<{ readonly change: StoredChange; readonly etag: string }> {
    const found = await store.change(id);
    if (found === undefined) {
      throw new InvariantError(`the change ${id} was never planned`);
    }
    return found;
  }

  const partsOf = ({ plan, info }: StoredChange): readonly (readonly Change[])[] =>
    batchesOf(plan.changes, info.batchSize);

  async function viewOf(info: ZoneInfo): Promise<ZoneView> {
    return new ZoneView(info.name, await zones.records(info));
  }

  /** Writes how a batch stands; gives the version to write over next. */
  async function mark(change: StoredChange, etag: string, batch: number, state: BatchState['state']) {
    const at = isoOf(clock.now());
    const batches = change.batches.map((one, index) => (index === batch ? { ...one, state, at } : one));
    const next: StoredChange = {
      ...change,
      batches,
      appliedAt: state === 'done' ? (change.appliedAt ?? at) : change.appliedAt,
    };
    return { change: next, etag: await store.writeChange(next, etag) };
  }

  return {
    plan: handler(planContract, async ({ order }): Promise<Planned> => {
      const before = await store.change(order.changeId);
      if (before !== undefined && before.change.batches.some(({ state }) => state !== 'waiting')) {
        return told(before.change.plan, before.change.batches.length);
      }
      try {
        const { plan, info } = await planNow({ documents, store, zones, clock }, order.zone, order.names);
        if (plan.changes.length === 0) {
          return { kind: 'nothing', notes: plan.notes.slice(0, 20) };
        }
        const batches = batchesOf(plan.changes, info.batchSize);
        const change: StoredChange = {
          version: 1,
          order,
          plannedAt: isoOf(clock.now()),
          plan,
          info: { ...info, nameServers: [...info.nameServers] },
          batches: batches.map(({ length }) => ({ state: 'waiting', at: null, size: length })),
          appliedAt: null,
          restored: null,
        };
        await store.writeChange(change, before?.etag);
        return told(plan, batches.length);
      } catch (error) {
        if (error instanceof PermanentError || error instanceof InvalidInputError) {
          return { kind: 'blocked', reasons: [shortened(error)] };
        }
        throw error;
      }
    }),

    apply: (fences: Fences) =>
      handler(applyContract, async ({ changeId, batch, hash, environment, target, token }) => {
        let { change, etag } = await stored(changeId);
        const state = change.batches[batch];
        const changes = partsOf(change)[batch];
        if (state === undefined || changes === undefined) {
          throw new InvariantError(`the change ${changeId} has no batch ${batch}`);
        }
        if (change.plan.hash !== hash) {
          return { kind: 'drifted' as const, reason: 'the stored plan is not the one that was let through' };
        }
        if (state.state === 'done') {
          return { kind: 'applied' as const, at: state.at ?? isoOf(clock.now()) };
        }
        const old = (clock.now() - (epochOf(change.plannedAt) ?? 0)) / 1000 > freshSeconds;
        if (state.state === 'intended' || old) {
          const view = await viewOf(change.info);
          const landed = changes.filter((one) => view.has(one)).length;
          if (state.state === 'intended' && landed === changes.length) {
            await mark(change, etag, batch, 'done');
            return { kind: 'applied' as const, at: isoOf(clock.now()) };
          }
          const age = state.at === null ? 0 : (clock.now() - (epochOf(state.at) ?? 0)) / 1000;
          if (state.state === 'intended' && age < unheardSeconds) {
            const reason = 'an earlier attempt may still reach Cloudflare';
            return { kind: 'later' as const, retryAfterSeconds: lookAgainSeconds, reason };
          }
          const moved = changes.find((one) => !view.isBefore(one));
          if (moved !== undefined) {
            return {
              kind: 'drifted' as const,
              reason: `somebody changed it since it was planned: ${changeLine(moved)}`.slice(0, 500),
            };
          }
        }
        const fence = await fences.problem(environment, target, token);
        if (fence !== undefined) {
          return { kind: 'fenced' as const, reason: fence };
        }
        ({ change, etag } = await mark(change, etag, batch, 'intended'));
        const { info } = change;
        const result = await zones.apply(info, batchOf(changes));
        switch (result.kind) {
          case 'applied':
            await mark(change, etag, batch, 'done');
            return { kind: 'applied' as const, at: isoOf(clock.now()) };
          case 'later':
            await mark(change, etag, batch, 'waiting');
            return { kind: 'later' as const, retryAfterSeconds: result.retryAfterSeconds, reason: result.reason };
          case 'refused': {
            // A batch is one transaction, by Cloudflare's word. Looking costs one request and proves it.
            const view = await viewOf(info);
            const landed = changes.filter((one) => view.has(one)).length;
            await mark(change, etag, batch, landed > 0 ? 'intended' : 'refused');
            const half = landed > 0 ? `; ${landed} of ${changes.length} changes are there all the same` : '';
            return {
              kind: 'refused' as const,
              reason: `${result.code}: ${result.message}${half}`,
              partly: landed > 0,
            };
          }
        }
      }),

    verify: handler(verifyContract, async ({ changeId }) => {
      const { change } = await stored(changeId);
      const { zone } = change.order;
      const { info } = change;
      const records = await zones.records(info);
      const view = new ZoneView(zone, records);
      const missing = change.plan.changes.filter((one) => !view.has(one));
      if (missing.length > 0) {
        const reasons = missing.slice(0, 5).map((one) => `not in the zone: ${changeLine(one)}`.slice(0, 500));
        return { verdict: 'pending' as const, reasons, facts: { missing: missing.length } };
      }
      const expected = expectations(zone, change.plan.changes, records, mostAsked);
      const { resolvers: servers } = await documents.current();
      const elapsed =
        change.appliedAt === null ? 0 : Math.floor((clock.now() - (epochOf(change.appliedAt) ?? clock.now())) / 1000);
      const answers = await Promise.all(
        expected.map(async (expectation): Promise<Answers> => {
          const [authoritative, public_] = await Promise.all([
            askAll(info.nameServers, expectation),
            askAll(servers, expectation),
          ]);
          return { expectation, authoritative, resolvers: public_ };
        }),
      );
      const judged = judgeAnswers(answers, elapsed, oldTtlSeconds(change.plan.changes));
      return {
        verdict: judged.verdict,
        reasons: [...judged.reasons],
        facts: { asked: expected.length, changes: change.plan.changes.length, secondsAfterChange: elapsed },
      };
    }),

    restore: (fences: Fences) =>
      handler(restoreContract, async ({ changeId, environment, target, token }) => {
        const { change, etag } = await stored(changeId);
        const { info } = change;
        const view = await viewOf(info);
        const touched = partsOf(change).filter((_, index) => change.batches[index]?.state !== 'waiting');
        const undo = view.undo(touched.flat());
        const size = undo.deletes.length + undo.puts.length + undo.posts.length;
        if (size === 0) {
          return { kind: 'restored' as const, text: 'the zone is as it was before' };
        }
        const fence = await fences.problem(environment, target, token);
        if (fence !== undefined) {
          return { kind: 'failed' as const, text: fence };
        }
        for (const part of undoParts(undo, info.batchSize)) {
          const result = await zones.apply(info, part);
          if (result.kind === 'later') {
            return result;
          }
          if (result.kind === 'refused') {
            return { kind: 'failed' as const, text: `${result.code}: ${result.message}` };
          }
        }
        const restored = { state: 'done' as const, at: isoOf(clock.now()), size };
        await store.writeChange({ ...change, restored }, etag);
        return { kind: 'restored' as const, text: `${size} records are as they were before` };
      }),

    conclude: handler(concludeContract, async ({ changeId, zone, environment, cause, result, good, reasons }) => {
      if (good) {
        await noteApplied(changeId, zone);
        await noteFields(changeId);
      }
      const quiet = good && cause !== 'failover' && cause !== 'failback';
      if (quiet) {
        return { told: false };
      }
      await notifications.tell({
        key: `dns-change:${changeId}:${result}`,
        kind: 'dns',
        severity: good ? 'info' : 'critical',
        environment,
        title: `DNS of ${zone}: ${cause} ${result}`.slice(0, 200),
        text: (reasons.join('\n') || result).slice(0, 2000),
      });
      return { told: true };
    }),
  };

  async function askAll(servers: readonly string[], expectation: Expectation) {
    return Promise.all(
      servers.map(async (server) => ({
        server,
        worth: worthOf(expectation, await resolvers.ask(server, expectation.name, expectation.ask)),
      })),
    );
  }

  /** Writes down which fields of existing records were set; those that Terraform made are in its state under the same id. */
  async function noteFields(changeId: string): Promise<void> {
    const change = (await store.change(changeId))?.change;
    for (const one of change?.plan.changes ?? []) {
      if (one.kind !== 'update' || change?.appliedAt == null) {
        continue;
      }
      const sentence = `${change.order.cause.kind}: ${one.reason}`.slice(0, 1024);
      for (const field of one.fields.filter((name) => ownedFields.has(name))) {
        await fieldDecisions.record({ id: changeId, resource: one.before.id, field, at: change.appliedAt, sentence });
      }
    }
  }

  /** Remembers what is now as it is wanted, so that a later difference is known to be made by hand. */
  async function noteApplied(changeId: string, zone: string): Promise<void> {
    const found = await store.change(changeId);
    const { desired } = await wantedZone({ documents, store, clock }, zone);
    const wanted = wantedSets(desired.records);
    const names = found?.change.order.names ?? null;
    const before = await store.applied(zone);
    const kept = [...before].filter(([key]) => names !== null && !names.includes(key.split(' ')[0] ?? ''));
    const fresh = [...wanted].filter(([key]) => names === null || names.includes(key.split(' ')[0] ?? ''));
    await store.noteApplied(zone, new Map([...kept, ...fresh]));
  }
}

export type DnsActivities = ReturnType<typeof dnsActivities>;

function told(plan: ZonePlan, batches: number): Planned {
  return {
    kind: 'planned',
    hash: plan.hash,
    answer: plan.answer,
    obstacles: plan.reasons.map(({ text }) => text),
    summary: planSummary(plan),
    lines: plan.changes.slice(0, 100).map(changeLine),
    batches,
    notes: plan.notes.slice(0, 20),
    counts: plan.counts,
    oldTtlSeconds: oldTtlSeconds(plan.changes),
  };
}

/** An undo in parts that fit. Put back first, take away last: what is cut off in between leaves too much and not too little. */
function undoParts(undo: ReturnType<ZoneView['undo']>, size: number): ReturnType<ZoneView['undo']>[] {
  const { deletes, puts, posts } = undo;
  if (deletes.length + puts.length + posts.length <= size) {
    return [undo];
  }
  const cut = <Item>(items: readonly Item[]): Item[][] =>
    Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
  return [
    ...cut(puts).map((part) => ({ deletes: [], puts: part, posts: [] })),
    ...cut(posts).map((part) => ({ deletes: [], puts: [], posts: part })),
    ...cut(deletes).map((part) => ({ deletes: part, puts: [], posts: [] })),
  ];
}
