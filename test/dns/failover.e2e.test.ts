import { away, home, startDnsApp, zone, type DnsApp } from './dns-app';

let dns: DnsApp;
beforeAll(async () => {
  dns = await startDnsApp();
});
afterAll(async () => {
  // Every change of every story is replayed turn by turn with the real SDK.
  await dns.replay();
  await dns.stop();
});

const api = async () => (await dns.records()).find(({ name }) => name === `api.${zone}`);
const state = async () => {
  const { body } = await dns.app.operator('GET', 'dns/zones');
  return (body as { zones: { failover: { active: string; state: { watchful: boolean } }[] }[] }).zones[0]?.failover[0];
};
const round = async (times = 1) => {
  for (let time = 0; time < times; time += 1) {
    dns.pass(30);
    await dns.tick('dns-round');
  }
};

test('the zone is as the document wants it: nothing is changed', async () => {
  await dns.tick('dns-sweep');
  expect(dns.runs()).toEqual([]);
  const { body } = await dns.app.operator('GET', `dns/zones/${zone}/plan`);
  expect(body).toMatchObject({ lines: [], counts: { ours: 12, foreign: 3 } });
});

test('an origin that one place of three sees down moves nothing; most places for three rounds move the record', async () => {
  const { control } = dns.local.cloud;
  await round(3);
  expect(dns.runs()).toEqual([]);

  await control.setOrigin({ address: home, healthy: true, seenBy: { westeurope: false } });
  await round(5);
  expect((await state())?.active).toBe('weu');
  expect(dns.runs()).toEqual([]);

  await control.setOrigin({ address: home, healthy: false });
  await round(1);
  expect(await state()).toMatchObject({ active: 'weu', state: { watchful: true } });
  expect(await api()).toMatchObject({ content: home, ttl: 60 });
  await round(1);
  expect((await state())?.active).toBe('weu');
  await round(1);
  expect((await state())?.active).toBe('neu');
  expect(await api()).toMatchObject({ content: away, ttl: 60 });
  expect(dns.runs().map(({ rule, result }) => [rule, result.outcome])).toEqual([
    ['dns-ttl', 'verified'],
    ['dns-failover', 'verified'],
  ]);
  const { body: set } = await dns.app.operator('GET', 'field-decisions');
  expect(set).toMatchObject({
    decisions: expect.arrayContaining([expect.objectContaining({ field: 'content' })]) as unknown,
  });
  expect(dns.runs().at(-1)?.reasons.join()).toContain('2 of 2 authoritative servers and 3 of 3 resolvers');
});

test('it comes back after the hold-down, when home has been well for long enough, and the TTL after it', async () => {
  const { control } = dns.local.cloud;
  await control.setOrigin({ address: home, healthy: true });
  await round(10);
  expect((await state())?.active).toBe('neu');
  for (let rounds = 0; rounds < 30 && (await state())?.active === 'neu'; rounds += 1) {
    await round();
  }
  expect((await state())?.active).toBe('weu');
  expect(await api()).toMatchObject({ content: home });
  await round(4);
  expect(await api()).toMatchObject({ content: home, ttl: 300 });
  expect(
    dns
      .runs()
      .map(({ rule, result }) => [rule, result.outcome])
      .slice(2),
  ).toEqual([
    ['dns-failback', 'verified'],
    ['dns-ttl', 'verified'],
  ]);
});

test('both origins down: the last answer stays', async () => {
  const { control } = dns.local.cloud;
  await control.setOrigin({ address: home, healthy: false });
  await control.setOrigin({ address: away, healthy: false });
  await round(8);
  expect(await state()).toMatchObject({ active: 'weu', state: { allDown: true } });
  expect((await api())?.content).toBe(home);
  await control.setOrigin({ address: home, healthy: true });
  await control.setOrigin({ address: away, healthy: true });
  await round(4);
  expect(await state()).toMatchObject({ active: 'weu', state: { allDown: false } });
});

test('a move that the kill switch stopped is made up for by the sweep, once people let it', async () => {
  const { control } = dns.local.cloud;
  const before = dns.runs().length;
  const path = 'environments/prod/kill-switch';
  expect(await dns.app.operator('PUT', path, { engaged: true, reason: 'a freeze' })).toMatchObject({ status: 202 });
  await control.setOrigin({ address: home, healthy: false });
  await round(4);
  expect((await state())?.active).toBe('neu');
  expect((await api())?.content).toBe(home);
  expect(
    dns
      .runs()
      .slice(before)
      .map(({ rule, result }) => [rule, result.why]),
  ).toEqual([
    ['dns-ttl', 'stopped'],
    ['dns-failover', 'stopped'],
  ]);
  expect(await dns.app.operator('PUT', path, { engaged: false, reason: 'over' })).toMatchObject({ status: 202 });
  dns.pass(300);
  await dns.tick('dns-sweep');
  expect((await api())?.content).toBe(away);
  expect(dns.runs().at(-1)).toMatchObject({ rule: 'dns-failover', result: { outcome: 'verified' } });
});
