/** What a rehearsal found, put in order for people. Pure. */
import type { Change, Difference, Totals } from './types';

export interface DifferenceGroup {
  /** Unique among the groups. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly tone: 'warn' | 'info' | 'neutral';
  /** On so many signals. */
  readonly signals: number;
  /** On so many resources. */
  readonly resources: number;
  readonly differences: readonly Difference[];
}

interface Kind {
  readonly id: string;
  readonly fits: (one: Difference) => boolean;
  readonly title: string;
  readonly about: string;
  readonly tone: DifferenceGroup['tone'];
}

const kind = (
  id: string,
  change: Change,
  title: string,
  about: string,
  tone: DifferenceGroup['tone'],
  also: (one: Difference) => boolean = () => true,
): Kind => ({ id, fits: (one) => one.change === change && also(one), title, about, tone });

const proposes = ({ proposed }: Difference): boolean => proposed.startsWith('propose ');

const kinds: readonly Kind[] = [
  kind('acts', 'acts', 'Would act', 'It would be repaired without asking; now nothing is done.', 'warn'),
  kind(
    'acts-instead',
    'mode',
    'Would act instead of propose',
    'It would be repaired without asking; now it is proposed to people.',
    'warn',
    (one) => !proposes(one),
  ),
  kind(
    'acts-no-more',
    'acts-no-more',
    'Would act no more',
    'Now it is repaired without asking; then nothing would be done.',
    'warn',
  ),
  kind(
    'proposes-instead',
    'mode',
    'Would propose instead of act',
    'Now it is repaired without asking; then it would be proposed to people.',
    'warn',
    proposes,
  ),
  kind('ladder', 'ladder', 'Would do something else', 'The same mode, with other runbooks or parameters.', 'info'),
  kind('proposes', 'proposes', 'Would propose', 'It would be proposed to people; now nothing is said.', 'neutral'),
  kind(
    'proposes-no-more',
    'proposes-no-more',
    'Would propose no more',
    'Now it is proposed to people; then nothing would be said.',
    'neutral',
  ),
];

/** Differences by their kind, those that change what is done first; within a kind those on most signals first. */
export function groupedDifferences(differences: readonly Difference[]): readonly DifferenceGroup[] {
  return kinds.flatMap(({ id, fits, title, about, tone }) => {
    const own = differences
      .filter(fits)
      .sort((left, right) => right.signals - left.signals || (left.target < right.target ? -1 : 1));
    return own.length === 0
      ? []
      : [
          {
            id,
            title,
            about,
            tone,
            signals: own.reduce((sum, { signals }) => sum + signals, 0),
            resources: new Set(own.map(({ target }) => target)).size,
            differences: own,
          },
        ];
  });
}

/** A number of both policies, side by side. */
export interface Compared {
  readonly name: string;
  readonly current: number;
  readonly proposed: number;
}

/** What both policies come to over all signals. */
export function comparedTotals(current: Totals, proposed: Totals): readonly Compared[] {
  const row = (name: string, of: (totals: Totals) => number): Compared => ({
    name,
    current: of(current),
    proposed: of(proposed),
  });
  const runbooks = [...new Set([...Object.keys(current.acted), ...Object.keys(proposed.acted)])].sort();
  return [
    row('Incidents opened', ({ incidents }) => incidents),
    ...runbooks.map((runbook) => row(`Resources with ${runbook} first`, ({ acted }) => acted[runbook] ?? 0)),
    row('Proposals', ({ proposals }) => proposals),
    row('Held back as duplicates', ({ held }) => held),
    row('Waited for the guard', ({ waited }) => waited),
    row('Longest wait, seconds', ({ longestWaitSeconds }) => Math.round(longestWaitSeconds)),
    row('Never let through', ({ notActed }) => notActed),
  ];
}

/** Where a line and column (from 1) stand in a text; within the text for what is beyond it. */
export function offsetOf(text: string, line: number, column = 1): number {
  const lines = text.split('\n');
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const before = lines.slice(0, index).reduce((sum, one) => sum + one.length + 1, 0);
  return before + Math.min(Math.max(column, 1) - 1, lines[index]?.length ?? 0);
}
