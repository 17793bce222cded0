import { z } from 'zod';
import {
  backupCycleName,
  drillOrchestratorName,
  exposureHistorySchema,
  itemDocumentSchema,
  measurementSchema,
  orderedDrill,
  orderedRestore,
  restoreOrchestratorName,
  restoreRequestSchema,
  type ExposureHistory,
  type RestoreDocument,
  type RestoreOrder,
} from '../backup';
import { isoOf } from '../kernel/clock';
import { ConflictError } from '../kernel/errors';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import type { Engine } from '../ports/engine';
import { environmentOf } from '../rules';
import type { Caller } from './access';
import { json } from './door';
import { enterOrder } from './ordered';
import { found, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import { restoreLineOf, restoreLineSchema } from './restore-line';
import type { OperatorDeps } from './routes';
import { shared } from './shared';

const keySchema = z.string().min(1).max(120);
const reasonSchema = z.string().trim().min(1).max(1024);
const itemQuery = z.object({ item: resourceIdSchema });
const pointSchema = z.string().regex(/^[0-9a-f]{12}$/, 'is the id of a point, twelve hexadecimal digits');

const drillBody = z.strictObject({
  key: keySchema,
  item: resourceIdSchema,
  pick: z.enum(['latest', 'random', 'named']).default('latest'),
  point: pointSchema.optional(),
});
const restoreBody = z.strictObject({ ...restoreRequestSchema.shape, key: keySchema });
const planBody = z.strictObject(restoreRequestSchema.shape);
const undoBody = z.strictObject({ key: keySchema });
const holdBody = z.strictObject({
  item: resourceIdSchema,
  point: pointSchema,
  /** False lifts the hold. */
  held: z.boolean(),
  reason: reasonSchema,
  /** Until it is lifted, when left out. */
  until: instantSchema.optional(),
});

const historyQuery = z.object({
  days: z.enum(['1', '7', '31']).default('7'),
  /** Row to begin with: what the answer before gave as `cursor`. */
  cursor: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});

const planAnswer = z.looseObject({ kind: z.enum(['plan', 'impossible']), planHash: z.string().nullable() });
const verdictSchema = z.object({ id: z.string(), keep: z.boolean(), reasons: z.array(z.string()) });
const anyRecord = z.looseObject({});
const liveSchema = z.object({ status: z.string(), custom: z.unknown(), since: z.string() }).nullable();

/** So long the history of exposure is given to everybody who asks; it grows every quarter of an hour. Milliseconds of real time. */
const historyMillis = 20_000;

/** Looking at the platform for a plan takes a few reads; a caller waits this long at most. Milliseconds. */
const planLimit = 60_000;

const askedBy = (caller: Caller): RestoreOrder['askedBy'] => ({
  id: caller.id ?? null,
  name: caller.text.slice(0, 200),
});

/** Routes over backups: how promises stand, points, holds, drills and restores. */
export function backupRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const environmentFor = async (item: ResourceId): Promise<string> => {
    const environment = environmentOf(await policyInUse(deps.policies), item);
    if (environment === undefined) {
      throw wrong('UnknownEnvironment', [{ path: 'item', message: 'is in no environment of the policy' }]);
    }
    return environment;
  };
  const inSubscriptions = (item: ResourceId): ResourceId => {
    if (!deps.subscriptions.has(parseResourceId(item)?.parts.subscriptionId ?? '')) {
      throw wrong('UnknownSubscription', [
        { path: 'item', message: 'is in no subscription that is looked after here' },
      ]);
    }
    return item;
  };

  const histories = new Map<string, ReturnType<typeof shared<ExposureHistory>>>();
  const liveOf = async (engine: Engine, name: string, id: string): Promise<z.input<typeof liveSchema>> => {
    const status = await engine.status(id);
    return status?.name === name
      ? { status: status.runtimeStatus, custom: status.customStatus ?? null, since: status.createdTime }
      : null;
  };

  return [
    operatorRoute(deps, {
      name: 'backup',
      method: 'GET',
      path: 'backup',
      role: 'Caretaker.Reader',
      summary:
        'How the promises stand, by the last look: exposure by tier and resource, what nothing protects, what is excluded',
      answers: { 200: z.object({ measurement: measurementSchema.nullable() }) },
      work: async () => json(200, { measurement: (await deps.backup.exposures.latest()) ?? null }),
    }),
    operatorRoute(deps, {
      name: 'backup-report',
      method: 'GET',
      path: 'backup/report',
      role: 'Caretaker.Reader',
      summary: 'The compliance report, measured now, with the history of so many days',
      query: z.object({ days: z.coerce.number().int().min(1).max(92).default(30) }),
      answers: { 200: anyRecord },
      work: async ({ query }) =>
        json(200, await deps.backup.exposures.report(query.days, AbortSignal.timeout(planLimit))),
    }),
    operatorRoute(deps, {
      name: 'backup-exposure-history',
      method: 'GET',
      path: 'backup/exposure/history',
      role: 'Caretaker.Reader',
      summary:
        'How exposed each resource was over time, in percent of its objective: the peaks of each hour (1 day), of 3 hours (7 days) or of 12 (31 days)',
      query: historyQuery,
      answers: {
        200: exposureHistorySchema.extend({ total: z.int(), cursor: z.string().nullable() }),
      },
      work: async ({ query: { days, cursor, limit } }) => {
        const share = histories.get(days) ?? shared(deps.clock, historyMillis * deps.deployment.clockSpeed);
        histories.set(days, share);
        const { resources, ...rest } = await share(() => deps.backup.exposures.history(days));
        const next = cursor + limit;
        return json(200, {
          ...rest,
          total: resources.length,
          resources: resources.slice(cursor, next),
          cursor: next < resources.length ? String(next) : null,
        });
      },
    }),
    operatorRoute(deps, {
      name: 'backup-points',
      method: 'GET',
      path: 'backup/points',
      role: 'Caretaker.Reader',
      summary: 'The recovery points of a resource, and what retention says of each of them now',
      query: itemQuery,
      answers: { 200: z.object({ document: itemDocumentSchema, retention: z.array(verdictSchema) }) },
      refusals: [404],
      work: async ({ query }) => {
        const document = found(await deps.backup.item(query.item), `a recovery point of ${query.item}`);
        return json(200, { document, retention: await deps.backup.retention(document) });
      },
    }),
    operatorRoute(deps, {
      name: 'backup-plan',
      method: 'GET',
      path: 'backup/plan',
      role: 'Caretaker.Reader',
      summary: 'What is taken next, the soonest first, at most 500',
      answers: {
        200: z.object({
          due: z.array(z.object({ item: z.string(), tier: z.string(), dueAt: z.string(), breachAt: z.string() })),
        }),
      },
      work: async () => json(200, { due: (await deps.backup.due()).slice(0, 500) }),
    }),
    operatorRoute(deps, {
      name: 'backup-run',
      method: 'POST',
      path: 'backup/run',
      role: 'Caretaker.Operator',
      summary: 'Look now for what is due, instead of at the next look of the schedule',
      body: z.strictObject({ key: keySchema }),
      answers: { 202: z.object({ cycles: z.array(z.string()) }) },
      work: async ({ body, caller, engine }) => {
        const minute = Math.floor(deps.clock.now() / 60_000);
        const cycles: string[] = [];
        for (const subscriptionId of deps.subscriptions) {
          const cycle = `backup-${subscriptionId.slice(0, 8)}-ordered-${minute}`;
          await engine.start(backupCycleName, cycle, { cycle, subscriptionId });
          cycles.push(cycle);
        }
        await enterOrder(deps.ledger, caller, {
          order: 'backup-run',
          subject: 'backup',
          environment: null,
          reason: null,
          more: { key: body.key },
        });
        return json(202, { cycles });
      },
    }),
    operatorRoute(deps, {
      name: 'backup-hold',
      method: 'PUT',
      path: 'backup/hold',
      role: 'Caretaker.Operator',
      summary: 'Hold a recovery point, so that retention never lets it go, or lift the hold',
      body: holdBody,
      answers: { 200: z.object({ item: z.string(), point: z.string(), held: z.boolean() }) },
      refusals: [404],
      work: async ({ body, caller }) => {
        const { item, point, held, reason, until = null } = body;
        const hold = { by: caller.text.slice(0, 200), reason, at: isoOf(deps.clock.now()), until };
        found(await deps.backup.hold(item, point, held ? hold : null), `point ${point} of ${item}`);
        await enterOrder(deps.ledger, caller, {
          order: held ? 'backup-hold' : 'backup-unhold',
          subject: item,
          environment: null,
          reason,
          more: { point, until },
        });
        return json(200, { item, point, held });
      },
    }),
    operatorRoute(deps, {
      name: 'drills',
      method: 'GET',
      path: 'backup/drills',
      role: 'Caretaker.Reader',
      summary: 'Drills on record: the newest of each resource',
      answers: { 200: anyRecord },
      work: async () => json(200, { ...(await deps.backup.drills.index()) }),
    }),
    operatorRoute(deps, {
      name: 'drill',
      method: 'GET',
      path: 'backup/drills/{id}',
      role: 'Caretaker.Reader',
      summary:
        'A drill with its plan, its phases, and what it did to the promise, and how it stands while it is under way',
      answers: { 200: z.looseObject({ live: liveSchema }) },
      work: async ({ param, engine }) => {
        const id = param('id');
        const [record, live] = await Promise.all([
          deps.backup.drills.get(id),
          liveOf(engine, drillOrchestratorName, id),
        ]);
        // Between the order and the plan there is nothing on record yet.
        const none = { order: null, plan: null, plannedAt: null, report: null, promise: null };
        found(record ?? live ?? undefined, `drill ${id}`);
        return json(200, { ...none, ...record, live });
      },
    }),
    operatorRoute(deps, {
      name: 'order-drill',
      method: 'POST',
      path: 'backup/drills',
      role: 'Caretaker.Operator',
      summary: 'Restore a recovery point on trial, in an isolated network, and remove everything again',
      body: drillBody,
      answers: { 202: z.object({ drillId: z.string() }) },
      work: async ({ body, caller, engine }) => {
        const { key, item, pick, point = null } = body;
        if ((pick === 'named') !== (point !== null)) {
          throw wrong('BadRequest', [{ path: 'point', message: 'goes with pick "named", and only with it' }]);
        }
        const environment = await environmentFor(inSubscriptions(item));
        const order = orderedDrill(key, { environment, item, pick, point }, askedBy(caller));
        await engine.start(drillOrchestratorName, order.drillId, order);
        await enterOrder(deps.ledger, caller, {
          order: 'drill',
          subject: item,
          environment,
          reason: null,
          more: { drillId: order.drillId, pick, point },
        });
        return json(202, { drillId: order.drillId });
      },
    }),
    operatorRoute(deps, {
      name: 'plan-restore',
      method: 'POST',
      path: 'backup/restores/plan',
      role: 'Caretaker.Reader',
      summary: 'What a restore would do, step by step, and what would be lost; changes nothing',
      body: planBody,
      answers: { 200: planAnswer },
      work: async ({ body, caller }) => {
        const environment = await environmentFor(inSubscriptions(body.item));
        const order = orderedRestore('plan', { environment, request: body, undoes: null }, askedBy(caller));
        return json(200, { environment, ...(await deps.backup.planRestore(order, AbortSignal.timeout(planLimit))) });
      },
    }),
    operatorRoute(deps, {
      name: 'order-restore',
      method: 'POST',
      path: 'backup/restores',
      role: 'Caretaker.Operator',
      summary: 'Start a restore; in place, people are asked about its plan before anything is touched',
      body: restoreBody,
      answers: { 202: z.object({ restoreId: z.string() }) },
      work: async ({ body, caller, engine }) => {
        const { key, ...request } = body;
        const environment = await environmentFor(inSubscriptions(request.item));
        const order = orderedRestore(key, { environment, request, undoes: null }, askedBy(caller));
        await engine.start(restoreOrchestratorName, order.restoreId, order);
        await enterOrder(deps.ledger, caller, {
          order: 'restore',
          subject: request.item,
          environment,
          reason: null,
          more: { restoreId: order.restoreId, kind: request.kind, point: request.point ?? null },
        });
        return json(202, { restoreId: order.restoreId });
      },
    }),
    operatorRoute(deps, {
      name: 'restores',
      method: 'GET',
      path: 'backup/restores',
      role: 'Caretaker.Reader',
      summary: 'Restores on record, a page of at most 100 in the order of their ids: each in a line',
      query: z.object({ cursor: z.string().max(1024).optional() }),
      answers: {
        200: z.object({
          restores: z.array(z.string()),
          lines: z.array(restoreLineSchema),
          cursor: z.string().nullable(),
        }),
      },
      work: async ({ query }) => {
        const page = await deps.backup.restores.list(query.cursor);
        const records = await Promise.all(page.ids.map((id) => deps.backup.restores.get(id)));
        const lines = records.flatMap((one) => (one === undefined ? [] : [restoreLineOf(one)]));
        return json(200, { restores: page.ids, lines, cursor: page.cursor ?? null });
      },
    }),
    operatorRoute(deps, {
      name: 'restore',
      method: 'GET',
      path: 'backup/restores/{id}',
      role: 'Caretaker.Reader',
      summary: 'A restore: its plan, its phases, what became of it, and how it stands while it runs',
      answers: { 200: z.object({ record: anyRecord.nullable(), live: liveSchema }) },
      work: async ({ param, engine }) => {
        const id = param('id');
        const [record, live] = await Promise.all([
          deps.backup.restores.get(id),
          liveOf(engine, restoreOrchestratorName, id),
        ]);
        found(record ?? live ?? undefined, `restore ${id}`);
        return json(200, { record: record ?? null, live });
      },
    }),
    operatorRoute(deps, {
      name: 'undo-restore',
      method: 'POST',
      path: 'backup/restores/{id}/undo',
      role: 'Caretaker.Operator',
      summary: 'Give a machine back the disks that a restore in place took off; people are asked as for the restore',
      body: undoBody,
      answers: { 202: z.object({ restoreId: z.string() }) },
      refusals: [409],
      work: async ({ param, body, caller, engine }) => {
        const id = param('id');
        const record = found(await deps.backup.restores.get(id), `restore ${id}`);
        mayBeUndone(record);
        const { environment, request } = record.order;
        const order = orderedRestore(body.key, { environment, request, undoes: id }, askedBy(caller));
        await engine.start(restoreOrchestratorName, order.restoreId, order);
        await enterOrder(deps.ledger, caller, {
          order: 'undo-restore',
          subject: request.item,
          environment,
          reason: null,
          more: { restoreId: order.restoreId, undoes: id },
        });
        return json(202, { restoreId: order.restoreId });
      },
    }),
  ];
}

/** Throws for a restore that gave a machine no other disks, or not yet. Whether it still has them, the plan of the undo says. */
function mayBeUndone({ order, report }: RestoreDocument): void {
  const { restoreId, request } = order;
  if (request.kind !== 'in-place') {
    const text = `${restoreId} made something beside what was there, which is not undone: remove what it made.`;
    throw new ConflictError('NotInPlace', text);
  }
  if (report === null) {
    throw new ConflictError('NotOver', `${restoreId} is not over; look again when it has ended.`);
  }
  if (report.result !== 'restored') {
    const text = `${restoreId} ended ${report.result}: there is nothing that could be given back.`;
    throw new ConflictError('NotRestored', text);
  }
}
