import type { EpochMillis } from '../../src/kernel/clock';
import { why, whyNot, type Said } from '../../src/rehearsal';
import { incidentIdOf, type IncidentReport, type RunReport } from '../../src/run';
import type { Signal } from '../../src/signal';
import { intakeWorld, policyText, signalOf } from '../run/intake-world';

const fired = signalOf('metric-fired');
const name = fired.target.split('/').pop() ?? '';
const incidentId = incidentIdOf(fired.correlation);
const runId = `${incidentId}-r1`;
/** The world's clock begins here. */
const begin = Date.UTC(2026, 4, 4, 8) as EpochMillis;

const held: RunReport = {
  id: runId,
  incidentId,
  environment: 'prod',
  target: fired.target,
  runbook: 'restart-vm',
  rule: 'vm-unavailable',
  askedBy: { kind: 'signal', signalId: fired.id },
  startedAt: '2026-05-04T08:00:05.000Z' as RunReport['startedAt'],
  finishedAt: '2026-05-04T08:30:05.000Z' as RunReport['finishedAt'],
  appliedAt: null,
  result: { kind: 'not-applied', why: 'out-of-patience' },
  reasons: ['waited 30m for its turn.'],
  plan: { kind: 'act', summary: 'restart the machine', reasons: [], steps: [], before: {} },
  planHash: 'abc',
  guard: {
    answer: 'wait',
    reasons: [{ check: 'budget', answer: 'wait', text: 'budget hourly: 2 of 2 resources in 1h are used' }],
  },
  verification: null,
  undo: null,
  events: [],
};
const plan = { ...held.plan, steps: [{ id: 'restart', effect: 'restart', summary: 'restart' }] } as RunReport['plan'];

function worldWith(text = policyText) {
  const world = intakeWorld({ read: async () => ({ kind: 'document', text, etag: '1' }) });
  const ports = () => ({
    decisions: world.decisions,
    runs: world.runs,
    incidents: world.incidentReports,
    ledger: world.start().ledger,
  });
  const take = (signal: Signal) => world.start().intake.accept(signal, world.incidents);
  const finish = async (run: RunReport): Promise<void> => {
    const incident = {
      id: incidentId,
      order: { environment: 'prod', target: run.target, rule: run.rule, signalId: fired.id, policyVersion: 'v' },
      openedAt: run.startedAt,
      closedAt: run.finishedAt,
      end: 'handed-over',
      reasons: ['no rung was let through'],
      timeToRepairSeconds: null,
      runs: [run],
    } as unknown as IncidentReport;
    await world.start().records.record([run], incident);
  };
  return { ...world, ports, take, finish };
}

const texts = (said: readonly Said[] | undefined): string => (said ?? []).map(({ text }) => text).join('\n');

describe('why', () => {
  it('tells of a signal: what was decided and by which rules, the incident, its runs; each with its record', async () => {
    const world = worldWith();
    await world.take(fired);
    await world.finish({ ...held, plan });
    const said = await why(world.ports(), fired.id);
    expect(new Set(said?.map(({ from }) => from))).toEqual(
      new Set([`decisions/${fired.id}`, `incidents/${incidentId}`, `runs/${runId}`]),
    );
    const text = texts(said);
    expect(text).toContain('was taken in at 2026-05-04T08:00:00.000Z.');
    expect(text).toContain('Rule "other-alerts" does not fit: alert rule "vm-unavailable" is not "cpu-*".');
    expect(text).toContain('Rule "vm-unavailable" fits: ');
    expect(text).toContain(`Incident ${incidentId} was opened at 2026-05-04T08:00:05.000Z and ended handed-over`);
    expect(text).toContain('Guard, budget: wait, as budget hourly: 2 of 2 resources in 1h are used.');
    expect(text).toContain('Nothing was changed: its turn did not come in the time it could wait;');
    expect(text).toContain('Reason: waited 30m for its turn.');
  });

  it('tells of an incident that is open still', async () => {
    const world = worldWith();
    await world.take(fired);
    expect(texts(await why(world.ports(), fired.id))).toContain(
      `Incident ${incidentId} has no report: it is open still`,
    );
  });

  it('tells of a run: what it did, and the signal that it came from', async () => {
    const world = worldWith();
    await world.take(fired);
    const result = { kind: 'applied', outcome: 'ineffective' } as const;
    const verification = { verdict: 'pending', reasons: ['it still does not answer'], facts: {} } as const;
    const appliedAt = '2026-05-04T08:00:10.000Z' as NonNullable<RunReport['appliedAt']>;
    await world.finish({
      ...held,
      plan,
      result,
      appliedAt,
      verification: { ...verification, reasons: [...verification.reasons] },
    });
    const said = await why(world.ports(), runId);
    expect(said?.[0]).toEqual({
      text: `restart-vm was to be run on ${name} in environment prod because of signal ${fired.id}, by rule "vm-unavailable", for incident ${incidentId}; it began at 2026-05-04T08:00:05.000Z.`,
      from: `runs/${runId}`,
    });
    expect(texts(said)).toContain(
      'and ended ineffective at 2026-05-04T08:30:05.000Z; looking again told: it still does not answer.',
    );
    expect(said?.some(({ from }) => from === `decisions/${fired.id}`)).toBe(true);
  });

  it('knows nothing of an id that is none', async () => {
    expect(await why(worldWith().ports(), 'nobody')).toBeUndefined();
  });
});

describe('why not', () => {
  it('says that nothing told of it', async () => {
    const world = worldWith();
    await world.take(fired);
    expect((await whyNot(world.ports(), 'vm-other', begin))[0]?.text).toContain('No alert about vm-other was taken in');
    const twoDaysLater = (begin + 2 * 86_400_000) as EpochMillis;
    expect(await whyNot(world.ports(), name, twoDaysLater)).toHaveLength(1);
  });

  it('says which rules an alert did not fit', async () => {
    const world = worldWith();
    await world.take({ ...fired, rule: 'disk-full' });
    const said = await whyNot(world.ports(), name, begin);
    expect(said[0]?.text).toContain(`1 alert about ${name} taken in`);
    expect(said[0]?.text).toContain('and nothing was changed');
    expect(texts(said)).toContain('none of the 2 rules fits it.');
    expect(texts(said)).toContain(
      'Rule "vm-unavailable" does not fit: alert rule "disk-full" is not "vm-unavailable".',
    );
  });

  it('says against which signal another was held back', async () => {
    const world = worldWith(
      policyText.replace('    mode: auto', '    mode: auto\n    dedupe: { take: once-within, window: 10m }'),
    );
    await world.take(fired);
    await world.take({ ...fired, id: 'b'.repeat(32), correlation: 'b'.repeat(32) });
    expect(texts(await whyNot(world.ports(), fired.target, begin))).toContain(
      `is held back: rule "vm-unavailable" takes one signal within 10m by resource: signal ${fired.id} came at`,
    );
  });

  it('says what the guard said to a run that changed nothing', async () => {
    const world = worldWith();
    await world.take(fired);
    await world.finish({ ...held, plan });
    const said = await whyNot(world.ports(), name.toUpperCase(), begin);
    expect(texts(said)).toContain('restart-vm changed nothing (out-of-patience).');
    expect(said).toContainEqual({
      text: 'Guard, budget: wait, as budget hourly: 2 of 2 resources in 1h are used.',
      from: `runs/${runId}`,
    });
  });

  it('counts what was applied', async () => {
    const world = worldWith();
    await world.take(fired);
    await world.finish({ ...held, plan, result: { kind: 'applied', outcome: 'verified' }, appliedAt: held.startedAt });
    expect((await whyNot(world.ports(), name, begin))[0]?.text).toContain('and 1 action applied.');
  });
});
