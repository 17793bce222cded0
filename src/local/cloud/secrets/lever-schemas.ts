import { z } from 'zod';
import type { SecretControl } from './model';

const text = z.string().min(1);
const place = { vault: text, name: text };
const manner = z.enum(['prompt', 'lags', 'fails']);

/** What the levers on secrets take. */
export const secretParameters: Record<keyof SecretControl, z.ZodType<unknown[]>> = {
  secrets: z.tuple([text]),
  putSecret: z.tuple([
    z.strictObject({
      ...place,
      value: text.optional(),
      expiresAt: z.number().optional(),
      enabled: z.boolean().optional(),
      tags: z.record(z.string(), z.string()).optional(),
    }),
  ]),
  changeSecret: z.tuple([
    z.strictObject({ ...place, enabled: z.boolean().optional(), expiresAt: z.number().nullable().optional() }),
  ]),
  deleteSecret: z.tuple([z.strictObject(place)]),
  secretConsumers: z.tuple([]),
  setConsumer: z.tuple([text, manner]),
  credentials: z.tuple([]),
  credentialViolations: z.tuple([]),
  clearCredentialViolations: z.tuple([]),
  resetSecrets: z.tuple([]),
  secretValues: z.tuple([]),
};
