import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { Clock } from '../kernel/clock';
import { describeError, InvalidInputError, PermanentError, TransientError, type InputProblem } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import { parseResourceId } from '../kernel/resource-id';
import { resourceIdSchema } from '../kernel/schemas';
import type { DeadLetters, DecisionRecords, Reports } from '../ledger';
import type { Engine, InstanceStatus } from '../ports/engine';
import { environmentOf, limitsOf, type CompiledPolicy, type PolicyStore } from '../rules';
import { catalogue } from '../runbooks';
import { incidentOrchestratorName, orderLimits, runOrchestratorName, runOrderSchema } from '../run';
import { findingsOf, pathText, readJson } from '../signal';
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
const environmentNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const killSwitchSchema = z.strictObject({ engaged: z.boolean(), reason: z.string().trim().min(1).max(1024) });
const orderSchema = z.strictObject({
  /** Makes the order idempotent: the same key with the same content is the same run. */
  key: z.string().min(1).max(120),
  runbook: z.string(),
  target: resourceIdSchema,
  parameters: z.record(z.string(), z.unknown()).default({}),
});

/** Checks a value that came from outside; `base` is where it stands in what came. */
function checked<Output>(schema: z.ZodType<Output>, value: unknown, base: readonly string[] = []): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = findingsOf(parsed.error, value).map(({ path, message }) => ({
    path: pathText([...base, ...path]),
    message,
  }));
  throw wrong('BadRequest', problems);
}

function wrong(code: string, problems: readonly InputProblem[]): InvalidInputError {
  const text = problems.map(({ path, message }) => `${path || 'the document'} ${message}`).join('; ');
  return new InvalidInputError(code, text, problems);
}

async function bodyOf(request: HttpRequest): Promise<unknown> {
  const text = await request.text();
  limitBody(text, bodyLimit);
  return readJson(text);
}

interface Page {
  readonly cursor?: string;
  readonly limit?: number;
}

/** Lists the page that the request asks for. A cursor that the storage does not know is the caller's mistake. */
async function pageOf<Result>(request: HttpRequest, list: (page: Page) => Promise<Result>): Promise<Result> {
  const { cursor, limit } = checked(pageSchema, Object.fromEntries(request.query.entries()));
  try {
    return await list({
      ...(cursor === undefined ? {} : { cursor }),
      ...(limit === undefined ? {} : { limit }),
    });
  } catch (error) {
    if (cursor !== undefined && error instanceof PermanentError && error.code === 'StorageRefused') {
      throw wrong('BadCursor', [{ path: 'cursor', message: 'is none that was given out; leave it out to begin anew' }]);
    }
    throw error;
  }
}

/** The policy in use. That there is none, because its document is refused, is no mistake of whoever asks here. */
async function policyInUse(policies: PolicyStore): Promise<CompiledPolicy> {
  try {
    return await policies.current();
  } catch (error) {
    throw error instanceof InvalidInputError
      ? new TransientError('NoPolicy', `no policy is in use: ${error.message}`, { cause: error })
      : error;
  }
}

/** An instance of one orchestrator. Other instances, and entities, are kept under ids of the same kind and are none of it. */
async function instance(engine: Engine, orchestrator: string, id: string): Promise<InstanceStatus | undefined> {
  const status = await engine.status(id);
  return status?.name === orchestrator ? status : undefined;
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
      const policy = await policyInUse(deps.policies);
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
        pageOf(request, (one) => deps.incidents.list(one)),
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
      const [recorded, live] = await Promise.all([
        deps.incidents.find(id),
        instance(engine, incidentOrchestratorName, id),
      ]);
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
      const [recorded, live] = await Promise.all([deps.runs.find(id), instance(engine, runOrchestratorName, id)]);
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
        ...orderLimits(limitsOf(policy, environment, { target: order.target, at: deps.clock.now() })),
        operationLimitSeconds: runbook.operationLimitSeconds,
      });
      await engine.start(runOrchestratorName, runId, input);
      return json(202, { runId });
    }),

    route('kill-switch', 'PUT', 'environments/{environment}/kill-switch', async (request, engine) => {
      const environment = request.params['environment'] ?? '';
      const order = checked(killSwitchSchema, await bodyOf(request));
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
      await engine.setKillSwitch(environment, { ...order, by: 'function-key' });
      return json(202, { environment, ...order });
    }),

    route('dead-letters', 'GET', 'dead-letters', async (request) => {
      const page = await pageOf(request, (one) => deps.deadLetters.list(one));
      return json(200, { deadLetters: page.deadLetters, cursor: page.cursor ?? null });
    }),
  ];
}
