import { dnsChangeOrchestratorName } from '../../src/dns';
import { doors } from './support';

// A change of DNS is a run like every other: seen while it is under way, by everybody who looks.

const target = '/subscriptions/x/providers/cloudflare.dns/zones/storefront.example';

it('is among the runs that are under way, with what it is about and how far it is', async () => {
  const door = doors();
  const customStatus = { target, runbook: 'dns-change', zone: 'storefront.example', cause: 'order', stage: 'verify' };
  door.engine.add(dnsChangeOrchestratorName, 'dns-order-1', { customStatus });
  const { body } = await door.call('now');
  expect(body['runs']).toMatchObject([{ id: 'dns-order-1', target, runbook: 'dns-change', stage: 'verify' }]);
  expect((await door.call('runs')).body['open']).toMatchObject([{ id: 'dns-order-1', custom: customStatus }]);
  expect(await door.call('run', { params: { id: 'dns-order-1' } })).toMatchObject({
    status: 200,
    body: { run: null, live: { custom: customStatus } },
  });
});
