import { createCloudflareZones } from '../../src/adapters/cloudflare';
import type { EpochMillis } from '../../src/kernel/clock';
import { createManualClock, type ManualClock } from '../../src/local/cloud';
import { startCloudflare, type CloudflareParts } from '../../src/local/cloud/cloudflare/start';
import { createRandom } from '../../src/local/cloud/random';
import type { World } from '../../src/local/cloud/world';
import type { DnsZones } from '../../src/ports/dns-zones';

/** The local Cloudflare by itself, on a clock that stands still, and the adapter over its API. */
export interface TestCloudflare extends CloudflareParts {
  readonly clock: ManualClock;
  zones(token?: string, pageSize?: number): DnsZones;
}

export async function startTestCloudflare(): Promise<TestCloudflare> {
  const clock = createManualClock(Date.UTC(2026, 4, 4, 8));
  // Cloudflare needs nothing else of the world.
  const world = { clock, random: createRandom(7), estate: { dnsZones: [] } } as unknown as World;
  const parts = await startCloudflare(world);
  return {
    ...parts,
    clock,
    zones: (token = parts.running.token, pageSize) =>
      createCloudflareZones({
        endpoint: parts.running.endpoint,
        token: () => Promise.resolve(token),
        clock: { now: () => clock.now() as EpochMillis },
        ...(pageSize === undefined ? {} : { pageSize }),
      }),
  };
}
