import { z } from 'zod';
import type { EpochMillis } from '../kernel/clock';
import type { InputProblem } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import type { Approval } from './model';
import { bindingDigest, type Binding } from './sealed-plan';

/** One person's answer to one plan. */
export const planApprovalSchema = z.strictObject({
  /** `bindingDigest` of what was shown. */
  plan: z.string().regex(/^[0-9a-f]{64}$/, 'must be the digest of the plan that was shown'),
  by: z.string().min(1).max(200),
  groups: z.array(z.string().min(1).max(120)).max(200),
  answer: z.enum(['approve', 'reject']),
  at: instantSchema,
});
export type PlanApproval = z.output<typeof planApprovalSchema>;

const sameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/**
 * Whether a plan has the approvals that its stack asks for: so many different people, each of one of the groups, none of
 * them the author, none of them earlier than the plan, each for exactly this plan. One rejection by a member of the groups
 * stops it. Returns what is missing; empty when it may go.
 */
export function missingApprovals(
  binding: Binding,
  asked: Approval,
  given: readonly PlanApproval[],
  now: EpochMillis,
): InputProblem[] {
  if (asked.people === 0) {
    return [];
  }
  const digest = bindingDigest(binding);
  const found: InputProblem[] = [];
  const people = new Map<string, string>();
  given.forEach((approval, index) => {
    const ignore = (message: string): void =>
      void found.push({ path: `approvals[${index}]`, message: `${approval.by}: ${message}` });
    const inGroup = approval.groups.some((group) => asked.groups.includes(group));
    if (approval.plan !== digest) {
      ignore('was given for another plan; ask again');
    } else if (!inGroup) {
      ignore(`is in none of the groups that approve here: ${asked.groups.join(', ')}`);
    } else if (approval.answer === 'reject') {
      ignore('rejected this plan');
      people.set('', 'rejected');
    } else if (sameName(approval.by, binding.author)) {
      ignore('is the author of the change; somebody else has to approve');
    } else if (Date.parse(approval.at) < Date.parse(binding.createdAt) || Date.parse(approval.at) > now) {
      ignore(`is dated ${approval.at}, outside the time since the plan was made`);
    } else {
      people.set(approval.by.toLowerCase(), approval.by);
    }
  });
  const rejected = people.delete('');
  if (!rejected && people.size >= asked.people) {
    return [];
  }
  const have = people.size === 0 ? 'none' : [...people.values()].join(', ');
  return [
    {
      path: 'approvals',
      message: `needs ${asked.people} of ${asked.groups.join(' or ')}, not the author; has: ${have}`,
    },
    ...found,
  ];
}
