import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntraTokens } from '../../src/adapters/entra';
import { silentLog } from '../../src/kernel/log';
import { startCloud, type RunningCloud } from '../../src/local/cloud';
import { tokenAccess, type Access } from '../../src/operator';
import { doors } from './support';

const audience = 'api://caretaker-test';
let cloud: RunningCloud;
let directory: string;
let access: Access;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'caretaker-here-'));
  cloud = await startCloud({ directory, monitor: false });
  const { tenantId, issuer } = cloud;
  access = tokenAccess({ tokens: createEntraTokens({ tenantId, audiences: [audience], issuer }), log: silentLog });
});
afterAll(async () => {
  await cloud.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function headersOf(roles: string[]) {
  const { access_token: token } = await cloud.control.token({ name: 'omar', audience, roles });
  return { authorization: `Bearer ${token}` };
}

it('says who calls, where and when', async () => {
  const door = doors(undefined, access);
  const { status, body } = await door.call('me', { headers: await headersOf(['Caretaker.Reader']) });
  expect(status).toBe(200);
  expect(body).toEqual({
    id: '51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442',
    name: 'Omar Operator',
    kind: 'person',
    roles: ['Caretaker.Reader'],
    may: { operate: false, approve: false, administer: false },
    environment: 'test',
    clock: { at: door.clock.text(), speed: 1 },
  });
});

it.each([
  ['Caretaker.Reader', 'order-run', 'operate'],
  ['Caretaker.Operator', 'order-run', 'operate'],
  ['Caretaker.Approver', 'order-run', 'operate'],
  ['Caretaker.Admin', 'order-run', 'operate'],
  ['Caretaker.Reader', 'approve', 'approve'],
  ['Caretaker.Operator', 'approve', 'approve'],
  ['Caretaker.Approver', 'approve', 'approve'],
  ['Caretaker.Admin', 'approve', 'approve'],
  ['Caretaker.Operator', 'reset-breaker', 'administer'],
  ['Caretaker.Approver', 'reset-breaker', 'administer'],
  ['Caretaker.Admin', 'reset-breaker', 'administer'],
] as const)('what %s is said to be able to is what %s lets through (%s)', async (role, route, ability) => {
  const door = doors(undefined, access);
  const headers = await headersOf([role]);
  const { may } = (await door.call('me', { headers })).body as unknown as { may: Record<string, boolean> };
  expect(may[ability]).toBe((await door.call(route, { headers, body: {} })).status !== 403);
});

it('a key may do everything but answer approvals, since nobody knows who holds it', async () => {
  const { body } = await doors().call('me');
  expect(body).toMatchObject({
    name: 'function-key',
    kind: 'key',
    may: { operate: true, approve: false, administer: true },
  });
});
