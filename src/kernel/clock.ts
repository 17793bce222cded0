/** Milliseconds since the Unix epoch. */
export type EpochMillis = number & { readonly __unit: 'epoch-milliseconds' };

/** The time, given from outside so that a month can pass in a test within milliseconds. */
export interface Clock {
  now(): EpochMillis;
}

/** The machine's own clock. Only composition roots use it. */
export const systemClock: Clock = { now: () => Date.now() as EpochMillis };

/**
 * A clock that runs faster, for the local platform only: at the real instant `startedAt` it shows `origin`, and from then on
 * `speed` seconds pass in each real one. Processes that are given the same three numbers agree on the time.
 */
export interface ScaledTime {
  readonly origin: EpochMillis;
  readonly startedAt: EpochMillis;
  readonly speed: number;
}

/** See {@link ScaledTime}. */
export function scaledClock({ origin, startedAt, speed }: ScaledTime): Clock {
  return { now: () => Math.floor(origin + (Date.now() - startedAt) * speed) as EpochMillis };
}

/** An instant as text, always UTC with milliseconds: `2026-01-31T09:00:00.000Z`. */
export type Iso8601 = string & { readonly __format: 'iso-8601' };

/** Formats an instant. The inverse of {@link epochOf}. */
export function isoOf(instant: EpochMillis): Iso8601 {
  return new Date(instant).toISOString() as Iso8601;
}

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/**
 * Reads an instant: date, time to the second with up to nine digits of a fraction (kept to the millisecond), and its zone
 * (`Z` or an offset such as `+02:00`). `undefined` for anything else. `Date.parse` alone takes more than can be meant: a
 * time without its zone is read in the zone of whichever machine reads it, and the 30th of February as the 2nd of March.
 */
export function epochOf(text: string): EpochMillis | undefined {
  const match = instantPattern.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) || day > daysIn(year, month) ? undefined : (parsed as EpochMillis);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
