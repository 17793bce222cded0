import { HttpRequest } from '@azure/functions';
import { createApprovals, createLinks } from '../../src/approvals';
import { silentLog } from '../../src/kernel/log';
import { TransientError } from '../../src/kernel/errors';
import { approvalPage } from '../../src/operator';
import type { Notification } from '../../src/ports/notifications';
import { ManualClock, openLedger } from '../ledger/fixture';
import { MemoryStorage } from '../support/memory-storage';
import { ava, ben, omar, planHash, request } from './fixture';

const keys = ['k'.repeat(32)];
const publicUrl = 'https://caretaker.example';

async function world(requestedBy = { id: null as string | null, name: 'rule web' }) {
  const storage = new MemoryStorage();
  const clock = new ManualClock(Date.parse('2026-03-02T08:00:00Z'));
  const told: Notification[] = [];
  const woken: string[] = [];
  const approvals = createApprovals({
    documents: storage.documents,
    ledger: openLedger(storage, clock),
    notifications: { tell: async (news) => void told.push(news) },
    clock,
    log: silentLog,
  });
  const person = { id: ava.id, name: 'Ava', channel: 'ava' };
  const need = [{ count: 1, people: [person, { id: omar.id, name: 'Omar', channel: 'omar' }] }];
  const terms = { name: 'direct', stages: [{ withinSeconds: 1800, need }], otherwise: 'reject' as const };
  await approvals.open(
    request({ terms, requestedBy, summary: 'restart <script>alert(1)</script>', subject: '"quoted" & more' }),
    'order-1',
  );
  const links = createLinks({ keys, publicUrl, clock });
  const pages = told.flatMap(({ page }) => (page === undefined ? [] : [page]));
  const url = links.to(pages.find(({ name }) => name === 'Ava')!)!;
  const wakes = { wake: async (instanceId: string) => (woken.push(instanceId), 'woken' as const) };
  const deps = { approvals, links, log: silentLog };
  const ask = async (method: 'GET' | 'POST', at: string, form?: Record<string, string>) => {
    const body = form === undefined ? {} : { body: { string: new URLSearchParams(form).toString() } };
    const answer = await approvalPage(deps, new HttpRequest({ method, url: at, ...body }), wakes);
    return { ...answer, headers: answer.headers as Record<string, string>, body: answer.body as string };
  };
  const token = new URL(url).searchParams.get('t')!;
  return { ask, approvals, clock, deps, links, pages, told, token, url, woken };
}

test('goes only to people with a channel of their own, and not to who asked for it', async () => {
  const { pages } = await world({ id: omar.id, name: 'Omar' });
  expect(pages.map(({ name }) => name)).toEqual(['Ava']);
  const { told } = await world();
  expect(told.map(({ channel, page }) => [channel, page?.name])).toEqual([
    [undefined, undefined],
    ['ava', 'Ava'],
    ['omar', 'Omar'],
  ]);
});

test('whatever looks at the link before a person does approves nothing, however often', async () => {
  const { ask, url, approvals, woken } = await world();
  for (let time = 0; time < 3; time += 1) {
    expect((await ask('GET', url)).status).toBe(200);
  }
  expect(await approvals.find('order-1-a1')).toMatchObject({ state: 'waiting', votes: [] });
  expect(woken).toEqual([]);
});

test('shows the plan as text, runs nothing, and tells nobody where it was', async () => {
  const { ask, url } = await world();
  const { body, headers } = await ask('GET', url);
  expect(body).toContain('restart &#60;script&#62;alert(1)&#60;/script&#62;');
  expect(body).not.toContain('<script>');
  expect(body).toContain('&#34;quoted&#34; &#38; more');
  expect(body).toContain(planHash);
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
});

test('a person says yes with a reason, once; the answer says that it came by link', async () => {
  const { ask, url, token, approvals, woken } = await world();
  expect((await ask('POST', url, { t: token, answer: 'approve', reason: ' ' })).status).toBe(400);
  expect((await ask('POST', url, { t: token, answer: 'yes', reason: 'x' })).status).toBe(400);
  const answer = await ask('POST', url, { t: token, answer: 'approve', reason: 'looks right' });
  expect(answer).toMatchObject({ status: 200 });
  expect(await approvals.find('order-1-a1')).toMatchObject({
    state: 'approved',
    votes: [{ name: 'Ava', id: ava.id, via: 'link', reason: 'looks right', roles: [] }],
  });
  expect(woken).toEqual(['order-1']);
  const again = await ask('POST', url, { t: token, answer: 'reject', reason: 'no' });
  expect(again).toMatchObject({ status: 409 });
  expect(again.body).toContain('a link can be used once');
});

test('says no as well', async () => {
  const { ask, url, token, approvals } = await world();
  await ask('POST', url, { t: token, answer: 'reject', reason: 'not today' });
  expect(await approvals.find('order-1-a1')).toMatchObject({ state: 'rejected' });
});

test('is over when its time is', async () => {
  const { ask, url, token, clock, approvals } = await world();
  clock.advance(1800);
  expect((await ask('GET', url)).status).toBe(410);
  expect((await ask('POST', url, { t: token, answer: 'approve', reason: 'x' })).status).toBe(410);
  expect((await approvals.find('order-1-a1'))?.votes).toEqual([]);
});

test('cannot be made up or changed: not another person, plan, approval or time', async () => {
  const { ask, token, approvals, pages, clock } = await world();
  const [said = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(said, 'base64url').toString()) as Record<string, unknown>;
  const forged = (changes: object) =>
    `${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')}.${signature}`;
  const stranger = createLinks({ keys: ['x'.repeat(32)], publicUrl, clock }).to(pages[0]!)!;
  const bad = [
    ...['', 'x', '.', `${said}.`, `${said}.${signature}x`, `${token}.${token}`, said],
    ...[{ p: ben.id }, { h: 'b'.repeat(64) }, { a: 'order-2-a1' }, { e: 9e15 }].map(forged),
    new URL(stranger).searchParams.get('t')!,
  ];
  for (const t of bad) {
    const answer = await ask('POST', `${publicUrl}/api/approve`, { t, answer: 'approve', reason: 'x' });
    expect([t, answer.status]).toEqual([t, 400]);
  }
  expect((await approvals.find('order-1-a1'))?.votes).toEqual([]);
});

test('a key can be replaced: links of the one before are taken as long as it is there', async () => {
  const { clock, pages, token } = await world();
  const next = 'n'.repeat(32);
  const both = createLinks({ keys: [next, ...keys], publicUrl, clock });
  expect(both.open(token)).toMatchObject({ kind: 'good', name: 'Ava' });
  expect(createLinks({ keys: [next], publicUrl, clock }).open(token)).toEqual({ kind: 'bad' });
  expect(createLinks({ keys, publicUrl, clock }).open(new URL(both.to(pages[0]!)!).searchParams.get('t')!).kind).toBe(
    'bad',
  );
});

test('there are none without keys or an address', async () => {
  const { clock, pages, token } = await world();
  expect(createLinks({ keys: [], publicUrl, clock }).to(pages[0]!)).toBeUndefined();
  expect(createLinks({ keys, publicUrl: undefined, clock }).to(pages[0]!)).toBeUndefined();
  expect(createLinks({ keys: [], publicUrl, clock }).open(token)).toEqual({ kind: 'bad' });
});

test('a failure of ours is a page with 503, and nothing is lost', async () => {
  const { ask, url, deps, token } = await world();
  const approvals = deps.approvals;
  deps.approvals = {
    ...approvals,
    vote: () => Promise.reject(new TransientError('Away', 'x', { retryAfterSeconds: 7 })),
  };
  const answer = await ask('POST', url, { t: token, answer: 'approve', reason: 'x' });
  expect(answer).toMatchObject({
    status: 503,
    headers: { 'retry-after': '7', 'content-type': expect.stringContaining('html') },
  });
});
