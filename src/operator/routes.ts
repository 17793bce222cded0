import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { Clock } from '../kernel/clock';
import { InvalidInputError, PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import { resourceIdSchema } from '../kernel/schemas';
import type { DeadLetters, DecisionRecords, Reports } from '../ledger';
import type { Engine } from '../ports/engine';
import { environmentOf, limitsOf, type PolicyStore } from '../rules';
import { catalogue } from '../runbooks';
import { incidentOrchestratorName, orderLimits, runOrchestratorName, runOrderSchema } from '../run';
import { readJson } from '../signal';
import { answerTo, json, limitBody } from './door';

export interface OperatorDeps {
  readonly policies: PolicyStore;
  readonly decisions: DecisionRecords;
  readonly runs: Reports;
  readonly incidents: Reports;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
}

/** One route of the operator API. */
export interface OperatorRoute {
  /** Registered function name. */
  readonly name: string;
  readonly route: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Answers; never throws. */
  readonly handle: (request: HttpRequest, engine: Engine) => Promise<HttpResponseInit>;
}

const bodyLimit = 64 * 1024;
const pageSchema = z.object({
  cursor: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});
const killSwitchSchema = z.strictObject({ engaged: z.boolean(), reason: z.string().trim().min(1).max(1024) });
const orderSchema = z.strictObject({
  /** Makes the order idempotent: the same key with the same content is the same run. */
  key: z.string().min(1).max(120),
  runbook: z.string(),
  target: resourceIdSchema,
  parameters: z.record(z.string(), z.unknown()).default({}),
});

function checked<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new InvalidInputError(
    'BadRequest',
    problems.map((one) => `${one.path || 'the document'} ${one.message}`).join('; '),
    problems,
  );
}

async function bodyOf(request: HttpRequest): Promise<unknown> {
  const text = await request.text();
  limitBody(text, bodyLimit);
  return readJson(text);
}

function pageOf(request: HttpRequest): { cursor?: string; limit?: number } {
  const { cursor, limit } = checked(pageSchema, Object.fromEntries(request.query.entries()));
  return { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
}

function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) {
    throw new PermanentError('NotFound', `${what} is not known here`);
  }
  return thing;
}

/** The routes of the operator API, as data: doors are registered from it, and so is whatever lists them. */
export function operatorRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const route = (
    name: string,
    method: OperatorRoute['method'],
    path: string,
    work: OperatorRoute['handle'],
  ): OperatorRoute => ({
    name: `operator-${name}`,
    route: `operator/${path}`,
    method,
    handle: async (request, engine) => {
      try {
        return await work(request, engine);
      } catch (error) {
        return answerTo(error, deps.log);
      }
    },
  });

  return [
    route('status', 'GET', 'status', async (_request, engine) => {
      const policy = await deps.policies.current();
      const environments = await Promise.all(
        Object.keys(policy.policy.environments).map(async (name) => {
          const { killSwitch, leases } = await engine.guard(name);
          return { name, killSwitch, leases: Object.values(leases) };
        }),
      );
      return json(200, { policy: deps.policies.status(), environments });
    }),

    route('incidents', 'GET', 'incidents', async (request, engine) => {
      const [page, running] = await Promise.all([
        deps.incidents.list(pageOf(request)),
        engine.running(incidentOrchestratorName),
      ]);
      const open = running.map(({ instanceId, customStatus, createdTime }) => ({
        id: instanceId,
        custom: customStatus ?? null,
        since: createdTime,
      }));
      return json(200, { open, incidents: page.reports, cursor: page.cursor ?? null });
    }),

    route('incident', 'GET', 'incidents/{id}', async (request, engine) => {
      const id = request.params['id'] ?? '';
      const [recorded, live] = await Promise.all([deps.incidents.find(id), engine.status(id)]);
      found(recorded ?? live, `incident ${id}`);
      const ids = z.object({ runs: z.array(z.string()) }).safeParse(recorded);
      const runs = await Promise.all((ids.success ? ids.data.runs : []).map((run) => deps.runs.find(run)));
      const state =
        live === undefined
          ? null
          : { status: live.runtimeStatus, custom: live.customStatus ?? null, since: live.createdTime };
      return json(200, { incident: recorded ?? null, runs, live: state });
    }),

    route('decision', 'GET', 'decisions/{id}', async (request) => {
      const id = request.params['id'] ?? '';
      return json(200, found(await deps.decisions.find(id), `a decision about signal ${id}`));
    }),

    route('run', 'GET', 'runs/{id}', async (request, engine) => {
      const id = request.params['id'] ?? '';
      const [recorded, live] = await Promise.all([deps.runs.find(id), engine.status(id)]);
      found(recorded ?? live, `run ${id}`);
      return json(200, {
        run: recorded ?? null,
        live: live === undefined ? null : { status: live.runtimeStatus, custom: live.customStatus ?? null },
      });
    }),

    route('order-run', 'POST', 'runs', async (request, engine) => {
      const order = checked(orderSchema, await bodyOf(request));
      const runbook = catalogue.find(order.runbook);
      if (runbook === undefined) {
        const message = `there is no runbook "${order.runbook}"; there are ${catalogue.names.join(', ')}`;
        throw new InvalidInputError('UnknownRunbook', message, [{ path: 'runbook', message }]);
      }
      const parameters = checked(runbook.parameters as z.ZodType<Record<string, unknown>>, order.parameters);
      const policy = await deps.policies.current();
      const environment = environmentOf(policy, order.target);
      if (environment === undefined) {
        const message = 'is in no environment of the policy';
        throw new InvalidInputError('UnknownEnvironment', `target ${message}`, [{ path: 'target', message }]);
      }
      const runId = `order-${hashOf({ key: order.key, runbook: order.runbook, target: order.target, parameters }).slice(0, 32)}`;
      const input = runOrderSchema.parse({
        runId,
        incidentId: null,
        environment,
        target: order.target,
        runbook: runbook.name,
        parameters,
        rule: 'operator',
        mode: 'auto',
        askedBy: { kind: 'operator', name: 'function-key' },
        ...orderLimits(limitsOf(policy, environment)),
        operationLimitSeconds: runbook.operationLimitSeconds,
      });
      await engine.start(runOrchestratorName, runId, input);
      return json(202, { runId });
    }),

    route('kill-switch', 'PUT', 'environments/{environment}/kill-switch', async (request, engine) => {
      const environment = request.params['environment'] ?? '';
      const order = checked(killSwitchSchema, await bodyOf(request));
      const policy = await deps.policies.current();
      found(policy.policy.environments[environment], `environment ${environment}`);
      await engine.setKillSwitch(environment, { ...order, by: 'function-key' });
      return json(202, { environment, ...order });
    }),

    route('dead-letters', 'GET', 'dead-letters', async (request) => {
      const page = await deps.deadLetters.list(pageOf(request));
      return json(200, { deadLetters: page.deadLetters, cursor: page.cursor ?? null });
    }),
  ];
}
