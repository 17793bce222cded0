import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpRequest } from '@azure/functions';
import { createEntraTokens } from '../../src/adapters/entra';
import { silentLog } from '../../src/kernel/log';
import { startCloud, type RunningCloud } from '../../src/local/cloud';
import { takeSecureAzureMonitorAlert, tokenAccess, type Access } from '../../src/operator';
import { alertText, policyText, subscription } from '../run/intake-world';
import { doors, type Given } from './support';

const audience = 'api://caretaker-test';
const roles = ['Caretaker.Reader', 'Caretaker.Operator', 'Caretaker.Approver', 'Caretaker.Admin'];
const target = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
const all = [1, 1, 1, 1];
const answer = { reason: 'x', planHash: 'a'.repeat(64) };

interface Row {
  /** Who is let through: Reader, Operator, Approver, Admin. */
  readonly passes: readonly number[];
  readonly given?: Given;
  /** What whoever is let through is answered. */
  readonly status: number;
}

/** Every route, who may call it, and what it then answers. A route that is not here fails the test. */
const matrix: Readonly<Record<string, Row>> = {
  me: { passes: all, status: 200 },
  now: { passes: all, status: 200 },
  metrics: { passes: all, given: { query: { resource: target } }, status: 200 },
  search: { passes: all, given: { query: { q: 'restart' } }, status: 200 },
  status: { passes: all, status: 200 },
  incidents: { passes: all, status: 200 },
  incident: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  runs: { passes: all, status: 200 },
  run: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  decision: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'order-run': { passes: [0, 1, 0, 1], given: { body: { key: 'k', runbook: 'restart-vm', target } }, status: 202 },
  'kill-switch-state': { passes: all, given: { params: { environment: 'prod' } }, status: 200 },
  'kill-switch': {
    passes: [0, 1, 0, 1],
    given: { params: { environment: 'prod' }, body: { engaged: true, reason: 'x' } },
    status: 202,
  },
  'global-kill-switch-state': { passes: all, status: 200 },
  'global-kill-switch': { passes: [0, 1, 0, 1], given: { body: { engaged: true, reason: 'x' } }, status: 202 },
  'rule-kill-switch-state': {
    passes: all,
    given: { params: { environment: 'prod', rule: 'vm-unavailable' } },
    status: 200,
  },
  'rule-kill-switch': {
    passes: [0, 1, 0, 1],
    given: { params: { environment: 'prod', rule: 'vm-unavailable' }, body: { engaged: true, reason: 'x' } },
    status: 202,
  },
  backup: { passes: all, status: 200 },
  'backup-report': { passes: all, status: 200 },
  'backup-points': { passes: all, given: { query: { item: target } }, status: 404 },
  'backup-exposure-history': { passes: all, status: 200 },
  'backup-plan': { passes: all, status: 200 },
  'backup-run': { passes: [0, 1, 0, 1], given: { body: { key: 'k' } }, status: 202 },
  'backup-hold': {
    passes: [0, 1, 0, 1],
    given: { body: { item: target, point: '0123456789ab', held: true, reason: 'x' } },
    status: 404,
  },
  drills: { passes: all, status: 200 },
  drill: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'order-drill': { passes: [0, 1, 0, 1], given: { body: { key: 'k', item: target } }, status: 202 },
  'plan-restore': { passes: all, given: { body: { kind: 'in-place', item: target } }, status: 200 },
  'order-restore': {
    passes: [0, 1, 0, 1],
    given: { body: { key: 'k', kind: 'in-place', item: target } },
    status: 202,
  },
  restores: { passes: all, status: 200 },
  restore: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'undo-restore': { passes: [0, 1, 0, 1], given: { params: { id: 'none' }, body: { key: 'k' } }, status: 404 },
  scaling: { passes: all, status: 200 },
  'scaling-target': { passes: all, given: { params: { scalable: 'none' } }, status: 404 },
  'scaling-recording': {
    passes: all,
    given: { params: { scalable: 'none' }, query: { from: '2026-05-04T08:00:00Z' } },
    status: 404,
  },
  'scaling-forecast': { passes: all, given: { params: { scalable: 'none' } }, status: 404 },
  'pause-scaling': {
    passes: [0, 1, 0, 1],
    given: { params: { scalable: 'none' }, body: { reason: 'x', for: '2h' } },
    status: 404,
  },
  'resume-scaling': { passes: [0, 1, 0, 1], given: { params: { scalable: 'none' } }, status: 404 },
  'raise-ceiling': {
    passes: [0, 1, 0, 1],
    given: { params: { scalable: 'none' }, body: { max: 9, reason: 'x', for: '2h' } },
    status: 404,
  },
  'lower-ceiling': { passes: [0, 1, 0, 1], given: { params: { scalable: 'none' } }, status: 404 },
  secrets: { passes: all, status: 200 },
  rotations: { passes: all, status: 200 },
  rotation: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'rotate-secret': {
    passes: [0, 1, 0, 1],
    given: { params: { name: 'api-key' }, body: { key: 'k', reason: 'x' } },
    status: 202,
  },
  'leaked-secret': {
    passes: [0, 1, 0, 1],
    given: { params: { name: 'api-key' }, body: { key: 'k', reason: 'x', cut: true } },
    status: 202,
  },
  guard: { passes: all, given: { params: { environment: 'prod' } }, status: 200 },
  holds: { passes: all, status: 200 },
  hold: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'place-hold': { passes: [0, 1, 0, 1], given: { body: { target, reason: 'x', for: '2h' } }, status: 202 },
  'release-hold': { passes: [0, 1, 0, 1], given: { params: { id: 'none' } }, status: 404 },
  'override-calendar': {
    passes: [0, 0, 0, 1],
    given: { params: { environment: 'prod' }, body: { reason: 'x', for: '2h' } },
    status: 202,
  },
  'end-calendar-override': { passes: [0, 1, 0, 1], given: { params: { environment: 'prod' } }, status: 202 },
  'reset-breaker': {
    passes: [0, 0, 0, 1],
    given: { params: { environment: 'prod', runbook: 'restart-vm' }, body: { reason: 'x' } },
    status: 202,
  },
  decisions: { passes: all, status: 200 },
  ledger: { passes: all, status: 200 },
  evidence: { passes: all, given: { query: { run: 'none' } }, status: 404 },
  'evidence-bundle': { passes: all, given: { query: { name: 'diagnostics/0' } }, status: 404 },
  'export-ledger': { passes: all, status: 200 },
  why: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'why-not': { passes: all, given: { query: { resource: 'vm-web-1', at: '2026-05-04T08:00:00Z' } }, status: 200 },
  'rehearse-policy': { passes: all, given: { body: { text: policyText } }, status: 200 },
  approvals: { passes: all, status: 200 },
  approval: { passes: all, given: { params: { id: 'none' } }, status: 404 },
  approve: { passes: [0, 0, 1, 1], given: { params: { id: 'none' }, body: answer }, status: 404 },
  reject: { passes: all, given: { params: { id: 'none' }, body: answer }, status: 404 },
  notifications: { passes: all, status: 200 },
  'retry-notification': { passes: [0, 1, 0, 1], given: { params: { id: 'none' } }, status: 404 },
  'dns-zones': { passes: all, status: 200 },
  'dns-document': { passes: all, status: 200 },
  'dns-plan': { passes: all, given: { params: { zone: 'storefront.example' } }, status: 200 },
  'dns-propose': {
    passes: all,
    given: { params: { zone: 'nowhere.example' }, body: { text: 'version: 1' } },
    status: 400,
  },
  'dns-apply': {
    passes: [0, 1, 0, 1],
    given: { params: { zone: 'storefront.example' }, body: { key: 'k', reason: 'x' } },
    status: 202,
  },
  'dns-export': { passes: all, given: { params: { zone: 'storefront.example' } }, status: 200 },
  'dns-failover': {
    passes: [0, 1, 0, 1],
    given: { params: { zone: 'storefront.example', group: 'none' }, body: { reason: 'x' } },
    status: 404,
  },
  'dns-add': {
    passes: [0, 1, 0, 1],
    given: {
      params: { zone: 'storefront.example', addition: 'one' },
      body: { reason: 'x', records: [{ name: 'x', type: 'A', content: '192.0.2.9' }] },
    },
    status: 202,
  },
  'dns-end': {
    passes: [0, 1, 0, 1],
    given: { params: { zone: 'storefront.example', addition: 'none' } },
    status: 404,
  },
  'dns-adopt': {
    passes: [0, 1, 0, 1],
    given: { params: { zone: 'storefront.example' }, body: { name: 'nobody', type: 'A', reason: 'x' } },
    status: 404,
  },
  efficacy: { passes: all, status: 200 },
  runbooks: { passes: all, status: 200 },
  runbook: { passes: all, given: { params: { name: 'restart-vm' } }, status: 200 },
  'plan-runbook': { passes: all, given: { params: { name: 'restart-vm' }, body: { target } }, status: 200 },
  policy: { passes: all, status: 200 },
  'validate-policy': { passes: all, given: { body: { text: 'version: 1' } }, status: 200 },
  'verify-ledger': { passes: all, status: 200 },
  'dead-letters': { passes: all, status: 200 },
  'dead-letter': { passes: all, given: { params: { id: 'none' } }, status: 404 },
  'replay-dead-letter': { passes: [0, 0, 0, 1], given: { params: { id: 'none' } }, status: 404 },
  stacks: { passes: all, status: 200 },
  'stack-drift': { passes: all, given: { params: { stack: 'base-dev' } }, status: 404 },
  'report-stack-drift': {
    passes: [0, 1, 0, 1],
    given: { params: { stack: 'base-dev' }, body: { commit: 'a'.repeat(40), fields: [] } },
    status: 200,
  },
  'field-decisions': { passes: all, status: 200 },
  openapi: { passes: all, status: 200 },
  'discard-dead-letter': { passes: [0, 0, 0, 1], given: { params: { id: 'none' } }, status: 204 },
};

let cloud: RunningCloud;
let directory: string;
let access: Access;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'caretaker-matrix-'));
  cloud = await startCloud({ directory, monitor: false });
  const { tenantId, issuer } = cloud;
  access = tokenAccess({ tokens: createEntraTokens({ tenantId, audiences: [audience], issuer }), log: silentLog });
});
afterAll(async () => {
  await cloud.stop();
  rmSync(directory, { recursive: true, force: true });
});

const bearer = async (
  given: Omit<Parameters<RunningCloud['control']['token']>[0], 'name' | 'audience'> & { audience?: string },
) => ({
  authorization: `Bearer ${(await cloud.control.token({ name: 'omar', audience, ...given })).access_token}`,
});
const routeNames = doors().routes.map(({ name }) => name.replace(/^operator-/, ''));

it('has a row for every route, and no other', () => {
  expect(Object.keys(matrix).sort()).toEqual([...routeNames].sort());
});

describe.each(routeNames)('%s', (name) => {
  const { passes, given = {}, status } = matrix[name] ?? { passes: [], status: 0 };
  const call = (headers: Record<string, string>) =>
    doors(undefined, access).call(name, { ...given, headers: { ...given.headers, ...headers } });

  it.each(roles.map((role, index) => [role, passes[index] === 1 ? status : 403] as const))(
    'with %s answers %i',
    async (role, expected) => {
      expect((await call(await bearer({ roles: [role] }))).status).toBe(expected);
    },
  );

  it('without a role, or with one of somebody else, answers 403 and says what is needed', async () => {
    for (const held of [[], ['ActionGroupsSecureWebhook'], ['caretaker.admin']]) {
      const answer = await call(await bearer({ roles: held }));
      expect(answer.status).toBe(403);
      expect(answer.body.detail).toMatch(/needs the app role Caretaker\./);
    }
  });

  it('without a token, or with one that is not good, answers 401 and asks for one', async () => {
    const stranger = '00000000-0000-4000-8000-000000000001';
    const good = await bearer({ roles });
    const bad: Record<string, Record<string, string>> = {
      none: {},
      'a function key': { 'x-functions-key': 'key' },
      'a principal that App Service did not put there': {
        'x-ms-client-principal': Buffer.from(JSON.stringify({ claims: [{ typ: 'roles', val: roles[3] }] })).toString(
          'base64',
        ),
      },
      expired: await bearer({ roles, lifeSeconds: -3600 }),
      'another tenant': await bearer({ roles, tenantId: stranger }),
      'another issuer': await bearer({ roles, issuer: `https://login.microsoftonline.com/${stranger}/v2.0` }),
      'another audience': await bearer({ roles, audience: 'https://management.azure.com' }),
      garbage: { authorization: 'Bearer garbage' },
      'no bearer': { authorization: 'Basic b21hcjpvbWFy' },
      'a signature that was changed': { authorization: good.authorization.replace(/.{6}$/, 'AAAAAA') },
      'no signature': { authorization: good.authorization.replace(/[^.]*$/, '') },
    };
    for (const [what, headers] of Object.entries(bad)) {
      const answer = await call(headers);
      expect([what, answer.status]).toEqual([what, 401]);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="caretaker"/);
    }
  });
});

describe('clearing the kill switch', () => {
  it.each([
    ['Caretaker.Operator', 403],
    ['Caretaker.Admin', 202],
  ])('as %s answers %i', async (role, status) => {
    const given = { params: { environment: 'prod' }, body: { engaged: false, reason: 'x' } };
    const door = doors(undefined, access);
    const answer = await door.call('kill-switch', { ...given, headers: await bearer({ roles: [role] }) });
    expect(answer.status).toBe(status);
  });
});

it('writes down who gave the order', async () => {
  const door = doors(undefined, access);
  const headers = await bearer({ roles: ['Caretaker.Operator'] });
  const who = 'Omar Operator (51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442)';
  await door.call('kill-switch', { ...matrix['kill-switch']?.given, headers });
  expect(door.engine.killSwitches).toEqual([{ environment: 'prod', engaged: true, reason: 'x', by: who }]);
  await door.call('order-run', { ...matrix['order-run']?.given, headers });
  expect([...door.engine.instances.values()][0]).toMatchObject({ input: { askedBy: { kind: 'operator', name: who } } });
});

it('a name cannot pass for something else', async () => {
  const door = doors(undefined, access);
  const headers = await bearer({ roles, claims: { name: `Ada\n\u202e${'x'.repeat(500)}` } });
  await door.call('kill-switch', { ...matrix['kill-switch']?.given, headers });
  const [{ by } = { by: '' }] = door.engine.killSwitches as { by: string }[];
  expect(by).toMatch(/^Ada {2}x{115} \(51f0a3c4-/);
});

describe('the door of alerts with a token', () => {
  const monitor = { azp: '461e8683-5575-4561-ac7f-899cc907d62a', scp: undefined };
  const send = async (headers: Record<string, string>) => {
    const door = doors();
    const body = { string: alertText('metric-fired') };
    const request = new HttpRequest({
      method: 'POST',
      url: 'http://localhost/api/alerts/azure-monitor',
      headers,
      body,
    });
    return (await takeSecureAzureMonitorAlert(door.alertDeps, access, request, door.incidents)).status;
  };
  const webhook = 'ActionGroupsSecureWebhook';

  it.each([
    ["Azure Monitor's secure webhook", { roles: [webhook], claims: monitor }, 202],
    ['Azure Monitor without the role', { roles: [], claims: monitor }, 403],
    ['another application with that role', { roles: [webhook], claims: { azp: 'x', scp: undefined } }, 403],
    ['a person who has that role, through that application', { roles: [webhook], claims: { azp: monitor.azp } }, 403],
    ['an operator', { roles: ['Caretaker.Operator'] }, 202],
    ['a reader', { roles: ['Caretaker.Reader'] }, 403],
    ['Azure Monitor with a token for somebody else', { roles: [webhook], claims: monitor, audience: 'api://x' }, 401],
  ])('%s', async (_, given, status) => {
    expect(await send(await bearer(given))).toBe(status);
  });

  it('a stranger leaves no dead letter', async () => {
    const door = doors();
    const request = new HttpRequest({ method: 'POST', url: 'http://localhost/', body: { string: 'nonsense' } });
    expect((await takeSecureAzureMonitorAlert(door.alertDeps, access, request, door.incidents)).status).toBe(401);
    expect((await door.deadLetters.list()).deadLetters).toEqual([]);
  });
});

it('answers 503 with Retry-After on every route while the keys of tokens cannot be had', async () => {
  const { tenantId } = cloud;
  const issuer = `http://127.0.0.1:1/${tenantId}/v2.0`;
  const log = silentLog;
  const blind = tokenAccess({ tokens: createEntraTokens({ tenantId, audiences: [audience], issuer }), log });
  const headers = await bearer({ roles });
  for (const name of routeNames) {
    const answer = await doors(undefined, blind).call(name, { ...matrix[name]?.given, headers });
    expect([name, answer.status, answer.headers['retry-after']]).toEqual([name, 503, '30']);
  }
});
