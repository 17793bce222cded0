import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createPublicKey, createVerify } from 'node:crypto';
import { ManagedIdentityCredential } from '@azure/identity';
import { DEV, managedIdentityToken, startTestCloud, type TestCloud, VM } from './support/cloud';
import { ComputeManagementClient } from '@azure/arm-compute';

let test: TestCloud;
// One cloud for the file: the credential's library remembers the endpoint of the first call for the whole process.
beforeAll(async () => {
  test = await startTestCloud();
  Object.assign(process.env, test.cloud.environment());
});
afterAll(async () => {
  for (const name of Object.keys(test.cloud.environment())) delete process.env[name];
  await test.stop();
});

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

const people = (body: unknown): Promise<Response> =>
  fetch(`${test.cloud.controlEndpoint}/_local/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('managed identity', () => {
  it('serves the real ManagedIdentityCredential as App Service does, and ARM takes the token', async () => {
    const credential = new ManagedIdentityCredential();
    const token = await credential.getToken('https://management.azure.com/.default');
    expect(claimsOf(token.token)).toMatchObject({
      aud: 'https://management.azure.com',
      iss: 'https://sts.windows.net/7c3f0b5e-9d0a-4a53-8c1b-5d1f6a2e4b90/',
      oid: '6f1c2a0e-53d4-4b9e-8a37-c2d5e9f01b11',
      appid: 'b7e43f90-2a6d-4c81-9f05-d8c7a1e2f312',
      tid: '7c3f0b5e-9d0a-4a53-8c1b-5d1f6a2e4b90',
    });
    const hours = (token.expiresOnTimestamp - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    const client = new ComputeManagementClient(credential, '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01', {
      endpoint: test.cloud.armEndpoint,
    });
    expect((await client.virtualMachines.get(DEV, VM)).name).toBe(VM);
    expect((await test.cloud.control.journal()).at(-1)).toMatchObject({ principal: 'caretaker', status: 200 });
  });

  it('gives a user-assigned identity by client id', async () => {
    const credential = new ManagedIdentityCredential({ clientId: '4c92d6e1-7b30-4f58-a6e4-0b1c9d8f2e23' });
    const token = await credential.getToken('https://management.azure.com/.default');
    expect(claimsOf(token.token)).toMatchObject({ oid: '1d8e5b27-90af-4c36-b1d2-7f4a6c3e0d22' });
  });

  it('refuses an identity that does not exist, in words the SDK passes on', async () => {
    const credential = new ManagedIdentityCredential({
      clientId: '00000000-0000-4000-8000-000000000000',
      retryOptions: { maxRetries: 0 },
    });
    await expect(credential.getToken('https://management.azure.com/.default')).rejects.toThrow(
      'No User Assigned or Delegated Managed Identity found',
    );
  });

  it.each([
    ['no secret', {}, '?api-version=2019-08-01&resource=r', 403],
    ['a wrong secret', { 'X-IDENTITY-HEADER': 'guess' }, '?api-version=2019-08-01&resource=r', 403],
    ['no resource', undefined, '?api-version=2019-08-01', 400],
    ['an unknown version', undefined, '?api-version=1999-01-01&resource=r', 400],
  ])('refuses %s', async (_what, headers, query, status) => {
    const response = await fetch(`${test.cloud.identityEndpoint}${query}`, {
      headers: headers ?? { 'X-IDENTITY-HEADER': test.cloud.identityHeader },
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ statusCode: status, message: expect.any(String) });
  });

  it('has no managed identity for a person', () => {
    expect(() => test.cloud.environment('ava')).toThrow("no managed identity in the estate is named 'ava'");
  });
});

describe("people's tokens", () => {
  it('can be checked with the published keys', async () => {
    const issued = (await (await people({ name: 'omar', audience: 'api://caretaker' })).json()) as {
      access_token: string;
    };
    const metadata = (await (await fetch(`${test.cloud.issuer}/.well-known/openid-configuration`)).json()) as {
      issuer: string;
      jwks_uri: string;
    };
    expect(metadata.issuer).toBe(test.cloud.issuer);
    const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as {
      keys: (Record<string, string> & { kid: string })[];
    };
    const [head = '', body = '', signature = ''] = issued.access_token.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { kid: string; alg: string };
    expect(header.alg).toBe('RS256');
    const key = keys.find((each) => each.kid === header.kid);
    const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
    expect(createVerify('RSA-SHA256').update(`${head}.${body}`).verify(publicKey, signature, 'base64url')).toBe(true);
    expect(claimsOf(issued.access_token)).toMatchObject({
      iss: test.cloud.issuer,
      aud: 'api://caretaker',
      tid: test.cloud.tenantId,
      roles: ['Caretaker.Operator'],
      preferred_username: 'omar@example.com',
      name: 'Omar Operator',
      ver: '2.0',
    });
  });

  it.each([
    ['rae', ['Caretaker.Reader']],
    ['omar', ['Caretaker.Operator']],
    ['ava', ['Caretaker.Approver']],
    ['ada', ['Caretaker.Admin']],
    ['nobody in particular', undefined],
  ])('gives %s the roles %s', async (name, roles) => {
    const issued = await test.cloud.control.token({ name, audience: 'api://caretaker' });
    expect(claimsOf(issued.access_token)['roles']).toEqual(roles);
  });

  it('can be wrong on purpose: expired, of another tenant, of another issuer', async () => {
    const wrong = await test.cloud.control.token({
      name: 'omar',
      audience: 'api://caretaker',
      lifeSeconds: -600,
      tenantId: '11111111-2222-4333-8444-555555555555',
      issuer: 'https://issuer.example/',
      roles: ['Caretaker.Admin'],
    });
    const claims = claimsOf(wrong.access_token);
    expect(claims).toMatchObject({
      tid: '11111111-2222-4333-8444-555555555555',
      iss: 'https://issuer.example/',
      roles: ['Caretaker.Admin'],
    });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(-600);
  });
});

describe('the control', () => {
  it.each([
    ['an unknown lever', 'explode', 'application/json', '[]', 404],
    ['a prototype member', 'constructor', 'application/json', '[]', 404],
    ['a form, which a web page could send', 'clearFaults', 'text/plain', '[]', 415],
    ['broken JSON', 'machine', 'application/json', '[', 400],
  ])('refuses %s', async (_what, name, type, body, status) => {
    const response = await fetch(`${test.cloud.controlEndpoint}/_local/${name}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error.message');
  });

  it.each([
    ['breakMachine', ['vm', { kind: 'sulking', healedBy: 'restart' }], 'argument 2.kind'],
    ['breakMachine', ['vm'], 'breakMachine'],
    ['addFault', [{ effect: { kind: 'status', status: 99 } }], 'argument 1.effect.status'],
    ['addFault', [{ effect: { kind: 'disappear' }, tmies: 2 }], 'tmies'],
    ['setWebhook', [{ url: 'ftp://example' }], 'argument 1.url'],
    ['token', { audience: 'a' }, 'argument 1.name'],
  ])('names what is wrong in the arguments of %s: %j', async (name, given, words) => {
    const response = await fetch(`${test.cloud.controlEndpoint}/_local/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(words);
  });

  it('serves nobody who calls it by another name', async () => {
    const request = get(`${test.cloud.issuer}/.well-known/openid-configuration`, { headers: { host: 'evil.example' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(421);
  });

  it('answers 404 for what is not there', async () => {
    expect((await fetch(`${test.cloud.controlEndpoint}/elsewhere`)).status).toBe(404);
  });
});

it('has a token of its own for each audience', async () => {
  const { token } = await managedIdentityToken(test.cloud, 'caretaker', 'https://vault.azure.net');
  expect(claimsOf(token)['aud']).toBe('https://vault.azure.net');
});
