import { z } from 'zod';
import { PermanentError } from '../../../kernel/errors';
import type { SecretValue } from '../../../kernel/secret-value';
import { secretNameSchema } from '../../model';
import { defineRotator, type Occasion, type Rotator, type RotatorKind } from '../rotator';

const settingsSchema = z.strictObject({
  kind: z.literal('cloudflare-api-token'),
  /** Name of the secret, in the same vault, with the token that may manage tokens. */
  manager: secretNameSchema,
});

/**
 * A token of Cloudflare's API: a new one with the same policies and conditions, then the old one is deleted. The new token carries
 * the rotation's id in its name, so that one whose value was lost with the answer is found, deleted and made again.
 */
export const cloudflareApiToken: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'cloudflare-api-token',
  summary: "a token of Cloudflare's API (a new one with the same policies)",
  settings: settingsSchema,
  uses: ({ manager }) => [manager],
  make({ manager }, { secrets, tokens }): Rotator {
    const managerToken = async ({ vault, abort }: Occasion): Promise<SecretValue> => {
      const newest = (await secrets.versions(vault, manager, abort)).at(-1);
      if (newest === undefined) {
        throw new PermanentError(
          'ManagerAbsent',
          `the vault has no secret ${manager}, which must hold the token that manages tokens`,
        );
      }
      return secrets.read(vault, manager, newest.version, abort);
    };
    const remove = async (id: string, occasion: Occasion): Promise<void> =>
      tokens.remove(await managerToken(occasion), id, occasion.abort);
    return {
      subjects: async () => [],
      identify: async (value, { abort }) => (await tokens.identify(value, abort)) ?? null,
      async issue(current, expiresAt, occasion) {
        const manage = await managerToken(occasion);
        const name = `${occasion.secret} ${occasion.rotationId}`.slice(0, 120);
        for (const id of await tokens.named(manage, name, occasion.abort)) {
          await tokens.remove(manage, id, occasion.abort);
        }
        const { id, token } = await tokens.createLike(manage, current, name, expiresAt, occasion.abort);
        return { credential: id, value: token };
      },
      async test({ credential, value }, { abort }) {
        const id = await tokens.identify(value, abort);
        return id === credential ? { works: true } : { works: false, reason: 'the token is not active' };
      },
      async usage(credential, since, occasion) {
        const lastUsedAt = await tokens.lastUsed(await managerToken(occasion), credential, occasion.abort);
        return lastUsedAt !== null && lastUsedAt > since ? { kind: 'used', lastUsedAt } : { kind: 'unused' };
      },
      revoke: remove,
      discard: remove,
    };
  },
});
