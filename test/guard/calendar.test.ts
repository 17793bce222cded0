import { calendarAnswer, calendarLimit, calendarProblem, type CalendarLimit } from '../../src/guard';
import type { EpochMillis } from '../../src/kernel/clock';

const time = (text: string) => Date.parse(text) as EpochMillis;
const ics = (...events: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events, 'END:VCALENDAR'].join('\n');
const event = (summary: string, ...lines: readonly string[]): string =>
  ['BEGIN:VEVENT', `UID:${summary}`, `SUMMARY:${summary}`, ...lines, 'END:VEVENT'].join('\n');
const limitOf = (text: string, at: string, fallback: 'open' | 'closed' = 'open'): CalendarLimit =>
  calendarLimit({ name: 'changes', default: fallback, whenClosed: 'wait', ics: text }, time(at));
const isOpen = (text: string, at: string, fallback: 'open' | 'closed' = 'open'): boolean =>
  calendarAnswer(limitOf(text, at, fallback), time(at)).isOpen;

const freeze = ics(event('Sale', 'DTSTART:20261127T000000Z', 'DTEND:20261130T000000Z'));

describe('a calendar that is open by default', () => {
  it.each([
    ['2026-11-26T23:59:59Z', true],
    ['2026-11-27T00:00:00Z', false],
    ['2026-11-29T23:59:59Z', false],
    ['2026-11-30T00:00:00Z', true],
  ])('at %s: open %s', (at, open) => {
    expect(isOpen(freeze, at)).toBe(open);
  });

  it('says until when it is closed, and why', () => {
    const limit = limitOf(freeze, '2026-11-26T12:00:00Z');
    expect(calendarAnswer(limit, time('2026-11-28T00:00:00Z'))).toEqual({
      isOpen: false,
      answer: 'wait',
      text: 'closed until 2026-11-30T00:00:00.000Z: Sale',
      opensAt: time('2026-11-30T00:00:00Z'),
    });
  });

  it('joins events that overlap or touch', () => {
    const text = ics(
      event('a', 'DTSTART:20261127T000000Z', 'DTEND:20261128T000000Z'),
      event('b', 'DTSTART:20261128T000000Z', 'DTEND:20261129T000000Z'),
      event('c', 'DTSTART:20261127T120000Z', 'DTEND:20261127T130000Z'),
    );
    expect(limitOf(text, '2026-11-20T00:00:00Z').exceptions).toEqual([
      { from: '2026-11-27T00:00:00.000Z', until: '2026-11-29T00:00:00.000Z', summary: 'a' },
    ]);
  });

  it('leaves cancelled events out', () => {
    const text = ics(event('off', 'STATUS:CANCELLED', 'DTSTART:20261127T000000Z', 'DTEND:20261130T000000Z'));
    expect(isOpen(text, '2026-11-28T00:00:00Z')).toBe(true);
  });
});

describe('a calendar that is closed by default', () => {
  // Every Tuesday from 22:00 to 23:00 in Berlin: 20:00 UTC in summer, 21:00 UTC in winter.
  const windows = ics(
    event(
      'Window',
      'DTSTART;TZID=Europe/Berlin:20260106T220000',
      'DTEND;TZID=Europe/Berlin:20260106T230000',
      'RRULE:FREQ=WEEKLY;BYDAY=TU',
      'EXDATE;TZID=Europe/Berlin:20260714T220000',
    ),
  );

  it.each([
    ['winter', '2026-03-24T21:30:00Z', true],
    ['winter, an hour before', '2026-03-24T20:30:00Z', false],
    ['summer', '2026-03-31T20:30:00Z', true],
    ['summer, an hour later', '2026-03-31T21:30:00Z', false],
    ['another day', '2026-04-01T20:30:00Z', false],
    ['a date that is taken out', '2026-07-14T20:30:00Z', false],
    ['the week after', '2026-07-21T20:30:00Z', true],
  ])('in %s', (_, at, open) => {
    expect(isOpen(windows, at, 'closed')).toBe(open);
  });

  it('says when it opens', () => {
    const answer = calendarAnswer(limitOf(windows, '2026-07-08T00:00:00Z', 'closed'), time('2026-07-08T00:00:00Z'));
    expect(answer.text).toBe('closed until 2026-07-21T20:00:00.000Z: Window');
  });

  it('follows an occurrence that was moved, and no other event with the same time', () => {
    const moved = (uid: string): string =>
      [
        'BEGIN:VEVENT',
        `UID:${uid}`,
        'SUMMARY:Moved',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260721T220000',
        'DTSTART;TZID=Europe/Berlin:20260722T060000',
        'DTEND;TZID=Europe/Berlin:20260722T070000',
        'END:VEVENT',
      ].join('\n');
    const text = (uid: string): string => windows.replace('END:VCALENDAR', `${moved(uid)}\nEND:VCALENDAR`);
    expect(isOpen(text('Window'), '2026-07-21T20:30:00Z', 'closed')).toBe(false);
    expect(isOpen(text('Window'), '2026-07-22T04:30:00Z', 'closed')).toBe(true);
    expect(isOpen(text('another'), '2026-07-21T20:30:00Z', 'closed')).toBe(true);
  });

  it('uses a zone that the text defines itself', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:House',
      'BEGIN:STANDARD',
      'DTSTART:20000101T000000',
      'TZOFFSETFROM:+0300',
      'TZOFFSETTO:+0300',
      'END:STANDARD',
      'END:VTIMEZONE',
    ].join('\n');
    const text = ics(zone, event('w', 'DTSTART;TZID=House:20260106T220000', 'DTEND;TZID=House:20260106T230000'));
    expect(isOpen(text, '2026-01-06T19:30:00Z', 'closed')).toBe(true);
    expect(isOpen(text, '2026-01-06T18:59:59Z', 'closed')).toBe(false);
  });

  it('takes whole days in the zone of the calendar', () => {
    const day = ics(
      'X-WR-TIMEZONE:America/New_York',
      event('d', 'DTSTART;VALUE=DATE:20260704', 'DTEND;VALUE=DATE:20260705'),
    );
    expect(isOpen(day, '2026-07-04T03:59:59Z', 'closed')).toBe(false);
    expect(isOpen(day, '2026-07-04T04:00:00Z', 'closed')).toBe(true);
    expect(isOpen(day, '2026-07-05T03:59:59Z', 'closed')).toBe(true);
  });
});

it('counts as closed where it is not known, and a person is asked', () => {
  const limit = limitOf(freeze, '2026-11-01T10:00:00Z');
  expect(limit.knownUntil).toBe('2026-12-06T00:00:00.000Z');
  expect(calendarAnswer(limit, time('2026-12-06T00:00:00Z'))).toMatchObject({ isOpen: false, answer: 'ask' });
});

it('counts as closed when it recurs too often to be gone through', () => {
  const often = ics(
    event('o', 'DTSTART:20000101T000000Z', 'DTEND:20000101T000100Z', 'RRULE:FREQ=DAILY;BYHOUR=0,6,12,18'),
  );
  expect(isOpen(often, '2026-07-04T12:00:00Z')).toBe(false);
});

it('gives the same for the same text and time', () => {
  const first = limitOf(freeze, '2026-11-20T09:30:00Z');
  limitOf(freeze, '2027-01-20T09:30:00Z');
  expect(limitOf(freeze, '2026-11-20T09:30:00Z')).toEqual(first);
});

const daily = (more: string): string => ics(event('x', 'DTSTART:20260101T000000Z', `RRULE:FREQ=DAILY;${more}`));

describe('refuses', () => {
  it.each([
    ['what is no calendar', 'hello', 'is not a calendar'],
    ['a bare event', event('x', 'DTSTART:20260101T000000Z'), 'it begins with VEVENT'],
    ['a calendar without events', ics(), 'it has no VEVENT'],
    ['an event without a start', ics(event('x')), 'the event "x" has no DTSTART'],
    ['a time without a zone', ics(event('x', 'DTSTART:20260101T000000')), 'the event "x" says no zone'],
    [
      'a zone that is none',
      ics(event('x', 'DTSTART;TZID=Mars/Olympus:20260101T000000')),
      'the event "x" is in the unknown zone "Mars/Olympus"',
    ],
    ['a calendar in no zone', ics('X-WR-TIMEZONE:Nowhere', event('x', 'DTSTART:20260101T000000')), 'X-WR-TIMEZONE'],
    ['what recurs by the hour', ics(event('x', 'DTSTART:20260101T000000Z', 'RRULE:FREQ=HOURLY')), 'recurs hourly'],
    ['a day that never comes', daily('BYMONTH=2;BYMONTHDAY=30'), 'asks for day 30 of a month'],
    ['weekdays counted by the day', daily('BYDAY=1MO'), 'counts weekdays (BYDAY=1MO)'],
    ['positions by the day', daily('BYSETPOS=2'), 'BYSETPOS'],
    ['a rule that is none', ics(event('x', 'DTSTART:20260101T000000Z', 'RRULE:FREQ=SOMETIMES')), 'is not a calendar'],
  ])('%s', (_, text, said) => {
    expect(calendarProblem(text)).toContain(said);
  });

  it('nothing that is one', () => {
    expect(calendarProblem(freeze)).toBeUndefined();
  });
});
