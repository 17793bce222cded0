import { z } from 'zod';
import { InvalidInputError } from '../kernel/errors';
import { parseResourceId } from '../kernel/resource-id';
import { resourceIdSchema } from '../kernel/schemas';
import { maximumPolicyLength, parsePolicy, policyVersion } from '../rules';
import { catalogue, impactSchema, knownFrom, planSchema, runbooks } from '../runbooks';
import { checkedOrder } from './acting';
import { json } from './door';
import { efficacyRoutes } from './efficacy';
import { found, operatorRoute, policyInUse, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const runbookSchema = z.object({
  name: z.string(),
  version: z.int(),
  summary: z.string(),
  impact: impactSchema,
  resourceTypes: z.array(z.string()),
  suits: z.array(z.string()),
});
const problemSchema = z.object({
  path: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});

/** A look at the estate may take so long. */
const lookLimitMillis = 30_000;

function described({ name, version, summary, impact, resourceTypes, suits }: (typeof runbooks)[number]) {
  return { name, version, summary, impact, resourceTypes, suits };
}

/** Routes over what is written down: runbooks, the policy, the ledger. */
export function libraryRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    ...efficacyRoutes(deps),
    operatorRoute(deps, {
      name: 'runbooks',
      method: 'GET',
      path: 'runbooks',
      role: 'Caretaker.Reader',
      summary: 'Every runbook there is',
      answers: { 200: z.object({ runbooks: z.array(runbookSchema) }) },
      work: async () => json(200, { runbooks: runbooks.map(described) }),
    }),

    operatorRoute(deps, {
      name: 'runbook',
      method: 'GET',
      path: 'runbooks/{name}',
      role: 'Caretaker.Reader',
      summary: 'One runbook, with the JSON Schema of its parameters and the permissions it needs',
      answers: {
        200: runbookSchema.extend({
          explanation: z.object({
            preconditions: z.array(z.string()),
            plan: z.string(),
            verification: z.string(),
            undo: z.string(),
          }),
          parameters: z.looseObject({}),
          permissions: z.object({ actions: z.array(z.string()), dataActions: z.array(z.string()) }),
        }),
      },
      work: async ({ param }) => {
        const runbook = found(
          runbooks.find(({ name }) => name === param('name')),
          `runbook ${param('name')}`,
        );
        const parameters = z.toJSONSchema(runbook.parameters, { io: 'input', unrepresentable: 'any' });
        const { explanation, permissions } = runbook;
        return json(200, { ...described(runbook), explanation, parameters, permissions });
      },
    }),

    operatorRoute(deps, {
      name: 'plan-runbook',
      method: 'POST',
      path: 'runbooks/{name}/plan',
      role: 'Caretaker.Reader',
      summary: 'Look at a resource and say what the runbook would do there; changes nothing',
      body: z.strictObject({ target: resourceIdSchema, parameters: z.record(z.string(), z.unknown()).default({}) }),
      answers: {
        200: z.object({
          runbook: z.string(),
          version: z.int(),
          environment: z.string(),
          target: z.string(),
          plan: planSchema,
        }),
      },
      work: async ({ param, body: { target, parameters } }) => {
        const name = param('name');
        found(catalogue.find(name), `runbook ${name}`);
        const order = await checkedOrder(deps, { runbook: name, target, parameters });
        const procedure = found(deps.procedures.get(name), `runbook ${name}`);
        const id = found(parseResourceId(target)?.id, `resource ${target}`);
        const sighting = await procedure.look(id, AbortSignal.timeout(lookLimitMillis), knownFrom(order.parameters));
        const { version } = order.runbook;
        const plan = sighting.plan(order.parameters);
        return json(200, { runbook: name, version, environment: order.environment, target, plan });
      },
    }),

    operatorRoute(deps, {
      name: 'policy',
      method: 'GET',
      path: 'policy',
      role: 'Caretaker.Reader',
      summary: 'The policy in use, its version, and the newest document when that is refused',
      answers: {
        200: z.object({
          status: z.looseObject({ version: z.string().nullable() }),
          policy: z.looseObject({}),
          /** The document as it was read. */
          text: z.string(),
        }),
      },
      work: async () => {
        const { policy } = await policyInUse(deps.policies);
        const status = deps.policies.status();
        const answer = json(200, { status, policy, text: deps.policies.text() ?? '' });
        return { ...answer, headers: { ...answer.headers, etag: `"${status.version ?? ''}"` } };
      },
    }),

    operatorRoute(deps, {
      name: 'validate-policy',
      method: 'POST',
      path: 'policy/validate',
      role: 'Caretaker.Reader',
      summary: 'Check a policy document and list every problem with its line; changes nothing',
      body: z.strictObject({ text: z.string() }),
      // A character of the text is at most six bytes of JSON.
      bodyLimit: 6 * maximumPolicyLength,
      answers: {
        200: z.object({ valid: z.boolean(), version: z.string().nullable(), problems: z.array(problemSchema) }),
      },
      work: async ({ body: { text } }) => {
        try {
          return json(200, { valid: true, version: policyVersion(parsePolicy(text, catalogue)), problems: [] });
        } catch (error) {
          if (error instanceof InvalidInputError) {
            return json(200, { valid: false, version: null, problems: error.problems });
          }
          throw error;
        }
      },
    }),

    operatorRoute(deps, {
      name: 'verify-ledger',
      method: 'GET',
      path: 'ledger/verify',
      role: 'Caretaker.Reader',
      summary:
        'Read the whole ledger and check its chain; what is wrong is in the answer, whose status is 200 all the same',
      answers: {
        200: z.looseObject({ valid: z.boolean(), entries: z.int(), segments: z.int(), problemCount: z.int() }),
      },
      work: async () => json(200, await deps.verifyLedger()),
    }),
  ];
}
