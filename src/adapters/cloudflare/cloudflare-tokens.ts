import Cloudflare from 'cloudflare';
import { epochOf, isoOf } from '../../kernel/clock';
import { PermanentError, TransientError, type AutomationError } from '../../kernel/errors';
import { SecretValue } from '../../kernel/secret-value';
import type { ManagedTokens } from '../../ports/credentials';
import { failureOf } from './classify';

const patience = 30_000;

/** User tokens of Cloudflare, made and deleted with a token that may manage tokens. */
export function createCloudflareTokens({ endpoint }: { readonly endpoint: string }): ManagedTokens {
  const as = (token: SecretValue): Cloudflare =>
    new Cloudflare({ apiToken: token.reveal(), baseURL: endpoint, maxRetries: 0, timeout: patience });

  async function asked<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw discreetly(error, what);
    }
  }

  return {
    async identify(token, signal) {
      try {
        const { id, status } = await as(token).user.tokens.verify({ signal });
        return status === 'active' ? id : undefined;
      } catch (error) {
        const { status } = failureOf(error);
        if (status === 400 || status === 401 || status === 403) {
          return undefined;
        }
        throw discreetly(error, 'verify a token');
      }
    },
    named: (manager, name, signal) =>
      asked('list tokens', async () => {
        const found: string[] = [];
        for await (const token of as(manager).user.tokens.list({ per_page: 50 }, { signal })) {
          if (token.name === name && token.id !== undefined) {
            found.push(token.id);
          }
        }
        return found;
      }),
    createLike: (manager, like, name, expiresAt, signal) =>
      asked('make a token', async () => {
        const client = as(manager);
        const { policies = [], condition } = await client.user.tokens.get(like, { signal });
        const made = await client.user.tokens.create(
          {
            name,
            policies: policies.map(({ effect, resources, permission_groups }) => ({
              effect,
              resources,
              permission_groups: permission_groups.map(({ id }) => ({ id })),
            })),
            ...(condition === undefined ? {} : { condition }),
            // Cloudflare takes whole seconds.
            ...(expiresAt === null ? {} : { expires_on: expiresAt.replace(/\.\d+Z$/, 'Z') }),
          },
          { signal },
        );
        if (made.id === undefined || made.value === undefined) {
          throw new TransientError('CloudflareUnavailable', 'Cloudflare made a token and did not show it');
        }
        return { id: made.id, token: new SecretValue(made.value) };
      }),
    lastUsed: (manager, id, signal) =>
      asked('look at a token', async () => {
        const { last_used_on } = await as(manager).user.tokens.get(id, { signal });
        const at = epochOf(last_used_on ?? '');
        return at === undefined ? null : isoOf(at);
      }),
    remove: (manager, id, signal) =>
      asked('delete a token', async () => {
        try {
          await as(manager).user.tokens.delete(id, { signal });
        } catch (error) {
          if (failureOf(error).status !== 404) {
            throw error;
          }
        }
      }),
  };
}

/** As for every side that is shown secrets: status and code, and nothing that the other side said. */
function discreetly(error: unknown, what: string): AutomationError {
  if (error instanceof TransientError || error instanceof PermanentError) {
    return error;
  }
  const { status, retryAfterSeconds } = failureOf(error);
  const text = `Cloudflare, ${what}: ${status === undefined ? 'no answer' : `status ${status}`}`;
  const details = { status: status ?? null };
  if (status === undefined || status === 401 || status === 408 || status === 429 || status >= 500) {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new TransientError('CloudflareUnavailable', text, { details, ...wait });
  }
  return new PermanentError('CloudflareRefused', text, { details });
}
