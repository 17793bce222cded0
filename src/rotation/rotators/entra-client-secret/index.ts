import { z } from 'zod';
import { defineRotator, type RotatorKind } from '../rotator';

const settingsSchema = z.strictObject({
  kind: z.literal('entra-client-secret'),
  /** Object id of the application (not its client id). */
  application: z.guid(),
});

/**
 * A client secret of an Entra application. Secrets overlap; a new one carries the rotation's id as its name, so that one whose value
 * was lost with the answer is found, removed and made again.
 */
export const entraClientSecret: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'entra-client-secret',
  summary: 'a client secret of an Entra application (overlapping)',
  settings: settingsSchema,
  uses: () => [],
  make({ application }, { passwords }) {
    return {
      subjects: async ({ abort }) => [`application:${(await passwords.application(application, abort)).clientId}`],
      async identify(value, { abort }) {
        // The directory shows the first characters of each secret and nothing more. Two that begin alike cannot be told apart.
        const { passwords: known } = await passwords.application(application, abort);
        const fitting = known.filter(({ hint }) => hint !== null && hint !== '' && value.reveal().startsWith(hint));
        return fitting.length === 1 ? (fitting[0]?.id ?? null) : null;
      },
      async issue(_current, expiresAt, { rotationId, abort }) {
        const { passwords: known } = await passwords.application(application, abort);
        for (const { id } of known.filter(({ name }) => name === rotationId)) {
          await passwords.remove(application, id, abort);
        }
        const { id, secret } = await passwords.add(application, rotationId, expiresAt, abort);
        return { credential: id, value: secret };
      },
      async test({ value }, { abort }) {
        const { clientId } = await passwords.application(application, abort);
        return passwords.attempt(clientId, value, abort);
      },
      async usage(credential, since, { abort }) {
        const { clientId } = await passwords.application(application, abort);
        const usage = await passwords.lastUsed(clientId, credential, abort);
        return usage.kind === 'used' && usage.lastUsedAt <= since ? { kind: 'unused' } : usage;
      },
      revoke: (credential, { abort }) => passwords.remove(application, credential, abort),
      discard: (credential, { abort }) => passwords.remove(application, credential, abort),
    };
  },
});
