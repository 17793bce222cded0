import { tick } from '../session/clock';
import { zone } from '../session/preferences';
import { durationText } from './duration';

export { durationText } from './duration';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** An instant as text in a zone: `30 Nov 2026, 20:14:53 UTC`. */
export function instantText(at: string | number, inZone: 'local' | 'utc'): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return new Intl.DateTimeFormat('en-GB', {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(inZone === 'utc' ? { timeZone: 'UTC' } : {}),
  }).format(date);
}

/** How far an instant is from now, in words: `3 min ago`, `in 2 h`. */
export function relativeText(at: string | number, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return '';
  const far = Math.abs(seconds);
  if (far < 3) return 'now';
  const [value, unit] =
    far < minute
      ? [far, 's']
      : far < hour
        ? [far / minute, 'min']
        : far < 2 * day
          ? [far / hour, 'h']
          : [far / day, 'd'];
  const text = `${Math.floor(value)} ${unit}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** An instant: how long ago, or (`exact`) the time itself; the rest is in the tooltip, in local time and in UTC. */
export function Time({ at, exact = false }: { readonly at: string | null | undefined; readonly exact?: boolean }) {
  if (at === null || at === undefined) return <span class="soft">–</span>;
  const chosen = zone.value;
  const other = chosen === 'local' ? 'utc' : 'local';
  const text = instantText(at, chosen);
  const title = `${text}\n${instantText(at, other)}`;
  return (
    <time dateTime={at} title={title} class="time">
      {exact ? text : relativeText(at, tick.value)}
    </time>
  );
}

/** The time that is left until an instant, counted down on the platform's clock. */
export function Countdown({ until }: { readonly until: string }) {
  const left = (Date.parse(until) - tick.value) / 1000;
  return (
    <time dateTime={until} title={instantText(until, zone.value)} class="time number">
      {left <= 0 ? 'over' : durationText(left)}
    </time>
  );
}

/** A length of time. Seconds. */
export function Duration({ seconds }: { readonly seconds: number | null | undefined }) {
  return seconds === null || seconds === undefined ? (
    <span class="soft">–</span>
  ) : (
    <span class="number">{durationText(seconds)}</span>
  );
}
