import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../src/rules';
import { catalogue } from '../../src/runbooks';
import type { EpochMillis } from '../../src/kernel/clock';
import type { RecordedSignal } from '../../src/rehearsal';
import { signalSchema, type Signal } from '../../src/signal';

export const subscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
export const start = Date.UTC(2026, 4, 4, 8);

/** A policy with one environment; rules as YAML, one each. */
export function policyOf(
  rules: readonly string[],
  budget = 'window: 1h, maxResources: 2',
  patience = '30m',
): CompiledPolicy {
  return compilePolicy(parsePolicy(policyText(rules, budget, patience), catalogue));
}

export function policyText(rules: readonly string[], budget = 'window: 1h, maxResources: 2', patience = '30m'): string {
  return [
    'version: 1',
    `defaults: { patience: ${patience} }`,
    'environments:',
    `  prod: { subscriptions: [${subscription}], ceiling: auto, budgets: [{ name: hourly, ${budget} }] }`,
    'rules:',
    ...rules.map((rule) => `  - ${rule}`),
  ].join('\n');
}

export function ruleText(mode: string, ladder = '[{ runbook: restart-vm }]', more = ''): string {
  return `{ name: vms, match: { resource: ['vm-*'] }, mode: ${mode}, ladder: ${ladder}${more} }`;
}

/** A signal about `vm-<machine>`, taken in so many seconds after the start. */
export function recorded(
  number: number,
  machine: number,
  seconds: number,
  fields: Partial<Signal> = {},
): RecordedSignal {
  const id = number.toString(16).padStart(32, '0');
  const signal = signalSchema.parse({
    id,
    correlation: id,
    source: 'azure-monitor',
    kind: 'metric',
    rule: 'vm-unavailable',
    severity: 'Sev1',
    condition: 'fired',
    target: `/subscriptions/${subscription}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-${machine}`,
    occurredAt: new Date(start + seconds * 1000).toISOString(),
    summary: 'it does not answer',
    facts: {},
    ...fields,
  });
  return { signal, at: (start + seconds * 1000) as EpochMillis };
}
