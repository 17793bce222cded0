import { HttpRequest } from '@azure/functions';
import { PermanentError, TransientError } from '../../src/kernel/errors';
import { createConsoleDoor, signInOf, type SignIn } from '../../src/operator';
import type { StaticFile, StaticFiles } from '../../src/ports/static-files';
import { KeptLog } from './support';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const file = (text: string, version: string, compressed: StaticFile['compressed'] = {}): StaticFile => ({
  bytes: bytes(text),
  version,
  compressed,
});
const built: StaticFiles = new Map([
  ['index.html', file('<!doctype html>', 'v1')],
  ['icon.svg', file('<svg/>', 'v2')],
  ['notes', file('no ending', 'v3')],
  ['assets/main-1a2b.js', file('run()', 'v4', { br: bytes('brotli'), gzip: bytes('gzip') })],
  ['assets/old-1a2b.css', file('a{}', 'v5', { gzip: bytes('gzip') })],
]);
const entra: SignIn = {
  kind: 'entra',
  authority: 'https://login.microsoftonline.com/6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7/v2.0',
  clientId: '11111111-2222-4333-8444-555555555555',
  scope: 'api://caretaker/.default',
  local: false,
};

interface Asked {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly signIn?: SignIn;
  readonly read?: () => Promise<StaticFiles | undefined>;
}

async function ask({ path, headers = {}, url = 'http://localhost/', signIn = entra, read }: Asked = {}) {
  const door = createConsoleDoor({ folder: { read: read ?? (async () => built) }, signIn, log: new KeptLog() });
  const params = { path: path ?? 'index.html' };
  const { status, headers: given, body } = await door.serve(new HttpRequest({ method: 'GET', url, headers, params }));
  const text = body === undefined ? undefined : Buffer.from(body as Uint8Array | string).toString();
  return { status, headers: given as Record<string, string>, text };
}

describe('files', () => {
  it.each([
    ['index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['icon.svg', 'image/svg+xml', 'no-cache'],
    ['notes', 'application/octet-stream', 'no-cache'],
    ['assets/main-1a2b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['assets/old-1a2b.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s is %s, %s', async (path, type, caching) => {
    const { status, headers, text } = await ask({ path });
    expect([status, text]).toEqual([200, Buffer.from(built.get(path)?.bytes ?? []).toString()]);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': caching, vary: 'accept-encoding' });
    expect(headers['etag']).toBe(`"${built.get(path)?.version}"`);
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it.each([
    ['signed-in', 200],
    ['incidents/7', 200],
    ['v1.2/notes', 200],
    ['elsewhere.js', 404],
    ['dns/storefront.example', 200],
    ['resources/%2Fsubscriptions%2F1%2Fmy.name', 200],
    ['assets/gone', 404],
    ['assets/main-0000.js', 404],
    ['../functions/index.js', 404],
    ['..\\..\\host.json', 404],
    ['assets/../../host.json', 404],
    ['dns/../../host.json', 404],
    ['constructor', 200],
  ])('%s, which is none, is answered with %d', async (path, status) => {
    const answer = await ask({ path });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(status === 200 ? /^text\/html/ : /^text\/plain/);
    expect(answer.text).toBe(status === 200 ? '<!doctype html>' : `There is no file at /${path}.\n`);
  });

  it.each([
    ['assets/main-1a2b.js', 'gzip, deflate, br, zstd', 'br'],
    ['assets/main-1a2b.js', 'GZIP;q=1, br;q=0.5', 'br'],
    ['assets/main-1a2b.js', 'br;q=0, gzip', 'gzip'],
    ['assets/main-1a2b.js', 'br; q=0, *', 'gzip'],
    ['assets/main-1a2b.js', '*', 'br'],
    ['assets/main-1a2b.js', '*;q=0', undefined],
    ['assets/main-1a2b.js', 'identity', undefined],
    ['assets/main-1a2b.js', '', undefined],
    ['assets/old-1a2b.css', 'br', undefined],
    ['assets/old-1a2b.css', 'br, gzip', 'gzip'],
    ['index.html', 'br, gzip', undefined],
  ])('%s for a client that takes "%s" is coded with %s', async (path, accepted, coding) => {
    const { headers, text } = await ask({ path, headers: { 'accept-encoding': accepted } });
    const { bytes: plain = [], version, compressed = {} } = built.get(path) ?? {};
    const content = coding === undefined ? plain : (compressed[coding as 'br' | 'gzip'] ?? []);
    expect([headers['content-encoding'], text]).toEqual([coding, Buffer.from(content).toString()]);
    expect(headers['etag']).toBe(coding === undefined ? `"${version}"` : `"${version}-${coding}"`);
  });

  it.each([
    ['"v4"', {}, 304],
    ['W/"v4"', {}, 304],
    ['"other", "v4"', {}, 304],
    ['*', {}, 304],
    ['"v3"', {}, 200],
    // The same content in another coding is other bytes.
    ['"v4"', { 'accept-encoding': 'br' }, 200],
    ['"v4-br"', { 'accept-encoding': 'br' }, 304],
  ])('known as %s with %j is answered with %d', async (tag, headers, status) => {
    const given = { ...headers, 'if-none-match': tag } as Record<string, string>;
    const answer = await ask({ path: 'assets/main-1a2b.js', headers: given });
    expect(answer.status).toBe(status);
    expect(answer.text === undefined).toBe(status === 304);
    expect(answer.headers).toHaveProperty('etag');
    expect(answer.headers).toHaveProperty('vary');
    expect(answer.headers['cache-control']).toContain('immutable');
  });
});

describe('the answer', () => {
  it('lets the page run its own and nothing else, on whatever is answered', async () => {
    const expected = {
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self';/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringMatching(/^(?:[a-z-]+=\(\)(?:, |$))+$/),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    };
    const failing = () => Promise.reject(new Error('planted'));
    for (const asked of [{}, { path: 'x.js' }, { path: 'sign-in.json' }, { read: failing }]) {
      expect((await ask(asked)).headers).toMatchObject(expected);
    }
    const policy = (await ask()).headers['content-security-policy']?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy?.join()).not.toMatch(/unsafe|\*|https?:(?!\/\/login\.microsoftonline\.com)/);
  });

  it.each([
    [entra, "'self' https://login.microsoftonline.com"],
    [{ ...entra, authority: 'http://127.0.0.1:4711/tenant/v2.0', local: true }, "'self' http://127.0.0.1:4711"],
    [{ kind: 'app-service' } as const, "'self'"],
    [{ kind: 'key' } as const, "'self'"],
    [{ kind: 'none', problem: 'CARETAKER_CONSOLE_CLIENT_ID' } as const, "'self'"],
  ])('with %j lets the page talk to %s', async (signIn, sources) => {
    const { headers } = await ask({ signIn });
    expect(headers['content-security-policy']?.split('; ')).toContain(`connect-src ${sources}`);
  });

  it.each([
    ['https://func.azurewebsites.net/', {}, true],
    ['http://10.0.0.4/', { 'x-forwarded-proto': 'https' }, true],
    ['http://10.0.0.4/', { 'x-forwarded-proto': 'https, http' }, true],
    ['http://10.0.0.4/', { 'x-forwarded-proto': 'http, https' }, false],
    ['http://localhost:7071/', {}, false],
  ])('to %s with %j asks for TLS from now on: %s', async (url, headers, isAsked) => {
    const answer = await ask({ url, headers: headers });
    expect(answer.headers['strict-transport-security']).toBe(isAsked ? 'max-age=31536000' : undefined);
  });
});

describe('sign-in.json', () => {
  it('tells how to sign in, and is kept nowhere', async () => {
    const { status, headers, text } = await ask({ path: 'sign-in.json', read: async () => undefined });
    expect([status, JSON.parse(text ?? '')]).toEqual([200, entra]);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  const clientId = '11111111-2222-4333-8444-555555555555';
  const consoleId = '99999999-2222-4333-8444-555555555555';
  const tenantId = '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7';
  const login = 'https://login.microsoftonline.com/';
  const tokens = { tenantId, audiences: ['api://caretaker', clientId], issuer: undefined, appService: false };
  const authority = `https://login.microsoftonline.com/${tenantId}/v2.0`;

  it.each([
    // An application that asks for itself names itself by its id.
    [
      { tokens, login, clientId: undefined },
      { clientId, scope: `${clientId}/.default`, authority, local: false },
    ],
    [
      { tokens, login, clientId: consoleId },
      { clientId: consoleId, scope: 'api://caretaker/.default' },
    ],
    [
      { tokens: { ...tokens, audiences: [clientId] }, login, clientId: consoleId },
      { clientId: consoleId, scope: `${clientId}/.default` },
    ],
    [
      { tokens, login: 'https://login.microsoftonline.us', clientId: consoleId },
      { authority: `https://login.microsoftonline.us/${tenantId}/v2.0`, local: false },
    ],
    [
      { tokens: { ...tokens, issuer: 'http://127.0.0.1:4711/t/v2.0' }, login, clientId: consoleId },
      { authority: 'http://127.0.0.1:4711/t/v2.0', local: true },
    ],
  ])('of %j says %j', (settings, expected) => {
    expect(signInOf(settings)).toMatchObject({ kind: 'entra', ...expected });
  });

  it('of other deployments says what there is, or what is missing', () => {
    expect(signInOf({ tokens: undefined, login, clientId: undefined })).toEqual({ kind: 'key' });
    expect(signInOf({ tokens: { ...tokens, appService: true }, login, clientId })).toEqual({ kind: 'app-service' });
    const unknown = { ...tokens, audiences: ['api://caretaker'] };
    expect(signInOf({ tokens: unknown, login, clientId: undefined })).toEqual({
      kind: 'none',
      problem: expect.stringContaining('CARETAKER_CONSOLE_CLIENT_ID'),
    });
  });
});

describe('the folder', () => {
  const request = () => new HttpRequest({ method: 'GET', url: 'http://localhost/', params: { path: 'index.html' } });

  it('is read once, beforehand, also when several ask at once', async () => {
    let reads = 0;
    const folder = { read: async () => ((reads += 1), built) };
    const door = createConsoleDoor({ folder, signIn: entra, log: new KeptLog() });
    await door.load();
    const answers = await Promise.all([door.serve(request()), door.serve(request())]);
    expect([reads, ...answers.map(({ status }) => status)]).toEqual([1, 200, 200]);
  });

  it('that is not there is said to be built, and served once it is', async () => {
    let found: StaticFiles | undefined;
    const log = new KeptLog();
    const door = createConsoleDoor({ folder: { read: async () => found }, signIn: entra, log });
    await door.load();
    const missing = await door.serve(request());
    expect([missing.status, missing.body]).toEqual([404, expect.stringContaining('npm run build')]);
    expect(missing.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    expect(log.lines).toEqual(['info the console is not built; / answers 404']);
    found = built;
    expect((await door.serve(request())).status).toBe(200);
  });

  it.each([
    [new TransientError('FolderUnreadable', 'disk /planted', { retryAfterSeconds: 3 }), '3'],
    [new PermanentError('Odd', 'disk /planted'), '20'],
    [new TypeError('disk /planted'), '20'],
  ])('that cannot be read (%s) is 503 with Retry-After %s, and is tried again', async (error, wait) => {
    let isBroken = true;
    const read = () => (isBroken ? Promise.reject(error) : Promise.resolve(built));
    const door = createConsoleDoor({ folder: { read }, signIn: entra, log: new KeptLog() });
    await door.load();
    const answer = await door.serve(request());
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': wait, 'x-content-type-options': 'nosniff' });
    expect(answer.body).not.toContain('planted');
    isBroken = false;
    expect((await door.serve(request())).status).toBe(200);
  });
});
