import { doors } from './support';

const target = '/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-web-1';
const name = 'diagnostics/0a1b2c';

async function world() {
  const door = doors();
  await door.evidence.keep(name, { target, texts: { metrics: '[1]', 'activity-log': 'password=hunter2hunter2' } });
  const run = (id: string, facts: object) =>
    door.runs.put({ id, startedAt: '2026-05-04T08:00:00.000Z', verification: { verdict: 'healthy', facts } as never });
  await run('order-1', { evidence: name });
  await run('order-2', { parts: 'metrics' });
  await run('order-3', { evidence: '../decisions/x' });
  await run('order-4', { evidence: 'diagnostics/gone' });
  await door.runs.put({ id: 'order-5', startedAt: '2026-05-04T08:00:00.000Z' });
  return door;
}

it('shows what a run kept, and reads it', async () => {
  const door = await world();
  const listed = await door.call('evidence', { query: { run: 'order-1' } });
  const about = { name, target, keptAt: door.clock.text(), redactions: 1, whole: true };
  const [bundle] = listed.body['evidence'] as unknown as { parts: { name: string; length: number }[] }[];
  expect(bundle).toMatchObject(about);
  const { body } = await door.call('evidence-bundle', { query: { name } });
  const { texts } = body as unknown as { texts: Record<string, string> };
  expect(body).toMatchObject(about);
  expect(texts['metrics']).toBe('[1]');
  expect(JSON.stringify(body)).not.toContain('hunter2');
  const lengthOf = (part: string) => ({ name: part, length: texts[part]?.length });
  expect(bundle?.parts).toEqual(expect.arrayContaining([lengthOf('metrics'), lengthOf('activity-log')]));
});

it('says when a text is not what was kept', async () => {
  const door = await world();
  const path = `evidence/${name}.json`;
  const stored = await door.documents.get(path);
  const value = { ...(stored?.value as object), texts: { metrics: '[2]' } };
  await door.documents.replace(path, value, stored?.etag ?? '');
  expect((await door.call('evidence-bundle', { query: { name } })).body).toMatchObject({ whole: false });
});

it.each(['order-2', 'order-3', 'order-4', 'order-5'])('%s kept none that can be read', async (run) => {
  const door = await world();
  expect((await door.call('evidence', { query: { run } })).body).toEqual({ evidence: [] });
});

it.each(['../decisions/x', 'diagnostics/../x', 'diagnostics', '/etc/passwd', 'a/b/c/d', 'diagnostics/A'])(
  'no name leads elsewhere: %s',
  async (bad) => {
    const door = await world();
    expect((await door.call('evidence-bundle', { query: { name: bad } })).status).toBe(400);
  },
);

it('answers 404 for what there is not', async () => {
  const door = await world();
  expect((await door.call('evidence', { query: { run: 'none' } })).status).toBe(404);
  expect((await door.call('evidence-bundle', { query: { name: 'diagnostics/none' } })).status).toBe(404);
});
