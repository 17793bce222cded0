import ICAL from 'ical.js';
import { isoOf, type EpochMillis } from '../kernel/clock';
import type { CalendarLimit } from './model';

/** How far ahead of an order its calendar is worked out: longer than any run waits for its turn or for an answer. */
const horizonMillis = 35 * 86_400_000;
const dayMillis = 86_400_000;
/** Occurrences of one event that are gone through, from its first: a daily one for more than a decade. */
const mostOccurrences = 5000;
const mostExceptions = 200;
/** Calendars kept in read form; a policy has a few. */
const mostCached = 32;

interface Window {
  from: number;
  until: number;
  readonly summary: string;
}

interface Exceptions {
  readonly windows: readonly Window[];
  readonly knownUntil: number;
}

interface ReadCalendar {
  readonly events: readonly ICAL.Event[];
  /** For times without a zone, and for whole days. */
  readonly zone: ICAL.Timezone;
  readonly byDay: Map<number, Exceptions>;
}

/** A zone of the IANA database, by the rules that the runtime brings along. For texts that name a zone and do not define it. */
class IanaZone extends ICAL.Timezone {
  private readonly format: Intl.DateTimeFormat;

  constructor(readonly id: string) {
    super({ tzid: id });
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Seconds to the east of UTC at a time on the zone's own clocks. */
  override utcOffset(time: ICAL.Time): number {
    const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
    const first = this.offsetAt(wall);
    // Around a change of the clocks the guess is off by the change; once more settles it.
    return this.offsetAt(wall - first) / 1000;
  }

  private offsetAt(instant: number): number {
    const read = new Map(this.format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => read.get(type) ?? 0;
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wall - Math.floor(instant / 1000) * 1000;
  }
}

/** What the parser tells of one occurrence; its own declaration names a type that it does not bring. */
interface Occurrence {
  readonly item: ICAL.Event;
  readonly startDate: ICAL.Time;
  readonly endDate: ICAL.Time;
}

const read = new Map<string, ReadCalendar>();

/** The zone of that name in the IANA database, made known to the parser; `undefined` when there is none. */
function ianaZone(id: string): ICAL.Timezone | undefined {
  const known = ICAL.TimezoneService.get(id) as ICAL.Timezone | undefined;
  if (known !== undefined) {
    return known;
  }
  try {
    const zone = new IanaZone(id);
    ICAL.TimezoneService.register(zone, id);
    return zone;
  } catch {
    // The only way to ask whether there is such a zone is to try it.
    return undefined;
  }
}

/** Why a text cannot be used as a calendar, for whoever wrote it; `undefined` when it can. */
export function calendarProblem(text: string): string | undefined {
  try {
    readCalendar(text);
    return undefined;
  } catch (error) {
    return `is not a calendar: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readCalendar(text: string): ReadCalendar {
  const cached = read.get(text);
  if (cached !== undefined) {
    return cached;
  }
  // YAML brings bare line feeds.
  const root = new ICAL.Component(ICAL.parse(text.replace(/\r?\n/g, '\r\n').trim()) as unknown[]);
  if (root.name !== 'vcalendar') {
    throw new Error(`it begins with ${root.name.toUpperCase()}; it must be one VCALENDAR`);
  }
  const components = root.getAllSubcomponents('vevent');
  if (components.length === 0) {
    throw new Error('it has no VEVENT');
  }
  const named = root.getFirstPropertyValue('x-wr-timezone');
  const zone = named === null ? ICAL.Timezone.utcTimezone : ianaZone(String(named));
  if (zone === undefined) {
    throw new Error(`X-WR-TIMEZONE names no known zone: ${String(named).slice(0, 64)}`);
  }
  const defined = new Set(
    root.getAllSubcomponents('vtimezone').map((one) => String(one.getFirstPropertyValue('tzid'))),
  );
  components.forEach((component) => {
    checkEvent(component, defined, named !== null);
  });
  const isException = (component: ICAL.Component): boolean => component.hasProperty('recurrence-id');
  const uidOf = (component: ICAL.Component): string => String(component.getFirstPropertyValue('uid'));
  const masters = components.filter((component) => !isException(component));
  const events = masters.map(
    (component) =>
      new ICAL.Event(component, {
        strictExceptions: true,
        exceptions: components.filter((other) => isException(other) && uidOf(other) === uidOf(component)),
      }),
  );
  const calendar: ReadCalendar = { events, zone, byDay: new Map() };
  if (read.size >= mostCached) {
    read.clear();
  }
  read.set(text, calendar);
  return calendar;
}

function checkEvent(component: ICAL.Component, defined: ReadonlySet<string>, hasZone: boolean): void {
  const name = String(component.getFirstPropertyValue('summary') ?? component.getFirstPropertyValue('uid') ?? '?');
  const about = `the event "${name.slice(0, 64)}"`;
  if (!component.hasProperty('dtstart')) {
    throw new Error(`${about} has no DTSTART`);
  }
  for (const property of component.getAllProperties()) {
    const tzid = property.getFirstParameter('tzid') as string | undefined;
    if (tzid !== undefined && !defined.has(tzid) && ianaZone(tzid) === undefined) {
      throw new Error(`${about} is in the unknown zone "${tzid.slice(0, 64)}"; name one of the IANA database`);
    }
  }
  const start = component.getFirstPropertyValue('dtstart') as unknown as ICAL.Time;
  if (!hasZone && !start.isDate && start.zone === ICAL.Timezone.localTimezone) {
    throw new Error(`${about} says no zone; add TZID or Z to its times, or X-WR-TIMEZONE to the calendar`);
  }
  for (const property of component.getAllProperties('rrule')) {
    const problem = ruleProblem(property.getFirstValue() as unknown as ICAL.Recur);
    if (problem !== undefined) {
      throw new Error(`${about} ${problem}`);
    }
  }
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Why a recurrence is not taken; `undefined` when it is. Beside what is too often, these are the ones that the parser answers
 * wrongly, or looks for without an end because there is no such day.
 */
function ruleProblem(rule: ICAL.Recur): string | undefined {
  const { freq } = rule;
  const part = (name: string): (string | number)[] => (rule.getComponent(name) as (string | number)[] | null) ?? [];
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(freq)) {
    return `recurs ${freq.toLowerCase()}; daily is the most often that is taken`;
  }
  const isLong = freq === 'MONTHLY' || freq === 'YEARLY';
  if (!isLong && part('BYDAY').some((day) => /\d/.test(String(day)))) {
    return `counts weekdays (BYDAY=${part('BYDAY').join(',')}) in a ${freq.toLowerCase()} recurrence; say monthly or yearly`;
  }
  if (part('BYSETPOS').length > 0 && freq !== 'MONTHLY') {
    return 'uses BYSETPOS, which is taken for monthly recurrences only';
  }
  if (!isLong && part('BYYEARDAY').length + part('BYWEEKNO').length > 0) {
    return 'uses BYYEARDAY or BYWEEKNO, which are taken for yearly recurrences only';
  }
  const shortest = Math.min(...part('BYMONTH').map((month) => daysOfMonth[Number(month) - 1] ?? 31));
  const missing = part('BYMONTHDAY').find((day) => Math.abs(Number(day)) > shortest);
  return missing === undefined ? undefined : `asks for day ${missing} of a month that does not always have one`;
}

/**
 * The calendar as an order carries it: the exceptions from its default around a point in time, worked out once, so that
 * whatever asks later is answered by comparing times and the text need not travel along.
 *
 * The same (text, time) gives the same answer. A text is read once and its occurrences are worked out once a day.
 * A text that recurs in a way that cannot be gone through is known for no time at all, which counts as closed.
 */
export function calendarLimit(
  calendar: { readonly name: string } & Pick<CalendarLimit, 'default' | 'whenClosed'> & { readonly ics: string },
  at: EpochMillis,
): CalendarLimit {
  const { name, whenClosed } = calendar;
  const source = readCalendar(calendar.ics);
  const day = Math.floor(at / dayMillis) * dayMillis;
  let found = source.byDay.get(day);
  if (found === undefined) {
    found = exceptionsFrom(source, day);
    source.byDay.clear();
    source.byDay.set(day, found);
  }
  return {
    name,
    default: calendar.default,
    whenClosed,
    exceptions: found.windows
      .filter(({ until }) => until > at)
      .map(({ from, until, summary }) => ({
        from: isoOf(from as EpochMillis),
        until: isoOf(until as EpochMillis),
        summary,
      })),
    knownUntil: isoOf(found.knownUntil as EpochMillis),
  };
}

function exceptionsFrom({ events, zone }: ReadCalendar, from: number): Exceptions {
  const horizon = from + horizonMillis;
  const windows: Window[] = [];
  for (const event of events) {
    if (!collect(event, zone, from, horizon, windows)) {
      return { windows: [], knownUntil: from };
    }
  }
  windows.sort((left, right) => left.from - right.from);
  const merged: Window[] = [];
  for (const window of windows) {
    const last = merged.at(-1);
    if (last !== undefined && window.from <= last.until) {
      last.until = Math.max(last.until, window.until);
    } else {
      merged.push({ ...window });
    }
  }
  const beyond = merged[mostExceptions];
  return { windows: merged.slice(0, mostExceptions), knownUntil: beyond?.from ?? horizon };
}

/** Adds an event's occurrences between two times; false when there are too many to go through. */
function collect(event: ICAL.Event, zone: ICAL.Timezone, from: number, horizon: number, windows: Window[]): boolean {
  const instant = (time: ICAL.Time): number => {
    if (time.zone !== ICAL.Timezone.localTimezone) {
      return time.toUnixTime() * 1000;
    }
    const zoned = time.clone();
    zoned.zone = zone;
    return zoned.toUnixTime() * 1000;
  };
  const add = (item: ICAL.Event, start: ICAL.Time, end: ICAL.Time): void => {
    const window = { from: instant(start), until: instant(end), summary: String(item.summary ?? '').slice(0, 200) };
    const status = item.component.getFirstPropertyValue('status');
    if (window.until > from && window.from < horizon && window.until > window.from && status !== 'CANCELLED') {
      windows.push(window);
    }
  };
  if (!event.isRecurring()) {
    add(event, event.startDate, event.endDate);
    return true;
  }
  const occurrences = event.iterator();
  for (let count = 0; count < mostOccurrences; count += 1) {
    const next = occurrences.next() as ICAL.Time | null | undefined;
    // An exception may move an occurrence to an earlier day, so those of a month behind the horizon are looked at as well.
    if (next === null || next === undefined || instant(next) > horizon + 31 * dayMillis) {
      return true;
    }
    const { item, startDate, endDate } = event.getOccurrenceDetails(next) as Occurrence;
    add(item, startDate, endDate);
  }
  return false;
}
