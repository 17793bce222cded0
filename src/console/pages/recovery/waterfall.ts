/** A phase on the line of a whole: shares of its length. */
export interface Bar {
  readonly name: string;
  readonly seconds: number;
  /** Seconds after the beginning. */
  readonly after: number;
  /** 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly hasFailed: boolean;
  /** Takes away what was made, or goes back: it is not part of the measured time. */
  readonly isCleanUp: boolean;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly totalSeconds: number;
}

/** Phases one after the other, as they were measured. A script that ended badly makes its phase one that failed. */
export function waterfallOf(
  phases: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly seconds: number;
    readonly problem: unknown;
    readonly scripts?: readonly { readonly exitCode: number }[];
  }[],
): Waterfall {
  const starts = phases.map(({ startedAt }) => Date.parse(startedAt) / 1000);
  const begin = Math.min(...starts);
  const total = Math.max(0, ...phases.map(({ seconds }, index) => (starts[index] ?? begin) + seconds - begin));
  if (phases.length === 0) return { bars: [], totalSeconds: 0 };
  const bars = phases.map(({ name, seconds, problem, scripts = [] }, index): Bar => {
    const after = (starts[index] ?? begin) - begin;
    return {
      name,
      seconds,
      after,
      left: total === 0 ? 0 : after / total,
      width: total === 0 ? 1 : seconds / total,
      hasFailed: problem !== null || scripts.some(({ exitCode }) => exitCode !== 0),
      isCleanUp: /^(?:remove|undo)-/.test(name),
    };
  });
  return { bars, totalSeconds: total };
}
