import { ConformanceTarget } from './target';

const host = new ConformanceTarget('patterns');
beforeAll(() => host.start());
afterAll(() => host.stop());

async function inspect(path: string, init?: RequestInit): Promise<any> {
  return (await host.fetch(`/api/inspect${path}`, init)).json();
}

describe('HTTP functions', () => {
  it.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])('take %s', async (method) => {
    expect(await inspect('/a/b', { method, headers: { 'x-test': 'yes' } })).toMatchObject({
      method,
      path: 'a/b',
      header: 'yes',
    });
  });

  it('see optional segments, queries and bodies', async () => {
    expect(await inspect('')).toMatchObject({ path: null });
    expect((await inspect('/x?a=1&b=%20c')).query).toEqual([
      ['a', '1'],
      ['b', ' c'],
    ]);
    expect((await inspect('/x', { method: 'POST', body: 'ünïcode' })).text).toBe('ünïcode');
    expect((await inspect('/caf%C3%A9')).path).toBe('café');
  });

  it('take and give bytes', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const response = await host.fetch('/api/binary', { method: 'POST', body: bytes });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes).reverse())).toBe(true);
  });

  it('take forms', async () => {
    const form = new FormData();
    form.set('name', 'value');
    expect(await (await host.fetch('/api/form', { method: 'POST', body: form })).json()).toEqual({ name: 'value' });
    const encoded = new URLSearchParams({ q: 'a b' });
    expect(await (await host.fetch('/api/form', { method: 'POST', body: encoded })).json()).toEqual({ q: 'a b' });
  });

  it('honour route constraints and prefer the more specific route', async () => {
    const typed = async (path: string): Promise<unknown> => {
      const response = await host.fetch(`/api/typed/${path}`);
      return response.status === 200 ? response.json() : response.status;
    };
    expect(await typed('12')).toEqual({ number: '12' });
    expect(await typed('12/word')).toEqual({ number: '12', word: 'word' });
    expect(await typed('12/w')).toBe(404);
    expect(await typed('twelve')).toBe(404);
    expect(await typed('zero')).toBe('exact');
  });

  it('set cookies', async () => {
    const response = await host.fetch('/api/cookies');
    expect(response.status).toBe(201);
    const [plain = '', strict = ''] = response.headers.getSetCookie();
    expect(plain).toMatch(/^plain=a%20b/);
    for (const part of [/^strict=1/, /httponly/i, /secure/i, /samesite=strict/i, /max-age=60/i, /path=\/x/i]) {
      expect(strict).toMatch(part);
    }
  });

  it('answer without a body, with a status of their own, or with 500 when they throw', async () => {
    const nothing = await host.fetch('/api/nothing');
    expect([nothing.status, await nothing.text()]).toEqual([204, '']);
    const native = await host.fetch('/api/native');
    expect([native.status, native.headers.get('x-pot'), await native.json()]).toEqual([418, 'short', { tea: true }]);
    const wrong = await host.fetch('/api/wrong');
    expect([wrong.status, await wrong.text()]).toEqual([500, '']);
  });

  it('are found by route and method alone', async () => {
    expect((await host.fetch('/api/nowhere')).status).toBe(404);
    expect((await host.fetch('/api/cookies', { method: 'POST' })).status).toBe(404);
    expect((await host.fetch('/cookies')).status).toBe(404);
  });
});

// Core Tools ask for no keys.
// eslint-disable-next-line no-restricted-properties -- a host that asks for no keys cannot be tested for them
(process.env.CONFORMANCE_URL && !process.env.CONFORMANCE_FUNCTION_KEY ? describe.skip : describe)('keys', () => {
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await host.fetch(path, { headers })).status;

  it('open functions of their level', async () => {
    expect(await status('/api/guarded')).toBe(401);
    expect(await status('/api/guarded?code=wrong')).toBe(401);
    expect(await status(`/api/guarded?code=${host.functionKey}`)).toBe(200);
    expect(await status('/api/guarded', { 'x-functions-key': host.functionKey })).toBe(200);
    expect(await status('/api/guarded', { 'x-functions-key': host.masterKey })).toBe(200);
    expect(await status('/api/for-master', { 'x-functions-key': host.functionKey })).toBe(401);
    expect(await status('/api/for-master', { 'x-functions-key': host.masterKey })).toBe(200);
  });

  it('open the management API and the admin endpoints', async () => {
    expect(await status('/runtime/webhooks/durabletask/instances')).toBe(401);
    expect(await status('/admin/host/status')).toBe(401);
  });
});

describe('admin', () => {
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    host.fetch(path, { ...init, headers: { 'x-functions-key': host.masterKey, 'content-type': 'application/json' } });

  it('tells the status and the functions', async () => {
    expect(await (await call('/admin/host/status')).json()).toMatchObject({ state: 'Running' });
    const functions = (await (await call('/admin/functions')).json()) as { name: string }[];
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['inspect', 'sequence', 'greet', 'Counter']),
    );
  });

  it('runs a function by name', async () => {
    const ran = await call('/admin/functions/greet', { method: 'POST', body: '{"input":"x"}' });
    expect(ran.status).toBe(202);
    expect((await call('/admin/functions/nobody', { method: 'POST', body: '{}' })).status).toBe(404);
  });
});
