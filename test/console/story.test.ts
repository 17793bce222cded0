import { isoOf, type EpochMillis, type Iso8601 } from '../../src/kernel/clock';
import type { RunReport } from '../../src/run';
import { incidentReportSchema, keptDecisionSchema, runReportSchema } from '../../src/run';
import { marksOf, rungsOf, scenesOfRun, storyOf, storyOfRun, windowOf } from '../../src/console/story/story';
import type { DecisionAnswer, DecisionRow, IncidentRecord } from '../../src/console/story/types';

const target =
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/vm-web-01';
const signalId = '84cd8338000000000000000000000001';
const joinedId = '84cd8338000000000000000000000002';
const resolvedId = '84cd8338000000000000000000000003';
const incidentId = 'incident-e08d66757e19fb6a94b51060b4155c1a';
const at = (time: string): Iso8601 => isoOf(Date.parse(`2026-11-30T${time}.000Z`) as EpochMillis);
const policyVersion = 'c'.repeat(64);

const run = (number: number, more: Partial<RunReport>): RunReport =>
  runReportSchema.parse({
    id: `${incidentId}-r${number}`,
    incidentId,
    environment: 'prod',
    target,
    runbook: 'restart-vm',
    rule: 'web-vm-unavailable',
    askedBy: { kind: 'signal', signalId },
    startedAt: at('20:38:46'),
    finishedAt: at('20:49:29'),
    appliedAt: at('20:38:53'),
    result: { kind: 'applied', outcome: 'ineffective' },
    reasons: ['the guest agent does not report'],
    plan: null,
    planHash: null,
    guard: {
      answer: 'go',
      reasons: [
        { check: 'kill-switch', answer: 'go', text: 'the kill switch is off' },
        { check: 'lease', answer: 'go', text: 'nobody else holds the resource' },
      ],
    },
    verification: null,
    undo: null,
    events: [],
    ...more,
  });

const pending = (time: string): RunReport['events'][number] => ({
  at: at(time),
  stage: 'verify',
  text: 'pending: the guest agent does not report',
});

const first = run(1, {
  events: [
    { at: at('20:38:52'), stage: 'plan', text: 'Restart the virtual machine' },
    { at: at('20:38:52'), stage: 'guard', text: 'go: kill-switch: the kill switch is off' },
    { at: at('20:38:54'), stage: 'apply', text: 'Restart the virtual machine: accepted by the platform' },
    pending('20:39:28'),
    pending('20:39:59'),
    pending('20:40:31'),
    pending('20:49:29'),
  ],
});
const second = run(2, {
  runbook: 'redeploy-vm',
  startedAt: at('20:49:29'),
  finishedAt: at('20:52:05'),
  appliedAt: at('20:49:33'),
  result: { kind: 'applied', outcome: 'verified' },
  reasons: ['running, agent reports'],
});

const order = {
  incidentId,
  environment: 'prod',
  signalId,
  correlation: 'e08d66757e19fb6a94b51060b4155c1a',
  target,
  alertRule: 'alert-vm-availability-prod',
  severity: 'Sev1',
  summary: 'alert-vm-availability-prod fired on vm-web-01',
  occurredAt: at('20:38:12'),
  rule: 'web-vm-unavailable',
  policyVersion,
  mode: 'auto' as const,
  ladder: ['restart-vm', 'redeploy-vm'].map((runbook) => ({ runbook, parameters: {}, operationLimitSeconds: 900 })),
  limits: {
    leaseSeconds: 1800,
    cooldownSeconds: 900,
    budgets: [{ name: 'hourly', windowSeconds: 3600, maxResources: 3 }],
  },
  verification: { withinSeconds: 600, everySeconds: 30 },
  patienceSeconds: 1800,
};
const { runs: inside, ...report } = incidentReportSchema.parse({
  id: incidentId,
  order,
  openedAt: at('20:38:46'),
  closedAt: at('20:52:05'),
  end: 'repaired',
  reasons: ['redeploy-vm: verified'],
  timeToRepairSeconds: 833,
  runs: [first, second],
});
const incident: IncidentRecord = {
  ...report,
  startedAt: report.openedAt,
  runs: inside.map(({ id }) => id),
  joined: [joinedId],
};

function decisionOf(id: string, more: { action?: 'open-incident' | 'joined'; claimedAt: string }): DecisionAnswer {
  const action = more.action ?? 'open-incident';
  return {
    signalId: id,
    state: 'done',
    claimedAt: more.claimedAt,
    decision: keptDecisionSchema.parse({
      signal: {
        id,
        correlation: order.correlation,
        source: 'azure-monitor',
        kind: 'metric',
        rule: order.alertRule,
        severity: 'Sev1',
        condition: 'fired',
        target,
        occurredAt: order.occurredAt,
        summary: order.summary,
        facts: {},
      },
      policyVersion,
      environment: 'prod',
      action,
      sentence: action === 'joined' ? 'The alert joins the incident.' : 'An incident is opened.',
      considered: [
        { rule: 'other', matched: false, reasons: ['kind metric is not log'] },
        { rule: 'web-vm-unavailable', matched: true, reasons: ['kind metric fits metric', 'resource fits "vm-web-*"'] },
      ],
      incident: null,
    }),
    result: { incidentId },
  };
}

const decision = decisionOf(signalId, { claimedAt: at('20:38:23') });
const joined = decisionOf(joinedId, { action: 'joined', claimedAt: at('20:41:00') });
const row = (id: string, time: string, action: DecisionRow['action']): DecisionRow => ({
  signalId: id,
  at: at(time),
  target,
  alertRule: order.alertRule,
  action,
  sentence: `It was decided: ${action}.`,
  rule: null,
  incidentId,
});

describe('the story of an incident', () => {
  const parts = {
    incident,
    ladder: ['restart-vm', 'redeploy-vm'],
    runs: [first, second],
    decision,
    joined: [joined],
    heard: [
      row(signalId, '20:38:23', 'open-incident'),
      row(joinedId, '20:41:00', 'joined'),
      row(resolvedId, '20:52:00', 'close-incident'),
    ],
  };
  const story = storyOf(parts);

  it('is one account from the signal to the end, in the order of time', () => {
    expect(story.map(({ stage }) => stage)).toEqual([
      'signal',
      'decide',
      'open',
      'run',
      'plan',
      'guard',
      'apply',
      'verify',
      'signal',
      'result',
      'run',
      'signal',
      'result',
      'close',
    ]);
    const times = story.map((scene) => Date.parse(scene.at));
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });

  it('tells each signal once, however many places it is known from', () => {
    const links = story.filter(({ stage }) => stage === 'signal').map(({ link }) => link?.href);
    expect(links).toEqual([signalId, joinedId, resolvedId].map((id) => `/decisions/${id}`));
  });

  it('gives the reasons of the rule that fits, and of no other', () => {
    const decided = story.find(({ stage }) => stage === 'decide');
    expect(decided?.reasons).toEqual([
      'Rule "web-vm-unavailable" fits: kind metric fits metric; resource fits "vm-web-*".',
    ]);
  });

  it('names the rung of each run, and how it ended', () => {
    expect(story.filter(({ stage }) => stage === 'run').map(({ text }) => text)).toEqual([
      'Rung 1 of 2: restart-vm begins on vm-web-01',
      'Rung 2 of 2: redeploy-vm begins on vm-web-01',
    ]);
    expect(story.filter(({ stage }) => stage === 'result').map(({ tone }) => tone)).toEqual(['warn', 'good']);
    expect(story.at(-1)).toMatchObject({ stage: 'close', tone: 'good', at: incident.closedAt });
  });

  it('of one that goes on has what is known so far, and no end', () => {
    const live = storyOf({ ...parts, incident: null, since: at('20:38:46'), runs: [], joined: [] });
    expect(live.map(({ stage }) => stage)).toEqual(['signal', 'decide', 'open', 'signal', 'signal']);
    expect(storyOf({ incident: null, ladder: [], runs: [], joined: [], heard: [] })).toEqual([]);
  });

  it('of one that goes on tells the steps so far, looks with the same answer as one, and says at which rung', () => {
    const steps = [
      { rung: 0, ...pending('20:39:28') },
      { rung: 0, ...pending('20:39:59') },
      { rung: 0, ...pending('20:40:31') },
      { rung: 1, at: at('20:50:00'), stage: 'plan' as const, text: 'Redeploy the virtual machine' },
      { rung: 1, at: at('20:50:01'), stage: 'guard' as const, text: 'wait: budget burst is used' },
    ];
    const live = { ...parts, incident: null, runs: [], joined: [], heard: [], decision: undefined, steps };
    expect(storyOf(live).map(({ stage, tone, text }) => [stage, tone, text.slice(0, 45)])).toEqual([
      ['verify', 'neutral', 'Rung 1 of 2, restart-vm: Looked 3 times, unti'],
      ['plan', 'neutral', 'Rung 2 of 2, redeploy-vm: Redeploy the virtua'],
      ['guard', 'warn', 'wait: budget burst is used'],
    ]);
    // When it is over its runs tell everything themselves.
    expect(storyOf({ ...parts, steps })).toEqual(story);
  });
});

describe('the account of a run', () => {
  it('tells many looks with the same answer as one, with each of them below', () => {
    const looks = scenesOfRun(first).filter(({ stage }) => stage === 'verify');
    expect(looks).toHaveLength(1);
    expect(looks[0]).toMatchObject({ at: at('20:39:28'), text: expect.stringContaining('Looked 4 times') });
    expect(looks[0]?.folded?.lines).toHaveLength(4);
  });

  it('tells two looks one by one, and an answer that is another by itself', () => {
    const verify = run(1, {
      events: [
        pending('20:39:28'),
        pending('20:39:59'),
        { at: at('20:40:31'), stage: 'verify', text: 'healthy: running' },
      ],
    });
    const looks = scenesOfRun(verify).filter(({ stage }) => stage === 'verify');
    expect(looks.map(({ at: time, tone }) => [time, tone])).toEqual([
      [at('20:39:28'), 'neutral'],
      [at('20:39:59'), 'neutral'],
      [at('20:40:31'), 'good'],
    ]);
  });

  it('folds the checks of the last answer of the guard', () => {
    const guard = scenesOfRun(
      run(1, {
        events: [
          { at: at('20:38:50'), stage: 'guard', text: 'wait: budget burst is used' },
          { at: at('20:39:50'), stage: 'guard', text: 'go: kill-switch: the kill switch is off' },
        ],
      }),
    ).filter(({ stage }) => stage === 'guard');
    expect(guard.map(({ tone, folded }) => [tone, folded?.lines.length ?? 0])).toEqual([
      ['warn', 0],
      ['good', 2],
    ]);
    expect(guard[1]?.text).toBe('The guard says go.');
  });

  it('leads to the approval, and tells an undo that no event tells of', () => {
    const scenes = scenesOfRun(
      run(1, {
        approval: { id: `${incidentId}-r1-a1`, planHash: 'a'.repeat(64), by: 'Ava' },
        undo: { done: false, text: 'the platform refused' },
        result: { kind: 'applied', outcome: 'harmful' },
        events: [{ at: at('20:39:00'), stage: 'ask', text: 'approved: Ava said yes' }],
      }),
    );
    expect(scenes.find(({ stage }) => stage === 'ask')?.link?.href).toBe(`/approvals/${incidentId}-r1-a1`);
    expect(scenes.find(({ stage }) => stage === 'undo')).toMatchObject({
      tone: 'bad',
      text: expect.stringContaining('not undone'),
    });
    expect(scenes.at(-1)).toMatchObject({ stage: 'result', tone: 'bad' });
  });

  it('begins with the signal that asked for it', () => {
    expect(storyOfRun(second, decision).map(({ stage }) => stage)).toEqual(['signal', 'decide', 'run', 'result']);
  });
});

describe('the ladder', () => {
  const ladder = ['restart-vm', 'redeploy-vm', 'replace-instance'];

  it('of one that goes on: what was tried, what is tried, what would be next', () => {
    const rungs = rungsOf(ladder, [], { rung: 1, stage: 'verify', runs: [{ result: 'ineffective', reasons: ['no'] }] });
    expect(rungs.map(({ state, result, stage }) => [state, result ?? stage])).toEqual([
      ['done', 'ineffective'],
      ['current', 'verify'],
      ['ahead', undefined],
    ]);
  });

  it('of one that is over: the runs, and what was not reached', () => {
    const rungs = rungsOf(ladder, [first, second], undefined);
    expect(rungs.map(({ state, result }) => [state, result])).toEqual([
      ['done', 'ineffective'],
      ['done', 'verified'],
      ['not-reached', undefined],
    ]);
  });
});

it('marks the alert, each action that was taken, and the end', () => {
  const nothing = run(3, { appliedAt: null, result: { kind: 'not-applied', why: 'cooldown' } });
  const marks = marksOf(order.occurredAt, [first, nothing, second], { at: incident.closedAt, end: incident.end });
  expect(marks.map(({ label, at: time }) => [label, time])).toEqual([
    ['alert', at('20:38:12')],
    ['restart-vm', at('20:38:53')],
    ['redeploy-vm', at('20:49:33')],
    ['repaired', at('20:52:05')],
  ]);
});

describe('the time that metrics are asked for', () => {
  const now = Date.parse(at('23:00:00'));

  it.each([
    ['a short one', '20:00:00', '20:10:00', { at: at('20:05:00'), hours: 2 }],
    ['a long one', '12:00:00', '22:00:00', { at: at('17:00:00'), hours: 11 }],
    ['an end before the beginning', '20:00:00', '19:00:00', { at: at('20:00:00'), hours: 2 }],
  ])('of %s', (_, from, until, expected) => {
    expect(windowOf(at(from), at(until), now)).toEqual(expected);
  });

  it('is never yet to come, nor longer than the API answers', () => {
    expect(windowOf(at('22:50:00'), '2026-12-01T02:00:00.000Z', now).at).toBe(at('23:00:00'));
    expect(windowOf('2026-11-01T00:00:00.000Z', at('20:00:00'), now).hours).toBe(48);
  });
});
