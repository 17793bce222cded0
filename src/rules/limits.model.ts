import { z } from 'zod';
import { calendarProblem } from '../guard';
import { durationSchema, globsSchema, nameSchema, shareSchema } from '../kernel/policy-fields';

/** How many resources a share of a fleet is; rounded down, so that the share is never exceeded. */
export function shareOf(share: number, fleet: number): number {
  // 0.29 * 100 is 28.999999999999996.
  return Math.floor(share * fleet + 1e-9);
}

/**
 * How many distinct resources may be acted on. A share is one of a fleet whose size the policy states: counting the fleet
 * would need a reading that fails when most is at stake, and a fleet that shrinks by mistake would move the limit.
 */
export const budgetSchema = z
  .strictObject({
    name: nameSchema,
    /** Sliding window. */
    window: durationSchema,
    /** At most so many distinct resources are acted on within the window. */
    maxResources: z.number().int().min(1).max(10_000).optional(),
    /** At most this share of the fleet. With both given, the smaller holds. */
    maxShare: shareSchema.optional(),
    /** How many resources there are, for `maxShare`. */
    fleet: z.number().int().min(1).max(1_000_000).optional(),
    /** What is counted together: the environment (when left out), each resource group, each rule, or each value of a tag. */
    per: z.enum(['environment', 'resource-group', 'rule', 'tag']).optional(),
    /** For `per: tag`: the name of the tag whose values are counted each by itself. Resources without it are counted together. */
    tag: z.string().min(1).max(512).optional(),
    /** What is done over the limit: wait for one's turn (when left out), ask a person, or stop. */
    over: z.enum(['queue', 'ask', 'stop']).optional(),
  })
  .superRefine(({ maxResources, maxShare, fleet, per, tag }, context) => {
    const wrong = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    if ((per === 'tag') !== (tag !== undefined)) {
      wrong('tag', per === 'tag' ? 'is missing: say which tag' : 'means nothing without per: tag');
    }
    if (maxResources === undefined && maxShare === undefined) {
      wrong('maxResources', 'is missing: say how many resources, or which share of the fleet with maxShare');
    }
    if (maxShare !== undefined && fleet === undefined) {
      wrong('fleet', 'is missing: say of how many resources maxShare is a share');
    }
    if (maxShare === undefined && fleet !== undefined) {
      wrong('fleet', 'means nothing without maxShare');
    }
    if (maxShare !== undefined && fleet !== undefined && shareOf(maxShare, fleet) < 1) {
      wrong('maxShare', `of a fleet of ${fleet} is less than one resource, so nothing would ever be done`);
    }
  });
export type Budget = z.infer<typeof budgetSchema>;

/** Resources that serve together and of which enough have to stay, whatever fails. */
export const groupSchema = z
  .strictObject({
    name: nameSchema,
    /** Globs over the resource's name. */
    resource: globsSchema,
    /** Globs over the name of its resource group. */
    resourceGroup: globsSchema.optional(),
    /** How many there are. */
    members: z.number().int().min(1).max(10_000),
    /** So many are not worked on at any time. */
    minHealthy: z.number().int().min(0).max(10_000),
  })
  .superRefine(({ members, minHealthy }, context) => {
    if (minHealthy >= members) {
      const message = `leaves none of ${members} members to be worked on; make it smaller`;
      context.addIssue({ code: 'custom', path: ['minHealthy'], message });
    }
  });
export type Group = z.infer<typeof groupSchema>;

/** When changes may be made: the events of an iCalendar text are the exceptions from the default. */
export const calendarSchema = z.strictObject({
  /** `open`: the events are freezes. `closed`: the events are change windows. */
  default: z.enum(['open', 'closed']),
  /** What a run does while it is closed. */
  whenClosed: z.enum(['wait', 'ask', 'stop']).default('wait'),
  /** iCalendar (RFC 5545), with recurrence and time zones. */
  ics: z
    .string()
    .max(65_536)
    .superRefine((text, context) => {
      const problem = calendarProblem(text);
      if (problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem });
      }
    }),
});
export type Calendar = z.infer<typeof calendarSchema>;

/** The time of this number within so long is not repaired any more, a person is told instead. */
export const recurrenceSchema = z.strictObject({ times: z.number().int().min(2).max(20), within: durationSchema });

/** From which share of ineffective and harmful runs among the last ones a runbook is demoted. */
export const breakerSchema = z
  .strictObject({
    /** So many runs are looked at; fewer measure nothing. */
    runs: z.number().int().min(2).max(50),
    /** Older ones are forgotten. */
    within: durationSchema.prefault('30d'),
    /** From this share on, a person is asked (as in mode suggest). */
    ask: shareSchema,
    /** From this share on, nothing is done (as in mode observe). */
    stop: shareSchema,
  })
  .superRefine(({ ask, stop }, context) => {
    if (stop < ask) {
      context.addIssue({ code: 'custom', path: ['stop'], message: 'must not be below "ask"' });
    }
  });
export type Breaker = z.infer<typeof breakerSchema>;
