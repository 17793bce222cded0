import { z } from 'zod';
import {
  breakerStates,
  budgetUses,
  calendarAnswer,
  calendarLimit,
  calendarOverrideSchema,
  holdSchema,
  killSwitchSchema,
  leaseSchema,
  queueOf,
  untilProblem,
  type GuardState,
  type Hold,
} from '../guard';
import { epochOf, isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { parseDuration } from '../kernel/duration';
import { describeError } from '../kernel/errors';
import { holdTagName, holdTagValue } from '../inventory';
import { hashOf } from '../kernel/hash';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import type { Engine } from '../ports/engine';
import { environmentOf, type CompiledPolicy } from '../rules';
import { breakerLimit, budgetLimit } from '../run';
import { json, problem } from './door';
import { enterOrder } from './ordered';
import { found, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const reasonSchema = z.string().trim().min(1).max(1024);
export const untilFields = {
  /** An instant; or `for`, a duration from now such as `2h`. */
  until: z.string().optional(),
  for: z.string().optional(),
};
const holdOrderSchema = z.strictObject({ target: resourceIdSchema, reason: reasonSchema, ...untilFields });
const overrideSchema = z.strictObject({ reason: reasonSchema, ...untilFields });
export const shownHoldSchema = holdSchema.extend({
  id: z.string(),
  environment: z.string(),
});
const environmentSchema = z.object({ environment: z.string() });

/** A tag is set while somebody waits for the answer. Milliseconds. */
const tagMillis = 8_000;

/** A hold has no id of its own: it is known by its resource. */
const holdId = (target: string): string => hashOf(target).slice(0, 32);
const holdTag = (hold: Hold): string => `"${hashOf(hold).slice(0, 32)}"`;

/** When a hold or an override ends, from either form. @throws InvalidInputError for none, both, or one that may not be. */
export function untilOf(given: { until?: string | undefined; for?: string | undefined }, now: EpochMillis): Iso8601 {
  const { until, for: length } = given;
  if ((until === undefined) === (length === undefined)) {
    const message = 'is missing; give a duration such as 2h here, or an instant in "until"';
    throw wrong('BadRequest', [
      until === undefined ? { path: 'for', message } : { path: 'for', message: 'and "until" say the same; give one' },
    ]);
  }
  const seconds = length === undefined ? undefined : parseDuration(length);
  const end = until === undefined ? (seconds === undefined ? undefined : now + seconds * 1000) : epochOf(until);
  if (end === undefined) {
    const [path, example] = until === undefined ? ['for', 'a duration such as 90m or 2h'] : ['until', 'an instant'];
    throw wrong('BadRequest', [{ path, message: `is not ${example}` }]);
  }
  const iso = isoOf(end as EpochMillis);
  const refusal = untilProblem(iso, now);
  if (refusal !== undefined) {
    throw wrong('BadRequest', [{ path: until === undefined ? 'for' : 'until', message: refusal }]);
  }
  return iso;
}

/** What the guard of an environment knows, as it is shown. */
export const guardViewSchema = z.object({
  environment: z.string(),
  killSwitch: killSwitchSchema,
  ruleSwitches: z.record(z.string(), killSwitchSchema),
  leases: z.array(leaseSchema),
  queue: z.array(
    z.object({
      run: z.string(),
      target: z.string(),
      since: instantSchema,
      until: instantSchema,
      places: z.array(z.object({ key: z.string(), position: z.int() })),
    }),
  ),
  budgets: z.array(
    z.object({
      key: z.string(),
      windowSeconds: z.int(),
      used: z.int(),
      limit: z.int(),
      freeAt: instantSchema.nullable(),
    }),
  ),
  breakers: z.array(
    z.object({
      runbook: z.string(),
      runs: z.int(),
      bad: z.int(),
      mode: z.enum(['auto', 'suggest', 'observe']),
    }),
  ),
  calendar: z.object({ name: z.string(), isOpen: z.boolean(), text: z.string() }).nullable(),
  calendarOverride: calendarOverrideSchema.nullable(),
});

/** What a guard's state means at a time, under the limits that the policy gives its environment. */
export function guardView({ policy }: CompiledPolicy, environment: string, state: GuardState, now: EpochMillis) {
  const own = policy.environments[environment];
  const name = own?.calendar;
  const calendar = name === undefined ? undefined : policy.calendars?.[name];
  const said =
    name === undefined || calendar === undefined
      ? null
      : calendarAnswer(calendarLimit({ name, ...calendar }, now), now);
  const { breaker } = policy.defaults;
  return {
    environment,
    killSwitch: state.killSwitch,
    ruleSwitches: state.ruleSwitches,
    leases: Object.values(state.leases).filter(({ expiresAt }) => Date.parse(expiresAt) > now),
    queue: queueOf(state, now),
    budgets: budgetUses(
      state,
      (own?.budgets ?? []).map((budget) => budgetLimit(budget)),
      now,
    ),
    breakers: breakerStates(state, breaker && breakerLimit(breaker), now),
    calendar: said === null ? null : { name: name ?? '', isOpen: said.isOpen, text: said.text },
    calendarOverride: state.calendarOverride,
  };
}

/** The holds of an environment that are in force, with their ids. */
export function holdsIn(environment: string, { holds }: GuardState, now: EpochMillis) {
  return Object.values(holds)
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now)
    .map((hold) => ({ id: holdId(hold.target), environment, hold }));
}

/** Holds of several environments, the one that ends first at the front. */
export function inOrder<Held extends { readonly hold: Hold }>(holds: readonly Held[]): Held[] {
  return [...holds].sort((left, right) => (left.hold.expiresAt < right.hold.expiresAt ? -1 : 1));
}

/** Routes over what the guards know: the view of an environment, holds, the calendar's override, breakers. */
export function guardRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const environmentIn = async (name: string): Promise<CompiledPolicy> => {
    const policy = await policyInUse(deps.policies);
    found(Object.hasOwn(policy.policy.environments, name) || undefined, `environment ${name}`);
    return policy;
  };
  /** The guard's hold is what counts. The tag tells those who look at the resource, and may fail without harm. */
  const done = async (what: string, target: string, work: (abort: AbortSignal) => Promise<void>): Promise<boolean> => {
    try {
      await work(AbortSignal.timeout(tagMillis));
      return true;
    } catch (error) {
      deps.log.warn(`the tag of a hold could not be changed (${what})`, { target, error: describeError(error) });
      return false;
    }
  };
  /** Every hold in force, the one that ends first at the front. */
  const holdsOf = async (engine: Engine) => {
    const { policy } = await policyInUse(deps.policies);
    const now = deps.clock.now();
    const all = await Promise.all(
      Object.keys(policy.environments).map(async (environment) =>
        holdsIn(environment, await engine.guard(environment), now),
      ),
    );
    return inOrder(all.flat());
  };

  return [
    operatorRoute(deps, {
      name: 'guard',
      method: 'GET',
      path: 'environments/{environment}/guard',
      role: 'Caretaker.Reader',
      summary: 'What the guard of an environment knows: switches, leases, who waits at which place, budgets, breakers',
      answers: { 200: guardViewSchema },
      work: async ({ param, engine }) => {
        const environment = param('environment');
        const policy = await environmentIn(environment);
        return json(200, guardView(policy, environment, await engine.guard(environment), deps.clock.now()));
      },
    }),

    operatorRoute(deps, {
      name: 'holds',
      method: 'GET',
      path: 'holds',
      role: 'Caretaker.Reader',
      summary: 'Resources that people hold: nothing acts on them until then',
      answers: { 200: z.object({ holds: z.array(shownHoldSchema) }) },
      work: async ({ engine }) => {
        const all = await holdsOf(engine);
        return json(200, { holds: all.map(({ hold, ...rest }) => ({ ...hold, ...rest })) });
      },
    }),

    operatorRoute(deps, {
      name: 'hold',
      method: 'GET',
      path: 'holds/{id}',
      role: 'Caretaker.Reader',
      summary: 'One hold, with its version as ETag',
      answers: { 200: shownHoldSchema },
      work: async ({ param, engine }) => {
        const one = found(
          (await holdsOf(engine)).find(({ id }) => id === param('id')),
          `hold ${param('id')}`,
        );
        const { hold, ...rest } = one;
        const answer = json(200, { ...hold, ...rest });
        return { ...answer, headers: { ...answer.headers, etag: holdTag(hold) } };
      },
    }),

    operatorRoute(deps, {
      name: 'place-hold',
      method: 'POST',
      path: 'holds',
      role: 'Caretaker.Operator',
      summary:
        'Hold a resource, or change the hold on it; applied at the next operation of its guard, before any effect',
      body: holdOrderSchema,
      answers: {
        202: z.object({
          id: z.string(),
          environment: z.string(),
          target: z.string(),
          until: instantSchema,
          /** Whether the resource also carries the tag that says so; the hold is in force without. */
          tagged: z.boolean(),
        }),
      },
      work: async ({ body: { target, reason, ...end }, caller, engine }) => {
        const until = untilOf(end, deps.clock.now());
        const environment = environmentOf(await policyInUse(deps.policies), target);
        if (environment === undefined) {
          throw wrong('UnknownEnvironment', [{ path: 'target', message: 'is in no environment of the policy' }]);
        }
        await enterOrder(deps.ledger, caller, {
          order: 'hold',
          subject: target,
          environment,
          reason,
          more: { until },
        });
        await engine.orderGuard(environment, 'hold', { target, reason, by: caller.text, until });
        const tagged = await done('tag', target, (abort) =>
          deps.tags.merge(target, { [holdTagName]: holdTagValue({ until, by: caller.text, reason }) }, abort),
        );
        return json(202, { id: holdId(target), environment, target, until, tagged });
      },
    }),

    operatorRoute(deps, {
      name: 'release-hold',
      method: 'DELETE',
      path: 'holds/{id}',
      role: 'Caretaker.Operator',
      summary: 'End a hold before its time',
      headers: ['If-Match'],
      answers: {
        202: z.object({ id: z.string(), environment: z.string(), target: z.string(), untagged: z.boolean() }),
      },
      refusals: [412],
      work: async ({ param, request, caller, engine }) => {
        const id = param('id');
        const { environment, hold } = found(
          (await holdsOf(engine)).find((one) => one.id === id),
          `hold ${id}`,
        );
        const wanted = request.headers.get('if-match');
        if (
          wanted !== null &&
          wanted.trim() !== '*' &&
          !wanted.split(',').some((tag) => tag.trim() === holdTag(hold))
        ) {
          const detail = `It is ${hold.by}'s until ${hold.expiresAt} now (${hold.reason}). Look again, then decide.`;
          return problem(412, 'Changed', 'The hold is not the one you saw', detail);
        }
        const { target } = hold;
        await enterOrder(deps.ledger, caller, {
          order: 'release-hold',
          subject: target,
          environment,
          reason: null,
          more: { heldBy: hold.by },
        });
        await engine.orderGuard(environment, 'unhold', { target });
        const value = holdTagValue({ until: hold.expiresAt, by: hold.by, reason: hold.reason });
        // A tag with another value is somebody else's word, and stays.
        const untagged = await done('untag', target, (abort) =>
          deps.tags.remove(target, { [holdTagName]: value }, abort),
        );
        return json(202, { id, environment, target, untagged });
      },
    }),

    operatorRoute(deps, {
      name: 'override-calendar',
      method: 'PUT',
      path: 'environments/{environment}/calendar-override',
      role: 'Caretaker.Admin',
      summary: 'For an emergency: let changes pass although the calendar is closed, until then',
      body: overrideSchema,
      answers: { 202: environmentSchema.extend({ until: instantSchema }) },
      work: async ({ param, body: { reason, ...end }, caller, engine }) => {
        const environment = param('environment');
        await environmentIn(environment);
        const until = untilOf(end, deps.clock.now());
        const more = { until };
        await enterOrder(deps.ledger, caller, {
          order: 'override-calendar',
          subject: environment,
          environment,
          reason,
          more,
        });
        await engine.orderGuard(environment, 'overrideCalendar', { reason, by: caller.text, until });
        return json(202, { environment, until });
      },
    }),

    operatorRoute(deps, {
      name: 'end-calendar-override',
      method: 'DELETE',
      path: 'environments/{environment}/calendar-override',
      role: 'Caretaker.Operator',
      summary: 'Let the calendar hold again; idempotent',
      answers: { 202: environmentSchema },
      work: async ({ param, caller, engine }) => {
        const environment = param('environment');
        await environmentIn(environment);
        const reason = 'the override is ended';
        await enterOrder(deps.ledger, caller, {
          order: 'end-calendar-override',
          subject: environment,
          environment,
          reason,
        });
        const until = isoOf(deps.clock.now());
        await engine.orderGuard(environment, 'overrideCalendar', { reason, by: caller.text, until });
        return json(202, { environment });
      },
    }),

    operatorRoute(deps, {
      name: 'reset-breaker',
      method: 'POST',
      path: 'environments/{environment}/breakers/{runbook}/reset',
      role: 'Caretaker.Admin',
      summary: 'Forget what was measured of a runbook, once it was mended, so that it may act again',
      body: z.strictObject({ reason: reasonSchema }),
      answers: { 202: environmentSchema.extend({ runbook: z.string() }) },
      work: async ({ param, body: { reason }, caller, engine }) => {
        const environment = param('environment');
        const runbook = param('runbook');
        await environmentIn(environment);
        const { tallies } = await engine.guard(environment);
        const isKnown = deps.procedures.has(runbook) || Object.hasOwn(tallies, runbook);
        found(isKnown || undefined, `runbook ${runbook}`);
        await enterOrder(deps.ledger, caller, { order: 'reset-breaker', subject: runbook, environment, reason });
        await engine.orderGuard(environment, 'resetBreaker', { runbook });
        return json(202, { environment, runbook });
      },
    }),
  ];
}
