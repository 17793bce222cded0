import { z } from 'zod';
import type { TokenVerdict } from '../ports/tokens';

/** Where the headers of App Service authentication are believed: whose people, and for which application. */
export interface AppServiceAuthentication {
  readonly tenantId: string;
  readonly audiences: readonly string[];
}

/** The header in which App Service authentication passes on who has signed in. It strips what a client sends under this name. */
export const principalHeader = 'x-ms-client-principal';

/** The longest header that is read: Entra lists two hundred groups at most in a token. */
const longestHeader = 64 * 1024;

const principalSchema = z.object({
  auth_typ: z.string(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })).max(2000),
  role_typ: z.string().optional(),
});

/** Claims have the names of the token, or those that the platform's older mapping gives them (Microsoft Learn, "Work with user identities"). */
const names = {
  objectId: ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'],
  tenant: ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid'],
  roles: ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'],
} as const;

/**
 * Reads the principal that App Service authentication put into a request. Worth something only behind that authentication, where it is
 * configured: anywhere else, anybody can send the header. Tenant, audience and time are checked here all the same.
 */
export function appServicePrincipal(
  header: string,
  { tenantId, audiences }: AppServiceAuthentication,
  now: number,
): TokenVerdict {
  const refused = (reason: string): TokenVerdict => ({ kind: 'refused', reason });
  const parsed = principalSchema.safeParse(header.length > longestHeader ? undefined : jsonOf(header));
  if (!parsed.success) {
    return refused('the principal of App Service authentication cannot be read');
  }
  const { auth_typ: provider, claims, role_typ: roleType } = parsed.data;
  const all = (types: readonly string[]): string[] =>
    claims.flatMap(({ typ, val }) => (types.includes(typ) ? [val] : []));
  const [objectId] = all(names.objectId);
  const [tenant] = all(names.tenant);
  const [audience] = all(['aud']);
  const [expiry] = all(['exp']);
  if (provider !== 'aad' || objectId === undefined) {
    return refused('the principal of App Service authentication is not of Entra');
  }
  if (tenant?.toLowerCase() !== tenantId.toLowerCase()) {
    return refused('the principal is of another tenant');
  }
  if (audience === undefined || !audiences.includes(audience)) {
    return refused('the principal is for another audience');
  }
  if (expiry === undefined || !(Number(expiry) * 1000 > now)) {
    return refused('the sign-in has expired');
  }
  const isApplication = all(['idtyp']).includes('app');
  const [name = objectId] = all(['name']);
  return {
    kind: 'genuine',
    bearer: {
      objectId,
      name: isApplication ? objectId : name,
      kind: isApplication ? 'application' : 'person',
      applicationId: all(['azp', 'appid'])[0],
      roles: [...new Set(all([...names.roles, ...(roleType === undefined ? [] : [roleType])]))],
      groups: all(['groups']),
    },
  };
}

function jsonOf(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as unknown;
  } catch {
    // Whatever it is, the schema refuses it.
    return undefined;
  }
}
