/** The way of a rotation, in the order of its stages. */
export const stages = [
  { stage: 'observe', name: 'Look', text: 'The vault and the provider are looked at, and what to do is decided.' },
  { stage: 'guard', name: 'Guard', text: 'Kill switch, calendar, lease, cooldown and budget are asked.' },
  { stage: 'pending', name: 'Make', text: 'A new credential is made and kept, disabled, beside the one in use.' },
  { stage: 'test', name: 'Try', text: 'It is used as a client would use it.' },
  { stage: 'promote', name: 'Promote', text: 'Its value becomes the newest version.' },
  { stage: 'propagate', name: 'Tell', text: 'Consumers are told.' },
  { stage: 'adoption', name: 'Adoption', text: 'Consumers are looked at until each uses the new version.' },
  { stage: 'revoke', name: 'Revoke', text: 'The old credential dies.' },
] as const;

export type StepState = 'done' | 'here' | 'failed' | 'ahead' | 'skipped';

export interface Step {
  readonly stage: string;
  readonly name: string;
  readonly text: string;
  readonly state: StepState;
  /** When it was last heard of. */
  readonly at: string | null;
}

/** Ends after which nothing failed. */
const goodEnds = ['rotated', 'noticed', 'nothing-to-do'];

/**
 * Where a rotation is on its way. `current` is the stage that is under way; null when it is over, and then `end` says how. A stage that left
 * no event is ahead while the rotation goes on and was skipped when it is over; the last one of a rotation that ended badly failed.
 */
export function stepsOf(
  events: readonly { readonly at: string; readonly stage: string }[],
  current: string | null,
  end: string | null,
): readonly Step[] {
  const lastAt = new Map(events.map(({ at, stage }) => [stage, at]));
  const isOver = current === null;
  const taken = stages.map(({ stage }, index) => (lastAt.has(stage) ? index : -1));
  const furthest = Math.max(-1, ...taken);
  const here = stages.findIndex(({ stage }) => stage === current);
  return stages.map((one, index): Step => {
    const at = lastAt.get(one.stage) ?? null;
    const state = (): StepState => {
      if (index === here) return 'here';
      if (isOver && index === furthest && end !== null && !goodEnds.includes(end)) return 'failed';
      if (at !== null) return 'done';
      return isOver || index < Math.max(furthest, here) ? 'skipped' : 'ahead';
    };
    return { ...one, state: state(), at };
  });
}
