import { ConformanceTarget } from './target';

// Another app: streaming is switched on for an app as a whole. Its entry point is an ES module.
const host = new ConformanceTarget('streams');
beforeAll(() => host.start());
afterAll(() => host.stop());

describe('HTTP streams', () => {
  it('carry a long answer', async () => {
    const response = await host.fetch('/api/count/20000');
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('x-ms-invocation-id')).toBeNull();
    expect((await response.text()).split('\n')).toHaveLength(20_001);
  });

  it('carry a large request', async () => {
    const response = await host.fetch('/api/length', {
      method: 'POST',
      body: new Uint8Array(5_000_000),
      headers: { 'x-test': 'yes' },
    });
    expect(await response.json()).toEqual({ length: 5_000_000, header: 'yes' });
  });

  it('answer 500 when the function throws', async () => {
    expect((await host.fetch('/api/wrong')).status).toBe(500);
  });
});
