import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { compose } from '../../functions/compose';
import { readConfig } from '../../src/config';
import { silentLog } from '../../src/kernel/log';
import { startHost, type RunningHost } from '../../src/local/host';
import { freshFunctionsCore } from '../support/functions-core';

// The whole app on a host, with the prefix of the real host.json: who answers which address.
const { http } = (
  JSON.parse(readFileSync(join(__dirname, '../../host.json'), 'utf8')) as { extensions: { http: object } }
).extensions;
const page = '<!doctype html><title>Caretaker</title>';
const script = 'run();\n'.repeat(400);
const clientId = '11111111-2222-4333-8444-555555555555';

let folder: string;
let host: RunningHost;

async function start(name: string, consoleFolder: string | undefined): Promise<RunningHost> {
  const core = freshFunctionsCore();
  const config = readConfig({
    CARETAKER_ENVIRONMENT: 'test',
    CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
    CARETAKER_POLICY_URL: join(folder, 'policy.yaml'),
    CARETAKER_BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true',
    CARETAKER_TENANT_ID: '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7',
    CARETAKER_API_AUDIENCE: `${clientId},api://caretaker`,
  });
  compose(config, { log: silentLog, ...(consoleFolder === undefined ? {} : { consoleFolder }) });
  return startHost({
    app: { core },
    hostJson: { extensions: { http } },
    stateFile: join(folder, `${name}.sqlite`),
    schedules: false,
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caretaker-console-'));
  const built = join(folder, 'console');
  mkdirSync(join(built, 'assets'), { recursive: true });
  writeFileSync(join(built, 'index.html'), page);
  writeFileSync(join(built, 'assets/main-1a2b.js'), script);
  writeFileSync(join(built, 'assets/main-1a2b.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'beside.txt'), 'not of the console');
  host = await start('built', built);
});
afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As it stands: `fetch` would tidy the path. */
async function ask(method: string, path: string, headers: Record<string, string> = {}, at = host.url) {
  const { hostname, port } = new URL(at);
  const asked = request({ hostname, port, method, path, headers: { connection: 'close', ...headers } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

it.each(['/', '/?code=1', '/index.html', '/signed-in?code=1&state=2', '/incidents/7', '/apiary', '/%61ssembly'])(
  'the page is at %s',
  async (path) => {
    const { status, headers, text } = await ask('GET', path);
    expect([status, headers['content-type'], text]).toEqual([200, 'text/html; charset=utf-8', page]);
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://login.microsoftonline.com;");
  },
);

it.each([
  ['GET', '/api', 404],
  ['GET', '/api/elsewhere', 404],
  ['GET', '/API/operator/elsewhere', 404],
  ['GET', '/%61pi/elsewhere', 404],
  ['GET', '/api/operator/incidents', 401],
  ['GET', '/admin/functions', 401],
  ['GET', '/runtime/webhooks/durabletask/instances', 401],
  ['POST', '/', 404],
  ['PUT', '/index.html', 404],
])('%s %s is not the console: %d', async (method, path, status) => {
  const answer = await ask(method, path);
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain('<!doctype');
});

it.each([
  '/../beside.txt',
  '/%2e%2e/beside.txt',
  '/..%2fbeside.txt',
  '/assets/..%2f..%2fbeside.txt',
  '/..\\beside.txt',
])('nothing beside the folder is reached by %s', async (path) => {
  const { status, text } = await ask('GET', path);
  expect(status).toBe(404);
  expect(text).not.toContain('not of the console');
});

it('serves what was compressed, and answers 304 to who has it', async () => {
  const path = '/assets/main-1a2b.js';
  const coded = await fetch(`${host.url}${path}`, { headers: { 'accept-encoding': 'br' } });
  expect([coded.status, coded.headers.get('content-encoding')]).toEqual([200, 'br']);
  expect(await coded.text()).toBe(script);
  const tag = coded.headers.get('etag') ?? '';
  const known = await ask('GET', path, { 'accept-encoding': 'br', 'if-none-match': tag });
  expect([known.status, known.text, known.headers['etag']]).toEqual([304, '', tag]);
  expect(known.headers).not.toHaveProperty('content-length');
});

it('answers HEAD as GET, without the body', async () => {
  const { status, headers, text } = await ask('HEAD', '/');
  expect([status, headers['content-length'], text]).toEqual([200, String(page.length), '']);
  expect(headers['etag']).toBe((await ask('GET', '/')).headers['etag']);
});

it('tells how to sign in', async () => {
  const { status, headers, text } = await ask('GET', '/sign-in.json');
  expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  expect(JSON.parse(text)).toEqual({
    kind: 'entra',
    authority: 'https://login.microsoftonline.com/6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7/v2.0',
    clientId,
    scope: `${clientId}/.default`,
    local: false,
  });
});

it('without a built console says how to build it, and everything else works', async () => {
  const bare = await start('bare', undefined);
  try {
    const missing = await ask('GET', '/', {}, bare.url);
    expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('npm run build')]);
    expect((await ask('GET', '/api/operator/incidents', {}, bare.url)).status).toBe(401);
    expect((await ask('GET', '/sign-in.json', {}, bare.url)).status).toBe(200);
  } finally {
    await bare.stop();
  }
});
