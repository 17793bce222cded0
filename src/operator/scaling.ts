import { z } from 'zod';
import { durationSchema } from '../kernel/policy-fields';
import { instantSchema } from '../kernel/schemas';
import { scalingDecisionSchema, scalingKey, scalingName, scalingStateSchema, type ScalingState } from '../scaling';
import { json } from './door';
import { untilFields, untilOf } from './guarding';
import { enterOrder } from './ordered';
import { found, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const reasonSchema = z.string().trim().min(1).max(1024);
const pauseSchema = z.strictObject({ reason: reasonSchema, ...untilFields });
const raiseSchema = z.strictObject({ max: z.number().int().min(1).max(1000), reason: reasonSchema, ...untilFields });
const trustSchema = z
  .object({ score: z.number().nullable(), naive: z.number().nullable(), trusted: z.boolean(), reason: z.string() })
  .nullable();
const shownSchema = scalingStateSchema.omit({ version: true, decisions: true, scores: true }).extend({
  key: z.string(),
  name: z.string(),
  last: scalingDecisionSchema.nullable(),
  forecast: trustSchema,
  /** What the policy's rule says now; null when it has none for it any more. */
  policy: z
    .object({
      kind: z.enum(['scale-set', 'redis']),
      mode: z.enum(['observe', 'suggest', 'auto']),
      min: z.number(),
      max: z.number(),
      targets: z.array(z.object({ metric: z.string(), value: z.number() })),
      /** Names of a cache's sizes, from small to large: places in them are its units. */
      sizes: z.array(z.string()),
    })
    .nullable(),
});
const recordingSchema = z.object({
  name: z.string(),
  from: instantSchema,
  everySeconds: z.number(),
  load: z.array(z.number().nullable()),
  capacity: z.array(z.number().nullable()),
});
const forecastSchema = z.object({
  name: z.string(),
  everySeconds: z.number(),
  /** Null where the rule has no forecast. */
  settings: z
    .object({
      mode: z.enum(['only', 'act']),
      season: z.enum(['day', 'week']),
      leadSeconds: z.number(),
      scoreAtLeast: z.number(),
    })
    .nullable(),
  trust: trustSchema,
  days: z.array(
    z.object({ day: z.string(), compared: z.int(), score: z.number().nullable(), naive: z.number().nullable() }),
  ),
  steps: z.array(
    z.object({
      at: instantSchema,
      load: z.number().nullable(),
      capacity: z.number().nullable(),
      forecast: z.number().nullable(),
    }),
  ),
});
const hoursSchema = z.object({ hours: z.coerce.number().int().min(1).max(168).optional() });
const usualHours = 24;
/** Nothing is forecast farther ahead: a lead and a warm-up are minutes. Milliseconds. */
const farthestAhead = 86_400_000;
const rangeSchema = z.object({
  /** A duration before now, such as `30d`; or `from`, an instant. */
  since: durationSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});
/** So much is answered at once: more than that is asked for in parts. */
const longestRecordingDays = 31;

/** Routes of scaling: what it sees and decides, what it has recorded, and the two orders that people give it. */
export function scalingRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const targetOf = async (name: string): Promise<ScalingState> =>
    found(await deps.scaling.find(name), `nothing that is scaled is called ${name}: it`);
  const ruleOf = async (state: ScalingState) => {
    const { policy } = await policyInUse(deps.policies);
    return policy.scaling?.find(({ name }) => name === state.rule);
  };
  const shown = async ({ version: _v, decisions, scores: _s, ...state }: ScalingState) => {
    const rule = await ruleOf({ version: 1, decisions, scores: _s, ...state });
    const trust = rule === undefined ? null : deps.scaling.trust({ version: 1, decisions, scores: _s, ...state }, rule);
    const forecast =
      trust === null ? null : { score: trust.score, naive: trust.naive, trusted: trust.trusted, reason: trust.reason };
    return {
      ...state,
      key: scalingKey(state.target),
      name: scalingName(state.target),
      last: decisions.at(-1) ?? null,
      forecast,
      policy:
        rule === undefined
          ? null
          : {
              ...{ kind: rule.match.kind, mode: rule.mode, min: rule.min, max: rule.max },
              targets: rule.targets ?? [],
              sizes: (rule.sizes ?? []).map(({ name }) => name),
            },
    };
  };

  return [
    operatorRoute(deps, {
      name: 'scaling',
      method: 'GET',
      path: 'scaling',
      role: 'Caretaker.Reader',
      summary: 'Everything that is scaled: bounds, what is under way, the last decision with its reasons',
      answers: { 200: z.object({ targets: z.array(shownSchema) }) },
      work: async () => json(200, { targets: await Promise.all((await deps.scaling.list()).map(shown)) }),
    }),
    operatorRoute(deps, {
      name: 'scaling-target',
      method: 'GET',
      path: 'scaling/{scalable}',
      role: 'Caretaker.Reader',
      summary: 'One that is scaled, by name or key, with its decisions of the last hour, the newest first',
      answers: { 200: shownSchema.extend({ decisions: z.array(scalingDecisionSchema) }) },
      refusals: [400],
      work: async ({ param }) => {
        const state = await targetOf(param('scalable'));
        return json(200, { ...(await shown(state)), decisions: state.decisions.toReversed() });
      },
    }),
    operatorRoute(deps, {
      name: 'scaling-recording',
      method: 'GET',
      path: 'scaling/{scalable}/recording',
      role: 'Caretaker.Reader',
      summary: 'The load that was recorded, in steps of five minutes, for replays; 31 days at most',
      query: rangeSchema,
      answers: { 200: recordingSchema },
      work: async ({ param, query }) => {
        const state = await targetOf(param('scalable'));
        if ((query.from === undefined) === (query.since === undefined)) {
          throw wrong('BadRequest', [
            { path: 'since', message: 'give a duration such as 30d here, or an instant in "from"' },
          ]);
        }
        const now = deps.clock.now();
        const from = query.from === undefined ? now - (query.since ?? 0) * 1000 : Date.parse(query.from);
        const to = query.to === undefined ? now : Date.parse(query.to);
        if (to <= from || to - from > longestRecordingDays * 86_400_000) {
          const message = `must be before "to", and by ${longestRecordingDays} days at most`;
          throw wrong('BadRequest', [{ path: 'from', message }]);
        }
        return json(200, await deps.scaling.recording(state, from, to));
      },
    }),
    operatorRoute(deps, {
      name: 'scaling-forecast',
      method: 'GET',
      path: 'scaling/{scalable}/forecast',
      role: 'Caretaker.Reader',
      summary: 'What load was forecast for each step of five minutes, beside what was measured, and how well it fitted',
      query: hoursSchema,
      answers: { 200: forecastSchema },
      work: async ({ param, query }) => {
        const state = await targetOf(param('scalable'));
        const settings = (await ruleOf(state))?.forecast;
        const now = deps.clock.now();
        const from = now - (query.hours ?? usualHours) * 3_600_000;
        const { forecast, name } = await shown(state);
        return json(200, {
          name,
          trust: forecast,
          settings:
            settings === undefined
              ? null
              : {
                  ...{ mode: settings.mode, season: settings.season },
                  ...{ leadSeconds: settings.lead, scoreAtLeast: settings.scoreAtLeast },
                },
          ...(await deps.scaling.forecasts(state, from, now + farthestAhead)),
        });
      },
    }),
    operatorRoute(deps, {
      name: 'pause-scaling',
      method: 'PUT',
      path: 'scaling/{scalable}/pause',
      role: 'Caretaker.Operator',
      summary: 'Leave the number as it is until a time, for a reason',
      body: pauseSchema,
      answers: { 200: shownSchema },
      work: async ({ param, body, caller }) => {
        const { target, environment } = await targetOf(param('scalable'));
        const until = untilOf(body, deps.clock.now());
        const state = await deps.scaling.pause(target, { reason: body.reason, by: caller.text, until });
        const order = 'pause-scaling';
        await enterOrder(deps.ledger, caller, {
          order,
          subject: target,
          environment,
          reason: body.reason,
          more: { until },
        });
        return json(200, await shown(state));
      },
    }),
    operatorRoute(deps, {
      name: 'resume-scaling',
      method: 'DELETE',
      path: 'scaling/{scalable}/pause',
      role: 'Caretaker.Operator',
      summary: 'End a pause before its time',
      answers: { 200: shownSchema },
      refusals: [400],
      work: async ({ param, caller }) => {
        const { target, environment } = await targetOf(param('scalable'));
        const state = await deps.scaling.pause(target, null);
        await enterOrder(deps.ledger, caller, { order: 'resume-scaling', subject: target, environment, reason: null });
        return json(200, await shown(state));
      },
    }),
    operatorRoute(deps, {
      name: 'raise-ceiling',
      method: 'PUT',
      path: 'scaling/{scalable}/raise',
      role: 'Caretaker.Operator',
      summary: 'Allow more than the policy does, until a time, for a reason; it gives itself back',
      body: raiseSchema,
      answers: { 200: shownSchema },
      work: async ({ param, body, caller }) => {
        const before = await targetOf(param('scalable'));
        const { target, environment } = before;
        const rule = found(await ruleOf(before), `the scaling rule ${before.rule}`);
        const until = untilOf(body, deps.clock.now());
        const { max, reason } = body;
        const state = await deps.scaling.raise(target, rule, { max, reason, by: caller.text, until });
        const more = { until, max };
        await enterOrder(deps.ledger, caller, { order: 'raise-ceiling', subject: target, environment, reason, more });
        return json(200, await shown(state));
      },
    }),
    operatorRoute(deps, {
      name: 'lower-ceiling',
      method: 'DELETE',
      path: 'scaling/{scalable}/raise',
      role: 'Caretaker.Operator',
      summary: "Give a raised ceiling back before its time: the policy's own holds again",
      answers: { 200: shownSchema },
      refusals: [400],
      work: async ({ param, caller }) => {
        const { target, environment } = await targetOf(param('scalable'));
        const state = await deps.scaling.raise(target, { max: 0 }, null);
        await enterOrder(deps.ledger, caller, { order: 'lower-ceiling', subject: target, environment, reason: null });
        return json(200, await shown(state));
      },
    }),
  ];
}
