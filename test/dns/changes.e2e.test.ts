import { repositoryDocument, startDnsApp, webhookSecret, zone, type DnsApp } from './dns-app';

let dns: DnsApp;
let seen = 0;
let orders = 0;
beforeAll(async () => {
  dns = await startDnsApp();
});
afterAll(async () => {
  // Every change of every story is replayed turn by turn with the real SDK.
  await dns.replay();
  await dns.stop();
});
beforeEach(() => {
  seen = dns.runs().length;
});
afterEach(async () => {
  const { control } = dns.local.cloud;
  await control.clearCloudflareFaults();
  for (const server of ['1.1.1.1', '8.8.8.8', '9.9.9.9', 'ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']) {
    await control.setResolver({ server, behaviour: { kind: 'honest' } });
  }
});

const lb = 'lb-web-prod-weu-001.westeurope.cloudapp.azure.com';
const runs = () => dns.runs().slice(seen);
const outcomes = () => runs().map(({ rule, result }) => `${rule}: ${result.outcome ?? result.why}`);
const standing = async (label: string) => (await dns.records()).find(({ name }) => name === `${label}.${zone}`);
const batches = async () =>
  (await dns.local.cloud.control.cloudflareCalls()).filter(({ path }) => path.endsWith('/batch'));
const settle = () => dns.app.host.runToQuiescence();
const write = (change: (text: string) => string) => {
  dns.write(change(repositoryDocument));
  dns.pass(31);
};
const apply = async () => {
  const body = { reason: 'as reviewed', key: `key-${(orders += 1)}` };
  expect(await dns.app.operator('POST', `dns/zones/${zone}/changes`, body)).toMatchObject({ status: 202 });
  await settle();
};
const pointing = (label: string, content: string) => (text: string) =>
  text.replace(
    `{ name: ${label}, type: CNAME, content: ${lb}, proxied: true }`,
    `{ name: ${label}, type: CNAME, content: ${content}, ttl: 120 }`,
  );

test('a change is planned and carried out in three requests, and verified at every server', async () => {
  write(pointing('blog', 'blog.example.net'));
  const before = (await dns.local.cloud.control.cloudflareCalls()).length;
  await apply();
  expect(outcomes()).toEqual(['dns-order: verified']);
  expect(await standing('blog')).toMatchObject({ content: 'blog.example.net', ttl: 120, comment: 'owner=caretaker' });
  const calls = (await dns.local.cloud.control.cloudflareCalls())
    .slice(before)
    .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{32}/, 'ID').replace(/[?].*$/, '')}`);
  // To plan, the zone and its records; to carry it out, one batch; to look afterwards, the records again.
  expect(calls).toEqual([
    'GET /zones',
    'GET /zones/ID/dns_records',
    'POST /zones/ID/dns_records/batch',
    'GET /zones/ID/dns_records',
  ]);
  expect(await dns.app.verifyLedger()).toMatchObject({ valid: true });
});

test('what somebody changes by hand is put back; what is not ours is reported and left', async () => {
  const { control } = dns.local.cloud;
  const blog = await standing('blog');
  await control.putDnsRecord({
    zone,
    id: blog?.id ?? '',
    record: {
      type: 'CNAME',
      name: `blog.${zone}`,
      content: 'elsewhere.example.net',
      ttl: 120,
      comment: 'owner=caretaker',
    },
  });
  const theirs = await control.putDnsRecord({ zone, record: { type: 'A', name: 'handmade', content: '192.0.2.50' } });
  const { body } = await dns.app.operator('GET', `dns/zones/${zone}/plan`);
  expect(body).toMatchObject({
    drift: [expect.stringContaining('changed by hand since it was last applied')],
    foreign: expect.arrayContaining([{ name: `handmade.${zone}`, type: 'A', owner: null }]),
  });
  await dns.tick('dns-sweep');
  expect(outcomes()).toEqual(['dns-sweep: verified']);
  expect(await standing('blog')).toMatchObject({ content: 'blog.example.net' });
  expect(await standing('handmade')).toEqual(theirs);
});

test('a change by hand can be adopted instead, until the document says the same', async () => {
  const { control } = dns.local.cloud;
  const blog = await standing('blog');
  await control.putDnsRecord({
    zone,
    id: blog?.id ?? '',
    record: {
      type: 'CNAME',
      name: `blog.${zone}`,
      content: 'adopted.example.net',
      ttl: 120,
      comment: 'owner=caretaker',
    },
  });
  const body = { name: 'blog', type: 'CNAME', reason: 'the vendor moved it' };
  expect(await dns.app.operator('POST', `dns/zones/${zone}/adopted`, body)).toMatchObject({
    status: 200,
    body: { records: [{ name: 'blog', type: 'CNAME', content: 'adopted.example.net', ttl: 120 }] },
  });
  await dns.tick('dns-sweep');
  expect(await standing('blog')).toMatchObject({ content: 'adopted.example.net' });
  const { body: view } = await dns.app.operator('GET', `dns/zones/${zone}/plan`);
  const [{ id }] = (view as { additions: { id: string }[] }).additions as [{ id: string }];
  expect(await dns.app.operator('DELETE', `dns/zones/${zone}/additions/${id}`)).toMatchObject({ status: 202 });
  await settle();
  expect(await standing('blog')).toMatchObject({ content: 'blog.example.net' });
});

test('a maintenance page stands for its time, and what it put aside comes back by itself', async () => {
  const until = new Date(dns.local.clock.now() + 3_600_000).toISOString();
  const records = [{ name: 'shop', type: 'A', content: '192.0.2.200', proxied: true }];
  const path = `dns/zones/${zone}/additions/maintenance`;
  expect(await dns.app.operator('PUT', path, { records, until, reason: 'new checkout' })).toMatchObject({
    status: 202,
  });
  await settle();
  expect(outcomes()).toEqual(['dns-order: verified']);
  expect(await standing('shop')).toMatchObject({
    type: 'A',
    content: '192.0.2.200',
    comment: 'owner=caretaker source=addition/maintenance',
  });
  await dns.tick('dns-sweep');
  expect(await standing('shop')).toMatchObject({ type: 'A' });
  dns.pass(3601);
  await dns.tick('dns-sweep');
  expect(await standing('shop')).toMatchObject({ type: 'CNAME', content: lb });
});

test('an addition that does not hold is refused with every problem', async () => {
  const records = [
    { name: 'a b', type: 'A', content: 'nonsense' },
    { name: 'x', type: 'MX', content: 'mx.example.net' },
  ];
  const answer = await dns.app.operator('PUT', `dns/zones/${zone}/additions/wrong`, { records, reason: 'x' });
  expect(answer).toMatchObject({
    status: 400,
    body: { problems: [{ path: 'records[0].name' }, { path: 'records[0].content' }, { path: 'records[1].content' }] },
  });
});

test('throttling is waited out for as long as Cloudflare asks', async () => {
  write(pointing('cdn', 'cdn.example.net'));
  const begin = dns.local.clock.now();
  await dns.local.cloud.control.addCloudflareFault({
    effect: { kind: 'status', status: 429, retryAfterSeconds: 40 },
    call: 'POST *batch',
    times: 1,
  });
  await apply();
  expect(outcomes()).toEqual(['dns-order: verified']);
  expect(dns.local.clock.now() - begin).toBeGreaterThanOrEqual(40_000);
});

test('an answer that never comes is looked for, and nothing is sent twice', async () => {
  write(pointing('docs', 'docs.example.net'));
  await dns.local.cloud.control.addCloudflareFault({
    effect: { kind: 'timeout-after-effect' },
    call: 'POST *batch',
    times: 1,
  });
  const before = (await batches()).length;
  await apply();
  expect(outcomes().slice(0, 1)).toEqual(['dns-order: verified']);
  expect(await standing('docs')).toMatchObject({ content: 'docs.example.net' });
  // One for the record; the other record sets of the document that went back to what it says are in the same batch.
  expect((await batches()).length - before).toBe(1);
});

test('a batch that is refused after half of it was done is undone', async () => {
  const before = await dns.records();
  write((text) =>
    pointing(
      'help',
      'help.example.net',
    )(pointing('img', 'img.example.net')(pointing('docs', 'docs.example.net')(text))),
  );
  await dns.local.cloud.control.addCloudflareFault({ effect: { kind: 'half-batch' }, call: 'POST *batch', times: 1 });
  await apply();
  expect(outcomes()).toEqual(['dns-order: ineffective']);
  expect(runs()[0]?.undo).toMatchObject({ done: true });
  const said = (records: Awaited<ReturnType<DnsApp['records']>>) =>
    records.map(({ name, type, content, ttl, comment }) => `${name} ${type} ${content} ${ttl} ${comment}`).sort();
  expect(said(await dns.records())).toEqual(said(before));
});

test('a change that is accepted and not made is ineffective, not verified', async () => {
  write((text) => pointing('status', 'status.example.net')(pointing('docs', 'docs.example.net')(text)));
  await dns.local.cloud.control.addCloudflareFault({
    effect: { kind: 'accept-and-do-nothing' },
    call: 'POST *batch',
    times: 1,
  });
  await apply();
  expect(outcomes()).toEqual(['dns-order: ineffective']);
  expect(runs()[0]?.reasons.join()).toContain('not in the zone');
});

test('one resolver that lies proves and disproves nothing; two that do not answer leave it unproven', async () => {
  const { control } = dns.local.cloud;
  write((text) => pointing('login', 'login.example.net')(pointing('docs', 'docs.example.net')(text)));
  await control.setResolver({ server: '8.8.8.8', behaviour: { kind: 'lies', address: '203.0.113.66' } });
  await control.setResolver({ server: 'bob.ns.cloudflare.com', behaviour: { kind: 'refuses' } });
  await apply();
  expect(outcomes()).toEqual(['dns-order: verified']);
  expect(runs()[0]?.reasons.join()).toContain('bob.ns.cloudflare.com does not answer');

  seen = dns.runs().length;
  await control.setResolver({ server: '1.1.1.1', behaviour: { kind: 'fails' } });
  await control.setResolver({ server: '9.9.9.9', behaviour: { kind: 'refuses' } });
  write((text) => pointing('login', 'other.example.net')(pointing('docs', 'docs.example.net')(text)));
  await apply();
  expect(outcomes()).toEqual(['dns-order: unverifiable']);
});

test('what resolvers remember is waited for', async () => {
  const { control } = dns.local.cloud;
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver();
  resolver.setServers([
    dns.local.cloud.cloudflare.servers['1.1.1.1'] ?? '',
    dns.local.cloud.cloudflare.servers['8.8.8.8'] ?? '',
  ]);
  write((text) => pointing('login', 'login.example.net')(pointing('docs', 'docs.example.net')(text)));
  await control.setDnsPropagation({ seconds: 20 });
  await apply();
  await control.setDnsPropagation({ seconds: 0 });
  expect(outcomes()).toEqual(['dns-order: verified']);
  expect(runs()[0]?.reasons.join()).toContain('2 of 2 authoritative servers');
});

test('the apex is asked about, and without an answer nothing is changed', async () => {
  write(
    (text) =>
      `${pointing('login', 'login.example.net')(pointing('docs', 'docs.example.net')(text)).replace('    records:\n', "    records:\n      - { name: '@', type: A, content: 192.0.2.123 }\n")}`,
  );
  const body = { reason: 'x', key: 'apex' };
  expect(await dns.app.operator('POST', `dns/zones/${zone}/changes`, body)).toMatchObject({ status: 202 });
  await dns.app.host.runToQuiescence({ until: dns.local.clock.now() + 60_000 });
  const { body: asked } = await dns.app.operator('GET', 'approvals');
  expect(asked).toMatchObject({ waiting: [{ scope: 'dns', subject: zone, state: 'waiting' }] });
  await settle();
  expect(outcomes()).toEqual(['dns-order: unapproved']);
  expect((await dns.records()).filter(({ name, type }) => name === zone && type === 'A')).toEqual([]);
});

test('a document that would delete half of the zone is refused with the reason, by order and by the sweep', async () => {
  const before = await dns.records();
  write((text) => text.replace(/ {6}- \{ name: (?:www|standby|dev|blog|cdn|docs), .*\n/g, ''));
  const { body } = await dns.app.operator('GET', `dns/zones/${zone}/plan`);
  expect(body).toMatchObject({
    answer: 'stop',
    reasons: [expect.stringContaining('would delete 6 of our 12 records (50 %); at most 30 %')],
  });
  await dns.tick('dns-sweep');
  expect(runs()).toEqual([]);
  await apply();
  expect(outcomes()).toEqual(['dns-order: refused']);
  expect(await dns.records()).toEqual(before);
});

test('a document that is no document keeps the last good one in use', async () => {
  dns.write('version: 1\nzones: [{ name: storefront.example }]');
  dns.pass(31);
  await dns.tick('dns-sweep');
  expect(runs()).toEqual([]);
});

test('Cloudflare’s word counts as one more place, when it carries the secret', async () => {
  const { control } = dns.local.cloud;
  const url = `${dns.app.host.url}/api/dns/cloudflare`;
  const body = {
    name: 'Health',
    alert_type: 'health_check_status_notification',
    data: { name: 'api-weu', status: 'Unhealthy' },
    ts: 1,
  };
  expect(await control.notifyCloudflare({ url, body })).toBe(401);
  expect(await control.notifyCloudflare({ url, body, secret: 'a-secret-of-the-webhooK' })).toBe(401);
  expect(await control.notifyCloudflare({ url, body: { text: 'Hello World!' }, secret: webhookSecret })).toBe(200);
  expect(await control.notifyCloudflare({ url, body: { ...body, data: {} }, secret: webhookSecret })).toBe(400);
  expect(await control.notifyCloudflare({ url, body, secret: webhookSecret })).toBe(200);
  await dns.tick('dns-round');
  const { body: zones } = await dns.app.operator('GET', 'dns/zones');
  expect(zones).toMatchObject({
    zones: [{ failover: [{ state: { origins: { weu: { votes: { healthy: 3, unhealthy: 1 } } } } }] }],
  });
});

test('the probe door looks at the document’s origins and at nothing else', async () => {
  const door = `${dns.app.host.url}/api/dns/probe?url=`;
  const get = async (url: string) => fetch(`${door}${encodeURIComponent(url)}`, { headers: { connection: 'close' } });
  expect((await get('http://169.254.169.254/metadata')).status).toBe(404);
  expect((await get('https://lb-web-prod-weu-001.westeurope.cloudapp.azure.com/other')).status).toBe(404);
});
