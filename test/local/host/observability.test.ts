import { app, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { HostLogEntry, HostSpan } from '../../../src/local/host';
import { HostBench } from './support';

df.app.activity('traced', {
  handler: (_input, context) => {
    context.warn('from the activity');
    return context.traceContext?.traceParent;
  },
});
df.app.orchestration('tracing', function* (context) {
  return yield context.df.callActivity('traced');
});
app.http('begin', {
  route: 'begin',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (_request, context: InvocationContext) => ({
    body: await df.getClient(context).startNew('tracing'),
  }),
});

describe('what a host tells about itself', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('carries a trace from HTTP to the activity', async () => {
    const spans: HostSpan[] = [];
    const host = await bench.start({ onSpan: (span) => spans.push(span) });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await fetch(`${host.url}/api/begin`, { method: 'POST', headers: { traceparent } });
    const id = await response.text();
    await host.idle();
    expect(host.instance(id)?.output).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    const named = (name: string): HostSpan | undefined => spans.find((span) => span.name === name);
    const [http, orchestration, activity] = [named('begin'), named('orchestration:tracing'), named('traced')];
    expect(http?.parentSpanId).toBe('b7ad6b7169203331');
    expect(orchestration?.parentSpanId).toBe(http?.spanId);
    expect(activity?.parentSpanId).toBe(orchestration?.spanId);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['0af7651916cd43dd8448eb211c80319c']));
  });

  it('logs what host.json lets pass', async () => {
    const lines: HostLogEntry[] = [];
    const host = await bench.start({
      log: (entry) => lines.push(entry),
      hostJson: { logging: { logLevel: { default: 'Warning', 'Function.tracing': 'Information' } } },
    });
    const id = await host.startOrchestration('tracing');
    await host.idle();
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        category: 'Function.traced.User',
        message: 'from the activity',
        functionName: 'traced',
        instanceId: id,
      }),
    );
    const categories = new Set(lines.filter(({ level }) => level === 'information').map(({ category }) => category));
    expect(categories).toEqual(new Set(['Function.tracing']));
  });

  it('counts', async () => {
    const host = await bench.start();
    await host.startOrchestration('tracing');
    await host.idle();
    const text = await (await fetch(`${host.url}/metrics`)).text();
    const described = [...text.matchAll(/^# HELP (\S+) \S.*\n# TYPE (\S+) (?:counter|gauge|histogram)$/gm)];
    expect(described.every(([, helped, typed]) => helped === typed)).toBe(true);
    expect(described.map(([, name]) => name)).toEqual([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    expect(text).toContain('# TYPE faas_invocations_total counter');
    expect(text).toContain('# TYPE faas_invoke_duration_seconds histogram');
    expect(text).toContain('faas_invocations_total{faas_name="traced",outcome="success"} 1');
    expect(text).toContain('faas_invoke_duration_seconds_bucket{faas_name="traced",le="0.005"} 1');
    expect(text).toContain('durabletask_instances_live 0');
    expect(text).toMatch(/durabletask_commits_total [1-9]/);
  });
});
