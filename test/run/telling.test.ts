import type { IncidentOrder, IncidentReport, RunReport } from '../../src/run';
import { openedNews, recordedNews } from '../../src/run/telling';

const target = '/subscriptions/s/resourceGroups/rg/providers/microsoft.compute/virtualmachines/vm-web-1';
const order = {
  incidentId: 'incident-1',
  environment: 'prod',
  target,
  alertRule: 'alert-vm-availability',
  summary: 'The machine is not available.',
  mode: 'auto',
  ladder: [{ runbook: 'restart-vm' }, { runbook: 'redeploy-vm' }],
} as unknown as IncidentOrder;
const incident = (end: IncidentReport['end']) =>
  ({ id: 'incident-1', order, end, reasons: ['because', 'of this'] }) as unknown as IncidentReport;
const run = (result: RunReport['result'], answer = 'go') =>
  ({
    id: 'order-1',
    environment: 'prod',
    target,
    runbook: 'restart-vm',
    reasons: ['because'],
    result,
    guard: { answer, reasons: [{ check: 'breaker', answer, text: '4 of the last 5 runs did not help' }] },
  }) as unknown as RunReport;

test('an incident is told when it opens, with what is tried', () => {
  expect(openedNews(order)).toMatchObject({
    key: 'incident:incident-1:opened',
    severity: 'info',
    title: 'vm-web-1: alert-vm-availability fired',
    text: 'The machine is not available. What is tried: restart-vm, then redeploy-vm.',
  });
  expect(openedNews({ ...order, mode: 'suggest' }).text).toContain('What is proposed');
});

test.each([
  ['repaired', 'info'],
  ['healthy', 'info'],
  ['resolved', 'info'],
  ['handed-over', 'critical'],
] as const)('an incident that ended %s is %s', (end, severity) => {
  const [news, ...more] = recordedNews([run({ kind: 'applied', outcome: 'ineffective' })], incident(end));
  expect(news).toMatchObject({ key: `incident:incident-1:${end}`, kind: 'incident', severity });
  expect(news?.text).toContain('because. of this. See: caretaker incidents incident-1');
  expect(more).toEqual([]);
});

test('a run by itself is told when somebody should look, and only then', () => {
  const severities = (result: RunReport['result']) => recordedNews([run(result)], null).map(({ severity }) => severity);
  expect(severities({ kind: 'applied', outcome: 'verified' })).toEqual([]);
  expect(severities({ kind: 'not-applied', why: 'nothing-to-do' })).toEqual([]);
  expect(severities({ kind: 'applied', outcome: 'ineffective' })).toEqual(['warning']);
  expect(severities({ kind: 'applied', outcome: 'harmful' })).toEqual(['critical']);
  expect(severities({ kind: 'not-applied', why: 'failed' })).toEqual(['warning']);
});

test.each([
  ['ask', 'restart-vm is demoted to suggest'],
  ['stop', 'restart-vm is demoted to observe'],
])('a runbook whose breaker says %s is told of', (answer, title) => {
  const [news] = recordedNews([run({ kind: 'not-applied', why: 'asked' }, answer)], incident('handed-over'));
  expect(news).toMatchObject({ kind: 'guard', title, key: `breaker:prod:restart-vm:${answer}` });
});
