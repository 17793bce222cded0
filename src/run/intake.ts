import { z } from 'zod';
import { isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import type { Json } from '../kernel/canonical-json';
import { describeError, InvariantError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import type { DecisionClaim, DecisionRecord, DecisionRecords, Ledger } from '../ledger';
import { parseResourceId } from '../kernel/resource-id';
import type { Documents } from '../ports/documents';
import type { Incidents } from '../ports/incidents';
import type { Notifications } from '../ports/notifications';
import {
  actionSchema,
  admissionSchema,
  admit,
  decide,
  dedupeKey,
  windowSchema,
  type Admission,
  type CompiledPolicy,
  type Decision,
  type PolicyStore,
  type Window,
} from '../rules';
import type { Catalogue } from '../runbooks';
import { signalSchema, type Signal } from '../signal';
import { tagsOf, type Inventory, type Sight } from '../inventory';
import type { Correlations } from './correlation';
import { joinSchema, nameOf, sharedText, type Correlation, type Join, type Opening } from './correlation.model';
import { incidentIdOf, orderOf } from './incident-order';
import { incidentOrderSchema, type IncidentOrder, type IncidentReport } from './model';
import type { IncidentRecords } from './records';
import { openedNews } from './telling';

/** What became of a signal at the door. */
export interface Acceptance {
  readonly signalId: string;
  readonly action: KeptAction;
  /** Why, as a sentence. */
  readonly sentence: string;
  readonly incidentId: string | null;
  /** The signal had been taken in before; nothing was started again. */
  readonly duplicate: boolean;
}

/** Takes signals in: decides, writes the decision down, and starts what follows from it. */
export interface Intake {
  /**
   * Takes one signal in. When it returns, the decision and everything that follows from it are durable. Idempotent by the
   * signal's identity. Throws only what is worth sending the signal again for.
   */
  accept(signal: Signal, incidents: Incidents): Promise<Acceptance>;
  /**
   * Finishes what a crash left between a decision and what follows from it, each by itself. Returns how many were finished;
   * throws `TransientError` after the last when some were not.
   */
  sweep(incidents: Incidents, claimedBefore: EpochMillis): Promise<number>;
  /**
   * Tells that an incident has ended: of those that joined it, the first that still needs one gets an incident of its own, which
   * the others then join. Idempotent.
   */
  close(report: IncidentReport, incidents: Incidents): Promise<void>;
  /** Signals that joined an incident so far. */
  joinedIn(report: IncidentReport): Promise<readonly string[]>;
}

/**
 * What comes of a signal. `held`: its rule takes one of several, and this is another one. `joined`: an incident is open already about
 * its resource, or about what it is part of.
 */
const keptActionSchema = z.enum([...actionSchema.options, 'held', 'joined']);
export type KeptAction = z.infer<typeof keptActionSchema>;

/** What is kept of a decision: enough to start again what follows from it, under the policy it was made with. */
export const keptDecisionSchema = z.object({
  signal: signalSchema,
  policyVersion: z.string(),
  environment: z.string().nullable(),
  action: keptActionSchema,
  sentence: z.string(),
  considered: z.array(z.object({ rule: z.string(), matched: z.boolean(), reasons: z.array(z.string()) })),
  /** What the rule's deduplication said; null for a rule without. */
  dedupe: admissionSchema.nullable().default(null),
  incident: incidentOrderSchema.nullable(),
  /** The incident that it joined, or for the end of an alert the one that the alert had joined. */
  join: joinSchema.nullable().default(null),
  /** Of one that joined: the incident that it would have opened, for when the one it joined ends without looking at it. */
  followUp: incidentOrderSchema.nullable().default(null),
  /** What was known of the resource, where the policy asks for it: what a rehearsal holds another policy against. */
  snapshot: z
    .object({ tags: z.record(z.string(), z.string()), zones: z.array(z.string()), readAt: z.string() })
    .nullable()
    .default(null),
});
export type KeptDecision = z.infer<typeof keptDecisionSchema>;

export interface IntakePorts {
  readonly policies: PolicyStore;
  readonly catalogue: Catalogue;
  readonly decisions: DecisionRecords;
  readonly ledger: Ledger;
  readonly records: IncidentRecords;
  /** Where the windows of deduplication are kept. */
  readonly documents: Documents;
  readonly inventory: Pick<Inventory, 'find'>;
  readonly correlations: Correlations;
  /** Who is told that an incident was opened; nobody when left out. */
  readonly notifications?: Notifications;
  readonly clock: Clock;
  readonly log: Log;
}

/** The incident that a decision is about, opened by it or told by it. */
function incidentOf({ incident, join, signal }: KeptDecision): string | null {
  const own = signal.condition === 'resolved' ? incidentIdOf(signal.correlation) : null;
  return incident?.incidentId ?? join?.incidentId ?? own;
}

/** Decisions that wait for the end of a window are pending too, and must not hide those that a crash left. */
const sweepLimit = 2000;

/** So many signals may change one window at once before a sender is asked to come again. */
const windowConflictLimit = 40;

/** Whether what a decision leads to is not to be started yet. */
function isWaiting({ dedupe }: KeptDecision, clock: Clock): boolean {
  return dedupe?.answer === 'waits' && dedupe.until !== null && clock.now() < Date.parse(dedupe.until);
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export function createIntake(ports: IntakePorts): Intake {
  const { policies, decisions, documents, ledger, records, inventory, correlations, clock, log } = ports;

  async function enter(kept: KeptDecision): Promise<void> {
    const { signal } = kept;
    await ledger.append([
      {
        id: `signal.decided:${signal.id}`,
        kind: 'signal.decided',
        subject: signal.id,
        data: {
          target: signal.target,
          alertRule: signal.rule,
          condition: signal.condition,
          occurredAt: signal.occurredAt,
          action: kept.action,
          sentence: kept.sentence,
          rule: kept.incident?.rule ?? kept.followUp?.rule ?? null,
          incidentId: incidentOf(kept),
          policyVersion: kept.policyVersion,
        },
      },
    ]);
  }

  /** Opens an incident and tells people of it. That they cannot be told keeps nothing from being repaired. */
  async function opened(order: IncidentOrder, incidents: Incidents): Promise<void> {
    if ((await incidents.open(order.incidentId, order)) === 'opened') {
      await ports.notifications?.tell(openedNews(order)).catch((error: unknown) => {
        log.error('nobody could be told of an incident', { incident: order.incidentId, error: describeError(error) });
      });
    }
  }

  async function follow(kept: KeptDecision, incidents: Incidents): Promise<string | null> {
    const { signal } = kept;
    await enter(kept);
    if (kept.dedupe?.answer === 'waits' && (await records.isResolved(signal.correlation))) {
      return null;
    }
    if (kept.incident !== null) {
      await opened(kept.incident, incidents);
    } else if (kept.join !== null && kept.followUp !== null) {
      await lookedAfter(kept, kept.followUp, kept.join, incidents);
    } else if (signal.condition === 'resolved') {
      // Written before the incident is told: an incident that is being opened at this moment reads it when it first looks.
      await records.noteResolved(signal.correlation, signal.id, signal.occurredAt);
      await incidents.resolve(incidentIdOf(signal.correlation), { signalId: signal.id, at: signal.occurredAt });
    }
    return incidentOf(kept);
  }

  async function finish(record: DecisionRecord, incidents: Incidents, claim?: DecisionClaim): Promise<string | null> {
    const kept = keptDecisionSchema.safeParse(record.decision);
    if (!kept.success) {
      throw new InvariantError(`the decision record of signal ${record.signalId} does not fit its schema`);
    }
    if (isWaiting(kept.data, clock)) {
      // Its record stays pending, and so the sweep comes back to it, and enters it if a crash is before that.
      if (claim?.kind === 'claimed') {
        await enter(kept.data);
      }
      return null;
    }
    const incidentId = await follow(kept.data, incidents);
    await decisions.complete(record.signalId, { incidentId }, claim);
    return incidentId;
  }

  /**
   * What a rule's window says to a signal. What is remembered of the one that is taken holds its whole decision: before
   * another is held back against it, its decision is claimed, so that no signal stands for others and is itself lost.
   */
  async function deduplicated(kept: KeptDecision, decision: Decision, incidents: Incidents): Promise<KeptDecision> {
    const { signal } = kept;
    const dedupe = decision.chosen?.dedupe;
    if (kept.incident === null || decision.chosen === null || dedupe === undefined) {
      return kept;
    }
    const { rule } = decision.chosen;
    const key = dedupeKey(dedupe, signal, parseResourceId(signal.target)?.parts);
    const path = `dedupe/${hashOf({ rule, take: dedupe.take, key })}.json`;
    for (let attempt = 0; attempt < windowConflictLimit; attempt += 1) {
      const stored = await documents.get(path);
      const window = stored === undefined ? undefined : windowOf(path, stored.value);
      const { admission, next } = admit(window, { rule, dedupe, key, signalId: signal.id }, clock.now());
      const said = withAdmission(kept, admission);
      if (next === undefined) {
        if (admission.against !== null && window?.taken?.signalId === admission.against) {
          await claimed(admission.against, window.taken.carried, incidents);
        }
        return said;
      }
      const value = asJson(
        next.taken?.signalId === signal.id ? { ...next, taken: { ...next.taken, carried: asJson(said) } } : next,
      );
      const written =
        stored === undefined
          ? (await documents.create(path, value)).kind === 'created'
          : (await documents.replace(path, value, stored.etag)).kind === 'replaced';
      if (written) {
        return said;
      }
    }
    throw new TransientError('WindowContended', `the window of rule "${rule}" is being changed by many at once`, {
      retryAfterSeconds: 1,
    });
  }

  /** Makes sure that there is a decision record of the signal that stands for others. */
  async function claimed(signalId: string, carried: unknown, incidents: Incidents): Promise<void> {
    if ((await decisions.find(signalId)) === undefined) {
      const kept = await correlated(keptDecisionSchema.parse(carried), incidents);
      const claim = await decisions.claim({ signalId, decision: asJson(kept) });
      await finish(claim.record, incidents, claim);
    }
  }

  const openingOf = (order: IncidentOrder, carried: KeptDecision): Opening | undefined =>
    order.root === undefined
      ? undefined
      : {
          incidentId: order.incidentId,
          signalId: order.signalId,
          correlation: order.correlation,
          target: order.target,
          mode: order.mode,
          root: order.root,
          carried: asJson(carried),
        };

  /** Whether the incident that is remembered as open goes on, or is about to begin. */
  async function isAlive(open: NonNullable<Correlation['open']>, incidents: Incidents): Promise<boolean> {
    if (open.carried !== null) {
      await claimed(open.signalId, open.carried, incidents);
    }
    const state = await incidents.state(open.incidentId);
    return state === 'none' ? (await decisions.find(open.signalId))?.state === 'pending' : state === 'running';
  }

  /** A decision to open an incident, or to join the one that is open about the same resource or about what both are part of. */
  async function correlated(kept: KeptDecision, incidents: Incidents): Promise<KeptDecision> {
    const { incident, signal, dedupe } = kept;
    // One that waits first is opened when its time has come; its lease keeps it apart from others then.
    const opening = incident === null || dedupe?.answer === 'waits' ? undefined : openingOf(incident, kept);
    if (incident === null || opening === undefined) {
      return kept;
    }
    const join = await correlations.enter(opening, (open) => isAlive(open, incidents));
    return join === null
      ? kept
      : {
          ...kept,
          action: 'joined',
          incident: null,
          join,
          followUp: incident,
          sentence: `The alert "${signal.rule}" on ${nameOf(signal.target)} joins incident ${join.incidentId}: ${sharedText(signal.target, join)}.`,
        };
  }

  /**
   * A signal that joined is looked after by the incident's end, which reads its record. An incident that ended before there was the
   * record knew nothing of it: then it gets its own, or joins the next.
   */
  async function lookedAfter(
    kept: KeptDecision,
    order: IncidentOrder,
    join: Join,
    incidents: Incidents,
  ): Promise<void> {
    const joined = await correlations.joinedIn(join);
    if (joined.some(({ signalId }) => signalId === kept.signal.id) || (await records.isResolved(order.correlation))) {
      return;
    }
    const opening = openingOf(order, kept);
    if (opening !== undefined && (await correlations.enter(opening, (open) => isAlive(open, incidents))) === null) {
      await opened(order, incidents);
    }
  }

  /** The decision as stored, and what follows from it, started if it was not. */
  async function answer(claim: DecisionClaim, incidents: Incidents): Promise<Acceptance> {
    const stored = keptDecisionSchema.safeParse(claim.record.decision);
    if (!stored.success) {
      throw new InvariantError(`the decision record of signal ${claim.record.signalId} does not fit its schema`);
    }
    const { signal, action, sentence } = stored.data;
    const acceptance = { signalId: signal.id, action, sentence };
    if (claim.kind === 'exists' && claim.record.state === 'done') {
      return { ...acceptance, incidentId: incidentOf(stored.data), duplicate: true };
    }
    const incidentId = await finish(claim.record, incidents, claim);
    log.info('signal taken in', { signal: signal.id, action, incident: incidentId });
    return { ...acceptance, incidentId, duplicate: claim.kind === 'exists' };
  }

  return {
    async accept(signal, incidents) {
      const policy = await policies.current();
      const sight = policy.usesTags ? await inventory.find(signal.target) : undefined;
      const tags = sight && tagsOf(sight);
      const decision = decide(policy, signal, tags);
      if (decision.chosen !== null) {
        // A late duplicate must not begin a window of its own, nor open the incident anew that it led to.
        const record = await decisions.find(signal.id);
        if (record !== undefined) {
          return answer(await decisions.claim({ signalId: signal.id, decision: record.decision }), incidents);
        }
      }
      const plain: KeptDecision = {
        signal,
        policyVersion: policy.version,
        environment: decision.environment,
        action: decision.action,
        sentence: decision.sentence,
        considered: decision.considered.map(({ rule, matched, reasons }) => ({ rule, matched, reasons: [...reasons] })),
        dedupe: null,
        incident: orderOf(decision, signal, policy, ports.catalogue, { at: clock.now(), ...(tags && { tags }) }),
        join: null,
        followUp: null,
        snapshot: sight?.kind === 'seen' ? snapshotOf(sight) : null,
      };
      const rooted = await withRoot(plain, policy);
      const kept = await correlated(await deduplicated(rooted, decision, incidents), incidents);
      return answer(await decisions.claim({ signalId: signal.id, decision: asJson(kept) }), incidents);
    },

    async close(report, incidents) {
      const { root } = report.order;
      if (root === undefined) {
        return;
      }
      const following = await correlations.close(report, root, async ({ signalId }) => {
        const kept = keptDecisionSchema.safeParse((await decisions.find(signalId))?.decision);
        const order = kept.success ? kept.data.followUp : null;
        return order === null || (await records.isResolved(order.correlation)) ? undefined : { ...order, order };
      });
      if (following !== undefined) {
        const { incidentId, signalId, target } = following.order;
        const data = { after: report.id, signalId, target };
        await ledger.append([
          { id: `incident.opened:${incidentId}`, kind: 'incident.opened', subject: incidentId, data },
        ]);
        await opened(following.order, incidents);
      }
    },

    async sweep(incidents, claimedBefore) {
      const pending = await decisions.pending(claimedBefore, { limit: sweepLimit });
      const left = pending.filter(({ decision }) => {
        const kept = keptDecisionSchema.safeParse(decision);
        return !kept.success || !isWaiting(kept.data, clock);
      });
      const failures: unknown[] = [];
      for (const record of left) {
        const about = { signal: record.signalId, claimedAt: record.claimedAt, now: isoOf(clock.now()) };
        try {
          await finish(record, incidents);
          log.warn('finished a decision that was left half done', about);
        } catch (error) {
          // One that cannot be finished must not keep the others from it.
          failures.push(error);
          log.error('a decision that was left half done cannot be finished', { ...about, error: describeError(error) });
        }
      }
      if (failures.length > 0) {
        throw new TransientError(
          'SweepIncomplete',
          `${failures.length} of ${left.length} decisions were not finished`,
          {
            cause: failures[0],
          },
        );
      }
      return left.length;
    },

    async joinedIn({ id, order: { root } }) {
      const joined = root === undefined ? [] : await correlations.joinedIn({ incidentId: id, root });
      return joined.map(({ signalId }) => signalId);
    },
  };

  /** The decision with what its incident's resource is part of, where the policy wants related signals to join. */
  async function withRoot(kept: KeptDecision, { policy }: CompiledPolicy): Promise<KeptDecision> {
    const { incident, signal } = kept;
    const { correlate = 'related' } = policy.defaults;
    if (signal.condition === 'resolved') {
      const join = await correlations.joinOf(signal.correlation);
      return join === undefined ? kept : { ...kept, join };
    }
    if (incident === null || correlate === 'none') {
      return kept;
    }
    const root =
      correlate === 'resource' ? signal.target : ((await inventory.find(signal.target)).chain.at(-1) ?? signal.target);
    return { ...kept, incident: { ...incident, root } };
  }
}

function snapshotOf({ resource, readAt }: Extract<Sight, { kind: 'seen' }>): KeptDecision['snapshot'] {
  return { tags: { ...resource.tags }, zones: [...resource.zones], readAt };
}

function windowOf(path: string, value: unknown): Window {
  const parsed = windowSchema.safeParse(value);
  if (!parsed.success) {
    throw new InvariantError(`the window ${path} does not fit its schema`);
  }
  return parsed.data;
}

/** A decision with what its rule's window said; one that is held back leads to nothing. */
function withAdmission(kept: KeptDecision, admission: Admission): KeptDecision {
  switch (admission.answer) {
    case 'taken':
      return { ...kept, dedupe: admission };
    case 'waits':
      return { ...kept, dedupe: admission, sentence: `${kept.sentence} It waits first: ${admission.reason}.` };
    case 'held':
      return {
        ...kept,
        dedupe: admission,
        action: 'held',
        incident: null,
        sentence: `The alert "${kept.signal.rule}" on ${kept.signal.target.split('/').pop() ?? ''} is held back: ${admission.reason}.`,
      };
  }
}
