/** Prints one result as a JSON line: the median of the samples, and how far they spread. */
export function report(
  bench: string,
  unit: string,
  samples: readonly number[],
  more: Readonly<Record<string, unknown>> = {},
): void {
  const sorted = [...samples].sort((left, right) => left - right);
  const round = (value: number | undefined): number => Number((value ?? Number.NaN).toPrecision(4));
  const line = {
    bench,
    unit,
    median: round(quantile(sorted, 0.5)),
    min: round(sorted[0]),
    max: round(sorted.at(-1)),
    samples: sorted.length,
    ...more,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The nearest-rank quantile of sorted values. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
