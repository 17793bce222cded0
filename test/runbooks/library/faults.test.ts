import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultEffect } from '../../../src/local/cloud';
import { scenarios, type Scenario } from './scenarios';
import { setStage, type Stage } from './stage';

/**
 * Every runbook against every fault of its main effect, through the real SDKs. What each must come to is in `faults.golden.md`, which
 * is written by hand and read by people; a difference is either a defect or a decision.
 */
const golden = join(__dirname, 'faults.golden.md');

const faults: Readonly<Record<string, { readonly effect: FaultEffect; readonly times?: number }>> = {
  'accept and do nothing': { effect: { kind: 'accept-and-do-nothing' }, times: 1 },
  'fail late': { effect: { kind: 'fail-late' }, times: 1 },
  conflict: { effect: { kind: 'status', status: 409, code: 'Conflict' }, times: 1 },
  throttled: { effect: { kind: 'status', status: 429, retryAfterSeconds: 40 }, times: 1 },
  'timeout after effect': { effect: { kind: 'timeout-after-effect' }, times: 1 },
  disappears: { effect: { kind: 'disappear' } },
  'no capacity': { effect: { kind: 'allocation-failed' }, times: 1 },
};
const names = Object.keys(faults);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());

const found = new Map<string, string>();

/** The golden table as rows by scenario. */
function expected(): Map<string, readonly string[]> {
  const rows = readFileSync(golden, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| runbook'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return new Map(rows.map(([name = '', ...cells]) => [name, cells]));
}

test('the table has a row for every scenario and a column for every fault', () => {
  const table = expected();
  expect([...table.keys()]).toEqual(scenarios.map(({ name }) => name));
  for (const cells of table.values()) {
    expect(cells).toHaveLength(names.length);
  }
});

const cases = scenarios.flatMap((scenario) => names.map((fault) => [scenario.name, fault, scenario] as const));

test.each(cases)('%s: %s', async (name, fault, scenario: Scenario) => {
  const given = faults[fault] as NonNullable<(typeof faults)[string]>;
  const { control } = stage.local.cloud;
  const { outcome, report } = await stage.play(scenario, async () => {
    const operation =
      given.effect.kind === 'allocation-failed' ? (scenario.allocation ?? scenario.effect) : scenario.effect;
    await control.addFault({ ...given, operation });
  });
  found.set(`${name}/${fault}`, outcome);
  const wanted = expected().get(name)?.[names.indexOf(fault)];
  const account = report.events.map(({ stage: at, text }) => `${at}: ${text}`);
  expect({ outcome, account }).toEqual({ outcome: wanted, account });
});

afterAll(() => {
  // Writes what was found beside what was expected, when somebody asks for it.
  if (process.env['CARETAKER_SHOW_FAULTS'] === undefined) {
    return;
  }
  const rows = scenarios.map(
    ({ name }) => `| ${name} | ${names.map((fault) => found.get(`${name}/${fault}`) ?? '-').join(' | ')} |`,
  );
  writeFileSync(process.env['CARETAKER_SHOW_FAULTS'], [`| runbook | ${names.join(' | ')} |`, ...rows, ''].join('\n'));
});
