import type { Notification } from '../ports/notifications';
import type { Scalable, ScalingRule, ScalingState } from './model';

/** So many minutes of the same trouble in a row before people are told. */
const patience = 10;

/**
 * What people should hear after a decision: what is suggested, that nothing is known, that the ceiling is too low, that changes come to
 * nothing. Told once for each window of a channel, by key.
 */
export function warningsOf(
  rule: ScalingRule,
  seen: Scalable,
  state: ScalingState,
  mode: 'observe' | 'suggest' | 'auto',
): Omit<Notification, 'environment'>[] {
  const told: Omit<Notification, 'environment'>[] = [];
  const last = state.decisions.at(-1);
  if (last === undefined) {
    return told;
  }
  const tell = (key: string, severity: Notification['severity'], title: string, text: string): number =>
    told.push({
      key: `scaling-${key}:${seen.id}`.slice(0, 300),
      kind: 'scaling',
      severity,
      title: title.slice(0, 200),
      text: `${text} ${last.reasons.join('. ')}.`.slice(0, 2000),
      facts: [
        { name: 'resource', value: seen.id },
        { name: 'rule', value: rule.name },
        { name: 'now', value: String(seen.capacity) },
        { name: 'bounds', value: `${last.min} to ${last.max}` },
      ],
    });
  const recent = state.decisions.slice(-patience);
  const all = (test: (one: (typeof recent)[number]) => boolean): boolean =>
    recent.length === patience && recent.every(test);
  if (mode === 'suggest' && last.action !== 'hold') {
    const text = 'The rule suggests and does not act.';
    tell(`suggests-${last.to}`, 'info', `${seen.name}: ${last.from} to ${last.to} suggested`, text);
  }
  if (all(({ measured }) => measured.some(({ value }) => value === null))) {
    const text = 'Nothing is removed while a metric is not known; look at the metric and at who sends it.';
    tell('blind', 'warning', `${seen.name}: a metric has been missing for ${patience} minutes`, text);
  }
  if (all(({ from, max, reasons }) => from >= max && reasons.some((reason) => reason.includes('would be needed')))) {
    const text = 'More is needed than the policy allows. Raise the ceiling for a time, or change the rule.';
    tell('ceiling', 'warning', `${seen.name}: the ceiling of ${last.max} is too low`, text);
  }
  if (state.failures >= 3) {
    const text = 'The last changes came to nothing; their runs say why.';
    tell('failing', 'warning', `${seen.name}: ${state.failures} changes in a row came to nothing`, text);
  }
  return told;
}
