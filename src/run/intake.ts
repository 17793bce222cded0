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
import {
  actionSchema,
  admissionSchema,
  admit,
  decide,
  dedupeKey,
  approvalOf,
  limitsOf,
  windowSchema,
  type Admission,
  type CompiledPolicy,
  type Decision,
  type PolicyStore,
  type Window,
} from '../rules';
import type { Catalogue } from '../runbooks';
import { signalSchema, type Signal } from '../signal';
import { orderLimits } from './limits';
import { incidentOrderSchema, type IncidentOrder } from './model';
import type { IncidentRecords } from './records';

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
}

/** What comes of a signal; `held`: its rule takes one of several, and this is another one. */
const keptActionSchema = z.enum([...actionSchema.options, 'held']);
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
  readonly clock: Clock;
  readonly log: Log;
}

/** Instance id of the incident that belongs to an alert occurrence on a resource. */
export const incidentIdOf = (correlation: string): string => `incident-${correlation}`;

/** The incident that a decision is about, opened by it or told by it. */
function incidentOf({ incident, signal }: KeptDecision): string | null {
  return incident?.incidentId ?? (signal.condition === 'resolved' ? incidentIdOf(signal.correlation) : null);
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
  const { policies, decisions, documents, ledger, records, clock, log } = ports;

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
          rule: kept.incident?.rule ?? null,
          incidentId: incidentOf(kept),
          policyVersion: kept.policyVersion,
        },
      },
    ]);
  }

  async function follow(kept: KeptDecision, incidents: Incidents): Promise<string | null> {
    const { signal } = kept;
    await enter(kept);
    if (kept.dedupe?.answer === 'waits' && (await records.isResolved(signal.correlation))) {
      return null;
    }
    if (kept.incident !== null) {
      await incidents.open(kept.incident.incidentId, kept.incident);
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
  async function claimed(signalId: string, carried: Json, incidents: Incidents): Promise<void> {
    if ((await decisions.find(signalId)) === undefined) {
      const claim = await decisions.claim({ signalId, decision: carried });
      await finish(claim.record, incidents, claim);
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
      const decision = decide(policy, signal);
      if (decision.chosen?.dedupe !== undefined) {
        // A late duplicate must not begin a window of its own.
        const record = await decisions.find(signal.id);
        if (record !== undefined) {
          return answer({ kind: 'exists', record }, incidents);
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
        incident: orderOf(decision, signal, policy, ports.catalogue, clock.now()),
      };
      const kept = await deduplicated(plain, decision, incidents);
      return answer(await decisions.claim({ signalId: signal.id, decision: asJson(kept) }), incidents);
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
  };
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

/** The incident that a decision leads to; null when it leads to none. */
function orderOf(
  decision: Decision,
  signal: Signal,
  policy: CompiledPolicy,
  catalogue: Catalogue,
  now: EpochMillis,
): IncidentOrder | null {
  const { chosen, environment, action } = decision;
  if ((action !== 'open-incident' && action !== 'suggest') || chosen === null || environment === null) {
    return null;
  }
  const approval = approvalOf(policy, environment, chosen.rule);
  const isAsked = policy.policy.rules.find(({ name }) => name === chosen.rule)?.approval !== undefined;
  return {
    incidentId: incidentIdOf(signal.correlation),
    environment,
    signalId: signal.id,
    correlation: signal.correlation,
    target: signal.target,
    alertRule: signal.rule,
    severity: signal.severity,
    summary: signal.summary,
    occurredAt: signal.occurredAt,
    rule: chosen.rule,
    policyVersion: policy.version,
    // What would be proposed is asked where the rule names whom: then it is done when they say yes.
    mode: action === 'suggest' && !isAsked ? 'suggest' : 'auto',
    ladder: chosen.ladder.map(({ runbook, parameters }) => {
      const found = catalogue.find(runbook);
      const asks = approval?.always(found?.impact ?? 'destructive') === true;
      return {
        runbook,
        parameters,
        operationLimitSeconds: found?.operationLimitSeconds ?? 1800,
        ...(asks ? { asks } : {}),
      };
    }),
    ...(approval === undefined ? {} : { approval: approval.terms }),
    ...orderLimits({
      ...limitsOf(policy, environment, { target: signal.target, rule: chosen.rule, at: now }),
      verification: chosen.verification,
      cooldown: chosen.cooldown,
    }),
  };
}
