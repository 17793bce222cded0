import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { createEntraTokens } from '../../../src/adapters/entra';
import { TransientError } from '../../../src/kernel/errors';

const tenantId = '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7';
const oid = '51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442';
const clientId = '0c0ffee0-1111-4222-8333-444455556666';
const audiences = [clientId, 'api://caretaker'];
const now = Date.parse('2026-05-04T08:00:00Z');
const at = (seconds: number): number => now / 1000 + seconds;

interface Keys {
  status: number;
  body: string | undefined;
  asked: number;
  jwks: { keys: JWK[] };
}

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** An issuer with a server for its keys. */
async function issuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' };
  const keys: Keys = { status: 200, body: undefined, asked: 0, jwks: { keys: [jwk] } };
  const server = createServer((request, response) => {
    keys.asked += 1;
    response.writeHead(request.url === `/${tenantId}/discovery/v2.0/keys` ? keys.status : 404);
    response.end(keys.body ?? JSON.stringify(keys.jwks));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const name = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${tenantId}/v2.0`;
  const sign = (claims: object = {}, header: object = {}, key: CryptoKey | Uint8Array = privateKey) =>
    new SignJWT({ iss: name, aud: clientId, tid: tenantId, oid, iat: at(0), exp: at(3600), scp: 'x', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(key);
  return { keys, sign, name, tokens: createEntraTokens({ tenantId, audiences, issuer: name, now: () => now }) };
}

it('tells who a person is', async () => {
  const { sign, tokens } = await issuer();
  expect(await tokens.check(await sign({ name: 'Omar', azp: 'cli', roles: ['Caretaker.Reader'] }))).toEqual({
    kind: 'genuine',
    bearer: {
      objectId: oid,
      name: 'Omar',
      kind: 'person',
      applicationId: 'cli',
      roles: ['Caretaker.Reader'],
      groups: [],
    },
  });
});

it('tells the groups of a person, and when they are too many to be told', async () => {
  const { sign, tokens } = await issuer();
  const groups = ['7d0c8a52-0000-4000-8000-000000000001'];
  expect(await tokens.check(await sign({ groups }))).toMatchObject({ bearer: { groups } });
  const many = await tokens.check(await sign({ _claim_names: { groups: 'src1' } }));
  expect(many).toMatchObject({ kind: 'genuine', bearer: { groups: undefined } });
});

it('tells an application from a person, whatever name it gives itself', async () => {
  const { sign, tokens } = await issuer();
  for (const claims of [
    { scp: undefined, azp: 'app-1', name: 'Ada' },
    { idtyp: 'app', azp: 'app-1' },
    { iss: `https://sts.windows.net/${tenantId}/`, aud: 'api://caretaker', scp: undefined, appid: 'app-1', ver: '1.0' },
  ]) {
    expect(await tokens.check(await sign(claims))).toMatchObject({
      kind: 'genuine',
      bearer: { kind: 'application', name: 'app-1', applicationId: 'app-1', roles: [] },
    });
  }
});

it.each([
  ['an expired one', { exp: at(-61) }, /expired/],
  ['one without an end', { exp: undefined }, /claim/],
  ['one that is not valid yet', { nbf: at(61) }, /not valid yet/],
  ['one of another tenant by its tid alone', { tid: oid }, /tenant/],
  ['one without a tenant', { tid: undefined }, /lacks claims/],
  ['one without an object id', { oid: undefined }, /lacks claims/],
  ['one of another issuer', { iss: 'https://example.com' }, /issuer/],
  ['one for another audience', { aud: 'api://other' }, /audience/],
  ['one with roles that are no list', { roles: 'Caretaker.Admin' }, /lacks claims/],
])('refuses %s', async (_, claims, reason) => {
  const { sign, tokens } = await issuer();
  expect(await tokens.check(await sign(claims))).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) });
});

it('takes clocks that differ by less than a minute', async () => {
  const { sign, tokens } = await issuer();
  expect((await tokens.check(await sign({ exp: at(-59), nbf: at(59) }))).kind).toBe('genuine');
});

it('refuses what its issuer did not sign', async () => {
  const { keys, sign, tokens } = await issuer();
  const { privateKey } = await generateKeyPair('RS256');
  const secret = new TextEncoder().encode(JSON.stringify(keys.jwks.keys[0]));
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
  for (const token of [
    await sign({}, {}, privateKey),
    await sign({}, { kid: 'k2' }),
    // The public key taken for a shared secret: the oldest trick there is.
    await sign({}, { alg: 'HS256' }, secret),
    unsigned,
    '',
    'a.b.c',
    `${'x'.repeat(20_000)}.y.z`,
  ]) {
    expect((await tokens.check(token)).kind).toBe('refused');
  }
});

it('fetches keys once, and not for every key id that somebody invents', async () => {
  const { keys, sign, tokens } = await issuer();
  await Promise.all(Array.from({ length: 20 }, async () => tokens.check(await sign())));
  expect(keys.asked).toBe(1);
  await Promise.all(Array.from({ length: 20 }, async (_, index) => tokens.check(await sign({}, { kid: `x${index}` }))));
  expect(keys.asked).toBeLessThanOrEqual(2);
});

it.each([
  ['refuses', { status: 503 }],
  ['answers with something else', { body: '<html>' }],
  ['answers with no keys', { body: '{}' }],
])('throws when the issuer %s, and recovers', async (_, state) => {
  const { keys, sign, tokens } = await issuer();
  Object.assign(keys, state);
  const token = await sign();
  await expect(tokens.check(token)).rejects.toBeInstanceOf(TransientError);
  Object.assign(keys, { status: 200, body: undefined });
  expect((await tokens.check(token)).kind).toBe('genuine');
});

it('throws when nobody answers', async () => {
  const { sign } = await issuer();
  const name = `http://127.0.0.1:1/${tenantId}/v2.0`;
  const tokens = createEntraTokens({ tenantId, audiences, issuer: name, now: () => now });
  await expect(tokens.check(await sign({ iss: name }))).rejects.toMatchObject({
    code: 'KeysUnavailable',
    retryAfterSeconds: 30,
  });
});
