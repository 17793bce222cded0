import { HttpRequest } from '@azure/functions';
import type { EpochMillis } from '../../src/kernel/clock';
import { silentLog } from '../../src/kernel/log';
import { tokenAccess, type Access } from '../../src/operator';

const tenantId = '7c3f0b5e-9d0a-4a53-8c1b-5d1f6a2e4b90';
const audience = 'api://caretaker';
const now = Date.parse('2026-05-04T08:00:00Z');
const soon = String(now / 1000 + 600);
const tokens = { check: async () => ({ kind: 'refused' as const, reason: 'no token is good here' }) };
const clock = { now: () => now as EpochMillis };
const behind = tokenAccess({ tokens, log: silentLog, appService: { tenantId, audiences: [audience], clock } });
const alone = tokenAccess({ tokens, log: silentLog });

type Claims = Readonly<Record<string, string | readonly string[]>>;
const ada: Claims = {
  'http://schemas.microsoft.com/identity/claims/objectidentifier': 'ada-object-id',
  'http://schemas.microsoft.com/identity/claims/tenantid': tenantId,
  aud: audience,
  exp: soon,
  name: 'Ada Admin',
  roles: ['Caretaker.Operator'],
};

function header(claims: Claims, provider = 'aad'): string {
  const all = Object.entries(claims).flatMap(([typ, values]) => [values].flat().map((val) => ({ typ, val })));
  return Buffer.from(JSON.stringify({ auth_typ: provider, claims: all, name_typ: 'name', role_typ: 'roles' })).toString(
    'base64',
  );
}

async function asked(access: Access, principal: string, more: Record<string, string> = {}, method = 'GET') {
  const headers = { 'x-ms-client-principal': principal, ...more };
  const request = new HttpRequest({ method, url: 'http://localhost/api/operator/status', headers });
  const admission = await access.operator(request, 'Caretaker.Operator');
  return admission.kind === 'admitted' ? admission.caller : admission.answer.status;
}

it('who App Service says has signed in is let through, with name, id and roles', async () => {
  expect(await asked(behind, header(ada))).toMatchObject({
    id: 'ada-object-id',
    kind: 'person',
    roles: ['Caretaker.Operator'],
    text: 'Ada Admin (ada-object-id)',
  });
  expect(await asked(behind, header({ ...ada, roles: ['Caretaker.Reader'] }))).toBe(403);
});

it('nobody is believed by the header where App Service authentication is not configured', async () => {
  expect(await asked(alone, header(ada))).toBe(401);
});

it('a token that is sent is what counts, whatever the header says', async () => {
  expect(await asked(behind, header(ada), { authorization: 'Bearer bad' })).toBe(401);
});

it.each([
  ['of another tenant', header({ ...ada, 'http://schemas.microsoft.com/identity/claims/tenantid': 'other' })],
  ['for another application', header({ ...ada, aud: 'api://other' })],
  ['that has expired', header({ ...ada, exp: String(now / 1000 - 1) })],
  ['of another provider', header(ada, 'github')],
  ['without an object id', header({ aud: audience, tid: tenantId, exp: soon })],
  ['that is no JSON', 'bm8='],
  ['that is far too long', 'x'.repeat(70_000)],
])('a principal %s is refused', async (_, principal) => {
  expect(await asked(behind, principal)).toBe(401);
});

it('another site cannot change anything with the session of a browser', async () => {
  expect(await asked(behind, header(ada), {}, 'POST')).toBe(403);
  expect(await asked(behind, header(ada), { 'x-caretaker-request': '1' }, 'POST')).toMatchObject({ kind: 'person' });
});
