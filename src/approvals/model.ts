import { z } from 'zod';
import { instantSchema } from '../kernel/schemas';
import { factsSchema } from '../runbooks/model';

/** A stage lasts five days at most: a durable timer is one timer up to six, and who has not answered in five will not. */
const longestStageSeconds = 5 * 86_400;

/** People who may answer. Whoever fits any of the three may; one of them has to be given. */
export const approversSchema = z.object({
  /** App roles of the token. */
  roles: z.array(z.string().min(1).max(120)).max(20).optional(),
  /** Object ids of Entra groups, as tokens carry them in `groups`. */
  groups: z.array(z.guid()).max(50).optional(),
  /** People by object id, with the name to show; `channel` is theirs alone and gets links that only they may use. */
  people: z
    .array(z.object({ id: z.guid(), name: z.string().min(1).max(120), channel: z.string().max(64).optional() }))
    .max(50)
    .optional(),
});
export type Approvers = z.infer<typeof approversSchema>;

/** So many of these people. A person counts for one need only, whichever it fits best. */
export const needSchema = approversSchema.extend({ count: z.number().int().min(1).max(10) });
export type Need = z.infer<typeof needSchema>;

/** Who is asked, for how long. All needs have to be met. */
export const stageSchema = z.object({
  withinSeconds: z.number().int().min(60).max(longestStageSeconds),
  need: z.array(needSchema).min(1).max(5),
});
export type Stage = z.infer<typeof stageSchema>;

/**
 * How an approval is given. The first stage is asked; when its time is over the next one is asked too, and its needs are the
 * ones to meet. When the last is over, `otherwise` is the answer.
 */
export const termsSchema = z.object({
  /** Name in the policy, for people. */
  name: z.string().min(1).max(64),
  stages: z.array(stageSchema).min(1).max(5),
  otherwise: z.enum(['reject', 'approve']),
});
export type Terms = z.infer<typeof termsSchema>;

/** For what has to be asked where the policy says nothing about asking: an approver for an hour, then an administrator. */
export const usualTerms: Terms = {
  name: 'usual',
  stages: [
    { withinSeconds: 3600, need: [{ count: 1, roles: ['Caretaker.Approver'] }] },
    { withinSeconds: 3600, need: [{ count: 1, roles: ['Caretaker.Admin'] }] },
  ],
  otherwise: 'reject',
};

/** Who wanted it. `id` is the object id of a person, and null when no person did: an alert, a schedule. */
export const requesterSchema = z.object({ id: z.string().max(100).nullable(), name: z.string().min(1).max(200) });
export type Requester = z.infer<typeof requesterSchema>;

/** What a domain asks people about. Stored, shown and told to channels: never a secret in it. */
export const approvalRequestSchema = z.object({
  /** A pure function of what asks and of how often it has asked, such as `<run id>-a1`. The same id is the same approval. */
  id: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,118}[A-Za-z0-9])?$/),
  environment: z.string().min(1).max(64),
  /** What kind of thing is asked, such as `run`, `restore`, `dns`; for people, and for lists. */
  scope: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** What it is about: a resource id, a zone, a stack. */
  subject: z.string().min(1).max(1024),
  /** One sentence: what will be done. */
  summary: z.string().min(1).max(512),
  /** Why it is to be done, and why somebody is asked. */
  reasons: z.array(z.string().max(1024)).max(20),
  /** SHA-256 of the concrete plan, 64 hexadecimal digits. The answer is good for this plan and no other. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The plan's steps as sentences, in their order. */
  steps: z.array(z.string().max(512)).min(1).max(100),
  before: factsSchema,
  /** What will be otherwise afterwards, as far as it is known. */
  after: factsSchema,
  requestedBy: requesterSchema,
  terms: termsSchema,
});
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>;

/** How an answer came: with a token of the person, or through a link that was sent to the person's own channel. */
export const viaSchema = z.enum(['token', 'link']);

/** One person's answer, with what made it count. */
export const voteSchema = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  answer: z.enum(['approve', 'reject']),
  reason: z.string(),
  via: viaSchema,
  at: instantSchema,
});
export type Vote = z.infer<typeof voteSchema>;

/**
 * - `waiting`: nobody has decided yet.
 * - `approved`: enough people said yes, or the terms' default answer is yes.
 * - `rejected`: somebody who may said no.
 * - `expired`: nobody answered in time.
 * - `withdrawn`: whoever asked needs no answer any more.
 * - `voided`: it was approved, and the plan is another one now.
 */
export const approvalStateSchema = z.enum(['waiting', 'approved', 'rejected', 'expired', 'withdrawn', 'voided']);
export type ApprovalState = z.infer<typeof approvalStateSchema>;

/** An approval as it is stored: the truth of who was asked and who answered what. */
export const approvalSchema = z.object({
  version: z.literal(1),
  request: approvalRequestSchema,
  /** The orchestration that waits, told when there is something to see. */
  instanceId: z.string(),
  state: approvalStateSchema,
  openedAt: instantSchema,
  /** Index of the stage that is asked. */
  stage: z.number().int().min(0),
  stageEndsAt: instantSchema,
  votes: z.array(voteSchema).max(100),
  decidedAt: instantSchema.nullable(),
  /** Why it is in its state, as sentences. */
  reasons: z.array(z.string()),
});
export type Approval = z.infer<typeof approvalSchema>;

/** What orchestrators are told of an approval. */
export const approvalViewSchema = z.object({
  id: z.string(),
  state: approvalStateSchema,
  /** The plan that the stored approval is about. */
  planHash: z.string(),
  stageEndsAt: instantSchema,
  /** Names of those whose yes counts; empty for a default answer. */
  approvedBy: z.array(z.string()),
  reasons: z.array(z.string()),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;

/** What came of asking. */
export type ApprovalAnswer =
  | {
      readonly kind: 'approved';
      readonly id: string;
      /** The plan that was approved: compare it with the plan that is about to be applied. */
      readonly planHash: string;
      readonly by: readonly string[];
      readonly reasons: readonly string[];
    }
  | { readonly kind: 'rejected' | 'expired' | 'withdrawn'; readonly id: string; readonly reasons: readonly string[] };

/** The event that wakes an orchestration to look at an approval. Carries nothing: the stored approval is the truth. */
export const approvalEvent = (id: string): string => `approval-${id}`;
