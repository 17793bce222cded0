import { z } from 'zod';
import { parseResourceId } from '../../../kernel/resource-id';
import { resourceIdSchema } from '../../../kernel/schemas';
import { defineRotator, type RotatorKind } from '../rotator';
import { twoSlots } from '../two-slots';

const settingsSchema = z.strictObject({ kind: z.literal('storage-account-key'), account: resourceIdSchema });

/** Keys of a storage account: two slots, `key1` and `key2`. */
export const storageAccountKey: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'storage-account-key',
  summary: 'a key of a storage account (two slots)',
  settings: settingsSchema,
  uses: () => [],
  make: ({ account }, { storageKeys }) =>
    twoSlots(storageKeys, account, `storage-account:${parseResourceId(account)?.parts.name ?? account}`),
});
