import { handler } from '../kernel/activity';
import { epochOf, type Clock } from '../kernel/clock';
import { PermanentError } from '../kernel/errors';
import { hashOf, uuidOf } from '../kernel/hash';
import type { Fences } from '../ports/fences';
import type { Procedure } from '../runbooks';
import { applyContract, lookContract, observeContract, recordContract, settleContract } from './contract';
import type { EffectJournal } from './effect-journal';
import type { IncidentReport, RunReport } from './model';

/** Where reports go. Every method is idempotent by the report's id. */
export interface Records {
  record(runs: readonly RunReport[], incident: IncidentReport | null): Promise<number>;
  /** Whether the alert with this correlation is known to be resolved. */
  isResolved(correlation: string): Promise<boolean>;
}

export interface RunActivityPorts {
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly journal: EffectJournal;
  readonly records: Records;
  readonly clock: Clock;
}

/** An effect whose answer never came may still be on its way for so long; only then is it asked for again. */
export const unheardSeconds = 60;

/** The activities of the loop: decode, one idempotent effect, encode. */
export function runActivities(ports: RunActivityPorts) {
  const { procedures, journal, records, clock } = ports;
  const procedureOf = (name: string): Procedure => {
    const found = procedures.get(name);
    if (found === undefined) {
      throw new PermanentError('UnknownRunbook', `there is no runbook "${name}" in this version`);
    }
    return found;
  };

  return {
    observe: handler(observeContract, async ({ target, runbook, parameters, correlation }, abort) => {
      const [sighting, alreadyResolved] = await Promise.all([
        procedureOf(runbook).look(target, abort),
        correlation === null ? false : records.isResolved(correlation),
      ]);
      const plan = sighting.plan(parameters);
      return { plan, planHash: hashOf(plan), alreadyResolved };
    }),

    apply: (fences: Fences) =>
      handler(applyContract, async ({ runId, target, runbook, environment, token, step, before }, abort) => {
        const found = procedureOf(runbook);
        const intention = await journal.intend(runId, target, step, before);
        if (intention.kind === 'started') {
          return { kind: 'started' as const, ticket: intention.ticket };
        }
        if (intention.kind === 'unknown') {
          const landed = (await found.look(target, abort)).landed(before);
          const age = (clock.now() - (epochOf(intention.intendedAt) ?? clock.now())) / 1000;
          if (landed === 'yes') {
            // The operation's own address is lost with the answer; the target itself tells when it is over.
            const ticket = { operation: step.effect, token: '', startedAt: intention.intendedAt, retryAfterSeconds: 5 };
            await journal.started(runId, step, intention.etag, ticket);
            return { kind: 'started' as const, ticket };
          }
          if (age < unheardSeconds) {
            return {
              kind: 'later' as const,
              retryAfterSeconds: 15,
              reason: 'an earlier attempt may still reach the platform',
            };
          }
        }
        const fence = await fences.problem(environment, target, token);
        if (fence !== undefined) {
          await journal.withdraw(runId, step, intention.etag);
          return { kind: 'fenced' as const, reason: fence };
        }
        const result = await found.effects.start(target, step, uuidOf('effect', runId, step.id), abort);
        if (result.kind === 'started') {
          await journal.started(runId, step, intention.etag, result.ticket);
          return result;
        }
        await journal.withdraw(runId, step, intention.etag);
        return result.kind === 'later' ? result : { kind: 'refused' as const, ...result.refusal };
      }),

    settle: handler(settleContract, async ({ target, runbook, ticket, before, actedAt }, abort) => {
      const found = procedureOf(runbook);
      const status = await found.effects.poll(target, ticket, abort);
      if (status.kind === 'running') {
        return status;
      }
      const sighting = await found.look(target, abort);
      return {
        kind: 'over' as const,
        failure: status.kind === 'failed' ? `${status.refusal.code}: ${status.refusal.message}` : null,
        verification: sighting.verify(before, actedAt),
        undo: [...sighting.undo(before)],
      };
    }),

    look: handler(lookContract, async ({ target, runbook, before, actedAt }, abort) => {
      const sighting = await procedureOf(runbook).look(target, abort);
      return { verification: sighting.verify(before, actedAt), undo: [...sighting.undo(before)] };
    }),

    record: handler(recordContract, async ({ runs, incident }) => ({ recorded: await records.record(runs, incident) })),
  };
}

export type RunActivities = ReturnType<typeof runActivities>;
