import { z } from 'zod';
import { PermanentError } from '../../../kernel/errors';
import type { Hook } from '../../../ports/credentials';
import { secretNameSchema } from '../../model';
import { defineRotator, type Occasion, type RotatorKind } from '../rotator';

const settingsSchema = z.strictObject({
  kind: z.literal('generated'),
  /** Rotation hook of the service that checks the secret. */
  hook: z.url({ protocol: /^https$/ }),
  /** Name of the secret, in the same vault, that requests to the hook are signed with. */
  signing: secretNameSchema,
  /** Characters of the new secret, six bits each. */
  length: z.number().int().min(32).max(256).default(48),
});

/** A secret of our own making, which a service in the house takes beside the old one. */
export const generated: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'generated',
  summary: 'a generated secret, handed to a service through its rotation hook',
  settings: settingsSchema,
  uses: ({ signing }) => [signing],
  make({ hook: url, signing, length }, { secrets, hooks, generator }) {
    const hookOf = async ({ vault, abort }: Occasion): Promise<Hook> => {
      const newest = (await secrets.versions(vault, signing, abort)).at(-1);
      if (newest === undefined) {
        throw new PermanentError(
          'SigningKeyAbsent',
          `the vault has no secret ${signing}, which must hold the signing key`,
        );
      }
      return { url, signingKey: await secrets.read(vault, signing, newest.version, abort) };
    };
    const revoke = async (credential: string, occasion: Occasion): Promise<void> =>
      hooks.revoke(await hookOf(occasion), credential, occasion.abort);
    return {
      subjects: async () => [`hook:${url}`],
      identify: async (value, occasion) => hooks.identify(await hookOf(occasion), value, occasion.abort),
      issue: async (_current, _expiresAt, { rotationId }) => ({
        credential: rotationId,
        value: generator.generate(length),
      }),
      install: async ({ credential, value }, occasion) =>
        hooks.install(await hookOf(occasion), credential, value, occasion.abort),
      async test({ credential, value }, occasion) {
        const name = await hooks.identify(await hookOf(occasion), value, occasion.abort);
        return name === credential
          ? { works: true }
          : { works: false, reason: 'the service does not take the new secret' };
      },
      usage: async (credential, since, occasion) =>
        hooks.usage(await hookOf(occasion), credential, since, occasion.abort),
      revoke,
      discard: revoke,
    };
  },
});
