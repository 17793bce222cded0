import {
  DEV,
  managedIdentityToken,
  PLATFORM,
  SANDBOX,
  startTestCloud,
  type TestCloud,
  VM,
  VM_ID,
} from './support/cloud';

let test: TestCloud;
let tokenTime = Date.now();
beforeAll(async () => {
  test = await startTestCloud({ tokenNow: () => tokenTime, audiences: ['api://another'], monitor: false });
});
afterAll(() => test.stop());
beforeEach(() => {
  tokenTime = Date.now();
});

const version = 'api-version=2026-04-01';
const vm = `${VM_ID}?${version}`;

describe('authentication', () => {
  const challenge =
    /^Bearer authorization_uri="https:\/\/login\.windows\.net\/7c3f0b5e[^"]*", error="invalid_token", error_description="/;

  it.each([
    ['no header', null, 'AuthenticationFailed'],
    ['another scheme', 'Basic YTpi', 'AuthenticationFailedInvalidHeader'],
    ['what is no token', 'Bearer nonsense', 'InvalidAuthenticationToken'],
    ['an unsigned token', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'InvalidAuthenticationToken'],
  ])('refuses %s', async (_what, authorization, code) => {
    const answer = await test.call(vm, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(challenge);
    expect(answer.body).toEqual({ error: { code, message: expect.any(String) } });
  });

  it.each([
    'https://management.azure.com',
    'https://management.azure.com/',
    'https://management.core.windows.net/',
    'api://another',
  ])('takes the audience %s', async (audience) => {
    const { token } = await managedIdentityToken(test.cloud, 'caretaker', audience);
    expect((await test.call(vm, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('refuses another audience', async () => {
    const { token } = await managedIdentityToken(test.cloud, 'caretaker', 'https://vault.azure.net');
    const answer = await test.call(vm, { authorization: `Bearer ${token}` });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'InvalidAuthenticationTokenAudience']);
    expect(answer.body.error.message).toContain("'https://management.azure.com/'");
  });

  it('refuses a token that has expired', async () => {
    const { token } = await managedIdentityToken(test.cloud);
    tokenTime += 86_400_000 + 300_000 - 2_000;
    expect((await test.call(vm, { authorization: `Bearer ${token}` })).status).toBe(200);
    tokenTime += 3_000;
    const answer = await test.call(vm, { authorization: `Bearer ${token}` });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'ExpiredAuthenticationToken']);
  });

  it('refuses a token whose claims were changed', async () => {
    const { token } = await managedIdentityToken(test.cloud, 'stranger');
    const [head, body = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
    claims['oid'] = '6f1c2a0e-53d4-4b9e-8a37-c2d5e9f01b11';
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const answer = await test.call(vm, { authorization: `Bearer ${forged}` });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
  });

  it("refuses a person's token of another tenant", async () => {
    const wrong = await test.cloud.control.token({
      name: 'omar',
      audience: 'https://management.azure.com',
      tenantId: '11111111-2222-4333-8444-555555555555',
    });
    const answer = await test.call(vm, { authorization: `Bearer ${wrong.access_token}` });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'InvalidAuthenticationTokenTenant']);
  });
});

describe('roles', () => {
  it('refuses what the role does not hold, naming client, object, action and scope', async () => {
    const answer = await test.call(`${VM_ID}/restart?${version}`, { method: 'POST', principal: 'caretaker-reader' });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: {
        code: 'AuthorizationFailed',
        message:
          "The client '4c92d6e1-7b30-4f58-a6e4-0b1c9d8f2e23' with object id '1d8e5b27-90af-4c36-b1d2-7f4a6c3e0d22' " +
          "does not have authorization to perform action 'Microsoft.Compute/virtualMachines/restart/action' over scope " +
          `'${VM_ID}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      },
    });
  });

  it('lets Reader read', async () => {
    expect((await test.call(vm, { principal: 'caretaker-reader' })).status).toBe(200);
  });

  it('holds a role to its scope', async () => {
    expect((await test.call(vm, { principal: 'stranger' })).status).toBe(403);
    const group = `/subscriptions/${PLATFORM}/resourceGroups/rg-platform-caretaker-weu-001?api-version=2025-04-01`;
    expect((await test.call(group, { principal: 'stranger' })).status).toBe(200);
    const sandbox = `/subscriptions/${SANDBOX}/providers/Microsoft.Compute/virtualMachines?${version}`;
    expect((await test.call(sandbox)).status).toBe(403);
  });

  it('says 403 before it says 404, so that strangers learn nothing', async () => {
    const missing = `/subscriptions/${PLATFORM}/resourceGroups/none/providers/Microsoft.Compute/virtualMachines/x?${version}`;
    expect((await test.call(missing, { principal: 'stranger' })).status).toBe(403);
    expect((await test.call(missing)).status).toBe(404);
  });

  it('can be changed while running', async () => {
    const assignment = { principal: 'stranger', role: 'Reader', scope: VM_ID };
    await test.cloud.control.assignRole(assignment);
    expect((await test.call(vm, { principal: 'stranger' })).status).toBe(200);
    await test.cloud.control.removeRole(assignment);
    expect((await test.call(vm, { principal: 'stranger' })).status).toBe(403);
    await expect(test.cloud.control.assignRole({ ...assignment, role: 'Wizard' })).rejects.toThrow(
      "no role definition is named 'Wizard'",
    );
  });
});

describe('what is not there, or not so', () => {
  const machines = (subscription: string, group: string, name: string): string =>
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;

  it.each([
    [
      'a machine',
      machines(PLATFORM, DEV, 'vm-none'),
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.Compute/virtualMachines/vm-none' under resource group '${DEV}' was not found`,
    ],
    [
      'a group',
      machines(PLATFORM, 'rg-none', 'vm'),
      404,
      'ResourceGroupNotFound',
      "Resource group 'rg-none' could not be found.",
    ],
    [
      'a subscription',
      machines('00000000-0000-4000-8000-000000000009', DEV, 'vm'),
      404,
      'SubscriptionNotFound',
      "The subscription '00000000-0000-4000-8000-000000000009' could not be found.",
    ],
    [
      'a resource type',
      `/subscriptions/${PLATFORM}/resourceGroups/${DEV}/providers/Contoso.Magic/wands/w`,
      404,
      'InvalidResourceType',
      'Contoso.Magic/wands',
    ],
  ])('answers for %s', async (_what, path, status, code, words) => {
    const answer = await test.call(`${path}?${version}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toContain(words);
  });

  it('wants an api-version', async () => {
    const answer = await test.call(VM_ID);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'MissingApiVersionParameter']);
  });

  it('wants an api-version that it has', async () => {
    const answer = await test.call(`${VM_ID}?api-version=2011-11-11`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'InvalidApiVersionParameter']);
    expect(answer.body.error.message).toContain('2026-04-01');
  });

  it('says 405 for a method that a path does not take', async () => {
    expect((await test.call(vm, { method: 'POST' })).status).toBe(405);
  });

  it.each([
    ['broken JSON', '{', 'InvalidRequestContent'],
    ['tags that are no strings', { tags: { a: 1 } }, 'InvalidTags'],
    ['no tags', {}, 'InvalidTags'],
    ['another property', { tags: {}, properties: { osProfile: { computerName: 'x' } } }, 'PropertyChangeNotAllowed'],
  ])('refuses a PATCH with %s', async (_what, body, code) => {
    const answer = await test.call(vm, { method: 'PATCH', body });
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
  });

  it('survives a path that is no percent-encoding', async () => {
    const answer = await test.call(`${VM_ID.replace(VM, '%zz')}?${version}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadRequest']);
  });

  it('refuses a skip token that it did not make', async () => {
    const list = `/subscriptions/${PLATFORM}/providers/Microsoft.Compute/virtualMachines?${version}&$skiptoken=bm9wZQ`;
    expect((await test.call(list)).status).toBe(400);
  });
});

it('identifies each answer, and takes over the correlation id', async () => {
  const answer = await test.call(vm, {
    headers: { 'x-ms-correlation-request-id': 'my-correlation', 'x-ms-client-request-id': 'mine' },
  });
  expect(answer.headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get('x-ms-correlation-request-id')).toBe('my-correlation');
  expect(answer.headers.get('x-ms-routing-request-id')).toMatch(/^LOCAL:20260504T080000Z:[0-9a-f-]{36}$/);
  expect(answer.headers.get('etag')).toBe('"1"');
  expect((await test.cloud.control.journal()).at(-1)).toMatchObject({
    method: 'GET',
    path: VM_ID,
    query: version,
    operation: 'Microsoft.Compute/virtualMachines/read',
    resourceId: VM_ID,
    principal: 'caretaker',
    status: 200,
    correlationId: 'my-correlation',
    clientRequestId: 'mine',
  });
});

it('takes ids in any case, and a path with a doubled slash', async () => {
  const shouted = await test.call(`/${VM_ID.toUpperCase()}?${version}`);
  expect([shouted.status, shouted.body.id]).toEqual([200, VM_ID]);
});
