import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { InvalidInputError } from '../../src/kernel/errors';
import { parseAzureMonitorAlert, readJson, signalSchema, type Signal } from '../../src/signal';

// The same inputs in every run; change the seed to look elsewhere.
fc.configureGlobal({ seed: 20260322 });

const folder = join(__dirname, '../fixtures/signals/azure-monitor');
const subscription = '3f1d6c52-8c1e-4b7a-9d55-0a6f3c2b7e11';
const options = { subscriptions: new Set([subscription]) };

interface Alert {
  schemaId: string;
  data: { essentials: Record<string, unknown>; alertContext: Record<string, unknown> };
}

function load(name: string): unknown {
  return readJson(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

function loadAlert(name: string): Alert {
  return load(name) as Alert;
}

/** An alert with some of its essentials replaced. */
function changed(name: string, essentials: Record<string, unknown>): Alert {
  const alert = loadAlert(name);
  return { ...alert, data: { ...alert.data, essentials: { ...alert.data.essentials, ...essentials } } };
}

function only(payload: unknown): Signal {
  const signals = parseAzureMonitorAlert(payload, options);
  expect(signals).toHaveLength(1);
  return signals[0] as Signal;
}

function refusalOf(payload: unknown): InvalidInputError {
  try {
    parseAzureMonitorAlert(payload, options);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
  throw new Error('the payload was accepted');
}

const names = readdirSync(folder)
  .filter((file) => !file.endsWith('.expected.json'))
  .map((file) => file.replace(/\.json$/, ''));
const valid = names.filter((name) => !name.startsWith('invalid-'));
const invalid = names.filter((name) => name.startsWith('invalid-'));

describe('fixtures', () => {
  test('cover every kind, fired and resolved', () => {
    const seen = new Set(
      valid.flatMap((name) =>
        parseAzureMonitorAlert(load(name), options).map((signal) => `${signal.kind} ${signal.condition}`),
      ),
    );
    expect([...seen].sort()).toEqual([
      'activity-log fired',
      'activity-log resolved',
      'log fired',
      'log resolved',
      'metric fired',
      'metric resolved',
      'resource-health fired',
      'resource-health resolved',
      'service-health fired',
      'service-health resolved',
    ]);
  });

  test.each(valid)('%s gives its signals', (name) => {
    const signals = parseAzureMonitorAlert(load(name), options);
    expect({ signals }).toEqual(load(`${name}.expected`));
    for (const signal of signals) {
      expect(signalSchema.parse(signal)).toEqual(signal);
    }
  });

  test.each(invalid)('%s is refused with its problems', (name) => {
    const { code, problems } = refusalOf(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
    expect({ code, problems }).toEqual(load(`${name}.expected`));
  });
});

describe('targets', () => {
  const machine = (index: number): string =>
    `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-${index}`;

  test('a hundred targets give a hundred signals', () => {
    const alertTargetIDs = Array.from({ length: 100 }, (_, index) => machine(index));
    const signals = parseAzureMonitorAlert(changed('metric-fired', { alertTargetIDs }), options);
    expect(new Set(signals.map((signal) => signal.id)).size).toBe(100);
    expect(signals[99]?.target).toBe(machine(99).toLowerCase());
  });

  test.each([101, 10_000])('%i targets are refused with the limit', (count) => {
    const alertTargetIDs = Array.from({ length: count }, (_, index) => machine(index));
    expect(refusalOf(changed('metric-fired', { alertTargetIDs })).problems).toEqual([
      {
        path: 'data.essentials.alertTargetIDs',
        message: `names ${count} targets; at most 100 are taken from one alert, so split its rule`,
      },
    ]);
  });

  test('names of many computers do not count as targets', () => {
    const configurationItems = Array.from({ length: 300 }, (_, index) => `vm-${index}`);
    expect(only(changed('log-v1-fired', { configurationItems })).target).toContain('/workspaces/log-prod');
  });

  test('a log alert defined on a machine is about that machine, whatever it lists', () => {
    const alert = changed('log-v2-fired', { alertTargetIDs: [machine(1)], configurationItems: [machine(2)] });
    expect(only(alert).target).toBe(machine(1).toLowerCase());
  });

  test('resource ids among other configuration items do not replace the workspace', () => {
    const alert = changed('log-v2-fired', { configurationItems: [machine(2), 'some-computer'] });
    expect(only(alert).target).toContain('/workspaces/log-prod');
  });
});

describe('identity', () => {
  test('a fired alert and its resolution share the correlation and differ in id', () => {
    const fired = only(loadAlert('metric-fired'));
    const resolved = only(loadAlert('metric-resolved'));
    expect(resolved.correlation).toBe(fired.correlation);
    expect(resolved.id).not.toBe(fired.id);
  });

  test('where the rule stands in for the alert instance, two occurrences are not taken for one', () => {
    const alertId = `/subscriptions/${subscription}/resourceGroups/rg/providers/microsoft.insights/activityLogAlerts/rule`;
    const first = only(changed('activity-log-fired', { alertId, firedDateTime: '2026-01-01T00:00:00Z' }));
    const second = only(changed('activity-log-fired', { alertId, firedDateTime: '2026-01-02T00:00:00Z' }));
    expect(second.correlation).not.toBe(first.correlation);
  });

  const shuffled = (value: unknown, turn: number): unknown => {
    if (Array.isArray(value)) {
      return value.map((item) => shuffled(item, turn));
    }
    if (value === null || typeof value !== 'object') {
      return value;
    }
    const entries = Object.entries(value).map(([key, member]) => [key, shuffled(member, turn)] as const);
    return Object.fromEntries([
      ...entries.slice(turn % (entries.length || 1)),
      ...entries.slice(0, turn % (entries.length || 1)),
    ]);
  };

  test('does not depend on the order of keys, the spelling of ids, or fields that are not part of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.nat(20),
        fc.boolean(),
        fc.string(),
        (name, turn, upper, description) => {
          const alert = changed(name, { description, extra: turn });
          const respelled = shuffled(alert, turn) as Alert;
          const { essentials } = respelled.data;
          if (upper && Array.isArray(essentials['alertTargetIDs'])) {
            essentials['alertTargetIDs'] = essentials['alertTargetIDs'].map((id: string) => id.toUpperCase());
          }
          const expected = parseAzureMonitorAlert(load(name), options).map(({ id, correlation }) => ({
            id,
            correlation,
          }));
          const actual = parseAzureMonitorAlert(respelled, options).map(({ id, correlation }) => ({ id, correlation }));
          expect(actual).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('differs when any part of it differs, and only then', () => {
    const part = fc.record({
      instance: fc.integer({ min: 0, max: 3 }),
      condition: fc.constantFrom('Fired', 'Resolved'),
      second: fc.integer({ min: 0, max: 3 }),
      target: fc.integer({ min: 0, max: 3 }),
    });
    type Part = typeof part extends fc.Arbitrary<infer Value> ? Value : never;
    const signalOf = ({ instance, condition, second, target }: Part): Signal =>
      only(
        changed('metric-fired', {
          alertId: `/subscriptions/${subscription}/providers/Microsoft.AlertsManagement/alerts/${instance}`,
          monitorCondition: condition,
          firedDateTime: `2026-01-01T00:00:0${second}Z`,
          alertTargetIDs: [`/subscriptions/${subscription}/resourceGroups/rg/providers/a.b/c/${target}`],
        }),
      );
    fc.assert(
      fc.property(part, part, (left, right) => {
        const same = (keys: readonly (keyof Part)[]): boolean => keys.every((key) => left[key] === right[key]);
        const [a, b] = [signalOf(left), signalOf(right)];
        expect(a.id === b.id).toBe(same(['instance', 'condition', 'second', 'target']));
        expect(a.correlation === b.correlation).toBe(same(['instance', 'target']));
      }),
      { numRuns: 300 },
    );
  });
});

describe('hostile payloads', () => {
  test('a nesting without end is refused', () => {
    const alert = loadAlert('metric-fired');
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level += 1) {
      deep = { a: deep };
    }
    alert.data.alertContext = { deep };
    const { problems } = refusalOf(alert);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toMatch(/^data\.alertContext\.deep(\.a){62}$/);
    expect(problems[0]?.message).toBe('is nested deeper than 64 levels; flatten it');
  });

  test('an own key __proto__ is refused and reaches no prototype', () => {
    const alert = JSON.parse(
      '{"schemaId":"azureMonitorCommonAlertSchema","data":{"__proto__":{"admin":true}}}',
    ) as unknown;
    expect(refusalOf(alert).problems).toEqual([
      { path: 'data.__proto__', message: 'the key "__proto__" is not allowed; remove it' },
    ]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('control characters do not get into what is shown, and long texts are cut', () => {
    const signal = only(changed('metric-fired', { alertRule: 'a\r\nb', description: `${'x'.repeat(5000)}` }));
    expect(signal.rule).toBe('a b');
    expect(signal.summary.startsWith('a b fired on vm-web-1')).toBe(true);
    expect(String(signal.facts['description'])).toHaveLength(1024);
  });

  test('a context of unexpected form costs facts, not the alert', () => {
    const alert = loadAlert('metric-fired');
    alert.data.alertContext = { condition: { allOf: 'none', windowSize: 5 }, conditionType: { a: 1 } };
    const signal = only(alert);
    expect(signal.facts['windowSize']).toBe(5);
    expect(signal.facts['conditionType']).toBeUndefined();
    expect(signal.summary).toBe('vm-unavailable fired on vm-web-1');
  });

  test('whatever is posted, the answer is signals or an InvalidInputError with problems', () => {
    const arbitrary = fc.oneof(
      fc.jsonValue(),
      fc.record({ schemaId: fc.constant('azureMonitorCommonAlertSchema'), data: fc.jsonValue() }),
      fc
        .tuple(
          fc.constantFrom(...valid),
          fc.dictionary(fc.constantFrom(...essentialKeys), fc.jsonValue(), { maxKeys: 3 }),
        )
        .map(([name, essentials]) => changed(name, essentials)),
    );
    fc.assert(
      fc.property(arbitrary, (payload) => {
        try {
          for (const signal of parseAzureMonitorAlert(payload, options)) {
            signalSchema.parse(signal);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          expect((error as InvalidInputError).problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const essentialKeys = [
  'alertId',
  'alertRule',
  'severity',
  'signalType',
  'monitorCondition',
  'monitoringService',
  'alertTargetIDs',
  'configurationItems',
  'firedDateTime',
  'resolvedDateTime',
];
