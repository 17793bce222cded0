import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { Clock } from '../../kernel/clock';
import { describeError, TransientError } from '../../kernel/errors';

/** A token is read anew after so long, in milliseconds: rotation leaves the old one valid for longer than that. */
const life = 5 * 60_000;

/**
 * Cloudflare's token from a secret in Key Vault, by its address without a version. Kept for five minutes, and read at once when
 * one was refused, so that a renewal is no outage.
 */
export function createVaultToken(options: {
  readonly secretUri: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}): (refresh: boolean) => Promise<string> {
  const { secretUri, credential, clock } = options;
  const url = new URL(secretUri);
  const name = url.pathname.split('/')[2] ?? '';
  const client = new SecretClient(url.origin, credential);
  let kept: { readonly value: string; readonly at: number } | undefined;
  return async (refresh) => {
    if (!refresh && kept !== undefined && clock.now() - kept.at < life) {
      return kept.value;
    }
    try {
      const { value } = await client.getSecret(name);
      if (value === undefined || value === '') {
        throw new TransientError('NoDnsToken', `the secret ${name} is empty`);
      }
      kept = { value, at: clock.now() };
      return value;
    } catch (error) {
      throw new TransientError('NoDnsToken', `Cloudflare's token cannot be read: ${describeError(error)}`, {
        cause: error,
      });
    }
  };
}
