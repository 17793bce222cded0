import { z } from 'zod';
import { durationSchema, nameSchema } from '../kernel/policy-fields';
import { kindSchema, severitySchema } from '../notify/model';

/** A place where people read. Its address is a secret, and so stands in the setting CARETAKER_CHANNELS under the same name. */
const channelSchema = z
  .strictObject({
    kind: z.enum(['teams', 'slack', 'webhook']),
    /** The same thing is told again after so long at the earliest. */
    window: durationSchema.prefault('1h'),
    /** So many messages `per` length of time; what comes faster is told together. */
    burst: z.number().int().min(1).max(1000).default(10),
    per: durationSchema.prefault('10m'),
  })
  .transform(({ kind, window, burst, per }) => ({ kind, windowSeconds: window, burst, perSeconds: per }));

const routeSchema = z
  .strictObject({
    to: z.array(nameSchema).min(1).max(20),
    environments: z.array(nameSchema).min(1).max(100).optional(),
    kinds: z.array(kindSchema).min(1).optional(),
    severity: z.array(severitySchema).min(1).optional(),
  })
  .transform(({ severity, ...route }) => ({ ...route, severities: severity }));

/** Who is told what. Every route that fits is taken; what fits none stands in the log alone. */
export const notificationsSchema = z.strictObject({
  channels: z.record(nameSchema, channelSchema),
  routes: z.array(routeSchema).max(200).default([]),
});
