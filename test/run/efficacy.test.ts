import { efficacy, type JudgedRun } from '../../src/run';

const hour = 3_600_000;
const machine =
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web-dev-weu-001/providers/microsoft.compute/virtualmachines/';
let number = 0;

function run(
  target: string,
  atHours: number,
  outcome: 'verified' | 'ineffective' | 'harmful' | 'unverifiable' | null,
  more: Partial<JudgedRun> = {},
): JudgedRun {
  const at = new Date(Date.UTC(2026, 4, 4) + atHours * hour).toISOString() as JudgedRun['startedAt'];
  return {
    id: `run-${(number += 1)}`,
    runbook: 'restart-vm',
    target: `${machine}${target}` as JudgedRun['target'],
    incidentId: `incident-${number}`,
    startedAt: at,
    appliedAt: outcome === null ? null : at,
    finishedAt: at,
    result: outcome === null ? { kind: 'not-applied', why: 'cooldown' } : { kind: 'applied', outcome },
    ...more,
  };
}

test('counts outcomes by runbook and type of resource, and leaves out what changed nothing', () => {
  const rows = efficacy([
    run('a', 0, 'verified'),
    run('b', 0, 'ineffective'),
    run('c', 0, 'harmful'),
    run('d', 0, 'unverifiable'),
    run('e', 0, null),
    run('f', 0, 'verified', { runbook: 'redeploy-vm' }),
  ]);
  expect(rows).toEqual([
    {
      runbook: 'redeploy-vm',
      resourceType: 'microsoft.compute/virtualmachines',
      applied: 1,
      verified: 1,
      ineffective: 0,
      harmful: 0,
      unverifiable: 0,
      recurredWithin24h: 0,
      recurredWithin7d: 0,
      lasting: 1,
    },
    {
      runbook: 'restart-vm',
      resourceType: 'microsoft.compute/virtualmachines',
      applied: 4,
      verified: 1,
      ineffective: 1,
      harmful: 1,
      unverifiable: 1,
      recurredWithin24h: 0,
      recurredWithin7d: 0,
      lasting: 1 / 3,
    },
  ]);
});

test.each([
  ['a day later at the latest', 24, 1, 1],
  ['after more than a day', 25, 0, 1],
  ['after a week', 168, 0, 1],
  ['after more than a week', 169, 0, 0],
])('acting on the same resource again %s', (_, hours, day, week) => {
  const [row] = efficacy([run('a', 0, 'verified'), run('a', hours, 'ineffective')]);
  expect(row).toMatchObject({ recurredWithin24h: day, recurredWithin7d: week });
});

test('another runbook after it is a recurrence too; the next rung of the same incident, another resource and a look are none', () => {
  const first = run('a', 0, 'verified');
  expect(efficacy([first, run('a', 2, 'verified', { runbook: 'redeploy-vm' })])[1]).toMatchObject({
    runbook: 'restart-vm',
    recurredWithin24h: 1,
    lasting: 0,
  });
  for (const other of [
    run('a', 2, 'verified', { incidentId: first.incidentId }),
    run('b', 2, 'verified'),
    run('a', 2, null),
  ]) {
    const rows = efficacy([first, other]).filter(({ runbook }) => runbook === 'restart-vm');
    expect(rows[0]?.recurredWithin24h).toBe(0);
  }
});

test('two orders without an incident are two occasions', () => {
  const [row] = efficacy([
    run('a', 0, 'verified', { incidentId: null }),
    run('a', 1, 'verified', { incidentId: null }),
  ]);
  expect(row).toMatchObject({ verified: 2, recurredWithin24h: 1, lasting: 0.5 });
});

test('the order of the runs does not matter', () => {
  const runs = [run('a', 0, 'verified'), run('a', 5, 'ineffective'), run('b', 3, 'harmful')];
  expect(efficacy([...runs].reverse())).toEqual(efficacy(runs));
});
