import {
  budgetName,
  budgetsAtALook,
  holderPage,
  lineText,
  ordinal,
  switchPath,
} from '../../src/console/pages/guard/words';
import { mostUrgent, partName, standing, subjectHref, switchedOff } from '../../src/console/pages/now/standing';
import { ladderSteps } from '../../src/console/ui/ladder-steps';

type Now = Parameters<typeof standing>[0];
const off = { engaged: true, reason: 'a release goes wrong', by: 'Omar', at: '2026-11-30T20:00:00.000Z' as never };
const on = { engaged: false, reason: '', by: '', at: null };

function now(given: Partial<Now> = {}): Now {
  return {
    at: '2026-11-30T20:00:00.000Z' as never,
    killSwitch: on,
    environments: [],
    incidents: [],
    runs: [],
    approvals: [],
    holds: [],
    rotations: [],
    drills: [],
    restores: [],
    changes: [],
    counts: { deadLetters: { count: 0, more: false }, undelivered: 0 },
    missing: [],
    ...given,
  };
}

type Incident = NonNullable<Now['incidents']>[number];
const incident = (id: string, severity: string | null, since: string): Incident => ({
  id,
  severity,
  since,
  target: null,
  environment: null,
  rule: null,
  summary: null,
  ladder: [],
  rung: null,
  stage: null,
  runs: [],
});
type Environment = NonNullable<Now['environments']>[number];
const environment = (given: Partial<Environment>): Environment => ({
  name: 'prod',
  killSwitch: on,
  rulesOff: [],
  leases: { count: 0, list: [] },
  waiting: { count: 0, list: [] },
  budgets: [],
  breakers: [],
  calendar: null,
  calendarOverride: null,
  ...given,
});

describe('how it stands', () => {
  it('calls a night calm when nothing is open, nobody waits and everything could be read', () => {
    expect(standing(now(), 0)).toEqual({ text: 'Nothing is open, nothing waits for you.', isCalm: true });
  });

  it.each([
    ['a list that could not be read', { incidents: null }],
    ['a part that is missing', { missing: [{ part: 'environments/prod', reason: 'it does not answer' }] }],
  ])('does not call it calm with %s', (_, given) => {
    expect(standing(now(given), 0)).toEqual({ text: 'Part of this cannot be read right now.', isCalm: false });
  });

  it('names what is stopped, what waits and what is open, and for whom', () => {
    const value = now({
      killSwitch: off,
      approvals: [{}, {}] as unknown as Now['approvals'],
      incidents: [incident('a', 'Sev1', '2026-11-30T20:00:00.000Z')],
    });
    expect(standing(value, 1).text).toBe('1 kill switch is engaged, 1 approval waits for you, 1 incident is open.');
    expect(standing(value, 0).text).toContain('2 approvals wait for others');
  });

  it('finds every switch that is engaged, also a rule’s', () => {
    const environments = [environment({ rulesOff: [{ rule: 'dns-ttl', killSwitch: off }] })];
    expect(switchedOff(now({ killSwitch: off, environments }))).toMatchObject([
      { environment: null, rule: null },
      { environment: 'prod', rule: 'dns-ttl' },
    ]);
  });
});

it('orders incidents by severity, then by age, and keeps the order', () => {
  const list = [
    incident('young', 'Sev1', '2026-11-30T20:10:00.000Z'),
    incident('untold', null, '2026-11-30T19:00:00.000Z'),
    incident('mild', 'Sev3', '2026-11-30T19:00:00.000Z'),
    incident('old', 'Sev1', '2026-11-30T20:00:00.000Z'),
  ];
  expect(mostUrgent(list).map(({ id }) => id)).toEqual(['old', 'young', 'mild', 'untold']);
});

it.each([
  ['incident.closed', 'incident-1', '/incidents/incident-1'],
  ['run.finished', 'incident-1-r1', '/runs/incident-1-r1'],
  ['approval.asked', 'a-1', '/approvals/a-1'],
  ['drill.finished', '/subscriptions/s/x', '/resources/%2Fsubscriptions%2Fs%2Fx'],
  ['operator.ordered', 'backup', undefined],
])('links %s about %s to its page', (kind, subject, href) => {
  expect(subjectHref({ kind, subject })).toBe(href);
});

it('names parts for people', () => {
  expect(partName('environments/prod')).toBe('the environment prod');
  expect(partName('counts.deadLetters')).toBe('the dead letters');
  expect(partName('something new')).toBe('something new');
});

describe('a ladder', () => {
  const ladder = ['restart-vm', 'redeploy-vm', 'replace-vm'];

  it('shows what did not help, what is done now, and what would come next', () => {
    const runs = [{ runbook: 'restart-vm', result: 'ineffective' }];
    expect(ladderSteps({ ladder, rung: 1, stage: 'ask', runs })).toEqual([
      { runbook: 'restart-vm', state: 'failed', text: 'did not help' },
      { runbook: 'redeploy-vm', state: 'current', text: 'waiting for people' },
      { runbook: 'replace-vm', state: 'next', text: 'next' },
    ]);
  });

  it('has no current step once the incident is over', () => {
    const runs = [{ runbook: 'restart-vm', result: 'verified' }];
    const steps = ladderSteps({ ladder, rung: 0, stage: 'repaired', runs, isOpen: false });
    expect(steps.map(({ state, text }) => `${state}: ${text}`)).toEqual([
      'helped: repaired it',
      'next: not needed',
      'next: not needed',
    ]);
  });
});

describe('the guard in words', () => {
  it('names budgets and places', () => {
    expect(budgetName('budget hourly')).toBe('hourly');
    expect(budgetName('budget rule-daily of rule scaling:web-prod')).toBe('rule-daily · scaling:web-prod');
    expect(budgetName('budget each of /subscriptions/s/resourcegroups/rg-web')).toBe('each · rg-web');
    expect(budgetName('budget team of tag team=web')).toBe('team · team=web');
    expect(lineText({ key: 'group web', position: 2 })).toBe('2nd for group web');
    expect([1, 2, 3, 4, 11, 21].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '21st']);
  });

  it('shows the budgets of the whole environment and those that are nearly used up', () => {
    const budgets = [
      { key: 'budget hourly', used: 0, limit: 3 },
      { key: 'budget daily of rule a', used: 4, limit: 5 },
      { key: 'budget daily of rule b', used: 1, limit: 5 },
    ];
    const { shown, others } = budgetsAtALook(budgets);
    expect(shown.map(({ key }) => key)).toEqual(['budget hourly', 'budget daily of rule a']);
    expect(others).toBe(1);
  });

  it('leads from who holds a lease to its page', () => {
    const hrefs = ['incident-1-r1', 'rotation-2', 'restore-3', 'drill-4', 'order-5'].map((one) => holderPage(one).href);
    expect(hrefs).toEqual([
      '/runs/incident-1-r1',
      '/secrets/rotations/rotation-2',
      '/recovery/restores/restore-3',
      '/recovery/drills/drill-4',
      '/runs/order-5',
    ]);
  });

  it('knows the route of each switch', () => {
    expect(switchPath({ environment: null, rule: null })).toBe('kill-switch');
    expect(switchPath({ environment: 'prod', rule: 'scaling:web-prod' })).toBe(
      'environments/prod/rules/scaling%3Aweb-prod/kill-switch',
    );
  });
});
