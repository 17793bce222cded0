import { compilePolicy, decide, parsePolicy, type SubjectTags } from '../../../src/rules';
import { catalogue } from '../../../src/runbooks';
import { signalSchema, type Signal } from '../../../src/signal';
import { report } from '../results';

// Decisions of the pure matcher, with every rule considered and its reason written down, as the decision record has it. The rule that
// fits is the last one, so that nothing is saved by finding it early (all are considered in any case).

const subscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
const counts = [10, 100, 1000];

/** What a rule asks for, beside the name of its own alert. */
const shapes: Readonly<Record<string, (index: number) => string>> = {
  globs: (index) =>
    `{ alertRule: ['alert-${index}-*', 'other-${index}-?'], resource: ['vm-*-${index}', 'web-${index}-*'] }`,
  tags: (index) => `{ alertRule: ['alert-*'], tags: { service: ['service-${index}'], tier: [gold, silver] } }`,
  cel: (index) =>
    `{ alertRule: ['alert-*'], when: 'severity in ["Sev0", "Sev1"] && facts.metricValue < ${index}.0 && resource.startsWith("vm-")' }`,
};

function policyOf(rules: number, shape: (index: number) => string) {
  const all = Array.from({ length: rules }, (_, index) => {
    const match = index === rules - 1 ? "{ resource: ['vm-web-1'] }" : shape(index);
    return `  - { name: rule-${index}, match: ${match}, mode: auto, ladder: [{ runbook: restart-vm }] }`;
  });
  const text = [
    'version: 1',
    'environments:',
    `  prod: { subscriptions: [${subscription}], ceiling: auto, budgets: [{ name: hourly, window: 1h, maxResources: 3 }] }`,
    'rules:',
    ...all,
  ].join('\n');
  return compilePolicy(parsePolicy(text, catalogue));
}

function signalOf(index: number): Signal {
  return signalSchema.parse({
    id: index.toString(16).padStart(32, '0'),
    correlation: index.toString(16).padStart(32, '1'),
    source: 'azure-monitor',
    kind: 'metric',
    rule: 'alert-vm-availability-prod',
    severity: 'Sev1',
    condition: 'fired',
    target: `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`,
    occurredAt: '2026-01-01T00:00:00Z',
    summary: 'a machine does not answer',
    facts: { metricValue: 1_000_000 },
  });
}

const signals = Array.from({ length: 64 }, (_, index) => signalOf(index));
const tags: SubjectTags = { kind: 'known', tags: { service: 'storefront', tier: 'gold', owner: 'platform' } };

function rate(policy: ReturnType<typeof policyOf>, seconds: number): number {
  const from = performance.now();
  const until = from + seconds * 1000;
  let count = 0;
  while (performance.now() < until) {
    const decision = decide(policy, signals[count % signals.length] as Signal, tags);
    if (decision.action !== 'open-incident' || decision.considered.length !== policy.rules.length) {
      throw new Error(`the decision is another one: ${decision.sentence}`);
    }
    count += 1;
  }
  return (count * 1000) / (performance.now() - from);
}

for (const [shape, match] of Object.entries(shapes)) {
  for (const rules of counts) {
    const policy = policyOf(rules, match);
    rate(policy, 0.3);
    const samples = Array.from({ length: 5 }, () => rate(policy, 0.4));
    report('rules-decide', 'decisions/s', samples, { rules, shape });
  }
}
