import fc from 'fast-check';
import { operatorApi, operatorRoles, type Access } from '../../src/operator';
import { otherHash, planHash, request } from '../approvals/fixture';
import { alertText, policyText, subscription } from '../run/intake-world';
import { createScalingMemory, scalingStateSchema } from '../../src/scaling';
import { doors, type Given } from './support';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, unknown>>;
}

const target = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
/** Texts that lead somewhere, and texts that have led others astray. */
const words = fc.constantFrom(
  ...['prod', 'restart-vm', 'redeploy-vm', target, 'version: 1', 'incident-1', '*', '"0"'],
  ...[
    '',
    ' ',
    '__proto__',
    'constructor',
    '../..',
    '@guard@prod',
    '%00',
    '\u0000',
    '\ud800',
    '&a [*a]',
    'a'.repeat(5000),
  ],
);

/** What leads somewhere, by the name of the field: most requests are to come through. */
const likely: Readonly<Record<string, readonly unknown[]>> = {
  target: [target],
  runbook: ['restart-vm', 'redeploy-vm'],
  name: ['restart-vm', 'redeploy-vm', 'api-key'],
  environment: ['prod'],
  'If-Match': ['*', '"0"'],
  'If-None-Match': ['*', '"0"'],
  'Idempotency-Key': ['used', 'new'],
  rule: ['vm-unavailable'],
  text: [policyText],
  for: ['2h'],
  until: ['2026-05-04T12:00:00Z'],
  since: ['2026-05-04T00:00:00Z'],
  at: ['2026-05-04T08:00:00Z'],
  resource: ['vm-web-1', target],
  subject: [target],
  item: [target],
  point: ['0123456789ab'],
  disk: [target],
  placement: [{}],
  reason: ['x'],
  action: ['open-incident'],
  kind: ['signal.decided', 'in-place'],
  id: ['{hold}', 'incident-1', 'order-1', '{signal}', '{refused}', '{replayable}'],
  parameters: [{}],
  scalable: ['vmss-web-1', 'vmss-web-1', 'vmss-nobody'],
  max: [12],
  from: ['2026-05-04T06:00:00.000Z'],
  to: ['2026-05-04T07:00:00.000Z'],
  limit: [1, 100],
  run: ['order-1', 'order-3'],
  q: ['vm-web-1', '#1', 'order-1', 'restart web'],
  stack: ['base-dev', 'unit-0-qa', 'unit-9-dev'],
  commit: ['a'.repeat(40)],
  fields: [[], [{ address: 'a.b', field: 'c', class: 'human', owner: 'terraform', reason: 'x', decision: null }]],
  planHash: [planHash, planHash, planHash, otherHash],
  zone: ['storefront.example', 'storefront.example', 'nowhere.example'],
  force: [true],
  group: ['api'],
  addition: ['maintenance'],
  records: [[{ name: 'x', type: 'A', content: '192.0.2.9' }]],
  type: ['CNAME'],
  cursor: [],
};

/** Names that lead somewhere, where they are no name of a runbook or secret. */
const likelyNames: Readonly<Record<string, readonly string[]>> = {
  'evidence-bundle': ['diagnostics/0a1b', 'scripts/none/0'],
};

/** Ids that lead somewhere, for operations on things of their own. */
const likelyIds: Readonly<Record<string, readonly string[]>> = {
  approval: ['order-1-a1'],
  approve: ['order-1-a1', 'order-2-a1'],
  reject: ['order-1-a1', 'order-2-a1'],
  'retry-notification': ['{lost}'],
};

function fieldOf(name: string, schema: Schema, known: readonly unknown[] = likely[name] ?? []): fc.Arbitrary<unknown> {
  const described = valueOf(schema);
  return known.length === 0 ? described : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, described);
}

/** Somebody with every role, who has asked for one of the approvals. */
const admitted = {
  kind: 'admitted' as const,
  caller: { id: 'person-1', kind: 'person' as const, roles: operatorRoles, groups: [], name: 'Ada', text: 'Ada' },
};
const personAccess: Access = {
  kind: 'token',
  operator: async () => admitted,
  alertSender: async () => admitted,
  eventSender: async () => admitted,
};

const scalingText = `
scaling:
  - name: web
    match: { resource: ['vmss-*'] }
    mode: auto
    min: 2
    max: 8
    targets: [{ metric: Percentage CPU, value: 60 }]
    forecast: {}
`;
const scaled = scalingStateSchema.parse({
  version: 1,
  target: target.replace(/virtualMachines.*/i, 'virtualMachineScaleSets/vmss-web-1'),
  rule: 'web',
  environment: 'prod',
  ...{ changedAt: null, addedAt: null, pending: null, failures: 0, retryAt: null, pause: null, raise: null },
  ...{ decisions: [], scores: [] },
});

/** A world in which there is one of everything; ids in requests that stand in braces are of it. */
async function world() {
  const source = { read: async () => ({ kind: 'document' as const, text: `${policyText}${scalingText}`, etag: '1' }) };
  const door = doors(source, personAccess);
  await createScalingMemory(door.documents).write(scaled, undefined);
  await door.approvals.open(request(), 'order-1');
  // This one was asked for by whoever sends the requests.
  await door.approvals.open(request({ id: 'order-2-a1', requestedBy: { id: 'person-1', name: 'Ada' } }), 'order-2');
  await door.outbox.tell({
    ...{ key: 'incident:1', kind: 'incident', severity: 'warning', environment: 'prod' },
    ...{ title: 'vm-web-1 does not answer', text: 'A restart is tried.' },
  });
  await door.outbox.deliver();
  const [lost] = await door.outbox.undelivered();
  await door.incidentReports.put({ id: 'incident-1', startedAt: '2026-05-04T08:00:00.000Z', runs: ['order-1'] });
  await door.runs.put({ id: 'order-1', startedAt: '2026-05-04T08:00:00.000Z' });
  await door.evidence.keep('diagnostics/0a1b', { target, texts: { metrics: '[]' } });
  await door.dns.store.putAddition({
    ...{ id: 'maintenance', zone: 'storefront.example', reason: 'x', by: 'Ada', until: null, endedAt: null },
    ...{ records: [{ name: 'x', type: 'A', content: '192.0.2.8' }], addedAt: '2026-05-04T08:00:00.000Z' as never },
  });
  const taken = await door.alert(alertText('metric-fired'));
  await door.alert('nonsense');
  await door.alert(alertText('metric-multi-resource-fired'), { ...door.alertDeps, subscriptions: new Set() });
  const [one, other] = (await door.deadLetters.list()).deadLetters;
  const [replayable, refused] = one?.body === 'nonsense' ? [other, one] : [one, other];
  await door.call('order-run', { body: { key: 'used', runbook: 'redeploy-vm', target } });
  const until = '2026-05-04T12:00:00.000Z' as never;
  const hold = { target: target.toLowerCase() as never, reason: 'x', by: 'Ada', at: until, expiresAt: until };
  door.engine.guardState = { ...door.engine.guardState, holds: { [hold.target]: hold } };
  await door.call('report-stack-drift', {
    params: { stack: 'base-dev' },
    body: { commit: 'a'.repeat(40), fields: [] },
  });
  const [held] = (await door.call('holds')).body['holds'] as unknown as { id: string }[];
  const [signal] = taken.body['signals'] as unknown as { signalId: string }[];
  const ids = new Map([
    ['{hold}', held?.id],
    ['{lost}', lost?.id],
    ['{signal}', signal?.signalId],
    ['{refused}', refused?.id],
    ['{replayable}', replayable?.id],
  ]);
  return { door, idOf: (id = '') => ids.get(id) ?? id };
}

/** Values that the schema describes, most of the time. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const described = ((): fc.Arbitrary<unknown> => {
    switch (schema.type) {
      case 'object': {
        const properties = Object.entries(schema.properties ?? {});
        const arbitraries = Object.fromEntries(properties.map(([name, one]) => [name, fieldOf(name, one)]));
        return properties.length === 0
          ? fc.dictionary(fc.string(), anything, { maxKeys: 3 })
          : fc.record(arbitraries, { requiredKeys: [...(schema.required ?? [])] });
      }
      case 'string':
        return fc.oneof(words, fc.string({ minLength: schema.minLength ?? 0, maxLength: 60 }));
      case 'integer':
      case 'number':
        return fc.integer({ min: (schema.minimum ?? 0) - 1, max: Math.min((schema.maximum ?? 1000) + 1, 2 ** 31) });
      case 'boolean':
        return fc.boolean();
      default:
        return anything;
    }
  })();
  return fc.oneof({ weight: 12, arbitrary: described }, { weight: 1, arbitrary: anything });
}

/** Requests as an operation describes them, and some that are near to that. */
function requestOf({ operationId, parameters = [], requestBody }: Operation): fc.Arbitrary<Given> {
  const texts = (place: string, usable: (text: string) => boolean, sure: boolean) => {
    const named = parameters.filter((one) => one.in === place);
    const arbitraries = named.map(
      ({ name, schema }) =>
        [
          name,
          fieldOf(name, schema, { id: likelyIds, name: likelyNames }[name]?.[operationId]).map(String).filter(usable),
        ] as const,
    );
    return fc.record(Object.fromEntries(arbitraries), sure ? {} : { requiredKeys: [] });
  };
  const schema = requestBody?.content['application/json'].schema;
  const body =
    schema === undefined
      ? fc.constant('')
      : fc.oneof(
          { weight: 10, arbitrary: valueOf(schema).map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: fc.string() },
        );
  return fc
    .record({
      params: texts('path', () => true, true),
      query: texts('query', () => true, false),
      // What no HTTP client can send as a header never arrives.
      headers: texts('header', (text) => /^[\x21-\x7e]+$/.test(text), false),
      body,
    })
    .map(({ body: text, ...given }) => ({ ...(given as Given), text }));
}

const operations = Object.values(operatorApi().paths).flatMap((methods) =>
  Object.entries(methods as Record<string, Operation>).map(([method, one]) => ({ ...one, reads: method === 'get' })),
);

it('covers every route', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    doors()
      .routes.map(({ name }) => name.replace(/^operator-/, ''))
      .sort(),
  );
});

/** What the requests lead to, where that is more than 200. */
const reached: Readonly<Record<string, readonly number[]>> = {
  now: [200, 304],
  search: [200, 400],
  metrics: [200, 400],
  'backup-report': [200, 400],
  'backup-exposure-history': [200, 400],
  'backup-points': [400, 404],
  'backup-run': [202, 400],
  'backup-hold': [400, 404],
  drill: [404],
  'order-drill': [202, 400],
  'plan-restore': [200, 400],
  'order-restore': [202, 400],
  restores: [200, 400],
  restore: [404],
  'undo-restore': [400, 404],
  'scaling-target': [200, 404],
  'scaling-recording': [200, 400, 404],
  'scaling-forecast': [200, 400, 404],
  'pause-scaling': [200, 400, 404],
  'resume-scaling': [200, 404],
  'raise-ceiling': [200, 400, 404],
  'lower-ceiling': [200, 404],
  'dns-plan': [200, 400, 404],
  'dns-propose': [400],
  'dns-apply': [202, 400, 404],
  'dns-export': [200, 400, 404],
  'dns-failover': [202, 400, 404],
  'dns-add': [202, 400, 404],
  'dns-end': [202, 404],
  'dns-adopt': [200, 400, 404],
  incidents: [200, 400],
  incident: [200, 404],
  runs: [200, 400],
  run: [200, 404],
  decision: [200, 404],
  'order-run': [202, 400, 422],
  'kill-switch-state': [200, 404],
  'kill-switch': [202, 400, 404, 412],
  'global-kill-switch': [202, 400, 412],
  'rule-kill-switch-state': [200, 404],
  'rule-kill-switch': [202, 400, 404, 412],
  guard: [200, 404],
  rotations: [200, 400],
  rotation: [404],
  'rotate-secret': [202, 400, 404],
  'leaked-secret': [202, 400, 404],
  hold: [200, 404],
  'place-hold': [202, 400],
  'release-hold': [202, 404, 412],
  'override-calendar': [202, 400, 404],
  'end-calendar-override': [202, 404],
  'reset-breaker': [202, 400, 404],
  decisions: [200, 400],
  ledger: [200, 400],
  evidence: [200, 400, 404],
  'evidence-bundle': [200, 400, 404],
  'export-ledger': [200, 400],
  why: [200, 404],
  'why-not': [200, 400],
  'rehearse-policy': [200, 400],
  stacks: [200],
  'stack-drift': [200, 404],
  'report-stack-drift': [200, 400, 404],
  'field-decisions': [200, 400],
  approvals: [200, 400],
  approval: [200, 404],
  approve: [200, 400, 403, 404, 409],
  reject: [200, 400, 404, 409],
  'retry-notification': [202, 404],
  runbook: [200, 404],
  'plan-runbook': [200, 400, 404],
  'validate-policy': [200, 400],
  'dead-letters': [200, 400],
  'dead-letter': [200, 404],
  'replay-dead-letter': [200, 404, 409],
  'discard-dead-letter': [204],
};

it.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s answers whatever comes as its description says, and never with a failure of ours',
  async (name, operation) => {
    const seen = new Set<number>();
    // Looking changes nothing, so all who look may do so in the same world.
    const lookedAt = operation.reads ? await world() : undefined;
    await fc.assert(
      fc.asyncProperty(requestOf(operation), async (given) => {
        const { door, idOf } = lookedAt ?? (await world());
        const params = {
          ...given.params,
          ...(given.params?.['id'] === undefined ? {} : { id: idOf(given.params['id']) }),
        };
        const { status = 0, body } = await door.call(name, { ...given, params });
        seen.add(status);
        expect(Object.keys(operation.responses)).toContain(String(status));
        expect([status, status < 500 ? undefined : door.log.lines]).toEqual([status, undefined]);
        const answers = door.routes.find((one) => one.name === `operator-${name}`)?.document.answers ?? {};
        const answer = answers[status];
        if (answer === undefined) {
          expect(body).toMatchObject({ status, type: expect.stringMatching(/^urn:caretaker:problem:\w+$/) });
        } else if (answer !== null) {
          expect(answer.safeParse(body)).toMatchObject({ success: true });
        }
      }),
      { numRuns: 60, seed: 20_260_504 },
    );
    // Requests that all fail for the same reason would show nothing.
    expect([...seen].sort()).toEqual(reached[name] ?? [200]);
  },
);
