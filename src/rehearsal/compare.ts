import type { CompiledPolicy } from '../rules';
import type { Change, Difference, Played, RecordedSignal, Rehearsal, Totals } from './model';
import { play } from './play';

type Weight = 'act' | 'propose' | 'nothing';

function weightOf({ action }: Played): Weight {
  return action === 'open-incident' ? 'act' : action === 'suggest' ? 'propose' : 'nothing';
}

function changeOf(current: Played, proposed: Played): Change | undefined {
  const from = weightOf(current);
  const to = weightOf(proposed);
  if (from === to) {
    const same = from === 'nothing' || current.ladder.join('\n') === proposed.ladder.join('\n');
    return same ? undefined : 'ladder';
  }
  if (from === 'nothing') {
    return to === 'act' ? 'acts' : 'proposes';
  }
  if (to === 'nothing') {
    return from === 'act' ? 'acts-no-more' : 'proposes-no-more';
  }
  return 'mode';
}

function doing(played: Played): string {
  const ladder = played.ladder.join(', then ');
  switch (weightOf(played)) {
    case 'act':
      return ladder;
    case 'propose':
      return `propose ${ladder}`;
    case 'nothing':
      return 'nothing';
  }
}

/**
 * Puts recorded signals through two policies and tells where their actions differ, grouped by rules and resource. Pure.
 * What is only written down, held back or left alone counts as doing nothing, so a rule that takes over from another and does the
 * same is no difference.
 */
export function rehearse(
  current: CompiledPolicy,
  proposed: CompiledPolicy,
  recorded: readonly RecordedSignal[],
  since: string | null = null,
): Rehearsal {
  const before = play(current, recorded);
  const after = play(proposed, recorded);
  const groups = new Map<string, Difference>();
  let differing = 0;
  before.played.forEach((one, index) => {
    const other = after.played[index] as Played;
    const change = changeOf(one, other);
    if (change === undefined) {
      return;
    }
    differing += 1;
    const key = JSON.stringify([change, one.target, one.rule, other.rule, doing(one), doing(other)]);
    groups.set(key, {
      change,
      target: one.target,
      currentRule: one.rule,
      proposedRule: other.rule,
      current: doing(one),
      proposed: doing(other),
      signals: (groups.get(key)?.signals ?? 0) + 1,
      example: one.signalId,
    });
  });
  const order = (difference: Difference): string =>
    [difference.change, difference.proposedRule ?? '', difference.currentRule ?? '', difference.target].join('\n');
  return {
    since,
    signals: recorded.length,
    differing,
    current: { policyVersion: before.policyVersion, totals: before.totals },
    proposed: { policyVersion: after.policyVersion, totals: after.totals },
    differences: [...groups.values()].sort((left, right) => (order(left) < order(right) ? -1 : 1)),
  };
}

function totalsText(totals: Totals): string {
  const acted = Object.entries(totals.acted).map(
    ([runbook, count]) => `${runbook} on ${count} ${count === 1 ? 'resource' : 'resources'}`,
  );
  return [
    `incidents ${totals.incidents} (${acted.length === 0 ? 'no action' : `first action: ${acted.join(', ')}`})`,
    `proposed ${totals.proposals}`,
    `held back ${totals.held}`,
    `waited ${totals.waited}${totals.waited === 0 ? '' : ` (longest ${Math.round(totals.longestWaitSeconds)}s)`}`,
    `never let through ${totals.notActed}`,
  ].join(', ');
}

const headings = ['change', 'resource', 'rule', 'now', 'proposed', 'signals'];

/** A rehearsal as a table for people. */
export function rehearsalTable(rehearsal: Rehearsal): string {
  const rows = rehearsal.differences.map(
    ({ change, target, currentRule, proposedRule, current, proposed, signals }) => [
      change,
      target.split('/').pop() ?? target,
      currentRule === proposedRule ? (currentRule ?? '-') : `${currentRule ?? '-'} > ${proposedRule ?? '-'}`,
      current,
      proposed,
      String(signals),
    ],
  );
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    `Recorded signals: ${rehearsal.signals}${rehearsal.since === null ? '' : ` since ${rehearsal.since}`}; the policies differ on ${rehearsal.differing}.`,
    `current   ${rehearsal.current.policyVersion.slice(0, 12)}: ${totalsText(rehearsal.current.totals)}`,
    `proposed  ${rehearsal.proposed.policyVersion.slice(0, 12)}: ${totalsText(rehearsal.proposed.totals)}`,
    ...(rows.length === 0 ? [] : ['', line(headings), ...rows.map(line)]),
    '',
  ].join('\n');
}
