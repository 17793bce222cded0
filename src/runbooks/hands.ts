import type { z } from 'zod';
import { InvariantError } from '../kernel/errors';
import type { Subject } from '../ports/operations';
import type { Effects, Facts, Step } from './model';

/**
 * The hands of a runbook over a subject of the platform: a step's effect and arguments are one change of the subject.
 * @throws InvariantError when a step is none: that is a defect of the runbook.
 */
export function handsOf<Sighting, Change>(
  subject: Subject<Sighting, Change>,
  changes: z.ZodType<Change>,
  landed: Effects<Sighting>['landed'],
  /** What a change needs of the state before, beside the arguments of its step. */
  more: (before: Facts) => Facts = () => ({}),
): Effects<Sighting> {
  return {
    observe: (target, abort, before) => subject.observe(target, abort, before),
    start(target, step, requestId, abort, before) {
      const change = changes.safeParse({ effect: step.effect, ...more(before), ...step.arguments });
      if (!change.success) {
        throw new InvariantError(`step ${step.id} is no change that its subject knows: ${change.error.message}`);
      }
      return subject.start(target, change.data, requestId, abort);
    },
    poll: (target, ticket, abort) => subject.poll(target, ticket, abort),
    landed,
  };
}

/** A step whose arguments are those of a change. */
export function stepOf(id: string, summary: string, change: { readonly effect: string } & Facts): Step {
  const { effect, ...given } = change;
  return {
    id,
    effect,
    summary: summary.slice(0, 512),
    ...(Object.keys(given).length === 0 ? {} : { arguments: given }),
  };
}
