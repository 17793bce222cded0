import type { EpochMillis } from '../kernel/clock';

/** A moment as the clocks of a zone show it. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a zone of the IANA database show at an instant. @throws RangeError for a zone that does not exist. */
export function wallTimeOf(instant: EpochMillis, timeZone: string): WallTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const read = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => read.get(type) ?? 0;
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') };
}

/**
 * The instant at which the clocks of a zone show a time of day. A time that a change of the clocks leaves out is the first
 * instant after the gap; of one that comes twice it is the first.
 */
export function instantOf(wall: WallTime, timeZone: string): EpochMillis {
  const shown = (at: number): number => {
    const { year, month, day, hour, minute } = wallTimeOf(at as EpochMillis, timeZone);
    return Date.UTC(year, month - 1, day, hour, minute);
  };
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // Both offsets that are in force around that time; the larger gives the earlier instant.
  const offsets = [wanted - 86_400_000, wanted + 86_400_000].map((at) => shown(at) - at);
  const candidates = offsets.map((offset) => wanted - offset).sort((left, right) => left - right);
  const exact = candidates.find((at) => shown(at) === wanted);
  if (exact !== undefined) {
    return exact as EpochMillis;
  }
  // In the gap: its end is where the clocks jump, found between the two candidates.
  let [before = wanted, after = wanted] = candidates;
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000;
    if (shown(middle) < wanted) {
      before = middle;
    } else {
      after = middle;
    }
  }
  return after as EpochMillis;
}

/** Monday to Sunday, named as ISO 8601 does: the week belongs to the year that has its Thursday. */
export function isoWeekOf({ year, month, day }: WallTime): string {
  const date = Date.UTC(year, month - 1, day);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = new Date(date + (3 - weekday) * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = 1 + Math.floor((thursday.getTime() - first) / (7 * 86_400_000));
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
