import type { EpochMillis } from './clock';

/** A length of time in seconds. */
export type Seconds = number & { readonly __unit: 'seconds' };

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Reads a duration as people write it in a policy: `90s`, `10m`, `1h30m`, `2d`, `1w`.
 * Units come in falling order and each at most once; months and years are left out because their length varies.
 * Returns `undefined` when the text is not a duration.
 */
export function parseDuration(text: string): Seconds | undefined {
  const match = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null || text === '') {
    return undefined;
  }
  const units = ['w', 'd', 'h', 'm', 's'];
  const total = units.reduce((sum, unit, index) => {
    const count = match[index + 1];
    return count === undefined ? sum : sum + Number(count) * (secondsPerUnit[unit] as number);
  }, 0);
  return total as Seconds;
}

/** Writes a duration the way {@link parseDuration} reads it: 5400 becomes `1h30m`; 0 becomes `0s`. */
export function formatDuration(duration: Seconds): string {
  let rest = Math.round(duration);
  if (rest <= 0) {
    return '0s';
  }
  let text = '';
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const size = secondsPerUnit[unit] as number;
    const count = Math.floor(rest / size);
    if (count > 0) {
      text += `${count}${unit}`;
      rest -= count * size;
    }
  }
  return text;
}

/** A literal number of seconds. */
export function seconds(count: number): Seconds {
  return count as Seconds;
}

/** The instant a duration after another. */
export function after(instant: EpochMillis, duration: Seconds): EpochMillis {
  return (instant + duration * 1000) as EpochMillis;
}

/** The time between two instants; negative when the second is earlier. */
export function between(from: EpochMillis, to: EpochMillis): Seconds {
  return ((to - from) / 1000) as Seconds;
}
