import fc from 'fast-check';
import { isoOf, type EpochMillis } from '../../src/kernel/clock';
import { incidentStatus, liveSteps, runStatus } from '../../src/run/status.plan';
import { incidentStatusSchema, type IncidentOrder, type RunEvent, type RunReport } from '../../src/run/model';

const at = (seconds: number) => isoOf((Date.UTC(2026, 4, 4, 8) + seconds * 1000) as EpochMillis);
const events = (count: number, text = 'pending: the guest agent does not report'): RunEvent[] =>
  Array.from({ length: count }, (_, index) => ({ at: at(index), stage: 'verify' as const, text: `${index} ${text}` }));

const order = (summary = 'vm-web-1 does not answer', ladder = ['restart-vm', 'redeploy-vm']): IncidentOrder =>
  ({
    target: '/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-web-1',
    severity: 'Sev1',
    summary,
    environment: 'prod',
    rule: 'web-vm-unavailable',
    ladder: ladder.map((runbook) => ({ runbook })),
  }) as never;
const run = (told: RunEvent[], reasons: string[] = []): RunReport =>
  ({ runbook: 'restart-vm', result: { kind: 'applied', outcome: 'ineffective' }, reasons, events: told }) as never;

it('tells the newest steps of all rungs, oldest first, each with its rung', () => {
  const steps = liveSteps([events(15), events(10)]);
  expect(steps).toHaveLength(20);
  expect(steps.map(({ rung }) => rung)).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
  expect(steps[0]).toEqual({ rung: 0, at: at(5), stage: 'verify', text: '5 pending: the guest agent does not report' });
  expect(liveSteps([])).toEqual([]);
});

it('tells of the run that goes on after those that are over', () => {
  const status = incidentStatus(order(), 1, 'verify', [run(events(1), ['no', 'use', 'at', 'all'])], events(2));
  expect(incidentStatusSchema.parse(status)).toEqual(status);
  expect(status).toMatchObject({
    rung: 1,
    stage: 'verify',
    runs: [{ result: 'ineffective', reasons: ['no', 'use', 'at'] }],
  });
  expect(status.steps?.map(({ rung }) => rung)).toEqual([0, 1, 1]);
});

it('fits whatever runs say, and keeps the newest of it', () => {
  const text = fc.oneof(fc.string({ maxLength: 1024 }), fc.string({ unit: 'binary', minLength: 800, maxLength: 1024 }));
  const account = fc
    .array(text, { maxLength: 40 })
    .map((all) => all.map((one, index) => ({ ...events(1)[0], at: at(index), text: one }) as RunEvent));
  fc.assert(
    fc.property(
      fc.array(account, { maxLength: 4 }),
      account,
      fc.string({ maxLength: 2000 }),
      (over, going, summary) => {
        const runs = over.map((all) =>
          run(
            all,
            all.map((one) => one.text),
          ),
        );
        const status = incidentStatus(order(summary, ['a', 'b', 'c', 'd', 'e']), over.length, 'verify', runs, going);
        // Sixteen kilobytes, two bytes a character.
        expect(JSON.stringify(status).length).toBeLessThanOrEqual(8192);
        const all = liveSteps([...over, going]);
        expect(all.slice(all.length - (status.steps?.length ?? 0))).toEqual(status.steps);
      },
    ),
    { seed: 20_261_201 },
  );
});

it.each([
  ['control characters', '\u0000'],
  ['halves of pairs', '\ud800'],
  ['quotes', '"'],
  ['pairs that a cut goes through', '\u{1f600}'],
])('fits the longest ladder that is told in %s', (_, character) => {
  const worst = events(40).map((event) => ({ ...event, text: character.repeat(1024) }));
  const ladder = Array.from({ length: 8 }, (__, index) => `${index}-${'r'.repeat(40)}`);
  const runs = ladder.slice(1).map(() => run(worst, Array(5).fill(character.repeat(1024))));
  const status = incidentStatus(order(character.repeat(400), ladder), 7, 'verify', runs, worst);
  expect(JSON.stringify(status).length).toBeLessThanOrEqual(8192);
  expect(incidentStatusSchema.parse(status)).toEqual(status);
  const alone = runStatus({ target: order().target, runbook: 'restart-vm' } as never, 'verify', worst);
  expect(JSON.stringify(alone).length).toBeLessThanOrEqual(8192);
  expect(alone.steps.length).toBeGreaterThan(10);
});
