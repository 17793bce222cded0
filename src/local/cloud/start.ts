import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createArmServer } from './arm-server';
import { createCaches } from './caches';
import { createServerCertificate } from './certificates';
import { createSystemClock } from './clock';
import { startCloudflare } from './cloudflare/start';
import { createControl } from './control';
import { CloudControlError } from './errors';
import { seedEstate } from './estate';
import { defaultRoles } from './estate/people';
import { createEventGrid } from './events/event-grid';
import { createFaultStore } from './faults';
import { gateServer, type Gate } from './gate';
import { watchBoots } from './guests';
import { createIdentityServer, identityHeaderOf } from './identity-server';
import { createInbox } from './inbox';
import { createJournal } from './journal';
import { createLocks } from './locks';
import { createMachines } from './machines';
import type { CloudControl, CloudOptions, CloudTiming, Principal, RunningCloud } from './model';
import { createMonitor } from './monitor/monitor';
import { createOperationStore } from './operations';
import { registerAutoscale } from './providers/autoscale';
import { registerBalancers } from './providers/balancers';
import { registerCaches } from './providers/caches';
import { registerCompute } from './providers/compute';
import { registerGroupResources } from './providers/group-resources';
import { registerMadeMachines } from './providers/made-machines';
import { registerLocks } from './providers/locks';
import { registerMachineCare } from './providers/machine-care';
import { registerMetrics } from './providers/metrics';
import { registerNetworks } from './providers/networks';
import { registerRunCommands } from './providers/run-commands';
import { registerMonitorRules } from './providers/monitor-rules';
import { registerPrivateLinks } from './providers/private-links';
import { registerResourceHealth } from './providers/resource-health';
import { registerScaleSets } from './providers/scale-sets';
import { registerDisks } from './providers/disks';
import { registerRestorePoints } from './providers/disks-restore-points';
import { registerSnapshots } from './providers/disks-snapshots';
import { registerResources } from './providers/resources';
import { registerTags } from './providers/tags';
import { createRandom } from './random';
import { createAutoscaleStore, runAutoscale } from './autoscale';
import { createAccessControl } from './rbac';
import { createRouter } from './router';
import { createScaleSets } from './scale-sets';
import { createStorage } from './storage/storage';
import { createSchedule } from './schedule';
import { startSecrets } from './secrets/start';
import { createThrottle } from './throttling';
import { createTokenAuthority } from './tokens';
import type { World } from './world';

/** About what the real ones take, on the short side. */
export const defaultTiming: CloudTiming = {
  restart: 30_000,
  redeploy: 90_000,
  start: 20_000,
  powerOff: 20_000,
  powerOffSkipShutdown: 5_000,
  deallocate: 30_000,
  update: 2_000,
  snapshot: 5_000,
  snapshotCopy: 60_000,
  createDisk: 5_000,
  scaleOut: 60_000,
  drain: 30_000,
  reimage: 60_000,
  warmUp: 60_000,
  agentReady: 10_000,
  retryAfterSeconds: 10,
  metricSample: 15_000,
  tokenLifeSeconds: 86_400,
  resolveAfterChecks: 3,
  webhookTimeout: 10_000,
};

/**
 * Starts the local cloud on loopback. Everything is in memory: stopping it loses the world, and starting it again with the
 * same seed, clock and calls gives the same one, except for the keys of certificate and tokens, which are new each time.
 * Fails when a port is taken or the estate contradicts itself (a role assignment without a role, a bad duration).
 */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const clock = options.clock ?? createSystemClock();
  const now = (): number => clock.now();
  const random = createRandom(options.seed ?? 1);
  const timing: CloudTiming = { ...defaultTiming, ...options.timing };
  const estate = options.estate ?? seedEstate();
  const schedule = createSchedule(now);
  const tokenNow = options.tokenNow ?? Date.now;
  const machines = createMachines({ seeds: estate.machines, now, random, schedule, timing });
  const world: World = {
    clock,
    tokenNow,
    random,
    timing,
    estate,
    pageSize: options.pageSize ?? 50,
    audiences: options.audiences ?? [],
    schedule,
    machines,
    storage: createStorage({ resources: estate.resources, now, random, timing }),
    scaleSets: createScaleSets({ resources: estate.resources, machines, now, random, schedule, timing }),
    autoscale: createAutoscaleStore(),
    caches: createCaches({ resources: estate.resources, now }),
    locks: createLocks(),
    scriptOutcomes: [],
    operations: createOperationStore({ now, random }),
    faults: createFaultStore(),
    journal: createJournal(),
    access: createAccessControl({
      definitions: [...defaultRoles(), ...(options.roleDefinitions ?? [])],
      assignments: estate.roleAssignments,
    }),
    throttle: createThrottle(now),
    tokens: createTokenAuthority({ random, now: tokenNow }),
    events: createEventGrid({ clock, random, webhookTimeout: timing.webhookTimeout }),
    inbox: createInbox(now),
    injections: [],
    metricGaps: [],
    principals: new Map(estate.principals.map((principal) => [principal.name, principal])),
  };

  // Before anything listens: it refuses an estate that contradicts itself.
  const monitor = createMonitor(world, { automatic: options.monitor ?? true });
  const certificate = await createServerCertificate(options.directory);
  const router = createRouter();
  const gate: Gate = { watch: undefined };
  // First, because one of its routes is a special case of a later one.
  const secrets = await startSecrets(world, router, certificate, gate);
  registerCompute(router, world);
  registerScaleSets(router, world);
  registerAutoscale(router, world);
  registerDisks(router, world);
  registerSnapshots(router, world);
  registerRestorePoints(router, world);
  registerMadeMachines(router, world);
  registerRunCommands(router, world);
  registerNetworks(router, world);
  registerGroupResources(router, world);
  watchBoots(machines, ({ seed }) => world.storage.disks.get(seed.osDiskId)?.content);
  registerMachineCare(router, world);
  registerBalancers(router, world);
  registerPrivateLinks(router, world);
  registerCaches(router, world);
  registerLocks(router, world);
  registerMetrics(router, world);
  registerMonitorRules(router, world);
  registerResourceHealth(router, world);
  registerResources(router, world);
  registerTags(router, world);

  const arm = createArmServer(world, router, certificate);
  gateServer(gate, 'arm', arm);
  const identity = createIdentityServer({
    world,
    control: () => {
      if (control === undefined) throw new CloudControlError('the local cloud is still starting');
      return control;
    },
    baseUrl: () => baseUrl,
  });
  const stopAutoscale = (options.monitor ?? true) ? runAutoscale(world) : (): void => undefined;
  let control: CloudControl | undefined;
  let baseUrl = 'http://127.0.0.1';
  let stopping: Promise<void> | undefined;
  let cloudflare: Awaited<ReturnType<typeof startCloudflare>> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      monitor.stop();
      stopAutoscale();
      world.events.stop();
      await Promise.all([close(arm), close(identity), cloudflare?.stop(), secrets.stop()]);
    })();
    return stopping;
  };
  let armEndpoint: string;
  try {
    cloudflare = await startCloudflare(world, secrets.cloudflareRoutes, gate);
    secrets.seed(cloudflare.state);
    armEndpoint = `https://127.0.0.1:${await listen(arm, options.armPort)}`;
    baseUrl = `http://127.0.0.1:${await listen(identity, options.identityPort)}`;
  } catch (error) {
    await stop();
    throw error;
  }
  const issuer = `${baseUrl}/${estate.tenantId}/v2.0`;
  control = createControl(world, monitor, cloudflare.levers, secrets.levers, issuer);

  const principalOf = (name: string): Principal => {
    const found = world.principals.get(name);
    if (found !== undefined && found.kind !== 'person') return found;
    throw new CloudControlError(`no managed identity in the estate is named '${name}'`);
  };
  const { running } = cloudflare;
  return {
    cloudflare: running,
    gate,
    endpoints: secrets.endpoints,
    armEndpoint,
    identityEndpoint: `${baseUrl}/msi/token`,
    identityHeader: identityHeaderOf(world, principalOf('caretaker')),
    controlEndpoint: baseUrl,
    issuer,
    tenantId: estate.tenantId,
    caFile: certificate.caFile,
    environment: (principal = 'caretaker') => ({
      IDENTITY_ENDPOINT: `${baseUrl}/msi/token`,
      IDENTITY_HEADER: identityHeaderOf(world, principalOf(principal)),
      NODE_EXTRA_CA_CERTS: certificate.caFile,
      CARETAKER_ARM_ENDPOINT: armEndpoint,
      CARETAKER_CLOUDFLARE_API: running.endpoint,
      CARETAKER_GRAPH_ENDPOINT: secrets.endpoints['graph'] ?? '',
      CARETAKER_LOGIN_ENDPOINT: secrets.endpoints['login'] ?? '',
      CARETAKER_CLOUDFLARE_TOKEN: running.token,
      CARETAKER_LOCAL_DNS: Object.entries(running.servers)
        .map(([name, address]) => `${name}=${address}`)
        .join(','),
      CARETAKER_LOCAL_CLOUD: baseUrl,
      AZURE_TENANT_ID: estate.tenantId,
    }),
    control,
    stop,
  };
}

/** Listens on loopback only; answers the port. */
async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
