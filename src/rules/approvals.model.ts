import { z } from 'zod';
import { durationSchema, nameSchema } from '../kernel/policy-fields';
import { impactSchema } from '../runbooks/model';

/** So many of these people; whoever fits any of the three fits. */
const needSchema = z
  .strictObject({
    count: z.number().int().min(1).max(10).default(1),
    /** App roles, such as `Caretaker.Approver`. */
    roles: z.array(z.string().min(1).max(120)).min(1).max(20).optional(),
    /** Object ids of Entra groups. The application's tokens have to carry them; see docs/approvals.md. */
    groups: z.array(z.guid()).min(1).max(50).optional(),
    /** People by object id. */
    people: z
      .array(
        z.strictObject({
          id: z.guid(),
          name: z.string().min(1).max(120),
          /** A notification channel of theirs alone: it gets links with which they can answer. */
          channel: nameSchema.optional(),
        }),
      )
      .min(1)
      .max(50)
      .optional(),
  })
  .superRefine(({ count, roles, groups, people }, context) => {
    if (roles === undefined && groups === undefined && people === undefined) {
      const message = 'is missing: say who may approve, with roles, groups or people';
      context.addIssue({ code: 'custom', path: ['roles'], message });
    }
    if (roles === undefined && groups === undefined && people !== undefined && people.length < count) {
      const message = `asks for ${count} of ${people.length}, so nothing would ever be approved`;
      context.addIssue({ code: 'custom', path: ['count'], message });
    }
  });

const stageSchema = z
  .strictObject({
    /** How long they have. */
    within: durationSchema,
    /** All of them have to be met, by different people. */
    need: z.array(needSchema).min(1).max(5),
  })
  .superRefine(({ within }, context) => {
    if (within < 60 || within > 5 * 86_400) {
      context.addIssue({ code: 'custom', path: ['within'], message: 'must be from 1m to 5d' });
    }
  });

/** How people are asked: in stages, and what holds when nobody answers. */
export const approvalTermsSchema = z.strictObject({
  stages: z.array(stageSchema).min(1).max(5),
  otherwise: z.enum(['reject', 'approve']).default('reject'),
});
export type ApprovalTerms = z.infer<typeof approvalTermsSchema>;

/** When people are asked in an environment. */
export const environmentApprovalSchema = z.strictObject({
  /** Name of terms under `approvals`. They also answer for the guard, where it says `ask`. */
  terms: nameSchema,
  /** Rules' actions from this impact on; only those of rules that say so when left out. */
  rules: impactSchema.optional(),
  /** Operators' orders from this impact on; none when left out. */
  orders: impactSchema.optional(),
});
