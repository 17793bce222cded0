import { parse } from 'yaml';
import { retain, type RetainedPoint, type Retention, type Verdict } from '../../../src/backup';
import { epochOf, isoOf, type EpochMillis, type Iso8601 } from '../../../src/kernel/clock';
import { retentionSchema } from '../../../src/backup/policy.model';

/** One case as text: a head in YAML, the points, and after a line of dashes what is to come of each, with its reasons. */
export interface GoldenCase {
  readonly about: string;
  readonly zone: string;
  readonly now: EpochMillis;
  readonly policy: Retention;
  readonly points: readonly RetainedPoint[];
  readonly expected: string;
}

const at = (text: string): EpochMillis => {
  const instant = epochOf(text.length === 17 ? text.replace('Z', ':00Z') : text);
  if (instant === undefined) {
    throw new Error(`${text} is no instant`);
  }
  return instant;
};

export function readCase(text: string): GoldenCase {
  const [head = '', expected = ''] = text.split('\n---\n');
  const [yaml = '', points = ''] = head.split('\npoints:\n');
  const { about, zone, now, policy } = parse(yaml) as Record<'about' | 'zone' | 'now', string> & {
    policy: unknown;
  };
  return {
    about,
    zone,
    now: at(now),
    policy: retentionSchema.parse(policy),
    points: points
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap(pointsOf),
    expected: expected.trimEnd(),
  };
}

/** `a 2026-03-01T10:00Z proven`, or `a* 2026-03-01T10:00Z every 60m x 24`. */
function pointsOf(line: string): RetainedPoint[] {
  const [name = '', instant = '', ...words] = line.trim().split(' ');
  const [, minutes, count] = /every (\d+)m x (\d+)/.exec(words.join(' ')) ?? [];
  if (minutes === undefined) {
    return [point(name, at(instant), words)];
  }
  return Array.from({ length: Number(count) }, (_, index) =>
    point(
      name.replace('*', String(index + 1).padStart(2, '0')),
      (at(instant) + index * Number(minutes) * 60_000) as EpochMillis,
      words,
    ),
  );
}

function point(id: string, instant: EpochMillis, words: readonly string[]): RetainedPoint {
  const verdict = words.includes('proven') ? 'proven' : words.includes('refuted') ? 'failed' : undefined;
  const hold = words.find((word) => word.startsWith('held'));
  const until = hold?.split('=')[1];
  const when = '2026-01-01T00:00:00.000Z' as Iso8601;
  return {
    id,
    state: words.includes('failed') ? 'failed' : words.includes('lost') ? 'lost' : 'complete',
    takenAt: isoOf(instant),
    proof:
      verdict === undefined ? null : { verdict, at: when, drill: 'drill', restoreSeconds: null, reason: 'as drilled' },
    hold:
      hold === undefined
        ? null
        : { by: 'ada', reason: 'litigation', at: when, until: until === undefined ? null : isoOf(at(until)) },
    copies: words.includes('copying')
      ? [
          {
            location: 'northeurope',
            state: 'copying',
            parts: [],
            startedAt: when,
            completedAt: null,
            attempts: 0,
            leftovers: [],
            problem: null,
          },
        ]
      : [],
  };
}

export function shown(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ id, keep, reasons }) => `${keep ? 'keep' : 'drop'} ${id}: ${reasons.join('; ')}`).join('\n');
}

export function decide({ points, policy, now, zone }: GoldenCase): Verdict[] {
  return retain(points, policy, { now, timeZone: zone });
}
