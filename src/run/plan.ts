import type { Verdict } from '../guard';
import type { IncidentEnd, NotApplied, RunReport } from './model';

/** What an incident does after a rung. */
export type Next =
  | { readonly kind: 'climb'; readonly reason: string }
  | { readonly kind: 'close'; readonly end: IncidentEnd; readonly reasons: readonly string[] };

/**
 * Reasons for which a rung that changed nothing makes way for the next one: this runbook cannot help, or was tried a short
 * while ago. Everything else needs a person, or has settled the matter.
 */
const climbable: ReadonlySet<NotApplied> = new Set(['impossible', 'cooldown', 'refused']);

/**
 * Decides what follows a rung. Pure.
 * @param resolved whether the alert was resolved meanwhile: then nothing is escalated any more.
 * @param last whether the rung was the ladder's last.
 */
export function afterRung(report: RunReport, resolved: boolean, last: boolean): Next {
  const { result, runbook, reasons } = report;
  if (result.kind === 'applied' && result.outcome === 'verified') {
    return { kind: 'close', end: 'repaired', reasons: [`${runbook}: verified`, ...reasons] };
  }
  if (result.kind === 'not-applied' && result.why === 'nothing-to-do') {
    return { kind: 'close', end: resolved ? 'resolved' : 'healthy', reasons };
  }
  if (result.kind === 'applied' && result.outcome === 'harmful') {
    return handOver(`${runbook} left the resource worse than before`, reasons);
  }
  if (resolved || (result.kind === 'not-applied' && result.why === 'resolved')) {
    return { kind: 'close', end: 'resolved', reasons: ['the alert was resolved', ...reasons] };
  }
  if (result.kind === 'applied' && result.outcome === 'unverifiable') {
    return handOver(`nobody can tell whether ${runbook} helped`, reasons);
  }
  const name = result.kind === 'applied' ? result.outcome : result.why;
  if (result.kind === 'not-applied' && !climbable.has(result.why)) {
    return handOver(`${runbook}: ${name}`, reasons);
  }
  return last
    ? handOver(`${runbook}: ${name}, and the ladder has no further rung`, reasons)
    : { kind: 'climb', reason: `${runbook}: ${name}` };
}

function handOver(first: string, reasons: readonly string[]): Next {
  return { kind: 'close', end: 'handed-over', reasons: [first, ...reasons] };
}

/** Why the guard's answer keeps a run from acting, in the terms of a report. */
export function whyNot(verdict: Verdict): NotApplied {
  if (verdict.answer === 'ask') {
    return 'asked';
  }
  const stops = verdict.reasons.filter(({ answer }) => answer === 'stop');
  return stops.length > 0 && stops.every(({ check }) => check === 'cooldown') ? 'cooldown' : 'stopped';
}

/** The reasons of a verdict that stood in the way, as sentences; all of them when none did. */
export function obstacles(verdict: Verdict): string[] {
  const standing = verdict.reasons.filter(({ answer }) => answer !== 'go');
  return (standing.length > 0 ? standing : verdict.reasons).map(({ check, text }) => `${check}: ${text}`);
}

/** When a verdict of `wait` is worth asking again: the latest of its reasons' times. */
export function retryAt(verdict: Verdict): string | undefined {
  return verdict.reasons
    .filter(({ answer }) => answer === 'wait')
    .map(({ retryAt: at }) => at)
    .filter((at) => at !== undefined)
    .reduce<string | undefined>((latest, at) => (latest === undefined || at > latest ? at : latest), undefined);
}
