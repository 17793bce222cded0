import { handler, type ActivityContract } from '../kernel/activity';
import { epochOf, isoOf, type Clock, type Iso8601 } from '../kernel/clock';
import { describeError, PermanentError } from '../kernel/errors';
import { hashOf, uuidOf } from '../kernel/hash';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { tagHold } from '../inventory';
import type { CallMeter } from '../ports/call-meter';
import type { Fences } from '../ports/fences';
import type { Incidents } from '../ports/incidents';
import type { ResourceTags } from '../ports/resource-group';
import {
  knownFrom,
  planIdentity,
  type EffectResult,
  type EffectStatus,
  type Facts,
  type Plan,
  type Procedure,
  type Step,
  type Verification,
} from '../runbooks';
import { applyContract, lookContract, observeContract, recordContract, settleContract } from './contract';
import type { EffectJournal } from './effect-journal';
import type { IncidentReport, RunReport } from './model';

/** Where reports go. Every method is idempotent by the report's id. */
export interface Records {
  record(runs: readonly RunReport[], incident: IncidentReport | null, joined?: readonly string[]): Promise<number>;
  /** Whether the alert with this correlation is known to be resolved. */
  isResolved(correlation: string): Promise<boolean>;
}

interface Judgement {
  readonly verification: Verification;
  readonly undo: Step[];
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface RunActivityPorts {
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly journal: EffectJournal;
  readonly records: Records;
  /** What follows from the end of an incident. */
  readonly closing: Closing;
  /** Where a person says by a tag that a resource is theirs for now. */
  readonly tags: Pick<ResourceTags, 'read'>;
  /** Counts what is asked of the platform; nothing is counted when left out. */
  readonly meter?: CallMeter;
  readonly clock: Clock;
}

/** See `Intake`. */
export interface Closing {
  joinedIn(report: IncidentReport): Promise<readonly string[]>;
  close(report: IncidentReport, incidents: Incidents): Promise<void>;
}

/** An effect whose answer never came may still be on its way for so long; only then is it asked for again. */
export const unheardSeconds = 60;

/** An attempt that could not find out whether an earlier one reached the platform looks again after so long. */
const lookAgainSeconds = 15;

/** A tag is looked at again after so long at most: a person may remove it before the time that it names. */
const lookAgainAtTagSeconds = 300;

/** A reason as reports and contracts take it. */
const shortened = (error: unknown): string => describeError(error).slice(0, 500);

/** Gives `otherwise` for what would be thrown again every time: a retry of the activity is only for what may pass. */
async function unlessPermanent<Result>(
  work: () => Promise<Result>,
  otherwise: (error: PermanentError) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PermanentError) {
      return otherwise(error);
    }
    throw error;
  }
}

/** The activities of the loop: decode, one idempotent effect, encode. */
export function runActivities(ports: RunActivityPorts) {
  const { procedures, journal, records, clock } = ports;
  /** The runbook of that name, when it is about this kind of resource. */
  const procedureFor = (name: string, target: ResourceId): Procedure => {
    const found = procedures.get(name);
    if (found === undefined) {
      throw new PermanentError('UnknownRunbook', `there is no runbook "${name}" in this version`);
    }
    const { resourceTypes } = found.runbook;
    const type = parseResourceId(target)?.parts.type ?? '';
    if (!resourceTypes.includes(type)) {
      throw new PermanentError('WrongResourceType', `${name} is for ${resourceTypes.join(', ')}, not for ${type}`);
    }
    return found;
  };
  /** As `handler`; the result also says what was asked of the platform. */
  const counted = <Input, Output extends object>(
    contract: ActivityContract<Input, Output>,
    work: (input: Input, abort: AbortSignal) => Promise<Output>,
  ): ((input: unknown) => Promise<Output>) =>
    handler(contract, async (input, abort) => {
      if (ports.meter === undefined) {
        return work(input, abort);
      }
      const { result, calls } = await ports.meter.metered(() => work(input, abort));
      return { ...result, calls };
    });
  /** A person's tag on the resource makes the run wait as long as it may; one without an end is looked at again now and then. */
  const heldByTag = async (target: ResourceId, abort: AbortSignal): Promise<Plan | undefined> => {
    const now = clock.now();
    const hold = tagHold(await ports.tags.read(target, abort), now);
    if (hold === undefined) {
      return undefined;
    }
    const wait = hold.until === undefined ? lookAgainAtTagSeconds : Math.ceil((hold.until - now) / 1000);
    const retryAfterSeconds = Math.min(Math.max(wait, 1), lookAgainAtTagSeconds);
    return { kind: 'busy', reasons: [`a person holds the resource: ${hold.text}`.slice(0, 512)], retryAfterSeconds };
  };
  const judge = (name: string, target: ResourceId, before: Facts, actedAt: Iso8601, abort: AbortSignal) =>
    unlessPermanent(
      async (): Promise<Judgement> => {
        const sighting = await procedureFor(name, target).look(target, abort, before);
        return { verification: sighting.verify(before, actedAt), undo: [...sighting.undo(before)] };
      },
      (error): Judgement => ({ verification: { verdict: 'blind', reasons: [shortened(error)], facts: {} }, undo: [] }),
    );

  return {
    /** Looks and plans. An engaged kill switch is told before anything is looked at, a person's tag before anything is planned. */
    observe: (fences: Pick<Fences, 'switchedOff'>) =>
      counted(observeContract, async ({ target, runbook, parameters, correlation, environment, rule }, abort) => {
        const stopped = environment === undefined ? undefined : await fences.switchedOff(environment, rule ?? '');
        const planned = async (): Promise<Plan> => {
          if (stopped !== undefined) {
            return { kind: 'impossible', reasons: [stopped.slice(0, 512)] };
          }
          const held = await heldByTag(target, abort);
          return (
            held ?? (await procedureFor(runbook, target).look(target, abort, knownFrom(parameters))).plan(parameters)
          );
        };
        const [plan, alreadyResolved] = await Promise.all([
          unlessPermanent(planned, (error): Plan => ({ kind: 'impossible', reasons: [shortened(error)] })),
          correlation === null ? false : records.isResolved(correlation),
        ]);
        return { plan, planHash: hashOf(planIdentity(plan)), alreadyResolved, stopped: stopped ?? null };
      }),

    apply: (fences: Fences) =>
      counted(applyContract, async ({ runId, target, runbook, environment, token, step, before }, abort) => {
        const refused = ({ code, message }: Refusal, otherwise: readonly Step[] = []) => ({
          kind: 'refused' as const,
          code,
          message,
          ...(otherwise.length === 0 ? {} : { otherwise: [...otherwise] }),
        });
        const later = (retryAfterSeconds: number, reason: string) => ({
          kind: 'later' as const,
          retryAfterSeconds,
          reason: reason.slice(0, 500),
        });
        const found = await unlessPermanent<Procedure | PermanentError>(
          async () => procedureFor(runbook, target),
          (error) => error,
        );
        if (found instanceof PermanentError) {
          return refused(found);
        }
        const intention = await journal.intend(runId, target, step, before);
        if (intention.kind === 'started') {
          return { kind: 'started' as const, ticket: intention.ticket };
        }
        let { etag } = intention;
        if (intention.kind === 'unknown') {
          const now = clock.now();
          const age = (now - (epochOf(intention.intendedAt) ?? now)) / 1000;
          const landed = await unlessPermanent(
            async () => (await found.look(target, abort, before)).landed(before, step),
            () => 'unknown' as const,
          );
          if (landed === 'yes') {
            // The operation's own address is lost with the answer; the target itself tells when it is over. The time is
            // that of the looking: by then it had certainly been accepted.
            const ticket = { operation: step.effect, token: '', startedAt: isoOf(clock.now()), retryAfterSeconds: 5 };
            await journal.started(runId, step, ticket);
            return { kind: 'started' as const, ticket };
          }
          if (landed === 'unknown' || age < unheardSeconds) {
            return later(lookAgainSeconds, 'an earlier attempt may still reach the platform');
          }
          const taken = await journal.again(runId, step, etag);
          if (taken === undefined) {
            return later(lookAgainSeconds, 'another attempt is under way');
          }
          etag = taken;
        }
        const fence =
          (await fences.problem(environment, target, token)) ??
          (await unlessPermanent(
            async () => tagHold(await ports.tags.read(target, abort), clock.now())?.text,
            (error) => `whether a person holds the resource cannot be told: ${shortened(error)}`,
          ));
        if (fence !== undefined) {
          await journal.withdraw(runId, step, etag);
          return { kind: 'fenced' as const, reason: fence };
        }
        const result = await unlessPermanent(
          () => found.effects.start(target, step, uuidOf('effect', runId, step.id), abort, before),
          (error): EffectResult => ({ kind: 'refused', refusal: { code: error.code, message: shortened(error) } }),
        );
        if (result.kind === 'started') {
          await journal.started(runId, step, result.ticket);
          return result;
        }
        await journal.withdraw(runId, step, etag);
        return result.kind === 'later'
          ? later(result.retryAfterSeconds, result.reason)
          : refused(result.refusal, found.otherwise(result.refusal, step, before));
      }),

    settle: counted(settleContract, async ({ target, runbook, ticket, before, actedAt, step }, abort) => {
      const status = await unlessPermanent(
        () => procedureFor(runbook, target).effects.poll(target, ticket, abort),
        (error): EffectStatus => ({ kind: 'failed', refusal: { code: error.code, message: error.message } }),
      );
      if (status.kind === 'running') {
        return status;
      }
      const judgement = await judge(runbook, target, before, actedAt, abort);
      if (status.kind === 'succeeded') {
        return { kind: 'over' as const, failure: null, ...judgement };
      }
      const { refusal } = status;
      const otherwise = step === undefined ? [] : (procedures.get(runbook)?.otherwise(refusal, step, before) ?? []);
      return {
        kind: 'over' as const,
        failure: `${refusal.code}: ${refusal.message}`,
        ...judgement,
        ...(otherwise.length === 0 ? {} : { otherwise: [...otherwise] }),
      };
    }),

    look: counted(lookContract, ({ target, runbook, before, actedAt }, abort) =>
      judge(runbook, target, before, actedAt, abort),
    ),

    /** Writes reports down; the end of an incident may open the next, for those who joined it. */
    record: (incidents: Incidents) =>
      handler(recordContract, async ({ runs, incident }) => {
        const joined = incident === null ? [] : await ports.closing.joinedIn(incident);
        const recorded = await records.record(runs, incident, joined);
        if (incident !== null) {
          await ports.closing.close(incident, incidents);
        }
        return { recorded };
      }),
  };
}

export type RunActivities = ReturnType<typeof runActivities>;
