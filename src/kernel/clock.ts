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

/** Reads an instant; `undefined` when the text is not one. Accepts any offset and any precision that ISO 8601 allows. */
export function epochOf(text: string): EpochMillis | undefined {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : (parsed as EpochMillis);
}
