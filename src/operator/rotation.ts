import { z } from 'zod';
import { PermanentError } from '../kernel/errors';
import { rotationModeSchema, rotationOrchestratorName, type RotationDesk } from '../rotation';
import { json } from './door';
import { enterOrder } from './ordered';
import { found, operatorRoute, pageOf, pageSchema, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const lineSchema = z.object({
  vault: z.string(),
  name: z.string(),
  rotator: z.string().nullable(),
  owner: z.string().nullable(),
  enabled: z.boolean(),
  expiresAt: z.string().nullable(),
  daysLeft: z.int().nullable(),
  ageDays: z.int().nullable(),
  due: z.boolean(),
  lastRotatedAt: z.string().nullable(),
  rotationId: z.string().nullable(),
  gaps: z.array(z.string()),
});
const reportSchema = z.looseObject({ id: z.string(), startedAt: z.string() });
const orderFields = {
  /** Name or id of the vault, where secrets of several vaults have the name. */
  vault: z.string().min(1).max(400).optional(),
  reason: z.string().trim().min(1, 'say why').max(400),
  /** Makes the order idempotent: the same key is the same rotation. */
  key: z.string().min(1).max(120),
};
const begunSchema = z.object({ rotationId: z.string() });

/** Routes for secrets: when they expire, how they were rotated, and ordering a rotation. No answer holds a value. */
export function rotationRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const desk = (): RotationDesk => {
    if (deps.rotation === undefined) {
      throw new PermanentError('NotFound', 'rotation is not known here');
    }
    return deps.rotation;
  };
  return [
    operatorRoute(deps, {
      name: 'secrets',
      method: 'GET',
      path: 'secrets',
      role: 'Caretaker.Reader',
      summary: 'Secrets of the vaults by expiry, with owner, age, last rotation, and what is missing',
      answers: { 200: z.object({ secrets: z.array(lineSchema), unread: z.array(z.string()) }) },
      work: async () => json(200, await desk().timeline()),
    }),

    operatorRoute(deps, {
      name: 'rotations',
      method: 'GET',
      path: 'rotations',
      role: 'Caretaker.Reader',
      summary: 'Rotations that are under way (at most 100), and a page of those on record, newest first',
      query: pageSchema,
      answers: {
        200: z.object({
          open: z.array(z.object({ id: z.string(), since: z.string(), custom: z.unknown() })),
          rotations: z.array(reportSchema),
          cursor: z.string().nullable(),
        }),
      },
      work: async ({ query, engine }) => {
        const [page, running] = await Promise.all([
          pageOf(query, (one) => desk().rotations.list(one)),
          engine.running(rotationOrchestratorName),
        ]);
        const open = running.map(({ instanceId, createdTime, customStatus }) => ({
          ...{ id: instanceId, since: createdTime, custom: customStatus ?? null },
        }));
        return json(200, { open, rotations: page.reports, cursor: page.cursor ?? null });
      },
    }),

    operatorRoute(deps, {
      name: 'rotation',
      method: 'GET',
      path: 'rotations/{id}',
      role: 'Caretaker.Reader',
      summary: 'One rotation with every step it took',
      answers: {
        200: z.object({
          rotation: reportSchema.nullable(),
          live: z.object({ status: z.string(), custom: z.unknown(), since: z.string() }).nullable(),
        }),
      },
      work: async ({ param, engine }) => {
        const id = param('id');
        const [recorded, status] = await Promise.all([desk().rotations.find(id), engine.status(id)]);
        const live = status?.name === rotationOrchestratorName ? status : undefined;
        found(recorded ?? live, `rotation ${id}`);
        const state =
          live === undefined
            ? null
            : { status: live.runtimeStatus, custom: live.customStatus ?? null, since: live.createdTime };
        return json(200, { rotation: recorded ?? null, live: state });
      },
    }),

    operatorRoute(deps, {
      name: 'rotate-secret',
      method: 'POST',
      path: 'secrets/{name}/rotations',
      role: 'Caretaker.Operator',
      summary:
        'Rotate a secret now, finish an open overlap, or go back to the previous version; the guard answers as ever',
      body: z.strictObject({
        ...orderFields,
        mode: rotationModeSchema.extract(['now', 'due', 'finish', 'back']).default('now'),
      }),
      answers: { 202: begunSchema },
      work: async ({ param, body, caller, engine }) => {
        const { vault, mode, key, reason } = body;
        const name = param('name');
        const by = { name: caller.text, key };
        const { rotationId } = await desk().order({ vault, secret: name }, mode, by, engine);
        const more = { mode, rotationId };
        await enterOrder(deps.ledger, caller, {
          order: 'rotate-secret',
          subject: name,
          environment: null,
          reason,
          more,
        });
        return json(202, { rotationId });
      },
    }),

    operatorRoute(deps, {
      name: 'leaked-secret',
      method: 'POST',
      path: 'secrets/{name}/leaks',
      role: 'Caretaker.Operator',
      summary:
        'The secret has leaked: revoke it as soon as consumers were told of a new one, or with `cut` before that',
      body: z.strictObject({ ...orderFields, cut: z.boolean().default(false) }),
      answers: { 202: begunSchema },
      work: async ({ param, body, caller, engine }) => {
        const { vault, cut, key, reason } = body;
        const name = param('name');
        const mode = cut ? 'cut' : 'leak';
        const { rotationId } = await desk().order({ vault, secret: name }, mode, { name: caller.text, key }, engine);
        const more = { mode, rotationId };
        await enterOrder(deps.ledger, caller, {
          order: 'leaked-secret',
          subject: name,
          environment: null,
          reason,
          more,
        });
        return json(202, { rotationId });
      },
    }),
  ];
}
