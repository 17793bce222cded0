import { z } from 'zod';
import { isoOf, type Clock } from '../../kernel/clock';
import { instantSchema } from '../../kernel/schemas';
import type { Adoption, ConsumerWebhooks } from '../../ports/consumers';
import type { RotationHooks } from '../../ports/credentials';
import { postSigned } from './signed-request';

const identifiedSchema = z.object({ credential: z.string().max(200).nullable() });
const usageSchema = z.object({ lastUsedAt: instantSchema.nullable() });
const reportSchema = z.object({ version: z.string().max(64), state: z.enum(['working', 'failing']) });

/** Rotation hooks of services over HTTPS. */
export function createHttpsRotationHooks({ clock }: { readonly clock: Clock }): RotationHooks {
  return {
    async install({ url, signingKey }, credential, value, abort) {
      await postSigned(clock, url, signingKey, { action: 'install', credential, value: value.reveal() }, abort);
    },
    async identify({ url, signingKey }, value, abort) {
      const answer = await postSigned(clock, url, signingKey, { action: 'identify', value: value.reveal() }, abort);
      return identifiedSchema.parse(answer).credential;
    },
    async usage({ url, signingKey }, credential, since, abort) {
      const answer = await postSigned(clock, url, signingKey, { action: 'usage', credential }, abort);
      const parsed = usageSchema.safeParse(answer);
      if (!parsed.success) {
        return { kind: 'unknown' };
      }
      const { lastUsedAt } = parsed.data;
      return lastUsedAt !== null && lastUsedAt > since ? { kind: 'used', lastUsedAt } : { kind: 'unused' };
    },
    async revoke({ url, signingKey }, credential, abort) {
      await postSigned(clock, url, signingKey, { action: 'revoke', credential }, abort);
    },
  };
}

/** Webhooks of services that use secrets, over HTTPS. Names and versions are sent, never values. */
export function createHttpsConsumerWebhooks({ clock }: { readonly clock: Clock }): ConsumerWebhooks {
  return {
    async tell(url, signingKey, { vault, name, version }, abort) {
      const sentAt = isoOf(clock.now());
      await postSigned(clock, url, signingKey, { action: 'changed', vault, name, version, sentAt }, abort);
    },
    async adoption(url, signingKey, { vault, name, version: wanted }, abort): Promise<Adoption> {
      const answer = await postSigned(clock, url, signingKey, { action: 'status', vault, name }, abort);
      const parsed = reportSchema.safeParse(answer);
      if (!parsed.success) {
        return { kind: 'unknown', reason: 'the service does not say which version it uses' };
      }
      const { version, state } = parsed.data;
      if (version !== wanted) {
        return { kind: 'lagging', reason: `it uses version ${version || 'none'}` };
      }
      return state === 'working'
        ? { kind: 'adopted' }
        : { kind: 'failing', reason: 'it cannot work with the new version' };
    },
  };
}
