import { PermanentError, TransientError } from '../../src/kernel/errors';
import { subscription } from '../run/intake-world';
import { doors, pathsOf } from './support';

const resource = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`;

it('gives what was measured around a time, with its gaps', async () => {
  const door = doors();
  const points = [
    { at: '2026-05-04T05:00:00.000Z' as never, value: 12.5 },
    { at: '2026-05-04T05:01:00.000Z' as never, value: null },
  ];
  door.metrics.answer = async () => [{ name: 'Percentage CPU', unit: 'Percent', points }];
  const { status, body } = await door.call('metrics', { query: { resource, at: '2026-05-04T06:00:00Z' } });
  expect([status, body]).toEqual([
    200,
    { resource: resource.toLowerCase(), series: [{ name: 'Percentage CPU', unit: 'Percent', points }], problems: [] },
  ]);
  expect(door.metrics.asked).toEqual([
    {
      id: resource.toLowerCase(),
      from: '2026-05-04T05:00:00.000Z',
      until: '2026-05-04T07:00:00.000Z',
      minutes: 1,
    },
  ]);
});

it.each([
  [{}, '2026-05-04T06:00:00.000Z', '2026-05-04T08:00:00.000Z', 1],
  [{ at: '2026-05-04T07:59:00Z', hours: '4' }, '2026-05-04T04:00:00.000Z', '2026-05-04T08:00:00.000Z', 1],
  [{ at: '2026-05-03T00:00:00Z', hours: '24' }, '2026-05-02T12:00:00.000Z', '2026-05-03T12:00:00.000Z', 5],
  [{ at: '2026-05-03T00:00:00Z', hours: '48' }, '2026-05-02T00:00:00.000Z', '2026-05-04T00:00:00.000Z', 15],
])('asks for %j from %s until %s, every %i minutes', async (query, from, until, minutes) => {
  const door = doors();
  expect((await door.call('metrics', { query: { resource, ...query } })).status).toBe(200);
  expect(door.metrics.asked).toMatchObject([{ from, until, minutes }]);
});

it('says why there is nothing to see', async () => {
  const door = doors();
  const problemsAfter = async (answer: typeof door.metrics.answer) => {
    door.metrics.answer = answer;
    const { status, body } = await door.call('metrics', { query: { resource } });
    expect(status).toBe(200);
    return body['problems'];
  };
  expect(await problemsAfter(async () => undefined)).toEqual([
    'it is not known what to look at of a resource of type microsoft.compute/virtualmachines',
  ]);
  const points = [{ at: '2026-05-04T05:00:00.000Z' as never, value: null }];
  expect(await problemsAfter(async () => [{ name: 'x', unit: 'Count', points }])).toEqual([
    'nothing was reported in this time; Azure Monitor keeps metrics for 93 days',
  ]);
  const gone = new PermanentError('AzureRefused', 'Azure: ResourceNotFound: it is gone');
  expect(await problemsAfter(async () => Promise.reject(gone))).toEqual(['Azure: ResourceNotFound: it is gone']);
});

it('answers 503 while the platform cannot be asked', async () => {
  const door = doors();
  door.metrics.answer = async () =>
    Promise.reject(new TransientError('AzureUnavailable', 'throttled', { retryAfterSeconds: 7 }));
  expect(await door.call('metrics', { query: { resource } })).toMatchObject({
    status: 503,
    headers: { 'retry-after': '7' },
  });
});

it.each([
  [{}, 'resource'],
  [{ resource: 'vm-web-1' }, 'resource'],
  [{ resource: resource.replace(subscription, '00000000-0000-4000-8000-000000000000') }, 'resource'],
  [{ resource, at: 'yesterday' }, 'at'],
  [{ resource, at: '2026-05-04T08:00:01Z' }, 'at'],
  [{ resource, hours: '0' }, 'hours'],
  [{ resource, hours: '49' }, 'hours'],
])('refuses %j and names the field', async (query, path) => {
  const door = doors();
  const answer = await door.call('metrics', { query });
  expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
  expect(door.metrics.asked).toEqual([]);
});
