import type { Notification } from '../ports/notifications';
import type { IncidentOrder, IncidentReport, RunReport } from './model';

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const nameOf = (target: string): string => target.split('/').pop() ?? target;

/** That an incident was opened, and what will be tried. */
export function openedNews(order: IncidentOrder): Notification {
  const { incidentId, environment, target, ladder, mode, alertRule } = order;
  const rungs = ladder.map(({ runbook }) => runbook).join(', then ');
  return {
    key: `incident:${incidentId}:opened`,
    kind: 'incident',
    severity: 'info',
    environment,
    title: cut(`${nameOf(target)}: ${alertRule} fired`, 200),
    text: cut(`${order.summary} ${mode === 'auto' ? 'What is tried' : 'What is proposed'}: ${rungs}.`, 2000),
    facts: factsOf(incidentId, target),
  };
}

const ends: Readonly<Record<IncidentReport['end'], { severity: Notification['severity']; text: string }>> = {
  repaired: { severity: 'info', text: 'repaired' },
  healthy: { severity: 'info', text: 'found healthy, nothing was done' },
  resolved: { severity: 'info', text: 'resolved by itself or by somebody else' },
  'handed-over': { severity: 'critical', text: 'a person has to look' },
};

/** What people hear when runs and an incident are recorded. Keys are fixed: telling it again tells nothing. */
export function recordedNews(runs: readonly RunReport[], incident: IncidentReport | null): Notification[] {
  return [...runs.flatMap(breakerNews), ...(incident === null ? runs.flatMap(runNews) : [endedNews(incident)])];
}

function endedNews({ id, order, end, reasons }: IncidentReport): Notification {
  const { severity, text } = ends[end];
  return {
    key: `incident:${id}:${end}`,
    kind: 'incident',
    severity,
    environment: order.environment,
    title: cut(`${nameOf(order.target)}: ${text}`, 200),
    text: cut(`${reasons.join('. ')}. See: caretaker incidents ${id}`, 2000),
    facts: factsOf(id, order.target),
  };
}

/** A run that nobody's incident tells of: only when somebody should look. */
function runNews({ id, result, environment, target, runbook, reasons }: RunReport): Notification[] {
  const isBad = result.kind === 'applied' ? result.outcome !== 'verified' : result.why === 'failed';
  if (!isBad) {
    return [];
  }
  const name = result.kind === 'applied' ? result.outcome : result.why;
  return [
    {
      key: `run:${id}`,
      kind: 'incident',
      severity: name === 'harmful' ? 'critical' : 'warning',
      environment,
      title: cut(`${nameOf(target)}: ${runbook} was ${name}`, 200),
      text: cut(`${reasons.join('. ')}. See: caretaker runs ${id}`, 2000),
      facts: factsOf(id, target),
    },
  ];
}

/** That a runbook was demoted, because it did not help lately. */
function breakerNews({ guard, environment, runbook }: RunReport): Notification[] {
  const demoted = guard?.reasons.find(({ check, answer }) => check === 'breaker' && answer !== 'go');
  return demoted === undefined
    ? []
    : [
        {
          key: `breaker:${environment}:${runbook}:${demoted.answer}`,
          kind: 'guard',
          severity: 'warning',
          environment,
          title: cut(`${runbook} is demoted to ${demoted.answer === 'stop' ? 'observe' : 'suggest'}`, 200),
          text: cut(
            `${demoted.text}. Mend it, then: caretaker breaker reset ${environment} ${runbook} --reason TEXT`,
            2000,
          ),
        },
      ];
}

function factsOf(id: string, target: string) {
  return [
    { name: 'id', value: id },
    { name: 'resource', value: cut(target, 300) },
  ];
}
