/** The value at or below which the given share of the values lies (nearest rank); null without values. As the server measures it. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Values on a line, as shares of its length, so that no two of a stack lie on each other. */
export interface Dot {
  readonly value: number;
  /** 0 to 1. */
  readonly x: number;
  /** Places up from the line. */
  readonly y: number;
}

export interface Distribution {
  readonly dots: readonly Dot[];
  readonly highest: number;
  /** Length of the line in the values' unit. */
  readonly most: number;
  readonly isLogarithmic: boolean;
  /** Where a value lies on the line, 0 to 1. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

const second = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800];

/**
 * Measured times beside what is promised. The line is logarithmic when the promise is more than ten times the largest value: both
 * are to be seen. Dots that would touch (within 1/40 of the line) are stacked. Seconds.
 */
export function distributionOf(values: readonly number[], promised: number): Distribution {
  const largest = Math.max(promised, ...values, 1);
  const smallest = Math.max(1, Math.min(promised, ...values));
  const isLogarithmic = largest / smallest > 10;
  const most = largest * (isLogarithmic ? 1.6 : 1.15);
  const least = isLogarithmic ? Math.max(0.5, smallest / 2) : 0;
  const place = (value: number): number => {
    const share = isLogarithmic
      ? Math.log(Math.max(least, value) / least) / Math.log(most / least)
      : (value - least) / (most - least);
    return Math.min(1, Math.max(0, share));
  };
  const heights = new Map<number, number>();
  const dots = [...values]
    .sort((left, right) => left - right)
    .map((value): Dot => {
      const x = place(value);
      const stack = Math.round(x * 40);
      const y = heights.get(stack) ?? 0;
      heights.set(stack, y + 1);
      return { value, x: stack / 40, y };
    });
  const inside = second.filter((one) => one >= least && one <= most && (isLogarithmic || place(one) >= 0.08));
  const apart = isLogarithmic ? 0.12 : 0.15;
  const ticks = inside.reduce<number[]>((chosen, one) => {
    const last = chosen.at(-1);
    return last === undefined || place(one) - place(last) >= apart ? [...chosen, one] : chosen;
  }, []);
  return { dots, highest: Math.max(0, ...dots.map(({ y }) => y)), most, isLogarithmic, place, ticks };
}
