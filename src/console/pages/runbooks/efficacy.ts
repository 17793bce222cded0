import type { Efficacy } from './types';

/** Of every resource type together. */
export interface Worth {
  readonly applied: number;
  /** Verified, and nothing had to be done to the resource again within a day. */
  readonly lasted: number;
  /** Verified, and something had to be done again within a day. */
  readonly recurred: number;
  readonly ineffective: number;
  readonly harmful: number;
  readonly unverifiable: number;
}

/** Adds up what a runbook did on its types of resources. */
export function worthOf(counts: readonly Efficacy[]): Worth {
  const sum = (of: (one: Efficacy) => number): number => counts.reduce((total, one) => total + of(one), 0);
  return {
    applied: sum(({ applied }) => applied),
    lasted: sum(({ verified, recurredWithin24h }) => verified - recurredWithin24h),
    recurred: sum(({ recurredWithin24h }) => recurredWithin24h),
    ineffective: sum(({ ineffective }) => ineffective),
    harmful: sum(({ harmful }) => harmful),
    unverifiable: sum(({ unverifiable }) => unverifiable),
  };
}

/** What became of a runbook's runs, as a sentence. */
export function worthText({ applied, lasted, recurred, ineffective, harmful, unverifiable }: Worth): string {
  if (applied === 0) return 'Not applied in this time.';
  const parts = [
    ...(recurred === 0 ? [] : [`${recurred} helped for less than a day`]),
    ...(ineffective === 0 ? [] : [`${ineffective} did not help`]),
    ...(harmful === 0 ? [] : [`${harmful} did harm`]),
    ...(unverifiable === 0 ? [] : [`${unverifiable} could not be judged`]),
  ];
  const helped = `${lasted} of ${applied} helped and lasted`;
  return `${[helped, ...parts].join(', ')}.`;
}
