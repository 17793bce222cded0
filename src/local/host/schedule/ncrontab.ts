/** A parsed schedule. */
export interface Schedule {
  /** The first occurrence after `time` (both epoch milliseconds, UTC); undefined when there is none within five years. */
  next(time: number): number | undefined;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', least: 0, most: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const DAY_MS = 86_400_000;
// Long enough for 29 February.
const HORIZON_DAYS = 366 * 5;

/**
 * Reads an NCRONTAB expression (six fields with seconds, or five without) or a constant interval `hh:mm:ss` / `d.hh:mm:ss`. As in
 * NCRONTAB, day of month and day of week must both hold. Throws an error that names the field that cannot be read.
 */
export function parseSchedule(expression: string): Schedule {
  const text = expression.trim();
  const interval = parseInterval(text);
  if (interval !== undefined) return { next: (time) => time + interval };
  const parts = text.split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6) {
    throw new Error(
      `Schedule "${expression}" has ${parts.length} fields; it needs six: {second} {minute} {hour} {day} {month} {day-of-week}.`,
    );
  }
  const [seconds, minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    parseField(parts[index] ?? '*', field, expression),
  ) as [number[], number[], number[], number[], number[], number[]];
  const timesOfDay = { seconds, minutes, hours };
  const [daySet, monthSet, weekdaySet] = [new Set(days), new Set(months), new Set(weekdays)];
  return {
    next(time) {
      const start = Math.floor(time / 1000) * 1000 + 1000;
      const firstDay = Math.floor(start / DAY_MS) * DAY_MS;
      for (let offset = 0; offset < HORIZON_DAYS; offset++) {
        const day = firstDay + offset * DAY_MS;
        const date = new Date(day);
        if (
          !monthSet.has(date.getUTCMonth() + 1) ||
          !daySet.has(date.getUTCDate()) ||
          !weekdaySet.has(date.getUTCDay())
        ) {
          continue;
        }
        const within = firstTimeOfDay(timesOfDay, offset === 0 ? (start - day) / 1000 : 0);
        if (within !== undefined) return day + within * 1000;
      }
      return undefined;
    },
  };
}

/** The first second of the day at or after `from` that fits. */
function firstTimeOfDay(
  { seconds, minutes, hours }: { seconds: number[]; minutes: number[]; hours: number[] },
  from: number,
): number | undefined {
  const [fromHour, fromMinute, fromSecond] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60];
  for (const hour of hours) {
    if (hour < fromHour) continue;
    for (const minute of minutes) {
      if (hour === fromHour && minute < fromMinute) continue;
      const exact = hour === fromHour && minute === fromMinute;
      const second = seconds.find((candidate) => !exact || candidate >= fromSecond);
      if (second !== undefined) return hour * 3600 + minute * 60 + second;
    }
  }
  return undefined;
}

function parseField(text: string, field: Field, expression: string): number[] {
  const values = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [low, high] = readRange(range, field, step !== undefined);
    const stride = step === undefined ? 1 : Number(step);
    if (low === undefined || high === undefined || low > high || stride < 1) {
      throw new Error(`Schedule "${expression}": "${part}" is no ${field.name} (${field.least} to ${field.most}).`);
    }
    for (let value = low; value <= high; value += stride) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function readRange(range: string, field: Field, stepped: boolean): [number | undefined, number | undefined] {
  if (range === '*' || range === '?') return [field.least, field.most];
  const [first = '', last] = range.split('-');
  const low = readValue(first, field);
  if (last !== undefined) return [low, readValue(last, field)];
  // "5/10" means from 5 on, every 10.
  return [low, stepped ? field.most : low];
}

function readValue(text: string, field: Field): number | undefined {
  const named = field.names?.findIndex((name) => text.startsWith(name)) ?? -1;
  if (named >= 0) return named + field.least;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text) === 7 && field.name === 'day of week' ? 0 : Number(text);
  return value >= field.least && value <= field.most ? value : undefined;
}

function parseInterval(text: string): number | undefined {
  const found = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text);
  if (!found) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 3600 + minutes * 60 + seconds) * 1000;
}
