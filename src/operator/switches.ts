import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { apartRulePrefix, emptyGuard, everywhere, killSwitchSchema, type KillSwitch } from '../guard';
import { describeError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Engine } from '../ports/engine';
import { json, problem } from './door';
import { enterOrder } from './ordered';
import { found, operatorRoute, policyInUse, type Call, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const orderSchema = z.strictObject({ engaged: z.boolean(), reason: z.string().trim().min(1).max(1024) });
type Order = z.infer<typeof orderSchema>;

/** The rule that runs have which operators order. */
const operatorsRule = 'operator';

/** Whose switch it is: everything's, an environment's, or one rule's in an environment. */
interface Scope {
  readonly environment: string | null;
  readonly rule: string | null;
}

/** Version of a kill switch's state, for `If-Match`. */
const tagOf = (killSwitch: KillSwitch): string => `"${hashOf(killSwitch).slice(0, 32)}"`;

async function switchOf(engine: Engine, { environment, rule }: Scope): Promise<KillSwitch> {
  const state = await engine.guard(environment ?? everywhere);
  if (rule === null) {
    return state.killSwitch;
  }
  return Object.hasOwn(state.ruleSwitches, rule)
    ? (state.ruleSwitches[rule] ?? emptyGuard.killSwitch)
    : emptyGuard.killSwitch;
}

/**
 * Routes of the kill switches. Whoever sees something going wrong may stop it; that it is safe to go on is for fewer to say.
 * An engaged switch is stored before it is entered in the ledger: stopping must not depend on the ledger's storage.
 */
export function switchRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  /** @throws PermanentError `NotFound` for an environment or a rule that the policy does not have. */
  async function known(engine: Engine, { environment, rule }: Scope): Promise<void> {
    if (environment === null) {
      return;
    }
    const { policy } = await policyInUse(deps.policies);
    found(Object.hasOwn(policy.environments, environment) || undefined, `environment ${environment}`);
    const rules = [
      ...policy.rules.map(({ name }) => name),
      ...(policy.scaling ?? []).map(({ name }) => `${apartRulePrefix}${name}`),
    ];
    if (rule === null || rule === operatorsRule || rules.includes(rule)) {
      return;
    }
    // The switch of a rule that has gone from the policy can still be cleared.
    found((await switchOf(engine, { environment, rule })).engaged || undefined, `rule ${rule}`);
  }

  async function show(engine: Engine, scope: Scope): Promise<HttpResponseInit> {
    await known(engine, scope);
    const killSwitch = await switchOf(engine, scope);
    const answer = json(200, { ...scope, killSwitch });
    return { ...answer, headers: { ...answer.headers, etag: tagOf(killSwitch) } };
  }

  async function set({ request, caller, body: order, engine }: Call<unknown, Order>, scope: Scope) {
    const { environment, rule } = scope;
    if (!order.engaged && !caller.roles.includes('Caretaker.Admin')) {
      const detail = 'Clearing the kill switch takes the app role Caretaker.Admin.';
      return problem(403, 'Forbidden', 'The role is not enough', detail);
    }
    try {
      await known(engine, scope);
    } catch (error) {
      // What runs can be stopped also while no policy can be read. Then nobody can tell a wrong name from a right one.
      const sound = namePattern.test(environment ?? '') && (rule === null || namePattern.test(rule));
      if (!order.engaged || !(error instanceof TransientError) || !sound) {
        throw error;
      }
      deps.log.warn('kill switch engaged without a policy', { environment, rule, error: describeError(error) });
    }
    const wanted = request.headers.get('if-match');
    if (wanted !== null && wanted.trim() !== '*') {
      const killSwitch = await switchOf(engine, scope);
      if (!wanted.split(',').some((tag) => tag.trim() === tagOf(killSwitch))) {
        const detail = `It was changed since; it is ${killSwitch.engaged ? 'engaged' : 'not engaged'} now. Look again, then decide.`;
        return problem(412, 'Changed', 'The kill switch is not the one you saw', detail);
      }
    }
    const enter = () =>
      enterOrder(deps.ledger, caller, {
        order: 'kill-switch',
        subject: rule === null ? (environment ?? 'everything') : `${environment}/${rule}`,
        environment,
        reason: order.reason,
        more: { engaged: order.engaged, rule },
      });
    if (!order.engaged) {
      await enter();
    }
    await engine.setKillSwitch(environment ?? everywhere, {
      ...order,
      by: caller.text,
      ...(rule === null ? {} : { rule }),
    });
    if (order.engaged) {
      await enter();
    }
    return json(202, { ...scope, ...order });
  }

  const shown = z.object({
    environment: z.string().nullable(),
    rule: z.string().nullable(),
    killSwitch: killSwitchSchema,
  });
  const taken = z.object({
    environment: z.string().nullable(),
    rule: z.string().nullable(),
    engaged: z.boolean(),
    reason: z.string(),
  });
  const scopes = [
    { name: '', path: '', what: 'of everything' },
    { name: '', path: 'environments/{environment}/', what: 'of an environment' },
    { name: 'rule-', path: 'environments/{environment}/rules/{rule}/', what: 'of one rule in an environment' },
  ] as const;
  return scopes.flatMap(({ name, path, what }) => {
    const prefix = path === '' ? 'global-' : name;
    const scopeOf = (param: (one: string) => string): Scope => ({
      environment: path === '' ? null : param('environment'),
      rule: name === 'rule-' ? param('rule') : null,
    });
    return [
      operatorRoute(deps, {
        name: `${prefix}kill-switch-state`,
        method: 'GET',
        path: `${path}kill-switch`,
        role: 'Caretaker.Reader',
        summary: `The kill switch ${what}, with its version as ETag`,
        answers: { 200: shown },
        work: ({ param, engine }) => show(engine, scopeOf(param)),
      }),
      operatorRoute(deps, {
        name: `${prefix}kill-switch`,
        method: 'PUT',
        path: `${path}kill-switch`,
        role: 'Caretaker.Operator',
        summary: `Engage the kill switch ${what}, or clear it (which takes Caretaker.Admin); applied at the next operation of its guard`,
        headers: ['If-Match'],
        body: orderSchema,
        answers: { 202: taken },
        refusals: [412],
        work: (call) => set(call, scopeOf(call.param)),
      }),
    ];
  });
}
