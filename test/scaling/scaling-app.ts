import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScaleSetState } from '../../src/local/cloud';
import { startLocalApp, testPolicy, type AppHost, type LocalApp } from '../support/local-app';

export const setName = 'vmss-web-prod-weu-001';
export const setId =
  `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web-prod-weu-001` +
  `/providers/microsoft.compute/virtualmachinescalesets/${setName}`;

/** The whole app on one virtual clock, with a scaling rule, looked at minute by minute. */
export interface ScalingApp {
  readonly local: LocalApp;
  readonly app: AppHost;
  /** Lets so many minutes pass, with a look in each and everything that it orders carried out. */
  minutes(count: number): Promise<void>;
  /** One look, without letting time pass. */
  look(): Promise<void>;
  set(): Promise<ScaleSetState>;
  /** Decisions as the operator API tells them, the newest first. */
  decisions(
    name?: string,
  ): Promise<{ action: string; from: number; to: number; remove: string[]; reasons: string[] }[]>;
  stop(): Promise<void>;
}

export const scalingRule = `
scaling:
  - name: web
    match: { resource: ['vmss-web-*'] }
    mode: auto
    min: 3
    max: 8
    targets: [{ metric: Percentage CPU, value: 60 }]
    in: { cooldown: 3m, calm: 10m }
`;

export async function startScalingApp(scaling = scalingRule): Promise<ScalingApp> {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-scaling-'));
  const policyFile = join(directory, 'policy.yaml');
  writeFileSync(policyFile, `${testPolicy}${scaling}`);
  const local = await startLocalApp();
  const app = await local.start({ policyFile });
  const look = async (): Promise<void> => {
    const response = await fetch(`${app.host.url}/admin/functions/scaling-look`, {
      method: 'POST',
      headers: { 'x-functions-key': app.host.keys.master, 'content-type': 'application/json', connection: 'close' },
      body: '{}',
    });
    if (response.status >= 300) {
      throw new Error(`the look was answered with ${response.status}: ${await response.text()}`);
    }
    await app.host.idle();
  };
  return {
    local,
    app,
    async minutes(count) {
      for (let minute = 0; minute < count; minute += 1) {
        const next = (Math.floor(local.clock.now() / 60_000) + 1) * 60_000 + 20_000;
        await app.host.runToQuiescence({ until: next - 1 });
        if (local.clock.now() < next) {
          local.clock.advanceBy(next - local.clock.now());
        }
        await look();
      }
      await app.host.runToQuiescence({ until: local.clock.now() + 39_000 });
    },
    look,
    set: () => local.cloud.control.scaleSet(setName),
    async decisions(name = setName) {
      const { body } = await app.operator('GET', `scaling/${name}`);
      return (body as { decisions: Awaited<ReturnType<ScalingApp['decisions']>> }).decisions;
    },
    async stop() {
      await local.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
