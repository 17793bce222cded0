import { createCloudflareZones } from '../../src/adapters/cloudflare';
import type { RecordInput } from '../../src/dns';
import { RequestBudget } from '../../src/adapters/cloudflare/request-budget';
import type { EpochMillis } from '../../src/kernel/clock';
import { TransientError } from '../../src/kernel/errors';
import { startTestCloudflare, type TestCloudflare } from './cloudflare';

let cloudflare: TestCloudflare;
let id: string;
let zoneName: string;
let count = 0;
beforeAll(async () => {
  cloudflare = await startTestCloudflare();
});
afterAll(async () => cloudflare.stop());
beforeEach(async () => {
  zoneName = `wire-${(count += 1)}.example.com`;
  ({ id } = await cloudflare.levers.addDnsZone({ name: zoneName }));
  await cloudflare.levers.clearCloudflareFaults();
  cloudflare.clock.advance(600_000);
});

const a = (name: string, content = '192.0.2.1', more: Partial<RecordInput> = {}): RecordInput => ({
  type: 'A',
  name: `${name}.${zoneName}`,
  content,
  ttl: 60,
  proxied: false,
  priority: null,
  data: null,
  comment: 'owner=caretaker',
  tags: [],
  ...more,
});
const posts = (...records: RecordInput[]) => ({ deletes: [], puts: [], posts: records });
const names = async () => (await cloudflare.levers.dnsRecords(id)).map(({ name }) => name.split('.')[0]).sort();
const found = async () => (await cloudflare.zones().find(zoneName))!;

it('finds a zone with what its plan allows, and says when there is none', async () => {
  expect(await found()).toEqual({
    id,
    name: zoneName,
    free: false,
    batchSize: 3500,
    nameServers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
  });
  await cloudflare.levers.addDnsZone({ name: 'free.example.org', plan: 'free' });
  expect(await cloudflare.zones().find('free.example.org')).toMatchObject({ free: true, batchSize: 200 });
  expect(await cloudflare.zones().find('nowhere.example.org')).toBeUndefined();
});

it('gives back every type as it was written', async () => {
  const records: RecordInput[] = [
    a('v4'),
    a('v6', '2001:db8::1', { type: 'AAAA' }),
    a('alias', 'lb.example.net', { type: 'CNAME', proxied: true, ttl: 1 }),
    a('text', '"say \\"hi\\""', { type: 'TXT' }),
    a('mail', 'mx.example.net', { type: 'MX', priority: 10 }),
    a('caa', undefined, { type: 'CAA', content: null, data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' } }),
    a('srv', undefined, {
      type: 'SRV',
      content: null,
      data: { priority: 1, weight: 2, port: 3, target: 'x.example.net' },
    }),
    a('sub', 'ns1.example.net', { type: 'NS', tags: ['team:web'] }),
  ];
  expect(await cloudflare.zones().apply(await found(), posts(...records))).toEqual({ kind: 'applied' });
  const read = await cloudflare.zones().records(await found());
  expect(new Map(read.map(({ id: _, ...record }) => [record.name, record]))).toEqual(
    new Map(
      records.map((record) => [
        record.name,
        record.type === 'CAA'
          ? { ...record, content: '0 issue "letsencrypt.org"' }
          : record.type === 'SRV'
            ? { ...record, content: '2 3 x.example.net' }
            : record,
      ]),
    ),
  );
});

it('reads a zone of ten thousand records, each once, in two requests', async () => {
  const { id: big } = await cloudflare.levers.addDnsZone({ name: 'big.example.org', plan: 'enterprise' });
  const zones = cloudflare.zones();
  const info = (await zones.find('big.example.org'))!;
  for (let part = 0; part < 3; part += 1) {
    const size = part === 2 ? 3000 : 3500;
    const records = Array.from({ length: size }, (_, index) => ({
      ...a('x'),
      name: `n${part}-${index}.big.example.org`,
    }));
    expect(await zones.apply(info, posts(...records))).toEqual({ kind: 'applied' });
  }
  const before = (await cloudflare.levers.cloudflareCalls()).length;
  const read = await zones.records(info);
  expect(new Set(read.map((record) => record.id)).size).toBe(10_000);
  expect((await cloudflare.levers.cloudflareCalls()).length - before).toBe(2);
  expect(await cloudflare.levers.dnsRecords(big)).toHaveLength(10_000);
});

it('a token without permission for one zone is denied there and nowhere else', async () => {
  const { id: other } = await cloudflare.levers.addDnsZone({ name: `other-${count}.example.org` });
  const { value } = await cloudflare.levers.addCloudflareToken({
    name: 'narrow',
    grants: [
      { zone: id, permissions: ['zone:read', 'dns:edit'] },
      { zone: other, permissions: ['zone:read'] },
    ],
  });
  const zones = cloudflare.zones(value);
  expect(await zones.apply((await zones.find(zoneName))!, posts(a('mine')))).toEqual({ kind: 'applied' });
  const info = (await zones.find(`other-${count}.example.org`))!;
  await expect(zones.records(info)).rejects.toMatchObject({ code: 'DnsDenied' });
  expect(await zones.apply(info, posts(a('theirs')))).toMatchObject({ kind: 'refused', code: 'Cloudflare9109' });
});

it('a token that is not good is asked for anew once, and then denied', async () => {
  let asked: boolean[] = [];
  const make = (good: string) =>
    createCloudflareZones({
      endpoint: cloudflare.running.endpoint,
      clock: { now: () => cloudflare.clock.now() as EpochMillis },
      token: async (refresh) => {
        asked.push(refresh);
        return refresh ? good : 'stale';
      },
    });
  expect(await make(cloudflare.running.token).find(zoneName)).toMatchObject({ id });
  expect(asked).toEqual([false, true]);
  asked = [];
  await expect(make('stale too').find(zoneName)).rejects.toMatchObject({ code: 'DnsDenied' });
  expect(asked).toEqual([false, true]);
});

it('a batch is one transaction: one wrong record, and nothing of it is there', async () => {
  const zones = cloudflare.zones();
  const wrong = a('b', 'not an address');
  expect(await zones.apply(await found(), posts(a('a'), wrong, a('c')))).toEqual({
    kind: 'refused',
    code: 'Cloudflare9005',
    message: 'Content for A record must be a valid IPv4 address.',
  });
  expect(await names()).toEqual([]);
});

it('the same record twice is refused, so a batch that is sent again doubles nothing', async () => {
  const zones = cloudflare.zones();
  expect(await zones.apply(await found(), posts(a('a')))).toEqual({ kind: 'applied' });
  expect(await zones.apply(await found(), posts(a('a')))).toMatchObject({ kind: 'refused', code: 'Cloudflare81058' });
  expect(await names()).toEqual(['a']);
});

it('200 with success: false is a refusal of a change, and a failure of a look', async () => {
  await cloudflare.levers.addCloudflareFault({
    effect: { kind: 'success-false', code: 1234, message: 'no' },
    times: 2,
    skip: 1,
  });
  const zones = cloudflare.zones();
  const info = (await zones.find(zoneName))!;
  expect(await zones.apply(info, posts(a('a')))).toEqual({ kind: 'refused', code: 'Cloudflare1234', message: 'no' });
  await expect(zones.records(info)).rejects.toBeInstanceOf(TransientError);
});

it('throttling is later, with the time that Cloudflare asks for', async () => {
  const zones = cloudflare.zones();
  const info = (await zones.find(zoneName))!;
  await cloudflare.levers.addCloudflareFault({
    effect: { kind: 'status', status: 429, retryAfterSeconds: 17 },
    times: 2,
  });
  expect(await zones.apply(info, posts(a('a')))).toMatchObject({ kind: 'later', retryAfterSeconds: 17 });
  await expect(zones.records(info)).rejects.toMatchObject({ name: 'TransientError', retryAfterSeconds: 17 });
});

it.each([
  ['an answer that never came', { kind: 'timeout-after-effect' as const }, ['a']],
  ['a connection that was cut', { kind: 'connection-reset' as const }, []],
  ['an outage', { kind: 'status' as const, status: 503 }, []],
])('%s says nothing about whether it was heard', async (_, effect, there) => {
  const zones = cloudflare.zones();
  const info = (await zones.find(zoneName))!;
  await cloudflare.levers.addCloudflareFault({ effect, times: 1 });
  await expect(zones.apply(info, posts(a('a')))).rejects.toBeInstanceOf(TransientError);
  expect(await names()).toEqual(there);
});

it('a zone that changes while its pages are read is read anew', async () => {
  const zones = cloudflare.zones(undefined, 2);
  const info = (await zones.find(zoneName))!;
  await zones.apply(info, posts(a('a'), a('b'), a('c')));
  let listed = 0;
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    if ((input instanceof Request ? input.url : input.toString()).includes('dns_records') && (listed += 1) === 1) {
      await cloudflare.levers.putDnsRecord({ zone: id, record: { type: 'A', name: 'd', content: '192.0.2.1' } });
    }
    return response;
  };
  try {
    expect((await zones.records(info)).map(({ name }) => name.split('.')[0]).sort()).toEqual(['a', 'b', 'c', 'd']);
  } finally {
    globalThis.fetch = original;
  }
  expect(listed).toBe(4);
});

it('leaves people their share of the budget, also of what others have used', async () => {
  const zones = cloudflare.zones();
  await zones.find(zoneName);
  await cloudflare.levers.useCloudflareBudget({ requests: 718 });
  // 719 of 1,200 are gone; one more is told that 480 are left, which are people's.
  await zones.find(zoneName);
  const calls = (await cloudflare.levers.cloudflareCalls()).length;
  await expect(zones.find(zoneName)).rejects.toMatchObject({ code: 'DnsBudget', retryAfterSeconds: 300 });
  expect(
    await zones.apply({ id, name: zoneName, free: false, batchSize: 200, nameServers: [] }, posts(a('a'))),
  ).toMatchObject({
    kind: 'later',
    retryAfterSeconds: 300,
  });
  expect(await cloudflare.levers.cloudflareCalls()).toHaveLength(calls);
  cloudflare.clock.advance(300_000);
  expect(await zones.find(zoneName)).toMatchObject({ id });
});

it('counts its own requests where answers say nothing of limits', () => {
  let now = 0;
  const budget = new RequestBudget({ now: () => now as EpochMillis });
  for (let sent = 0; sent < 720; sent += 1) {
    budget.take();
  }
  expect(() => budget.take()).toThrow(TransientError);
  now = 299_999;
  expect(() => budget.take()).toThrow(TransientError);
  now = 300_000;
  expect(() => budget.take()).not.toThrow();
});
