import { z } from 'zod';
import { killSwitchSchema, type KillSwitch } from '../guard';
import { describeError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { parseResourceId } from '../kernel/resource-id';
import { resourceIdSchema } from '../kernel/schemas';
import { environmentOf, limitsOf } from '../rules';
import { catalogue } from '../runbooks';
import { orderLimits, runOrchestratorName, runOrderSchema } from '../run';
import { json, problem } from './door';
import { checked, found, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const environmentNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const orderSchema = z.strictObject({
  /** Makes the order idempotent: the same key with the same content is the same run. Or the header `Idempotency-Key`. */
  key: z.string().min(1).max(120).optional(),
  runbook: z.string(),
  target: resourceIdSchema,
  parameters: z.record(z.string(), z.unknown()).default({}),
});
const switchOrderSchema = z.strictObject({ engaged: z.boolean(), reason: z.string().trim().min(1).max(1024) });

/** What is asked of a runbook, checked against what it is for and the policy's environments. */
export async function checkedOrder(
  deps: OperatorDeps,
  order: { readonly runbook: string; readonly target: z.infer<typeof resourceIdSchema>; readonly parameters: unknown },
) {
  const runbook = catalogue.find(order.runbook);
  if (runbook === undefined) {
    const message = `names no runbook there is; there are ${catalogue.names.join(', ')}`;
    throw wrong('UnknownRunbook', [{ path: 'runbook', message }]);
  }
  const type = parseResourceId(order.target)?.parts.type ?? '';
  if (!runbook.resourceTypes.includes(type)) {
    const message = `is of type ${type || 'none'}; ${runbook.name} is for ${runbook.resourceTypes.join(', ')}`;
    throw wrong('WrongResourceType', [{ path: 'target', message }]);
  }
  const schema = runbook.parameters as z.ZodType<Record<string, unknown>>;
  const parameters = checked(schema, order.parameters, ['parameters']);
  const policy = await policyInUse(deps.policies);
  const environment = environmentOf(policy, order.target);
  if (environment === undefined) {
    throw wrong('UnknownEnvironment', [{ path: 'target', message: 'is in no environment of the policy' }]);
  }
  return { runbook, parameters, policy, environment };
}

/** The key of an order, from the header or the body. */
function keyOf(header: string | null, inBody: string | undefined): string {
  if (header === null) {
    if (inBody === undefined) {
      throw wrong('BadRequest', [
        { path: 'key', message: 'is missing; give it here or in the header Idempotency-Key' },
      ]);
    }
    return inBody;
  }
  const [path, message] =
    header.length < 1 || header.length > 120
      ? ['Idempotency-Key', 'has 1 to 120 characters']
      : inBody !== undefined && inBody !== header
        ? ['key', 'is not what the header Idempotency-Key says; give one of them']
        : [];
  if (path !== undefined && message !== undefined) {
    throw wrong('BadRequest', [{ path, message }]);
  }
  return header;
}

/** Version of a kill switch's state, for `If-Match`. */
const tagOf = (killSwitch: KillSwitch): string => `"${hashOf(killSwitch).slice(0, 32)}"`;

/** Routes that act: ordering a run, and the kill switch. */
export function actingRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'order-run',
      method: 'POST',
      path: 'runs',
      role: 'Caretaker.Operator',
      summary: 'Start a runbook on a resource; the guard answers it as it answers every run',
      headers: ['Idempotency-Key'],
      body: orderSchema,
      answers: { 202: z.object({ runId: z.string() }) },
      work: async ({ request, body: order, caller, engine }) => {
        const { runbook, parameters, policy, environment } = await checkedOrder(deps, order);
        const key = keyOf(request.headers.get('idempotency-key'), order.key);
        const runId = `order-${hashOf({ key, runbook: order.runbook, target: order.target, parameters }).slice(0, 32)}`;
        const input = runOrderSchema.parse({
          runId,
          incidentId: null,
          environment,
          target: order.target,
          runbook: runbook.name,
          parameters,
          rule: 'operator',
          mode: 'auto',
          askedBy: { kind: 'operator', name: caller.text },
          ...orderLimits(limitsOf(policy, environment, { target: order.target, at: deps.clock.now() })),
          operationLimitSeconds: runbook.operationLimitSeconds,
        });
        await engine.start(runOrchestratorName, runId, input);
        return json(202, { runId });
      },
    }),

    operatorRoute(deps, {
      name: 'kill-switch-state',
      method: 'GET',
      path: 'environments/{environment}/kill-switch',
      role: 'Caretaker.Reader',
      summary: 'The kill switch of an environment, with its version as ETag',
      answers: { 200: z.object({ environment: z.string(), killSwitch: killSwitchSchema }) },
      work: async ({ param, engine }) => {
        const environment = param('environment');
        const { policy } = await policyInUse(deps.policies);
        found(Object.hasOwn(policy.environments, environment) || undefined, `environment ${environment}`);
        const { killSwitch } = await engine.guard(environment);
        const answer = json(200, { environment, killSwitch });
        return { ...answer, headers: { ...answer.headers, etag: tagOf(killSwitch) } };
      },
    }),

    operatorRoute(deps, {
      name: 'kill-switch',
      method: 'PUT',
      path: 'environments/{environment}/kill-switch',
      role: 'Caretaker.Operator',
      summary:
        'Engage the kill switch of an environment, or clear it (which takes Caretaker.Admin); applied at the next operation of its guard',
      headers: ['If-Match'],
      body: switchOrderSchema,
      answers: { 202: z.object({ environment: z.string(), engaged: z.boolean(), reason: z.string() }) },
      refusals: [412],
      work: async ({ request, param, body: order, caller, engine }) => {
        const environment = param('environment');
        // Whoever sees something going wrong may stop it. That it is safe to go on is for fewer to say.
        if (!order.engaged && !caller.roles.includes('Caretaker.Admin')) {
          const detail = 'Clearing the kill switch takes the app role Caretaker.Admin.';
          return problem(403, 'Forbidden', 'The role is not enough', detail);
        }
        try {
          const { policy } = await policyInUse(deps.policies);
          found(Object.hasOwn(policy.environments, environment) || undefined, `environment ${environment}`);
        } catch (error) {
          // What runs can be stopped also while no policy can be read. Then nobody can tell a wrong name from a right one.
          if (!order.engaged || !(error instanceof TransientError) || !environmentNamePattern.test(environment)) {
            throw error;
          }
          deps.log.warn('kill switch engaged without a policy', { environment, error: describeError(error) });
        }
        const wanted = request.headers.get('if-match');
        if (wanted !== null && wanted.trim() !== '*') {
          const { killSwitch } = await engine.guard(environment);
          if (!wanted.split(',').some((tag) => tag.trim() === tagOf(killSwitch))) {
            const detail = `It was changed since; it is ${killSwitch.engaged ? 'engaged' : 'not engaged'} now. Look again, then decide.`;
            return problem(412, 'Changed', 'The kill switch is not the one you saw', detail);
          }
        }
        await engine.setKillSwitch(environment, { ...order, by: caller.text });
        return json(202, { environment, ...order });
      },
    }),
  ];
}
