import { z } from 'zod';
import { tagsOf } from '../inventory';
import { hashOf } from '../kernel/hash';
import { parseResourceId } from '../kernel/resource-id';
import { resourceIdSchema } from '../kernel/schemas';
import { approvalOf, environmentOf, limitsOf, type CompiledPolicy } from '../rules';
import { catalogue, type Impact } from '../runbooks';
import { orderLimits, runOrchestratorName, runOrderSchema } from '../run';
import type { Documents } from '../ports/documents';
import { json, problem } from './door';
import { enterOrder } from './ordered';
import { checked, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const orderSchema = z.strictObject({
  /** Makes the order idempotent: the same key with the same content is the same run. Or the header `Idempotency-Key`. */
  key: z.string().min(1).max(120).optional(),
  runbook: z.string(),
  target: resourceIdSchema,
  parameters: z.record(z.string(), z.unknown()).default({}),
});

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

const keyUseSchema = z.looseObject({ content: z.string() });

/** Whether a key is new, or was given with this very content before. What was first given with it stays. */
async function isFirstUse(documents: Documents, key: string, content: string): Promise<boolean> {
  const path = `order-keys/${hashOf(key)}.json`;
  if ((await documents.create(path, { content })).kind === 'created') {
    return true;
  }
  const stored = keyUseSchema.safeParse((await documents.get(path))?.value);
  return !stored.success || stored.data.content === content;
}

/** Whom an order asks, as an order says it. */
function approvalFor(policy: CompiledPolicy, environment: string, impact: Impact) {
  const rule = approvalOf(policy, environment);
  return rule === undefined ? {} : { approval: { terms: rule.terms, always: rule.always(impact) } };
}

/** Routes that act: ordering a run. */
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
      refusals: [422],
      work: async ({ request, body: order, caller, engine }) => {
        const { runbook, parameters, policy, environment } = await checkedOrder(deps, order);
        const key = keyOf(request.headers.get('idempotency-key'), order.key);
        const content = hashOf({ runbook: order.runbook, target: order.target, parameters });
        if (!(await isFirstUse(deps.documents, key, content))) {
          const detail = 'This key was given with another runbook, resource or parameters before; take a new one.';
          return problem(422, 'KeyReused', 'The key belongs to another order', detail);
        }
        const runId = `order-${hashOf({ key, runbook: order.runbook, target: order.target, parameters }).slice(0, 32)}`;
        const tags = policy.usesTags ? { tags: tagsOf(await deps.inventory.find(order.target)) } : {};
        const input = runOrderSchema.parse({
          runId,
          incidentId: null,
          environment,
          target: order.target,
          runbook: runbook.name,
          parameters,
          rule: 'operator',
          mode: 'auto',
          askedBy: { kind: 'operator', name: caller.text, id: caller.kind === 'key' ? null : caller.id },
          ...approvalFor(policy, environment, runbook.impact),
          ...orderLimits(limitsOf(policy, environment, { target: order.target, at: deps.clock.now(), ...tags })),
          operationLimitSeconds: runbook.operationLimitSeconds,
        });
        await enterOrder(deps.ledger, caller, {
          order: 'run',
          subject: runId,
          environment,
          reason: null,
          more: { runbook: runbook.name, target: order.target },
        });
        await engine.start(runOrchestratorName, runId, input);
        return json(202, { runId });
      },
    }),
  ];
}
