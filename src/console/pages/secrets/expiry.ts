const dayMillis = 86_400_000;

/** A secret on the axis of expiries. */
export interface ExpiryMark<Line> {
  readonly line: Line;
  /** 0 to 1 from now to the end of the axis; null for what is over: it stands in front of the axis. */
  readonly x: number | null;
  /** Place up from the axis, so that no two marks touch. */
  readonly lane: number;
}

export interface ExpiryAxis<Line> {
  readonly marks: readonly ExpiryMark<Line>[];
  readonly overdue: readonly Line[];
  /** Expire after the end of the axis. */
  readonly later: readonly Line[];
  /** Never expire. */
  readonly never: readonly Line[];
  readonly lanes: number;
  /** There are so few marks that each has room for its name. */
  readonly isNamed: boolean;
  readonly ticks: readonly { readonly x: number; readonly days: number }[];
}

/** Marks closer than this share of the axis go into different lanes. */
const apartBare = 0.03;
/** The same where each mark has its name beside it. */
const apartNamed = 0.52;
const mostNamed = 8;

/** Places secrets on an axis over the next days. `now` is epoch milliseconds. Every secret is in exactly one of the lists. */
export function expiryAxis<Line extends { readonly expiresAt: string | null }>(
  lines: readonly Line[],
  now: number,
  days: number,
): ExpiryAxis<Line> {
  const end = now + days * dayMillis;
  const dated = lines.flatMap((line) => (line.expiresAt === null ? [] : [{ line, at: Date.parse(line.expiresAt) }]));
  const inside = dated.filter(({ at }) => at > now && at <= end).sort((left, right) => left.at - right.at);
  const isNamed = inside.length <= mostNamed;
  const apart = isNamed ? apartNamed : apartBare;
  const lastOfLane: number[] = [];
  const marks = inside.map(({ line, at }): ExpiryMark<Line> => {
    const x = (at - now) / (end - now);
    const free = lastOfLane.findIndex((last) => x - last >= apart);
    const lane = free === -1 ? lastOfLane.length : free;
    lastOfLane[lane] = x;
    return { line, x, lane };
  });
  const step = days <= 90 ? 15 : days <= 180 ? 30 : 60;
  return {
    marks,
    overdue: dated.filter(({ at }) => at <= now).map(({ line }) => line),
    later: dated.filter(({ at }) => at > end).map(({ line }) => line),
    never: lines.filter(({ expiresAt }) => expiresAt === null),
    lanes: Math.max(1, lastOfLane.length),
    isNamed,
    ticks: Array.from({ length: Math.floor(days / step) + 1 }, (_, index) => ({
      x: (index * step) / days,
      days: index * step,
    })),
  };
}
