import { epochOf, isoOf, type EpochMillis } from '../kernel/clock';
import { describeError, PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import type { Engine } from '../ports/engine';
import type { Notifications } from '../ports/notifications';
import type { OriginProbes } from '../ports/origin-probes';
import { bucketOf, changeIdOf, type DnsDesk } from './desk';
import type { DnsDocument } from './document';
import type { FailoverGroup, WrittenZone } from './document.model';
import { stands } from './desired.plan';
import type { FailoverState, OriginSighting } from './failover.model';
import { heard, firstState, round, type Happening } from './failover.plan';
import { readMark } from './mark.plan';
import type { Change } from './model';
import { normalName } from './normal.plan';
import { subjectOf } from './plan';
import { changeLine, planSummary } from './show.plan';
import { planNow, type DnsWorld } from './wanted';

export interface WatchPorts extends DnsWorld {
  readonly desk: DnsDesk;
  readonly probes: OriginProbes;
  readonly notifications: Notifications;
  readonly log: Log;
}

/** A word from outside about origins, such as a Cloudflare notification. */
export interface OriginWord {
  /** Name of the health check or pool, as the document's `notifications` has it. */
  readonly check: string;
  readonly seen: 'healthy' | 'unhealthy';
}

/** A word from outside counts so long, in seconds: somebody who says that all is well again may never come. */
const wordLifeSeconds = 900;

/** The same difference is put right at most once in so long, and asked about at most once a day. Seconds. */
const sweepAgainSeconds = 3600;
const askAgainSeconds = 86_400;

/** A move that is not seen in the zone after so long is begun again, as often as that. Seconds. */
const lateAfterSeconds = 300;
const lateAgainSeconds = 600;

const schedule = { kind: 'signal', signalId: 'schedule:dns' } as const;

/** What runs by the clock: rounds of looking at origins, and the sweep over the zones. Every step is idempotent. */
export function createDnsWatch(ports: WatchPorts) {
  const { documents, store, clock, desk, probes, notifications, log } = ports;

  async function look(document: DnsDocument, group: FailoverGroup): Promise<OriginSighting[]> {
    return Promise.all(
      group.origins.flatMap((origin) =>
        document.vantages.map(async ({ name, probe }) => ({
          vantage: name,
          origin: origin.name,
          ...(await probes.look(probe, origin.probe)),
        })),
      ),
    );
  }

  async function tell(
    zone: WrittenZone,
    group: FailoverGroup,
    state: FailoverState,
    happening: Happening,
  ): Promise<void> {
    if (happening.kind === 'watchful') {
      return;
    }
    await notifications.tell({
      key: `dns-failover:${zone.name}:${group.name}:${happening.kind}:${state.generation}:${state.frozen?.at ?? ''}`,
      kind: 'dns',
      severity: happening.kind === 'recovered' ? 'info' : happening.kind === 'moved' ? 'warning' : 'critical',
      environment: zone.environment,
      title:
        `${group.record}.${zone.name}: ${happening.kind === 'moved' ? `goes to ${state.active}` : happening.kind}`.slice(
          0,
          200,
        ),
      text: happening.text.slice(0, 2000),
    });
  }

  /** Begins the change set that a state asks for, if it was not begun. The id is that of the state's generation. */
  async function begin(engine: Engine, zone: WrittenZone, group: FailoverGroup, state: FailoverState): Promise<void> {
    const last = state.moves.at(-1);
    const moved = last !== undefined && last.at === state.roundAt;
    const kind = moved ? (last.kind === 'failback' ? 'failback' : 'failover') : 'ttl';
    const text = moved
      ? `${group.name} from ${last.from} to ${last.to}: ${last.reason}`
      : `${group.name}: TTL ${state.watchful ? 'lowered, because something may move soon' : 'back to normal'}`;
    await desk.startChange(engine, {
      changeId: changeIdOf(kind, zone.name, group.name, String(state.generation)),
      zone: zone.name,
      names: [normalName(zone.name, group.record) as string],
      cause: { kind, text: text.slice(0, 512), by: schedule },
    });
  }

  async function oneRound(
    engine: Engine,
    document: DnsDocument,
    zone: WrittenZone,
    group: FailoverGroup,
  ): Promise<void> {
    const stored = await store.failover(zone.name, group.name);
    const sightings = await look(document, group);
    const { state, happenings } = round(group, stored?.state, sightings, clock.now());
    if (!(await store.writeFailover(zone.name, group.name, state, stored?.etag))) {
      // Another round, or an order, was faster; the next round sees what it left.
      return;
    }
    for (const happening of happenings) {
      log.info(`dns failover ${happening.kind}`, { zone: zone.name, group: group.name, text: happening.text });
      await tell(zone, group, state, happening);
    }
    if (state.generation > state.begun) {
      await begin(engine, zone, group, state);
      const now = await store.failover(zone.name, group.name);
      if (now !== undefined && now.state.generation === state.generation) {
        // Lost when another round is faster: then that one begins it again, under the same id.
        await store.writeFailover(zone.name, group.name, { ...now.state, begun: state.generation }, now.etag);
      }
    }
  }

  return {
    /** Looks once at every origin and acts on what most places agree on. One group's failure is none of the others'. */
    async round(engine: Engine): Promise<void> {
      const document = await documents.current();
      for (const zone of document.zones) {
        for (const group of zone.failover) {
          try {
            await oneRound(engine, document, zone, group);
          } catch (error) {
            log.error('a round of dns failover failed', {
              zone: zone.name,
              group: group.name,
              error: describeError(error),
            });
          }
        }
      }
    },

    /** Takes a word from outside about an origin; gives how many groups it was news for. */
    async hear(word: OriginWord, from: string): Promise<number> {
      const now = clock.now();
      let told = 0;
      for (const zone of (await documents.current()).zones) {
        for (const group of zone.failover) {
          const origin = group.notifications[word.check];
          if (origin === undefined) {
            continue;
          }
          const stored = await store.failover(zone.name, group.name);
          const next = heard(stored?.state ?? firstState(group), {
            origin,
            seen: word.seen,
            from,
            at: isoOf(now),
            until: isoOf((now + wordLifeSeconds * 1000) as EpochMillis),
          });
          if (await store.writeFailover(zone.name, group.name, next, stored?.etag)) {
            told += 1;
          }
        }
      }
      return told;
    },

    /** Compares every zone with what is wanted, and begins a change where they differ. */
    async sweep(engine: Engine): Promise<void> {
      for (const zone of (await documents.current()).zones) {
        try {
          await sweepZone(engine, zone);
        } catch (error) {
          if (!(error instanceof PermanentError)) {
            log.error('a sweep of dns failed', { zone: zone.name, error: describeError(error) });
            continue;
          }
          const text = describeError(error);
          await notifications.tell({
            key: `dns-sweep:${zone.name}:${error.code}:${bucketOf(clock.now(), askAgainSeconds)}`,
            kind: 'dns',
            severity: 'warning',
            environment: zone.environment,
            title: `DNS of ${zone.name} cannot be looked after`,
            text,
          });
        }
      }
    },
  };

  /** Records that do not lead where their state says, although there was time enough. */
  function lateRecords(
    zone: WrittenZone,
    states: ReadonlyMap<string, FailoverState>,
    changes: readonly Change[],
  ): string[] {
    const touched = new Set(changes.map((change) => subjectOf(change).name));
    return zone.failover.flatMap((group) => {
      const name = normalName(zone.name, group.record) as string;
      const movedAt = epochOf(states.get(group.name)?.moves.at(-1)?.at ?? '');
      const inTime = movedAt === undefined || clock.now() - movedAt < lateAfterSeconds * 1000;
      return touched.has(name) && !inTime ? [name] : [];
    });
  }

  async function sweepZone(engine: Engine, zone: WrittenZone): Promise<void> {
    const { plan, wanted, current } = await planNow(ports, zone.name, null);
    const inUse = new Set(current.map(({ comment }) => readMark(comment).source));
    for (const addition of wanted.additions) {
      // Kept until its records are gone: a source that is not known deletes nothing.
      if (!stands(addition, clock.now()) && !inUse.has(`addition/${addition.id}`)) {
        await store.removeAddition(zone.name, addition.id);
      }
    }
    if (plan.changes.length === 0) {
      return;
    }
    const late = lateRecords(zone, wanted.failovers, plan.changes);
    if (late.length > 0) {
      // A move that was stopped or refused when it was begun: by itself, so that nothing else in the zone holds it up.
      await desk.startChange(engine, {
        changeId: changeIdOf('failover', zone.name, 'late', plan.hash, bucketOf(clock.now(), lateAgainSeconds)),
        zone: zone.name,
        names: late,
        cause: { kind: 'failover', text: 'it does not lead where it should since it was moved', by: schedule },
      });
      return;
    }
    const drift = plan.changes.some((change) => change.kind === 'update' && change.reason.includes('by hand'));
    if (plan.answer === 'stop') {
      await notifications.tell({
        key: `dns-stop:${zone.name}:${plan.hash.slice(0, 16)}`,
        kind: 'dns',
        severity: 'critical',
        environment: zone.environment,
        title: `DNS of ${zone.name}: the change set is refused`,
        text: [...plan.reasons.map(({ text }) => text), ...plan.changes.slice(0, 10).map(changeLine)]
          .join('\n')
          .slice(0, 2000),
      });
      return;
    }
    const again = plan.answer === 'ask' ? askAgainSeconds : sweepAgainSeconds;
    const text = `${drift ? 'changed by hand; ' : ''}${planSummary(plan)}`.slice(0, 512);
    await desk.startChange(engine, {
      changeId: changeIdOf(
        'sweep',
        zone.name,
        plan.hash,
        bucketOf(clock.now(), again),
        hashOf(wanted.document.revision),
      ),
      zone: zone.name,
      names: null,
      cause: { kind: 'sweep', text, by: schedule },
    });
  }
}

export type DnsWatch = ReturnType<typeof createDnsWatch>;
