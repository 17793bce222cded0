import { DEV, PLATFORM, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeEach(async () => {
  test = await startTestCloud({ monitor: false });
});
afterEach(() => test.stop());

const group = `/subscriptions/${PLATFORM}/resourceGroups/${DEV}?api-version=2025-04-01`;
const restart = `${VM_ID}/restart?api-version=2026-04-01`;

async function statuses(
  count: number,
  path: string,
  options: Parameters<TestCloud['call']>[1] = {},
): Promise<number[]> {
  const answers: number[] = [];
  for (let call = 0; call < count; call += 1) answers.push((await test.call(path, options)).status);
  return answers;
}

describe('ARM', () => {
  it('gives each principal 250 reads at once and 25 a second, and says how many are left', async () => {
    const first = await test.call(group);
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).toBe('3749');
    expect(new Set(await statuses(249, group))).toEqual(new Set([200]));
    const refused = await test.call(group);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('0');
    expect(refused.body.error.code).toBe('SubscriptionRequestsThrottled');
    expect((await test.call(group, { principal: 'caretaker-reader' })).status).toBe(200);
    test.clock.advance(1_000);
    expect(await statuses(26, group)).toEqual([...Array<number>(25).fill(200), 429]);
  });

  it('starts the wait again for who asks too soon', async () => {
    await statuses(250, group);
    expect((await test.call(group)).status).toBe(429);
    test.clock.advance(900);
    expect((await test.call(group)).status).toBe(429);
    test.clock.advance(900);
    expect((await test.call(group)).status).toBe(429);
    test.clock.advance(1_000);
    expect((await test.call(group)).status).toBe(200);
  });

  it('counts writes apart', async () => {
    const answer = await test.call(restart, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('199');
    expect(answer.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBeNull();
  });

  it('shows both kinds of 429 to the SDK', async () => {
    await statuses(250, group);
    await expect(test.compute().virtualMachines.get(DEV, VM)).rejects.toMatchObject({
      statusCode: 429,
      code: 'SubscriptionRequestsThrottled',
    });
  });
});

describe('Compute', () => {
  it('takes 12 updates of one machine at once and 4 a minute', async () => {
    const { virtualMachines } = test.compute();
    const answer = await test.call(restart, { method: 'POST' });
    expect(answer.headers.get('x-ms-ratelimit-remaining-resource')).toBe(
      'Microsoft.Compute/UpdateVMPerResource;11,Microsoft.Compute/UpdateVMPerSubscription;1499',
    );
    // Conflicts count too: it is the asking that is limited.
    expect(await statuses(11, restart, { method: 'POST' })).toEqual(Array<number>(11).fill(409));
    const refused = await test.call(restart, { method: 'POST' });
    expect([refused.status, refused.body.error.code]).toEqual([429, 'TooManyRequests']);
    expect(refused.headers.get('retry-after')).toBe('15');
    await virtualMachines.restart(DEV, 'vm-web-dev-weu-02').submitted();
    test.clock.advance(60_000);
    expect((await test.call(restart, { method: 'POST' })).status).toBe(202);
  });

  it('takes 36 reads of one machine at once and 12 a minute', async () => {
    const path = `${VM_ID}/instanceView?api-version=2026-04-01`;
    expect(await statuses(37, path)).toEqual([...Array<number>(36).fill(200), 429]);
    test.clock.advance(60_000);
    expect(await statuses(13, path)).toEqual([...Array<number>(12).fill(200), 429]);
  });

  it('takes 45 questions about one operation at once and 15 a minute', async () => {
    const accepted = await test.call(restart, { method: 'POST' });
    const path = (accepted.headers.get('azure-asyncoperation') ?? '').slice(test.cloud.armEndpoint.length);
    expect(await statuses(46, path)).toEqual([...Array<number>(45).fill(200), 429]);
  });
});

it('is in the journal and in the counts', async () => {
  await statuses(37, `${VM_ID}?api-version=2026-04-01`);
  const { control } = test.cloud;
  expect(await control.counts()).toEqual({
    reads: 37,
    writes: 0,
    deletes: 0,
    throttled: 1,
    byOperation: { 'Microsoft.Compute/virtualMachines/read': 37 },
  });
  const last = (await control.journal()).at(-1);
  expect(last).toMatchObject({
    status: 429,
    errorCode: 'TooManyRequests',
    rateLimits: {
      'x-ms-ratelimit-remaining-subscription-reads': '213',
      'x-ms-ratelimit-remaining-resource':
        'Microsoft.Compute/GetVMPerResource;0,Microsoft.Compute/GetVMPerSubscription;23964',
    },
  });
  expect(await control.journal({ after: (last?.sequence ?? 0) - 1 })).toHaveLength(1);
  await control.clearJournal();
  expect(await control.journal()).toEqual([]);
});
