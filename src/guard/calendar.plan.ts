import type { EpochMillis } from '../kernel/clock';
import type { CalendarLimit } from './model';
import { epoch } from './reasons.plan';

/** What a calendar says about a time. */
export interface CalendarAnswer {
  readonly isOpen: boolean;
  /** What a run does when it is closed. */
  readonly answer: CalendarLimit['whenClosed'];
  readonly text: string;
  /** When it opens, as far as is known. Milliseconds since the epoch. */
  readonly opensAt?: number;
}

/** Whether changes may be made at that time. What the calendar does not reach counts as closed, and then a person is asked. */
export function calendarAnswer(calendar: CalendarLimit, now: EpochMillis): CalendarAnswer {
  const { exceptions, knownUntil, whenClosed } = calendar;
  if (now >= epoch(knownUntil)) {
    const text = `closed, because it is known only until ${knownUntil}; order again`;
    return { isOpen: false, answer: whenClosed === 'stop' ? 'stop' : 'ask', text };
  }
  const current = exceptions.find(({ from, until }) => epoch(from) <= now && epoch(until) > now);
  if (calendar.default === 'open') {
    return current === undefined
      ? { isOpen: true, answer: whenClosed, text: 'open' }
      : closed(`closed until ${current.until}: ${current.summary}`, whenClosed, epoch(current.until));
  }
  if (current !== undefined) {
    return { isOpen: true, answer: whenClosed, text: `open until ${current.until}: ${current.summary}` };
  }
  const next = exceptions.find(({ from }) => epoch(from) > now);
  return next === undefined
    ? closed(`closed until ${knownUntil} at least`, whenClosed, epoch(knownUntil))
    : closed(`closed until ${next.from}: ${next.summary}`, whenClosed, epoch(next.from));
}

function closed(text: string, answer: CalendarLimit['whenClosed'], opensAt: number): CalendarAnswer {
  return { isOpen: false, answer, text, opensAt };
}
