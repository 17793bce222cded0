import { z } from 'zod';
import { isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import type { Json } from '../kernel/canonical-json';
import { describeError, InvariantError, TransientError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { DecisionClaim, DecisionRecord, DecisionRecords, Ledger } from '../ledger';
import type { Incidents } from '../ports/incidents';
import { decide, limitsOf, type CompiledPolicy, type Decision, type PolicyStore } from '../rules';
import type { Catalogue } from '../runbooks';
import { signalSchema, type Signal } from '../signal';
import { orderLimits } from './limits';
import { incidentOrderSchema, type IncidentOrder } from './model';
import type { IncidentRecords } from './records';

/** What became of a signal at the door. */
export interface Acceptance {
  readonly signalId: string;
  readonly action: Decision['action'];
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

/** What is kept of a decision: enough to start again what follows from it, under the policy it was made with. */
const keptDecisionSchema = z.object({
  signal: signalSchema,
  policyVersion: z.string(),
  environment: z.string().nullable(),
  action: z.enum(['open-incident', 'close-incident', 'suggest', 'observe', 'none']),
  sentence: z.string(),
  considered: z.array(z.object({ rule: z.string(), matched: z.boolean(), reasons: z.array(z.string()) })),
  incident: incidentOrderSchema.nullable(),
});
type KeptDecision = z.infer<typeof keptDecisionSchema>;

export interface IntakePorts {
  readonly policies: PolicyStore;
  readonly catalogue: Catalogue;
  readonly decisions: DecisionRecords;
  readonly ledger: Ledger;
  readonly records: IncidentRecords;
  readonly clock: Clock;
  readonly log: Log;
}

/** Instance id of the incident that belongs to an alert occurrence on a resource. */
export const incidentIdOf = (correlation: string): string => `incident-${correlation}`;

/** The incident that a decision is about, opened by it or told by it. */
function incidentOf({ incident, signal }: KeptDecision): string | null {
  return incident?.incidentId ?? (signal.condition === 'resolved' ? incidentIdOf(signal.correlation) : null);
}

export function createIntake(ports: IntakePorts): Intake {
  const { policies, decisions, ledger, records, clock, log } = ports;

  async function follow(kept: KeptDecision, incidents: Incidents): Promise<string | null> {
    const { signal } = kept;
    const incidentId = incidentOf(kept);
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
          incidentId,
          policyVersion: kept.policyVersion,
        },
      },
    ]);
    if (kept.incident !== null) {
      await incidents.open(kept.incident.incidentId, kept.incident);
    } else if (signal.condition === 'resolved') {
      // Written before the incident is told: an incident that is being opened at this moment reads it when it first looks.
      await records.noteResolved(signal.correlation, signal.id, signal.occurredAt);
      await incidents.resolve(incidentIdOf(signal.correlation), { signalId: signal.id, at: signal.occurredAt });
    }
    return incidentId;
  }

  async function finish(record: DecisionRecord, incidents: Incidents, claim?: DecisionClaim): Promise<string | null> {
    const kept = keptDecisionSchema.safeParse(record.decision);
    if (!kept.success) {
      throw new InvariantError(`the decision record of signal ${record.signalId} does not fit its schema`);
    }
    const incidentId = await follow(kept.data, incidents);
    await decisions.complete(record.signalId, { incidentId }, claim);
    return incidentId;
  }

  return {
    async accept(signal, incidents) {
      const policy = await policies.current();
      const decision = decide(policy, signal);
      const incident = orderOf(decision, signal, policy, ports.catalogue);
      const kept: KeptDecision = {
        signal,
        policyVersion: policy.version,
        environment: decision.environment,
        action: decision.action,
        sentence: decision.sentence,
        considered: decision.considered.map(({ rule, matched, reasons }) => ({ rule, matched, reasons: [...reasons] })),
        incident,
      };
      const claim = await decisions.claim({ signalId: signal.id, decision: JSON.parse(JSON.stringify(kept)) as Json });
      const stored = keptDecisionSchema.safeParse(claim.record.decision);
      const said = stored.success ? stored.data : kept;
      const acceptance = { signalId: signal.id, action: said.action, sentence: said.sentence };
      if (claim.kind === 'exists' && claim.record.state === 'done') {
        return { ...acceptance, incidentId: incidentOf(said), duplicate: true };
      }
      const incidentId = await finish(claim.record, incidents, claim);
      log.info('signal taken in', { signal: signal.id, action: said.action, incident: incidentId });
      return { ...acceptance, incidentId, duplicate: claim.kind === 'exists' };
    },

    async sweep(incidents, claimedBefore) {
      const left = await decisions.pending(claimedBefore, { limit: 100 });
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

/** The incident that a decision leads to; null when it leads to none. */
function orderOf(
  decision: Decision,
  signal: Signal,
  policy: CompiledPolicy,
  catalogue: Catalogue,
): IncidentOrder | null {
  const { chosen, environment, action } = decision;
  if ((action !== 'open-incident' && action !== 'suggest') || chosen === null || environment === null) {
    return null;
  }
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
    mode: action === 'suggest' ? 'suggest' : 'auto',
    ladder: chosen.ladder.map(({ runbook, parameters }) => ({
      runbook,
      parameters,
      operationLimitSeconds: catalogue.find(runbook)?.operationLimitSeconds ?? 1800,
    })),
    ...orderLimits({ ...limitsOf(policy, environment), verification: chosen.verification, cooldown: chosen.cooldown }),
  };
}
