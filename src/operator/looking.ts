import { z } from 'zod';
import { dnsChangeOrchestratorName } from '../dns';
import { killSwitchSchema, leaseSchema } from '../guard';
import { instantSchema } from '../kernel/schemas';
import type { Engine, InstanceStatus } from '../ports/engine';
import { incidentOrchestratorName, runOrchestratorName } from '../run';
import { json } from './door';
import { incidentsQuerySchema, isIncidentFor, isRunFor, pageOfFitting, runsQuerySchema } from './fitting';
import { found, operatorRoute, policyInUse, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** Reports are kept as they were written, whatever version wrote them: what every one has, and the rest as it is. */
const reportSchema = z.looseObject({ id: z.string(), startedAt: instantSchema });
const openSchema = z.array(z.object({ id: z.string(), custom: z.unknown(), since: z.string() }));
const cursorSchema = z.string().nullable();

/** Runs of runbooks, and changes of DNS, which are runs with an orchestrator of their own. */
const runNames = [runOrchestratorName, dnsChangeOrchestratorName] as const;

/** An instance of one orchestrator, or of one of several. Other instances, and entities, are kept under ids of the same kind and are none of it. */
async function instance(
  engine: Engine,
  orchestrators: string | readonly string[],
  id: string,
): Promise<InstanceStatus | undefined> {
  const status = await engine.status(id);
  return status !== undefined && [orchestrators].flat().includes(status.name) ? status : undefined;
}

async function openOnes(engine: Engine, orchestrator: string, ...others: readonly string[]) {
  return (await engine.running(orchestrator, ...others)).map(({ instanceId, customStatus, createdTime }) => ({
    id: instanceId,
    custom: customStatus ?? null,
    since: createdTime,
  }));
}

/** Routes that look: how it stands, incidents, runs, decisions. */
export function lookingRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'status',
      method: 'GET',
      path: 'status',
      role: 'Caretaker.Reader',
      summary: 'How it stands: the policy in use, and of each environment its kill switch and leases',
      answers: {
        200: z.object({
          policy: z.looseObject({ version: z.string().nullable() }),
          environments: z.array(
            z.object({ name: z.string(), killSwitch: killSwitchSchema, leases: z.array(leaseSchema) }),
          ),
        }),
      },
      work: async ({ engine }) => {
        const policy = await policyInUse(deps.policies);
        const environments = await Promise.all(
          Object.keys(policy.policy.environments).map(async (name) => {
            const { killSwitch, leases } = await engine.guard(name);
            return { name, killSwitch, leases: Object.values(leases) };
          }),
        );
        return json(200, { policy: deps.policies.status(), environments });
      },
    }),

    operatorRoute(deps, {
      name: 'incidents',
      method: 'GET',
      path: 'incidents',
      role: 'Caretaker.Reader',
      summary: 'Incidents that are open (at most 100), and a page of those on record that fit, newest first',
      query: incidentsQuerySchema,
      answers: { 200: z.object({ open: openSchema, incidents: z.array(reportSchema), cursor: cursorSchema }) },
      work: async ({ query, engine }) => {
        const [page, open] = await Promise.all([
          pageOfFitting(
            query,
            (one) => deps.incidents.list(one),
            (report) => isIncidentFor(query, report),
          ),
          openOnes(engine, incidentOrchestratorName),
        ]);
        return json(200, { open, incidents: page.reports, cursor: page.cursor });
      },
    }),

    operatorRoute(deps, {
      name: 'incident',
      method: 'GET',
      path: 'incidents/{id}',
      role: 'Caretaker.Reader',
      summary: 'One incident with its runs',
      answers: {
        200: z.object({
          incident: reportSchema.nullable(),
          runs: z.array(reportSchema),
          live: z.object({ status: z.string(), custom: z.unknown(), since: z.string() }).nullable(),
        }),
      },
      work: async ({ param, engine }) => {
        const id = param('id');
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
      },
    }),

    operatorRoute(deps, {
      name: 'runs',
      method: 'GET',
      path: 'runs',
      role: 'Caretaker.Reader',
      summary:
        'Runs that operators ordered and that are under way (at most 100), and a page of those on record that fit, newest first',
      query: runsQuerySchema,
      answers: { 200: z.object({ open: openSchema, runs: z.array(reportSchema), cursor: cursorSchema }) },
      work: async ({ query, engine }) => {
        const [page, open] = await Promise.all([
          pageOfFitting(
            query,
            (one) => deps.runs.list(one),
            (report) => isRunFor(query, report),
          ),
          openOnes(engine, ...runNames),
        ]);
        return json(200, { open, runs: page.reports, cursor: page.cursor });
      },
    }),

    operatorRoute(deps, {
      name: 'run',
      method: 'GET',
      path: 'runs/{id}',
      role: 'Caretaker.Reader',
      summary: 'One run',
      answers: {
        200: z.object({
          run: reportSchema.nullable(),
          live: z.object({ status: z.string(), custom: z.unknown() }).nullable(),
        }),
      },
      work: async ({ param, engine }) => {
        const id = param('id');
        const [recorded, live] = await Promise.all([deps.runs.find(id), instance(engine, runNames, id)]);
        found(recorded ?? live, `run ${id}`);
        return json(200, {
          run: recorded ?? null,
          live: live === undefined ? null : { status: live.runtimeStatus, custom: live.customStatus ?? null },
        });
      },
    }),

    operatorRoute(deps, {
      name: 'decision',
      method: 'GET',
      path: 'decisions/{id}',
      role: 'Caretaker.Reader',
      summary: 'What was decided about a signal, with every rule that was considered',
      answers: {
        200: z.looseObject({ signalId: z.string(), state: z.enum(['pending', 'done']), decision: z.unknown() }),
      },
      work: async ({ param }) => {
        const id = param('id');
        return json(200, found(await deps.decisions.find(id), `a decision about signal ${id}`));
      },
    }),
  ];
}
