import { z } from 'zod';
import {
  additionSchema,
  changeLimitsSchema,
  changeSchema,
  checkedReasonSchema,
  comparedRecordSchema,
  noteSchema,
  zonePlanSchema,
  type DnsDesk,
} from '../dns';
import { PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { json } from './door';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** Durations are seconds. The first origin is home. */
const groupSchema = z.object({
  group: z.string(),
  record: z.string(),
  active: z.string(),
  origins: z.array(z.object({ name: z.string(), content: z.string(), probe: z.string() })),
  ttl: z.object({ steady: z.number(), watchful: z.number() }),
  rounds: z.object({ down: z.number(), up: z.number() }),
  holdDown: z.number(),
  stableFor: z.number(),
  failback: z.enum(['auto', 'order']),
  state: z.unknown(),
});
const viewSchema = z.object({
  zone: z.string(),
  target: z.string(),
  environment: z.string(),
  mode: z.enum(['auto', 'suggest']),
  summary: z.string(),
  answer: z.enum(['go', 'ask', 'stop']),
  reasons: z.array(z.string()),
  checks: z.array(checkedReasonSchema),
  limits: changeLimitsSchema,
  hash: z.string(),
  lines: z.array(z.string()),
  changes: z.array(changeSchema),
  notes: z.array(noteSchema),
  counts: zonePlanSchema.shape.counts,
  drift: z.array(z.string()),
  foreign: z.array(z.object({ name: z.string(), type: z.string(), owner: z.string().nullable() })),
  failover: z.array(groupSchema),
  additions: z.array(additionSchema),
  records: z.array(comparedRecordSchema).optional(),
  recordCount: z.int().optional(),
});
/** With `records` also every record as it is and as it shall be. */
const recordsQuerySchema = z.object({ records: z.enum(['ours', 'all']).optional() });
const recordsSchema = z.array(z.record(z.string(), z.unknown()));
const whySchema = z.string().trim().min(1, 'say why').max(400);
const begunSchema = z.object({ changeId: z.string() });

/** Routes for zones: what a change would do, making it, moving records between origins, and records for a time. */
export function dnsRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const desk = (): DnsDesk => {
    if (deps.dns === undefined) {
      throw new PermanentError('NotFound', 'DNS is not known here: no document of it is configured');
    }
    return deps.dns;
  };
  /** What the document does not name is not known here; a zone that Cloudflare does not show is, too. */
  const known = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof PermanentError && ['UnknownZone', 'NoSuchZone'].includes(error.code)) {
        throw new PermanentError('NotFound', error.message, { cause: error });
      }
      throw error;
    }
  };
  const by = (caller: { readonly id: string; readonly text: string }) =>
    ({ kind: 'operator', name: caller.text, id: caller.id === 'function-key' ? null : caller.id }) as const;

  return [
    operatorRoute(deps, {
      name: 'dns-zones',
      method: 'GET',
      path: 'dns/zones',
      role: 'Caretaker.Reader',
      summary: 'The zones that Caretaker looks after, and where their failover records lead',
      answers: {
        200: z.object({
          zones: z.array(
            z.object({
              zone: z.string(),
              target: z.string(),
              environment: z.string(),
              mode: z.string(),
              policy: z.string(),
              failover: z.array(groupSchema),
            }),
          ),
        }),
      },
      refusals: [404],
      work: async () => json(200, { zones: await desk().zones() }),
    }),

    operatorRoute(deps, {
      name: 'dns-document',
      method: 'GET',
      path: 'dns/document',
      role: 'Caretaker.Reader',
      summary: 'The document of what DNS shall be, as it was read; and what is wrong with a newer one that was refused',
      answers: { 200: z.object({ text: z.string(), revision: z.string(), refusal: z.string().nullable() }) },
      refusals: [404],
      work: async () => json(200, await desk().document()),
    }),

    operatorRoute(deps, {
      name: 'dns-plan',
      method: 'GET',
      path: 'dns/zones/{zone}/plan',
      role: 'Caretaker.Reader',
      summary: 'What a change of the zone would do now, why, and whether it may; with what was changed by hand',
      query: recordsQuerySchema,
      answers: { 200: viewSchema },
      work: async ({ param, query: { records } }) =>
        json(200, await known(desk().view(param('zone'), records === undefined ? {} : { records }))),
    }),

    operatorRoute(deps, {
      name: 'dns-propose',
      method: 'POST',
      path: 'dns/zones/{zone}/plan',
      role: 'Caretaker.Reader',
      summary: 'What a change of the zone would do if this were the document; changes nothing',
      body: z.strictObject({ text: z.string().max(2 * 1024 * 1024) }),
      bodyLimit: 3 * 1024 * 1024,
      answers: { 200: viewSchema },
      work: async ({ param, body }) => json(200, await known(desk().view(param('zone'), { proposed: body.text }))),
    }),

    operatorRoute(deps, {
      name: 'dns-apply',
      method: 'POST',
      path: 'dns/zones/{zone}/changes',
      role: 'Caretaker.Operator',
      summary:
        'Change the zone as it is planned; with `hash` only as that plan was shown. The guard answers it as ever',
      body: z.strictObject({
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        reason: whySchema,
        key: z.string().min(1).max(120),
      }),
      answers: { 202: begunSchema },
      work: async ({ param, body, caller, engine }) => {
        const { hash, reason, key } = body;
        const zone = param('zone');
        const changeId = `dns-order-${hashOf({ zone, key }).slice(0, 32)}`;
        await known(
          desk().startChange(engine, {
            changeId,
            zone,
            names: null,
            cause: { kind: 'order', text: reason, by: by(caller) },
            ...(hash === undefined ? {} : { expectedHash: hash }),
          }),
        );
        return json(202, { changeId });
      },
    }),

    operatorRoute(deps, {
      name: 'dns-export',
      method: 'GET',
      path: 'dns/zones/{zone}/records',
      role: 'Caretaker.Reader',
      summary: 'The records of the zone as the document would have them: ours, or with all=true everybody’s',
      query: z.object({ all: z.enum(['true', 'false']).optional() }),
      answers: { 200: z.object({ zone: z.string(), records: recordsSchema }) },
      work: async ({ param, query }) => json(200, await known(desk().export(param('zone'), query.all === 'true'))),
    }),

    operatorRoute(deps, {
      name: 'dns-failover',
      method: 'POST',
      path: 'dns/zones/{zone}/failover/{group}',
      role: 'Caretaker.Operator',
      summary: 'Lead a record to another origin, or home; ordering it to where it is thaws one that moved too often',
      body: z.strictObject({ to: z.string().max(40).optional(), reason: whySchema, force: z.boolean().default(false) }),
      answers: { 202: z.object({ active: z.string(), changeId: z.string().nullable() }) },
      refusals: [409],
      work: async ({ param, body, caller, engine }) => {
        const { to, reason, force } = body;
        const answer = await known(
          desk().orderFailover(engine, {
            zone: param('zone'),
            group: param('group'),
            reason,
            force,
            by: by(caller),
            ...(to === undefined ? {} : { to }),
          }),
        );
        return json(202, answer);
      },
    }),

    operatorRoute(deps, {
      name: 'dns-add',
      method: 'PUT',
      path: 'dns/zones/{zone}/additions/{addition}',
      role: 'Caretaker.Operator',
      summary: 'Put records beside the document for a time, such as a maintenance page or a verification record',
      body: z.strictObject({
        records: recordsSchema.min(1).max(50),
        until: z.string().nullable().default(null),
        reason: whySchema,
      }),
      answers: { 202: begunSchema },
      work: async ({ param, body, caller, engine }) => {
        const { records, until, reason } = body;
        const id = additionSchema.shape.id.safeParse(param('addition'));
        if (!id.success) {
          throw new PermanentError(
            'NotFound',
            'an addition is named by 1 to 60 lower-case letters, digits and hyphens',
          );
        }
        const more = { zone: param('zone'), id: id.data, records, until, reason };
        return json(202, await known(desk().add(engine, { ...more, by: by(caller), byText: caller.text })));
      },
    }),

    operatorRoute(deps, {
      name: 'dns-end',
      method: 'DELETE',
      path: 'dns/zones/{zone}/additions/{addition}',
      role: 'Caretaker.Operator',
      summary: 'End an addition; what it had put aside comes back',
      answers: { 202: begunSchema },
      work: async ({ param, caller, engine }) =>
        json(202, await known(desk().end(engine, { zone: param('zone'), id: param('addition'), by: by(caller) }))),
    }),

    operatorRoute(deps, {
      name: 'dns-adopt',
      method: 'POST',
      path: 'dns/zones/{zone}/adopted',
      role: 'Caretaker.Operator',
      summary: 'Adopt what somebody changed by hand, so that it is not put back, until the document says the same',
      body: z.strictObject({ name: z.string().min(1).max(255), type: z.string().max(10), reason: whySchema }),
      answers: { 200: z.object({ id: z.string(), records: recordsSchema }) },
      work: async ({ param, body, caller }) =>
        json(200, await known(desk().adopt({ zone: param('zone'), ...body, byText: caller.text }))),
    }),
  ];
}
