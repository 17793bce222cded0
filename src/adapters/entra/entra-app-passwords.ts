import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { epochOf, isoOf, type Iso8601 } from '../../kernel/clock';
import { PermanentError, TransientError } from '../../kernel/errors';
import { SecretValue } from '../../kernel/secret-value';
import type { AppPasswords, Trial } from '../../ports/credentials';

export interface EntraAppPasswordsOptions {
  readonly credential: TokenCredential;
  /** `https://graph.microsoft.com` */
  readonly graph: string;
  /** `https://login.microsoftonline.com` */
  readonly login: string;
  readonly tenantId: string;
}

const applicationSchema = z.object({
  appId: z.string(),
  passwordCredentials: z.array(
    z.object({ keyId: z.string(), displayName: z.string().nullish(), hint: z.string().nullish() }),
  ),
});
const addedSchema = z.object({ keyId: z.string(), secretText: z.string() });
const activitySchema = z.object({
  value: z.array(
    z.object({ keyId: z.string(), signInActivity: z.object({ lastSignInDateTime: z.string().nullish() }).nullish() }),
  ),
});

/** Microsoft Entra's codes for a client secret that is not (yet) known: AADSTS7000215, and 7000222 for an expired one. */
const unknownSecret: ReadonlySet<number> = new Set([7_000_215, 7_000_222]);

/**
 * Client secrets of applications, through Microsoft Graph. Needs `Application.ReadWrite.OwnedBy` and ownership of the application,
 * and `AuditLog.Read.All` for when a secret was last used, which Graph tells in its beta only.
 */
export function createEntraAppPasswords({
  credential,
  graph,
  login,
  tenantId,
}: EntraAppPasswordsOptions): AppPasswords {
  async function ask(method: 'GET' | 'POST', path: string, abort: AbortSignal, body?: unknown): Promise<unknown> {
    const token = await credential
      .getToken('https://graph.microsoft.com/.default', { abortSignal: abort })
      .catch(() => null);
    if (token === null) {
      throw new TransientError('GraphUnavailable', 'no token for Microsoft Graph could be had');
    }
    const headers = { authorization: `Bearer ${token.token}`, 'content-type': 'application/json' };
    const request = { method, headers, signal: abort, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const what = `Microsoft Graph, ${method} ${path.split('?')[0]?.split('/').at(-1) ?? ''}`;
    const response = await fetch(`${graph}${path}`, request).catch(() => undefined);
    if (response === undefined) {
      throw new TransientError('GraphUnavailable', `${what}: no answer`);
    }
    if (!response.ok) {
      await response.body?.cancel();
      const text = `${what}: status ${response.status}`;
      const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
      if ([401, 408, 429].includes(response.status) || response.status >= 500) {
        throw new TransientError('GraphUnavailable', text, Number.isFinite(wait) ? { retryAfterSeconds: wait } : {});
      }
      throw new PermanentError('GraphRefused', text, { details: { status: response.status } });
    }
    return response.status === 204 ? undefined : response.json();
  }

  const application: AppPasswords['application'] = async (id, abort) => {
    const path = `/v1.0/applications/${id}?$select=id,appId,passwordCredentials`;
    const { appId, passwordCredentials } = applicationSchema.parse(await ask('GET', path, abort));
    const passwords = passwordCredentials.map(({ keyId, displayName, hint }) => ({
      ...{ id: keyId, name: displayName ?? null, hint: hint ?? null },
    }));
    return { clientId: appId, passwords };
  };

  return {
    application,
    async add(id, name, expiresAt, abort) {
      const passwordCredential = { displayName: name, ...(expiresAt === null ? {} : { endDateTime: expiresAt }) };
      const made = await ask('POST', `/v1.0/applications/${id}/addPassword`, abort, { passwordCredential });
      const { keyId, secretText } = addedSchema.parse(made);
      return { id: keyId, secret: new SecretValue(secretText) };
    },
    async remove(id, password, abort) {
      // Graph refuses to remove what is not there, in the same way as other mistakes: so it is looked at first.
      const { passwords } = await application(id, abort);
      if (passwords.some((one) => one.id === password)) {
        await ask('POST', `/v1.0/applications/${id}/removePassword`, abort, { keyId: password });
      }
    },
    async attempt(clientId, secret, abort): Promise<Trial> {
      const body = new URLSearchParams({
        ...{ client_id: clientId, client_secret: secret.reveal(), grant_type: 'client_credentials' },
        scope: 'https://graph.microsoft.com/.default',
      });
      const response = await fetch(`${login}/${tenantId}/oauth2/v2.0/token`, {
        method: 'POST',
        body,
        signal: abort,
      }).catch(() => undefined);
      if (response === undefined || response.status >= 500 || response.status === 429) {
        throw new TransientError('LoginUnavailable', `Microsoft Entra: ${response?.status ?? 'no answer'}`);
      }
      const answer = (await response.json().catch(() => ({}))) as { error_codes?: readonly number[] };
      if (response.ok) {
        return { works: true };
      }
      const codes = answer.error_codes ?? [];
      const reason = codes.some((code) => unknownSecret.has(code))
        ? 'does not know the secret'
        : 'does not let it sign in';
      return { works: false, reason: `Microsoft Entra ${reason} (AADSTS${codes[0] ?? 'unknown'})` };
    },
    async lastUsed(clientId, password, abort) {
      const filter = encodeURIComponent(`appId eq '${clientId}'`);
      let raw: unknown;
      try {
        raw = await ask('GET', `/beta/reports/appCredentialSignInActivities?$filter=${filter}`, abort);
      } catch (error) {
        // Without the permission, or in a tenant without the licence, nobody can say: that is no failure of the rotation.
        if (error instanceof PermanentError) {
          return { kind: 'unknown' };
        }
        throw error;
      }
      const found = activitySchema.parse(raw).value.find(({ keyId }) => keyId === password);
      const at = epochOf(found?.signInActivity?.lastSignInDateTime ?? '');
      return at === undefined ? { kind: 'unused' } : { kind: 'used', lastUsedAt: isoOf(at) satisfies Iso8601 };
    },
  };
}
