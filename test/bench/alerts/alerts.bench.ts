import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledTimeFromNow } from '../../../src/local/platform/clock';
import { startPlatform, type Platform } from '../../../src/local/platform/platform';
import { availabilityAlert, machineId } from '../../support/alert-payload';
import { quantile, report } from '../results';

// The built function app on the local host, with durable acknowledgement: an alert counts when its 202 has come, and by then
// its decision, its ledger entry and its incident are on disk.

const root = process.env['CARETAKER_ROOT'] as string;
const rounds = 5;
const alertsInRound = 200;
const concurrency = 16;
const speed = 60;

const policy = `
version: 1
defaults: { verification: { within: 4m, every: 1m }, cooldown: 1s }
environments:
  all:
    subscriptions: [3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01]
    ceiling: auto
    budgets: [{ name: any, window: 1m, maxResources: 1000 }]
rules:
  - name: web-vm-unavailable
    match: { kind: [metric], resourceType: [Microsoft.Compute/virtualMachines] }
    mode: auto
    ladder: [{ runbook: restart-vm }]
`;

const machines = [
  ...[1, 2, 3].map((number) => ({ name: `vm-web-dev-weu-0${number}`, target: machineId('dev', number) })),
  ...[1, 2, 3, 4, 5, 6].map((number) => ({ name: `vm-web-prod-weu-0${number}`, target: machineId('prod', number) })),
];

let alerts = 0;
function nextAlert(target: string): string {
  alerts += 1;
  const alert = `00000000-0000-4000-8000-${String(alerts).padStart(12, '0')}`;
  return JSON.stringify(availabilityAlert({ target, alert, firedAt: new Date().toISOString() }));
}

async function send(platform: Platform, body: string): Promise<void> {
  const response = await fetch(`${platform.url}/api/alerts/azure-monitor/key?code=${platform.key}`, {
    method: 'POST',
    body,
  });
  await response.arrayBuffer();
  if (response.status !== 202) {
    throw new Error(`an alert was answered ${response.status}`);
  }
}

/** Alerts about healthy machines, sixteen at a time: each opens an incident that looks, finds the machine healthy and closes. */
async function acceptedPerSecond(platform: Platform): Promise<number> {
  const bodies = Array.from({ length: alertsInRound }, (_, index) =>
    nextAlert(machines[index % machines.length]?.target as string),
  );
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
        await send(platform, body);
      }
    }),
  );
  return alertsInRound / ((performance.now() - begin) / 1000);
}

/** Real milliseconds from sending an alert about a hung machine until ARM is asked to restart it, one machine at a time. */
async function firstWrites(platform: Platform): Promise<number[]> {
  const { control } = platform;
  const samples: number[] = [];
  for (const { name, target } of machines) {
    await control.breakMachine(name, { kind: 'guest-hung', healedBy: 'restart' });
    const after = (await control.journal()).at(-1)?.sequence ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 2_000 / 10));
    const sent = await control.now();
    await send(platform, nextAlert(target));
    for (;;) {
      const write = (await control.journal({ after, method: 'POST' })).find(
        ({ resourceId }) => resourceId?.toLowerCase() === target.toLowerCase(),
      );
      if (write !== undefined) {
        samples.push((write.at - sent) / speed);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return samples;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-bench-'));
  const policyFile = join(directory, 'policy.yaml');
  writeFileSync(policyFile, policy);
  const platform = await startPlatform({ directory, root, policyFile, time: scaledTimeFromNow(speed), port: 0 });
  try {
    // The monitor would raise alerts of its own about the machines that are broken here.
    await platform.control.setWebhook({ url: 'http://127.0.0.1:9/' });
    await acceptedPerSecond(platform);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push(await acceptedPerSecond(platform));
    }
    report('alerts-accepted', '1/s', rates, { concurrency, alertsInRound });
    // What the storm left open is over before latency is measured.
    await quiet(platform);
    const latencies: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      latencies.push(...(await firstWrites(platform)));
      await quiet(platform);
    }
    const sorted = [...latencies].sort((left, right) => left - right);
    report('alert-to-first-arm-write', 'ms', latencies, {
      p50: Number(quantile(sorted, 0.5).toFixed(1)),
      p99: Number(quantile(sorted, 0.99).toFixed(1)),
    });
  } finally {
    await platform.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Waits until no incident is open. */
async function quiet(platform: Platform): Promise<void> {
  const token = await platform.token('rae');
  for (;;) {
    const response = await fetch(`${platform.url}/api/operator/incidents?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { open } = (await response.json()) as { open: unknown[] };
    if (open.length === 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
