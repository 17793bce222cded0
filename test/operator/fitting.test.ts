import { doors, pathsOf } from './support';

const group = '/subscriptions/s/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines';
const at = (minute: number): string => `2026-05-04T08:${String(minute).padStart(2, '0')}:00.000Z`;

const incident = (number: number, more: { environment?: string; end?: string; name?: string } = {}) => ({
  id: `incident-${number}`,
  startedAt: at(number),
  end: more.end ?? 'repaired',
  order: {
    environment: more.environment ?? 'prod',
    target: `${group}/${more.name ?? 'vm-web-01'}`,
    alertRule: 'alert-availability',
    rule: 'vm-unavailable',
    summary: 'It does not answer',
  },
});

const run = (number: number, more: { runbook?: string; result?: Record<string, string> } = {}) => ({
  id: `run-${number}`,
  startedAt: at(number),
  environment: 'prod',
  target: `${group}/vm-web-01`,
  runbook: more.runbook ?? 'restart-vm',
  rule: 'operator',
  result: more.result ?? { kind: 'applied', outcome: 'verified' },
});

const idsOf = (list: unknown): string[] => (list as { id: string }[]).map(({ id }) => id);

describe('incidents that fit', () => {
  async function world() {
    const door = doors();
    await door.incidentReports.put(incident(1));
    await door.incidentReports.put(incident(2, { environment: 'dev' }));
    await door.incidentReports.put(incident(3, { end: 'handed-over', name: 'vm-web-02' }));
    // What another version wrote.
    await door.incidentReports.put({ id: 'incident-4', startedAt: at(4) });
    return door;
  }

  it.each([
    [{}, ['incident-4', 'incident-3', 'incident-2', 'incident-1']],
    [{ environment: 'prod' }, ['incident-3', 'incident-1']],
    [{ end: 'handed-over' }, ['incident-3']],
    [{ target: 'VM-web-02' }, ['incident-3']],
    [{ target: 'web-02' }, []],
    [{ target: `${group}/vm-web-01` }, ['incident-2', 'incident-1']],
    [{ q: 'UNAVAILABLE vm-web-01' }, ['incident-2', 'incident-1']],
    [{ q: 'not answer', environment: 'dev' }, ['incident-2']],
    [{ q: 'incident-4' }, ['incident-4']],
  ])('%j', async (query, ids) => {
    const { body } = await (await world()).call('incidents', { query: query });
    expect(idsOf(body['incidents'])).toEqual(ids);
    expect(body['cursor']).toBeNull();
  });

  it('not with an end that there is not', async () => {
    const answer = await doors().call('incidents', { query: { end: 'forgotten' } });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(['end']);
  });

  it('each once over all pages, though few of many fit', async () => {
    const door = doors();
    for (let number = 0; number < 60; number += 1) {
      await door.incidentReports.put(incident(number, { environment: number % 7 === 0 ? 'dev' : 'prod' }));
    }
    const ids: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 60; page += 1) {
      const query = { environment: 'dev', limit: '4', ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await door.call('incidents', { query });
      const found = idsOf(body['incidents']);
      expect(found.length).toBeLessThanOrEqual(4);
      ids.push(...found);
      if (body['cursor'] === null) break;
      cursor = String(body['cursor']);
    }
    expect(ids).toEqual([56, 49, 42, 35, 28, 21, 14, 7, 0].map((number) => `incident-${number}`));
  });

  it('after enough that do not fit, an empty page with a cursor', async () => {
    const door = doors();
    let lists = 0;
    door.documents.list = () => {
      lists += 1;
      return Promise.resolve({ paths: [], cursor: 'more' });
    };
    const { body } = await door.call('incidents', { query: { environment: 'dev', limit: '100' } });
    expect(body).toMatchObject({ incidents: [], cursor: 'more' });
    expect(lists).toBe(5);
  });
});

it.each([
  [{ runbook: 'restart-vm' }, ['run-3', 'run-1']],
  [{ result: 'verified' }, ['run-2', 'run-1']],
  [{ result: 'cooldown' }, ['run-3']],
  [{ q: 'redeploy' }, ['run-2']],
])('runs that fit %j', async (query, ids) => {
  const door = doors();
  await door.runs.put(run(1));
  await door.runs.put(run(2, { runbook: 'redeploy-vm' }));
  await door.runs.put(run(3, { result: { kind: 'not-applied', why: 'cooldown' } }));
  const { body } = await door.call('runs', { query: query });
  expect(idsOf(body['runs'])).toEqual(ids);
});
