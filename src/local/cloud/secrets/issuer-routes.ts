import { createHmac, timingSafeEqual } from 'node:crypto';
import type { World } from '../world';
import type { Application, Issuers } from './issuers';
import { jsonBody, PlaneRefusal, type PlaneRequest, type PlaneRoute } from './plane';
import type { SecretUsers } from './users';

/** What a signature's time stamp may differ from the clock. Milliseconds. */
const tolerance = 300_000;

export interface IssuerPlane {
  readonly world: World;
  readonly issuers: Issuers;
  readonly users: SecretUsers;
}

const doesNothing = ({ fault }: PlaneRequest): boolean => fault?.effect.kind === 'accept-and-do-nothing';

/** Microsoft Graph's applications, and the endpoint where an application signs in. */
export function directoryRoutes({ world, issuers, users }: IssuerPlane): PlaneRoute[] {
  const authorize = ({ headers }: PlaneRequest): void => {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const verified = token === undefined ? undefined : world.tokens.verify(token);
    if (
      verified === undefined ||
      !verified.ok ||
      String(verified.claims['aud']).replace(/\/+$/, '') !== 'https://graph.microsoft.com'
    ) {
      throw new PlaneRefusal(401, 'InvalidAuthenticationToken', 'Access token is missing or not for this audience.');
    }
  };
  const application = (request: PlaneRequest): Application => {
    authorize(request);
    const found = issuers.applications.get(request.parts[0] ?? '');
    if (found === undefined) {
      throw new PlaneRefusal(404, 'Request_ResourceNotFound', `Resource '${request.parts[0]}' does not exist.`);
    }
    return found;
  };
  return [
    {
      method: 'GET',
      path: /^\/graph\/v1\.0\/applications\/([^/]+)$/,
      operation: 'Graph/applications/read',
      handle(request) {
        const { id, appId, passwords } = application(request);
        const shown = passwords.map(({ keyId, displayName, hint, endDateTime }) => ({
          keyId,
          displayName,
          hint,
          endDateTime,
          secretText: null,
        }));
        return { status: 200, body: { id, appId, passwordCredentials: shown } };
      },
    },
    {
      method: 'POST',
      path: /^\/graph\/v1\.0\/applications\/([^/]+)\/addPassword$/,
      operation: 'Graph/applications/addPassword',
      handle(request) {
        const found = application(request);
        const { passwordCredential = {} } = jsonBody(request) as {
          passwordCredential?: { displayName?: string; endDateTime?: string };
        };
        const { displayName = null, endDateTime = null } = passwordCredential;
        const made = issuers.addPassword(found, displayName, endDateTime, !doesNothing(request));
        users.check('Graph addPassword');
        const { keyId, hint, secretText } = made;
        return { status: 200, body: { keyId, displayName, hint, endDateTime, secretText } };
      },
    },
    {
      method: 'POST',
      path: /^\/graph\/v1\.0\/applications\/([^/]+)\/removePassword$/,
      operation: 'Graph/applications/removePassword',
      handle(request) {
        const found = application(request);
        const { keyId } = jsonBody(request);
        const kept = found.passwords.filter((one) => one.keyId !== keyId);
        if (kept.length === found.passwords.length) {
          throw new PlaneRefusal(400, 'Request_BadRequest', 'No password credential found with keyId.');
        }
        found.passwords = kept;
        users.check('Graph removePassword');
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: /^\/graph\/beta\/reports\/appCredentialSignInActivities$/,
      operation: 'Graph/reports/appCredentialSignInActivities',
      handle(request) {
        authorize(request);
        const appId = /appId eq '([^']+)'/.exec(request.url.searchParams.get('$filter') ?? '')?.[1];
        const value = [...issuers.applications.values()]
          .filter((one) => one.appId === appId)
          .flatMap(({ passwords }) => passwords)
          .flatMap(({ keyId, secretText }) => {
            const used = users.usedAt(secretText);
            const at = used === undefined ? undefined : new Date(used).toISOString();
            return at === undefined ? [] : [{ appId, keyId, signInActivity: { lastSignInDateTime: at } }];
          });
        return { status: 200, body: { value } };
      },
    },
    {
      method: 'POST',
      path: /^\/login\/([^/]+)\/oauth2\/v2\.0\/token$/,
      operation: 'Entra/token',
      handle(request) {
        const form = new URLSearchParams(request.text);
        const found = [...issuers.applications.values()].find(({ appId }) => appId === form.get('client_id'));
        const secret = form.get('client_secret');
        if (!found?.passwords.some(({ secretText, works }) => works && secretText === secret)) {
          return {
            status: 401,
            body: {
              error: 'invalid_client',
              error_codes: [7000215],
              error_description: 'AADSTS7000215: Invalid client secret provided.',
            },
          };
        }
        return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: 'not-needed-by-anybody' } };
      },
    },
  ];
}

/** Blob service of a storage account, as far as a shared key can be tried: `Get Blob Service Properties`. */
export function storagePlaneRoutes({ world, issuers }: IssuerPlane): PlaneRoute[] {
  return [
    {
      method: 'GET',
      path: /^\/blob\/([^/]+)\/?$/,
      operation: 'Storage/blob/properties',
      handle({ parts, url, headers }) {
        const account = parts[0] ?? '';
        const id = world.estate.resources.find(
          ({ name, type }) => name === account && type === 'Microsoft.Storage/storageAccounts',
        )?.id;
        const given = /^SharedKey ([^:]+):(\S+)$/.exec(headers.authorization ?? '');
        const keys = [...(issuers.keyed.get(id?.toLowerCase() ?? '')?.slots.values() ?? [])];
        const signed = toSign(account, url, headers);
        const fits = keys.some(({ effective }) => {
          const expected = createHmac('sha256', Buffer.from(effective, 'base64'))
            .update(signed, 'utf8')
            .digest('base64');
          return given?.[1] === account && given[2] === expected;
        });
        if (!fits) {
          const text =
            '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message></Error>';
          return { status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' }, body: text };
        }
        return {
          status: 200,
          body: '<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties></StorageServiceProperties>',
        };
      },
    },
  ];
}

/** The text that a shared key signs (Microsoft Learn, "Authorize with Shared Key", blob service). */
function toSign(account: string, url: URL, headers: PlaneRequest['headers']): string {
  const plain = (name: string): string => String(headers[name] ?? '');
  const length = plain('content-length');
  const lines = ['content-encoding', 'content-language'].map(plain);
  lines.push(length === '0' ? '' : length);
  lines.push(
    ...[
      'content-md5',
      'content-type',
      'date',
      'if-modified-since',
      'if-match',
      'if-none-match',
      'if-unmodified-since',
      'range',
    ].map(plain),
  );
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${plain(name).trim()}`);
  const query = [...url.searchParams]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name.toLowerCase()}:${value}`);
  return ['GET', ...lines, ...own, [`/${account}${url.pathname}`, ...query].join('\n')].join('\n');
}

/** Services of the house: a rotation hook for those that check a secret, a webhook for those that use one. */
export function serviceRoutes({ world, issuers, users }: IssuerPlane): PlaneRoute[] {
  const checked = (request: PlaneRequest, key: string): Record<string, unknown> => {
    const stamp = String(request.headers['caretaker-timestamp'] ?? '');
    const given = Buffer.from(String(request.headers['caretaker-signature'] ?? ''));
    const expected = Buffer.from(
      `sha256=${createHmac('sha256', key).update(`${stamp}.${request.text}`).digest('hex')}`,
    );
    const fresh = Math.abs(Date.parse(stamp) - world.clock.now()) <= tolerance;
    if (!fresh || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new PlaneRefusal(401, 'BadSignature', 'The signature or its time stamp is not good.');
    }
    return jsonBody(request);
  };
  return [
    {
      method: 'POST',
      path: /^\/services\/([^/]+)\/rotation$/,
      operation: 'Service/rotation',
      handle(request) {
        const service = issuers.services.get(request.parts[0] ?? '');
        if (service === undefined) throw new PlaneRefusal(404, 'NotFound', 'There is no such service.');
        const { action, credential, value } = checked(request, service.signingKey) as Record<string, string>;
        const name = credential ?? '';
        if (action === 'install' && value !== undefined) {
          if (service.secrets.get(name)?.value !== value) {
            service.secrets.set(name, { value, works: !doesNothing(request) });
          }
          issuers.everIssued.add(value);
          users.check('service installed a secret');
          return { status: 200, body: { installed: name } };
        }
        if (action === 'identify') {
          const found = [...service.secrets].find(([, one]) => one.works && one.value === value);
          return { status: 200, body: { credential: found?.[0] ?? null } };
        }
        if (action === 'usage') {
          const used = users.usedAt(service.secrets.get(name)?.value ?? '');
          return { status: 200, body: { lastUsedAt: used === undefined ? null : new Date(used).toISOString() } };
        }
        if (action === 'revoke') {
          service.secrets.delete(name);
          users.check('service revoked a secret');
          return { status: 200, body: { revoked: name } };
        }
        throw new PlaneRefusal(400, 'UnknownAction', 'The action is install, identify, usage or revoke.');
      },
    },
    {
      method: 'POST',
      path: /^\/services\/([^/]+)\/secrets$/,
      operation: 'Service/secrets',
      handle(request) {
        const user = users.all().find(({ name }) => name === request.parts[0]);
        if (user?.place.kind !== 'webhook') throw new PlaneRefusal(404, 'NotFound', 'There is no such service.');
        const { action } = checked(request, user.place.signingKey);
        if (action === 'changed') {
          users.tell(user);
          return { status: 202, body: {} };
        }
        const state = user.manner === 'fails' ? 'failing' : 'working';
        return { status: 200, body: { version: user.version, state } };
      },
    },
  ];
}
