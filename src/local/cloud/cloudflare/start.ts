import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gateServer, type Gate } from '../gate';
import type { World } from '../world';
import { answerFrom } from './answers';
import { dnsLevers } from './levers';
import type { DnsControl, RunningCloudflare } from './model';
import { startNameServer, type NameServer } from './name-server';
import { vantagePoints } from './origins';
import { dnsRoutes, type CloudflareRoute } from './routes';
import { apiRoot, createCloudflareServer } from './server';
import { CloudflareState } from './state';

const authoritative = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'];
const resolvers = ['1.1.1.1', '8.8.8.8', '9.9.9.9'];

/** The local Cloudflare, running: see {@link startCloudflare}. */
export interface CloudflareParts {
  readonly running: RunningCloudflare;
  readonly state: CloudflareState;
  readonly levers: DnsControl;
  stop(): Promise<void>;
}

/**
 * Starts Cloudflare's API, two authoritative name servers and three public resolvers, each on a port of its own on loopback,
 * over the zones of the estate. `more`: routes of the API beside those for DNS.
 */
export async function startCloudflare(
  world: World,
  more: readonly CloudflareRoute[] = [],
  gate?: Gate,
): Promise<CloudflareParts> {
  const state = new CloudflareState(world);
  const now = (): number => state.now();
  const ask = (name: string, type: string) =>
    answerFrom(state.zones.values(), name, type, now() - state.propagationSeconds * 1000);
  const servers: NameServer[] = [];
  const api = createCloudflareServer(state, [...dnsRoutes, ...more]);
  if (gate !== undefined) gateServer(gate, 'cloudflare', api);
  const stop = async (): Promise<void> => {
    const closed = api.listening ? once(api, 'close') : undefined;
    api.close();
    api.closeAllConnections();
    await Promise.all([closed, ...servers.map((server) => server.stop())]);
  };
  try {
    for (const name of authoritative) servers.push(await startNameServer({ name, caching: false, ask, now }));
    for (const name of resolvers) servers.push(await startNameServer({ name, caching: true, ask, now }));
    api.listen(0, '127.0.0.1');
    await once(api, 'listening');
  } catch (error) {
    await stop();
    throw error;
  }
  const base = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const token = state.addToken('caretaker', [{ zone: '*', permissions: ['zone:read', 'dns:edit'] }]);
  return {
    running: {
      endpoint: `${base}${apiRoot}`,
      token: token.value,
      servers: Object.fromEntries<string>([
        ...servers.map(({ name, address }) => [name, address] as const),
        ...vantagePoints.map(({ door, place }) => [door, `${base}/probe/${place}`] as const),
      ]),
    },
    state,
    levers: dnsLevers(state, servers),
    stop,
  };
}
