import { z } from 'zod';
import { resourceIdSchema } from '../../../kernel/schemas';
import { defineRotator, type RotatorKind } from '../rotator';
import { twoSlots } from '../two-slots';

const settingsSchema = z.strictObject({ kind: z.literal('redis-access-key'), database: resourceIdSchema });

/** Access keys of a database of Azure Managed Redis: two slots, `Primary` and `Secondary`. */
export const redisAccessKey: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'redis-access-key',
  summary: 'an access key of a Redis database (two slots)',
  settings: settingsSchema,
  uses: () => [],
  make: ({ database }, { redisKeys }) => twoSlots(redisKeys, database, `redis:${database}`),
});
