import { applyGuardOperation, guardOperations, storedGuard, type GuardState, type Limits } from '../../../src/guard';
import type { EpochMillis } from '../../../src/kernel/clock';
import { report } from '../results';

// Operations of the guard as its entity does them: the stored text is read, the operation done, the new state written as text.
// Each `acquire` asks for a resource that is free; the budgets have room, so that every window is counted to the end.

const start = Date.UTC(2026, 0, 31, 9);
const week = 7 * 86_400_000;

function target(index: number): string {
  const group = `rg-web-${index % 40}`;
  return `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/${group}/providers/microsoft.compute/virtualmachines/vm-web-${index}`;
}

function limitsOf(windows: number): Limits {
  return {
    leaseSeconds: 1800,
    cooldownSeconds: 900,
    budgets: Array.from({ length: windows }, (_, index) => ({
      name: `budget-${index}`,
      windowSeconds: 604_800 - index * 3600,
      maxResources: 1_000_000,
      ...(index % 3 === 1 ? { per: 'rule' as const } : index % 3 === 2 ? { per: 'resource-group' as const } : {}),
    })),
  };
}

function request(holder: string, index: number, windows: number) {
  const limits = limitsOf(windows);
  return { holder, target: target(index), runbook: 'restart-vm', rule: `rule-${index % 10}`, limits };
}

/** The stored state after so many resources were acted on in the last week. */
function stored(resources: number): string {
  const empty = applyGuardOperation(
    undefined,
    guardOperations.setKillSwitch,
    {
      engaged: false,
      reason: 'bench',
      by: 'bench',
    },
    { now: () => start as EpochMillis },
  ).state;
  const state: GuardState = {
    ...empty,
    nextToken: resources + 1,
    actions: Array.from({ length: resources }, (_, index) => ({
      holder: `incident-${index}-r1`,
      target: target(index) as GuardState['actions'][number]['target'],
      runbook: 'restart-vm',
      rule: `rule-${index % 10}`,
      at: Math.floor(start - week + 60_000 + Math.floor((index / resources) * (week - 120_000))),
      acted: true,
    })),
  };
  return JSON.stringify(storedGuard(state));
}

function rate(text: string, windows: number, seconds: number): { readonly perSecond: number; readonly bytes: number } {
  const clock = { now: () => start as EpochMillis };
  const until = performance.now() + seconds * 1000;
  const from = performance.now();
  let count = 0;
  let bytes = 0;
  while (performance.now() < until) {
    const input = request(`run-${count}`, 1_000_000 + count, windows);
    const { stored: after } = applyGuardOperation(JSON.parse(text), guardOperations.acquire, input, clock);
    bytes = JSON.stringify(after).length;
    count += 1;
  }
  return { perSecond: (count * 1000) / (performance.now() - from), bytes };
}

for (const resources of [0, 100, 1000, 10_000]) {
  const text = stored(resources);
  for (const windows of [1, 4, 16]) {
    rate(text, windows, 0.2);
    const samples = Array.from({ length: 5 }, () => rate(text, windows, 0.3));
    report(
      'guard-acquire',
      'operations/s',
      samples.map(({ perSecond }) => perSecond),
      {
        resources,
        windows,
        stateBytes: samples[0]?.bytes ?? 0,
      },
    );
  }
}
