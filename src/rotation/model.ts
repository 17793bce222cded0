import { z } from 'zod';
import { limitsSchema } from '../guard/model';
import { outcomeSchema } from '../kernel/outcome';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** Names of the tags in which a version's stage is kept. Key Vault is the truth: there is no second list anywhere. */
export const tagNames = {
  stage: 'caretaker-stage',
  rotation: 'caretaker-rotation',
  credential: 'caretaker-credential',
  tries: 'caretaker-tries',
  revokedAt: 'caretaker-revoked-at',
} as const;

/**
 * Where a version stands.
 * - `pending`: made and not yet in use; disabled, under the secret's pending name.
 * - `current`: what consumers get. Always the newest version of the secret.
 * - `previous`: what they got before; enabled until it is revoked, disabled from then on.
 * - `spent`: a pending version whose value became current.
 * - `failed`: a version that was rolled back, or a pending one that was given up.
 * - `retired`: older than `previous`.
 */
export const stageSchema = z.enum(['pending', 'current', 'previous', 'spent', 'failed', 'retired']);
export type Stage = z.infer<typeof stageSchema>;

/** A version, with what its tags say. */
export const stagedVersionSchema = z.object({
  version: z.string(),
  enabled: z.boolean(),
  createdAt: instantSchema,
  expiresAt: instantSchema.nullable(),
  stage: stageSchema.nullable(),
  rotation: z.string().nullable(),
  /** Which credential of the provider it holds: a slot or an id, never a value. */
  credential: z.string().nullable(),
  tries: z.number().int(),
  revokedAt: instantSchema.nullable(),
});
export type StagedVersion = z.infer<typeof stagedVersionSchema>;

/** Names that Key Vault takes, with room for the ending of the pending one. */
export const secretNameSchema = z
  .string()
  .regex(/^[0-9a-zA-Z-]{1,118}$/, 'is not a secret name; use 1 to 118 letters, digits and hyphens');

/** The name under which a version waits that is not in use yet. */
export const pendingName = (secret: string): string => `${secret}--pending`;
export const isPendingName = (name: string): boolean => name.endsWith('--pending');

const consumerName = z.string().regex(/^[a-z0-9-]{1,60}$/, 'use 1 to 60 lower-case letters, digits and hyphens');

/** Who uses a secret, how it is told, and how it can be seen that it has the new one. */
export const consumerSchema = z.discriminatedUnion('kind', [
  /** An App Service or Function app with a setting that refers to the secret. */
  z.strictObject({
    kind: z.literal('app-setting'),
    name: consumerName,
    site: resourceIdSchema,
    setting: z.string().min(1).max(200),
  }),
  /** A machine, or every machine of a scale set: told by a script, whose last line says `version=<version in use>`. */
  z.strictObject({
    kind: z.literal('machines'),
    name: consumerName,
    target: resourceIdSchema,
    script: z.string().min(1).max(1000),
  }),
  /** A service with a webhook for news about its secrets. */
  z.strictObject({
    kind: z.literal('service'),
    name: consumerName,
    url: z.url({ protocol: /^https$/ }),
    /** Name of the secret, in the same vault, that what is sent is signed with. */
    signing: secretNameSchema,
  }),
]);
export type Consumer = z.infer<typeof consumerSchema>;

/** A rotator with its settings, which the rotator itself checks. */
export const rotatorSettingsSchema = z.looseObject({ kind: z.string().min(1).max(60) });
export type RotatorSettings = z.infer<typeof rotatorSettingsSchema>;

/** Everything that is written down about one secret. Lengths in seconds. */
export const bindingSchema = z.object({
  vault: resourceIdSchema,
  secret: secretNameSchema,
  owner: z.string().max(200).nullable(),
  rotator: rotatorSettingsSchema,
  consumers: z.array(consumerSchema).max(20),
  /** So long before its expiry a secret is rotated. */
  leadSeconds: z.number().int().min(0),
  /** A new version lives so long. */
  validitySeconds: z.number().int().min(1),
  /** So long before the expiry people are told, each once. */
  warnSeconds: z.array(z.number().int().min(0)).max(10),
  overlap: z.object({
    /** Both credentials are valid at least so long. */
    soakSeconds: z.number().int().min(0),
    /** From the first look at consumers to the second; later ones are further apart. */
    lookSeconds: z.number().int().min(1),
    /** A consumer that lags longer is told of. */
    warnSeconds: z.number().int().min(0),
    /** After so long the rotation ends with both credentials valid, and a person decides. */
    longestSeconds: z.number().int().min(1),
  }),
  /** So often a new credential is tried before it is given up, and a pending version of an earlier rotation is taken up. */
  attempts: z.number().int().min(1).max(10),
});
export type Binding = z.infer<typeof bindingSchema>;

/**
 * How it is rotated.
 * - `due`: only when its time has come.
 * - `now`: whenever it is.
 * - `leak`: the old credential is revoked as soon as consumers were told of the new one, whether or not they took it.
 * - `cut`: the old credential is revoked before consumers have a new one: the service goes down, the leak ends now.
 * - `finish`: only ends an overlap that was left open.
 * - `back`: puts the previous version back in use.
 */
export const modeSchema = z.enum(['due', 'now', 'leak', 'cut', 'finish', 'back']);
export type Mode = z.infer<typeof modeSchema>;

export const askedBySchema = z.object({
  kind: z.enum(['event', 'sweep', 'operator']),
  /** The event's type, or the person. */
  name: z.string().max(200),
});

/** One rotation as ordered. Everything it may do is decided here: nothing is looked up later. */
export const rotationOrderSchema = z.object({
  /** Deterministic: a duplicate order has the same id and is the same rotation. At most 90 characters. */
  rotationId: z.string().min(1).max(90),
  environment: z.string(),
  /** `<vault>/secrets/<name>`: what the guard's lease is about. */
  target: resourceIdSchema,
  mode: modeSchema,
  askedBy: askedBySchema,
  binding: bindingSchema,
  limits: limitsSchema,
  patienceSeconds: z.number().int().min(1),
});
export type RotationOrder = z.infer<typeof rotationOrderSchema>;

/** What was found by looking at the vault and at the provider. */
export const secretFactsSchema = z.object({
  now: instantSchema,
  /** Versions of the secret, oldest first: the newest fifty. */
  versions: z.array(stagedVersionSchema).readonly(),
  /** The newest version under the pending name. */
  pending: stagedVersionSchema.nullable(),
  /** The name is taken by a secret that was deleted and can still be recovered. */
  deleted: z.boolean(),
  /** Which credential of the provider the current version holds; null when the provider knows none like it. */
  credential: z.string().nullable(),
  /** Why this credential must not be rotated by Caretaker: it stands on it. */
  standsOn: z.string().nullable(),
  /** Whether the rotator can make a new credential: `observe-only` cannot. */
  rotates: z.boolean(),
});
export type SecretFacts = z.infer<typeof secretFactsSchema>;

const reasonsSchema = z.array(z.string().max(512));

/** What a rotation wants to do, decided from what was found. */
export const rotationPlanSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rotate'),
    reasons: reasonsSchema,
    /** The version in use and its credential: what will be revoked. */
    current: z.object({ version: z.string(), credential: z.string() }),
    pending: z.enum(['none', 'take-over', 'replace']),
  }),
  /** The new credential is in use already; the old one is still valid. */
  z.object({
    kind: z.literal('finish'),
    reasons: reasonsSchema,
    current: z.object({ version: z.string(), credential: z.string() }),
    previous: z.object({ version: z.string(), credential: z.string() }),
    since: instantSchema,
  }),
  /** Somebody else made a new version: mark it, tell consumers, see them take it. Nothing is revoked. */
  z.object({ kind: z.literal('notice'), reasons: reasonsSchema, version: z.string(), since: instantSchema }),
  /** The previous version is put back in use. */
  z.object({
    kind: z.literal('back'),
    reasons: reasonsSchema,
    current: z.object({ version: z.string(), credential: z.string() }),
    previous: z.object({ version: z.string(), credential: z.string() }),
  }),
  z.object({ kind: z.literal('nothing-to-do'), reasons: reasonsSchema }),
  z.object({ kind: z.literal('impossible'), reasons: reasonsSchema }),
]);
export type RotationPlan = z.infer<typeof rotationPlanSchema>;

/** What was seen of one consumer. */
export const consumerSightingSchema = z.object({
  name: z.string(),
  kind: z.enum(['adopted', 'lagging', 'failing', 'unknown']),
  reason: z.string().max(300),
});
export type ConsumerSighting = z.infer<typeof consumerSightingSchema>;

/** What was seen of the old credential. */
export const usageSchema = z.object({
  kind: z.enum(['unused', 'used', 'unknown']),
  lastUsedAt: instantSchema.nullable(),
});

export const adoptionSchema = z.object({
  /** Whether the old credential may be revoked. */
  verdict: z.enum(['proven', 'waiting', 'failing']),
  reasons: reasonsSchema,
  consumers: z.array(consumerSightingSchema),
  usage: usageSchema,
});
export type Adoption = z.infer<typeof adoptionSchema>;

/**
 * How a rotation ended.
 * - `rotated`: the new credential is in use, the old one is revoked.
 * - `noticed`: somebody else's new version is in use by all consumers.
 * - `rolled-back`: the new credential did not work, and consumers have what they had before.
 * - `overlap-open`: both credentials are valid, because adoption is not proven; a person decides.
 */
export const rotationEndSchema = z.enum([
  'rotated',
  'noticed',
  'rolled-back',
  'overlap-open',
  'nothing-to-do',
  'impossible',
  'refused',
  'asked',
  'stopped',
  'out-of-patience',
  'fenced',
  'failed',
]);
export type RotationEnd = z.infer<typeof rotationEndSchema>;

export const rotationEventSchema = z.object({
  at: instantSchema,
  stage: z.enum(['observe', 'guard', 'pending', 'test', 'promote', 'propagate', 'adoption', 'revoke', 'undo']),
  text: z.string().max(1024),
});
export type RotationEvent = z.infer<typeof rotationEventSchema>;

/** What became of a rotation. Holds no value, and no hash of one. */
export const rotationReportSchema = z.object({
  id: z.string(),
  environment: z.string(),
  target: resourceIdSchema,
  vault: resourceIdSchema,
  secret: z.string(),
  owner: z.string().nullable(),
  rotator: z.string(),
  mode: modeSchema,
  askedBy: askedBySchema,
  startedAt: instantSchema,
  finishedAt: instantSchema,
  end: rotationEndSchema,
  /** Null when consumers were never given anything new. */
  outcome: outcomeSchema.nullable(),
  reasons: z.array(z.string()),
  /** Versions of the secret. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  promotedAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
  adoption: adoptionSchema.nullable(),
  events: z.array(rotationEventSchema).max(200),
});
export type RotationReport = z.infer<typeof rotationReportSchema>;

/** How a rotation stands while it is under way: the custom status of its orchestration. */
export const rotationProgressSchema = z.object({
  target: z.string(),
  runbook: z.string(),
  mode: modeSchema,
  stage: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  promotedAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
  soakSeconds: z.number(),
  longestSeconds: z.number(),
  /** Consumers by name. */
  told: z.array(z.string()),
  /** What was seen of them at the last look; null before the first. */
  seen: z.array(consumerSightingSchema).nullable(),
  usage: usageSchema.nullable(),
  /** The newest of each stage, cut short; the report has all of them. */
  events: z.array(rotationEventSchema),
});
export type RotationProgress = z.infer<typeof rotationProgressSchema>;

/** Registered function name. Renaming it breaks what is in flight. */
export const rotationOrchestratorName = 'rotation-v1';
