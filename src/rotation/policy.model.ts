import { z } from 'zod';
import { resourceIdSchema } from '../kernel/schemas';
import { durationSchema } from '../rules/model';
import { consumerSchema, rotatorSettingsSchema, secretNameSchema } from './model';

const overlapFields = {
  /** Both credentials are valid at least so long. */
  soak: durationSchema,
  /** From the first look at consumers to the second. */
  look: durationSchema,
  /** People are told of a consumer that lags longer. */
  warn: durationSchema,
  /** Then the rotation ends with both credentials valid, and a person decides. */
  longest: durationSchema,
};

const overlapSchema = z.strictObject({
  soak: overlapFields.soak.prefault('1h'),
  look: overlapFields.look.prefault('30m'),
  warn: overlapFields.warn.prefault('4h'),
  longest: overlapFields.longest.prefault('7d'),
});

const warnSchema = z.array(durationSchema).max(10);
const attemptsSchema = z.number().int().min(1).max(10);

/** One secret, as it is written down. What it does not say is said by the defaults. */
export const secretEntrySchema = z.strictObject({
  name: secretNameSchema,
  owner: z.string().min(1).max(200).optional(),
  rotator: rotatorSettingsSchema,
  consumers: z.array(consumerSchema).max(20).prefault([]),
  lead: durationSchema.optional(),
  validity: durationSchema.optional(),
  warn: warnSchema.optional(),
  overlap: z.strictObject(overlapFields).partial().optional(),
  attempts: attemptsSchema.optional(),
});

/** The document `rotation.yaml`. */
export const rotationPolicySchema = z.strictObject({
  version: z.literal(1),
  defaults: z
    .strictObject({
      /** So long before its expiry a secret is rotated. */
      lead: durationSchema.prefault('30d'),
      /** A new version lives so long. */
      validity: durationSchema.prefault('90d'),
      /** So long before the expiry people are told, each once. */
      warn: warnSchema.prefault(['30d', '14d', '7d', '1d']),
      overlap: overlapSchema.prefault({}),
      /** So often a new credential is tried before it is given up. */
      attempts: attemptsSchema.prefault(3),
    })
    .prefault({}),
  vaults: z.array(z.strictObject({ id: resourceIdSchema, secrets: z.array(secretEntrySchema).max(500) })).max(50),
});
export type RotationPolicy = z.infer<typeof rotationPolicySchema>;
