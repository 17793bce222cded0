import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../kernel/activity';
import { seconds } from '../kernel/duration';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { adoptionSchema, bindingSchema, modeSchema, rotationPlanSchema, rotationReportSchema } from './model';

/** The vault or the provider did not answer: about a quarter of an hour of trying before a person is asked. */
const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

const keySchema = z.object({
  rotationId: z.string(),
  environment: z.string(),
  target: resourceIdSchema,
  /** Fencing token of the guard's lease. */
  token: z.number().int(),
  binding: bindingSchema,
});

const credentialSchema = z.object({ version: z.string(), credential: z.string() });
const stoppedSchemas = [
  z.object({ kind: z.literal('fenced'), reason: z.string() }),
  z.object({ kind: z.literal('refused'), code: z.string(), reason: z.string() }),
] as const;

/** Looks at the secret and plans. Changes nothing. */
export const observeSecretContract = defineActivity({
  name: 'rotation-observe',
  input: z.object({ rotationId: z.string(), mode: modeSchema, binding: bindingSchema }),
  output: rotationPlanSchema,
  retry: patientRetry,
  timeLimit: seconds(60),
});

/**
 * Pending and set: makes a new credential, keeps it as a disabled version under the pending name, and hands it to the provider where
 * the provider did not make it. Idempotent by the pending version's tags: what is there is not made again.
 */
export const prepareContract = defineActivity({
  name: 'rotation-prepare',
  input: keySchema.extend({ current: credentialSchema, pending: z.enum(['none', 'take-over', 'replace']) }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ready'), version: z.string(), credential: z.string() }),
    ...stoppedSchemas,
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Uses the pending credential as a client would. Changes nothing but the count of tries. */
export const testContract = defineActivity({
  name: 'rotation-test',
  input: keySchema.extend({ pending: credentialSchema }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('works') }),
    z.object({ kind: z.literal('fails'), reason: z.string() }),
    ...stoppedSchemas,
  ]),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Makes the pending value the secret's newest version, and marks the one before as previous. Idempotent by tags. */
export const promoteContract = defineActivity({
  name: 'rotation-promote',
  input: keySchema.extend({ pending: credentialSchema, current: credentialSchema }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('promoted'), version: z.string(), at: instantSchema }),
    ...stoppedSchemas,
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/**
 * Takes a step back: gives up the pending credential, or puts the previous version's value back in use. The old credential is
 * valid all the time, because nothing is revoked before adoption is proven. Idempotent.
 */
export const rollBackContract = defineActivity({
  name: 'rotation-roll-back',
  input: keySchema.extend({
    what: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('pending'), pending: credentialSchema }),
      z.object({ kind: z.literal('promoted'), bad: credentialSchema, good: credentialSchema }),
    ]),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('rolled-back'), version: z.string().nullable() }),
    ...stoppedSchemas,
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Marks a version that somebody else made as current, and the one before as previous. Idempotent. */
export const noticeContract = defineActivity({
  name: 'rotation-notice',
  input: keySchema.extend({ version: z.string() }),
  output: z.object({ marked: z.boolean() }),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Tells consumers of a version. Idempotent: they may be told again. */
export const propagateContract = defineActivity({
  name: 'rotation-propagate',
  input: keySchema.extend({ version: z.string() }),
  output: z.object({ told: z.array(z.string()), notTold: z.array(z.object({ name: z.string(), reason: z.string() })) }),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Looks whether consumers use a version, and whether the old credential is still used; tells laggards again, and people of them. */
export const lookContract = defineActivity({
  name: 'rotation-look',
  input: keySchema.extend({
    version: z.string(),
    /** The credential that is to be revoked; null when there is none. */
    old: z.string().nullable(),
    /** Use of the old credential before this does not count. */
    since: instantSchema,
    /** Tell people of those that lag, under this number of the warning; null: not yet. */
    warning: z.number().int().nullable(),
  }),
  output: adoptionSchema,
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Revokes a credential and disables its version; tells what is wrong with the stages afterwards. Idempotent. */
export const revokeContract = defineActivity({
  name: 'rotation-revoke',
  input: keySchema.extend({
    old: credentialSchema,
    /** The credential that must stay valid; null when there is none yet (`cut`). */
    keep: z.string().nullable(),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('revoked'), at: instantSchema, problems: z.array(z.string()) }),
    ...stoppedSchemas,
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Writes the report and the ledger entry, and tells people what they have to know. Idempotent by the rotation's id. */
export const recordRotationContract = defineActivity({
  name: 'rotation-record',
  input: z.object({ report: rotationReportSchema }),
  output: z.object({ recorded: z.literal(true) }),
  // What was done must be written down: tried for about a day.
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});
