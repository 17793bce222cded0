import type { World } from '../world';
import { jsonBody, PlaneRefusal, type PlaneAnswer, type PlaneRequest, type PlaneRoute } from './plane';
import type { StoredSecret, StoredVersion, Vaults } from './vaults';

const audience = 'https://vault.azure.net';
const dataAction = (name: string): string => `Microsoft.KeyVault/vaults/secrets/${name}`;

/** The data plane of one vault (Key Vault REST API, secrets), as far as it is used. */
export function vaultRoutes(
  world: World,
  vaults: Vaults,
  vault: string,
  changed: (what: string) => void,
): PlaneRoute[] {
  const authorize = (request: PlaneRequest, action: string): void => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const verified = token === undefined ? undefined : world.tokens.verify(token);
    const challenge = `Bearer authorization="https://login.windows.net/${world.estate.tenantId}", resource="${audience}"`;
    if (verified === undefined || !verified.ok || String(verified.claims['aud']).replace(/\/+$/, '') !== audience) {
      throw new PlaneRefusal(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.', {
        'WWW-Authenticate': challenge,
      });
    }
    const caller = [...world.principals.values()].find(({ objectId }) => objectId === verified.claims['oid']);
    if (caller === undefined || !world.access.allowsData(caller.name, dataAction(action), vaults.idOf(vault))) {
      throw new PlaneRefusal(
        403,
        'Forbidden',
        'Caller is not authorized to perform action on resource.',
        {},
        'ForbiddenByRbac',
      );
    }
  };
  const base = (request: PlaneRequest): string => `https://${request.headers.host ?? 'localhost'}`;
  const attributesOf = ({ enabled, created, updated, expires }: StoredVersion) => ({
    ...{ enabled, created, updated, recoveryLevel: 'Recoverable', recoverableDays: 90 },
    ...(expires === undefined ? {} : { exp: expires }),
  });
  const itemOf = (request: PlaneRequest, name: string, one: StoredVersion, versioned: boolean) => ({
    id: `${base(request)}/secrets/${name}${versioned ? `/${one.version}` : ''}`,
    attributes: attributesOf(one),
    tags: one.tags,
  });
  const present = (name: string): StoredSecret => {
    const found = vaults.find(vault, name);
    if (found === undefined || found.deleted) {
      throw new PlaneRefusal(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found in this key vault.`);
    }
    return found;
  };
  const versionOf = (name: string, version: string): { secret: StoredSecret; one: StoredVersion } => {
    const secret = present(name);
    const one = version === '' ? secret.versions.at(-1) : secret.versions.find((each) => each.version === version);
    if (one === undefined) {
      throw new PlaneRefusal(
        404,
        'SecretNotFound',
        `A secret with (name/id) ${name}/${version} was not found in this key vault.`,
      );
    }
    return { secret, one };
  };
  const paged = <T>(request: PlaneRequest, items: readonly T[], show: (item: T) => unknown): PlaneAnswer => {
    const from = Number(request.url.searchParams.get('$skiptoken') ?? '0');
    const size = Math.min(Number(request.url.searchParams.get('maxresults') ?? '25'), 25);
    const next = new URL(request.url);
    next.searchParams.set('$skiptoken', String(from + size));
    const nextLink = from + size < items.length ? { nextLink: next.toString() } : { nextLink: null };
    return { status: 200, body: { value: items.slice(from, from + size).map(show), ...nextLink } };
  };

  return [
    {
      method: 'GET',
      path: /^\/secrets\/?$/,
      operation: 'KeyVault/secrets/list',
      handle(request) {
        authorize(request, 'readMetadata/action');
        const all = [...vaults.secretsOf(vault).values()].filter(({ deleted }) => !deleted);
        return paged(request, all, (each) => itemOf(request, each.name, each.versions.at(-1) as StoredVersion, false));
      },
    },
    {
      method: 'GET',
      path: /^\/secrets\/([^/]+)\/versions$/,
      operation: 'KeyVault/secrets/listVersions',
      handle(request) {
        authorize(request, 'readMetadata/action');
        const name = request.parts[0] ?? '';
        // The order is nobody's promise: by version, which is chance.
        const versions = [...present(name).versions].sort((a, b) => (a.version < b.version ? -1 : 1));
        return paged(request, versions, (one) => itemOf(request, name, one, true));
      },
    },
    {
      method: 'GET',
      path: /^\/deletedsecrets\/([^/]+)$/,
      operation: 'KeyVault/secrets/getDeleted',
      handle(request) {
        authorize(request, 'getSecret/action');
        const found = vaults.find(vault, request.parts[0] ?? '');
        if (found?.deleted !== true) {
          throw new PlaneRefusal(404, 'SecretNotFound', `Deleted Secret not found: ${request.parts[0]}`);
        }
        const newest = found.versions.at(-1) as StoredVersion;
        const deletedDate = newest.updated;
        return {
          status: 200,
          body: {
            ...itemOf(request, found.name, newest, true),
            deletedDate,
            recoveryId: `${base(request)}/deletedsecrets/${found.name}`,
          },
        };
      },
    },
    {
      method: 'GET',
      path: /^\/secrets\/([^/]+)(?:\/([^/]*))?$/,
      operation: 'KeyVault/secrets/get',
      handle(request) {
        authorize(request, 'getSecret/action');
        const [name = '', version = ''] = request.parts;
        const { one } = versionOf(name, version);
        if (!one.enabled) {
          throw new PlaneRefusal(
            403,
            'Forbidden',
            'Operation get is not allowed on a disabled secret.',
            {},
            'SecretDisabled',
          );
        }
        return { status: 200, body: { value: one.value, ...itemOf(request, name, one, true) } };
      },
    },
    {
      method: 'PUT',
      path: /^\/secrets\/([^/]+)$/,
      operation: 'KeyVault/secrets/set',
      handle(request) {
        authorize(request, 'setSecret/action');
        const name = request.parts[0] ?? '';
        const {
          value,
          attributes = {},
          tags,
        } = jsonBody(request) as {
          value?: unknown;
          attributes?: { enabled?: boolean; exp?: number };
          tags?: Record<string, string>;
        };
        if (typeof value !== 'string' || !/^[0-9a-zA-Z-]{1,127}$/.test(name)) {
          throw new PlaneRefusal(400, 'BadParameter', 'The request is not a valid secret.');
        }
        if (vaults.find(vault, name)?.deleted === true) {
          const text = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused.`;
          throw new PlaneRefusal(409, 'Conflict', text, {}, 'ObjectIsDeletedButRecoverable');
        }
        const { enabled, exp } = attributes;
        const made = vaults.write(vault, name, value, {
          ...(enabled === undefined ? {} : { enabled }),
          ...(exp === undefined ? {} : { expires: exp }),
          ...(tags === undefined ? {} : { tags }),
        });
        changed(`KeyVault set ${name}`);
        return { status: 200, body: { value, ...itemOf(request, name, made, true) } };
      },
    },
    {
      method: 'PATCH',
      path: /^\/secrets\/([^/]+)\/([^/]*)$/,
      operation: 'KeyVault/secrets/update',
      handle(request) {
        authorize(request, 'update/action');
        const [name = '', version = ''] = request.parts;
        const { secret, one } = versionOf(name, version);
        const { attributes = {}, tags } = jsonBody(request) as {
          attributes?: { enabled?: boolean; exp?: number };
          tags?: Record<string, string>;
        };
        vaults.change(vault, secret, one, {
          ...(attributes.enabled === undefined ? {} : { enabled: attributes.enabled }),
          ...(attributes.exp === undefined ? {} : { expires: attributes.exp }),
          ...(tags === undefined ? {} : { tags }),
        });
        changed(`KeyVault update ${name}`);
        return { status: 200, body: itemOf(request, name, one, true) };
      },
    },
  ];
}
