import { ConformanceTarget, freshId } from './target';

const host = new ConformanceTarget('patterns');
beforeAll(() => host.start());
afterAll(() => host.stop());

describe('orchestrations', () => {
  it.each([
    ['sequence', ['a', 'b'], ['Hello a', 'Hello b']],
    ['fanOut', 50, 1225],
    ['anyOf', undefined, 'fast'],
    ['catching', undefined, "Activity function 'boom' failed: on purpose"],
    ['timer', 100, true],
    ['approval', 100, 'expired'],
    ['parent', undefined, ['Hello one', 'Hello two']],
    ['failingChild', undefined, true],
    ['counted', 3, 'done'],
    ['large', 200_000, 200_000],
    ['guids', undefined, true],
    ['neverYields', undefined, 'at once'],
    ['entityError', undefined, 'caught'],
  ])('%s completes', async (name, input, output) => {
    expect(await host.run(name, input)).toEqual({ status: 'Completed', output });
  });

  it('tries again what fails', async () => {
    expect(await host.run('retry', { key: freshId('r'), times: 2, attempts: 4 })).toEqual({
      status: 'Completed',
      output: 3,
    });
    const { status, output } = await host.run('retry', { key: freshId('r'), times: 9, attempts: 2 });
    expect(status).toBe('Failed');
    expect(output).toContain('failure 2');
  });

  it('gives each of several events of one name to one waiter, in order', async () => {
    const id = await host.begin('events', 3);
    for (const data of ['a', 'b', 'c']) await host.door('POST', `raise/${id}/item`, data);
    expect((await host.ended(id)).output).toEqual(['a', 'b', 'c']);
  });

  it('keeps events over continueAsNew', async () => {
    const id = await host.begin('eternal', 0);
    for (const data of [1, 2, 3, 0]) await host.door('POST', `raise/${id}/add`, data);
    expect((await host.ended(id)).output).toBe(6);
  });

  it('lets an event win over a deadline', async () => {
    const id = await host.begin('approval', 60_000);
    await host.door('POST', `raise/${id}/approval`, { by: 'me' });
    expect((await host.ended(id)).output).toEqual({ by: 'me' });
  });

  it('shows a custom status', async () => {
    const id = await host.begin('status');
    await host.until(id, ({ customStatus }) => customStatus === 'waiting');
    await host.door('POST', `raise/${id}/finish`);
    expect(await host.ended(id)).toMatchObject({ customStatus: { step: 'finished' }, output: null });
  });

  it('calls HTTP endpoints', async () => {
    const { output } = await host.run('http', `${host.url}/api/native`);
    expect(output).toEqual({ status: 418, content: '{"tea":true}' });
  });

  it('asks again, where the answer says and not before its time, while an HTTP endpoint answers 202', async () => {
    const { output } = await host.run('polling', `${host.url}/api/jobs`);
    expect(output).toEqual({ status: 200, content: '{"key":null}', waited: true });
  });

  it('hands on a version', async () => {
    const { value: id } = await host.door('POST', 'start/versioned?version=2.1');
    expect((await host.ended(id as string)).output).toBe('2.1');
  });

  it('waits for the end when asked to', async () => {
    const response = await host.fetch('/api/wait/sequence', { method: 'POST', body: '["w"]' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(['Hello w']);
  });
});

describe('bad orchestrators', () => {
  it.each([
    ['throwing', 'trouble', 'trouble'],
    ['yieldsText', undefined, 'Orchestration yielded data of type string'],
    ['callsUnknown', undefined, "'nobody' doesn't exist"],
    ['activityNotJson', undefined, 'circular'],
  ])('%s fails and says why', async (name, input, message) => {
    const { status, output } = await host.run(name, input);
    expect(status).toBe('Failed');
    expect(output).toContain(message);
  });

  it('fails an output that is not JSON', async () => {
    const { status, output } = await host.run('outputNotJson');
    expect(status).toBe('Failed');
    expect(output).toContain('BigInt');
  });

  // The real engine does not notice; that this host does is the one difference that the suite insists on.
  // eslint-disable-next-line no-restricted-properties -- see above: it cannot hold on another host
  (host.isExternal ? it.skip : it)('names the step at which an orchestrator changes its mind', async () => {
    const { status, output } = await host.run('changesItsMind');
    expect(status).toBe('Failed');
    expect(output).toContain(
      "its history has step 0 TaskScheduled 'echo', but now it asks for step 0, activity 'greet'",
    );
  });

  it('bears an output of 50 MB, and nothing else is disturbed', async () => {
    const id = await host.begin('hugeOutput', 50_000_000);
    expect(await host.run('sequence', ['meanwhile'])).toEqual({ status: 'Completed', output: ['Hello meanwhile'] });
    const { runtimeStatus, output } = await host.ended(id);
    expect([runtimeStatus, (output as string).length]).toEqual(['Completed', 50_000_000]);
  });

  it('turns away an unknown orchestrator', async () => {
    await expect(host.begin('nobody')).rejects.toThrow("'nobody' doesn't exist");
  });

  it.each(['@at', 'with%01control', `${'x'.repeat(257)}`])('turns away the instance id %s', async (id) => {
    await expect(host.begin('sequence', [], id)).rejects.toThrow(/must not|exceed/);
  });
});

describe('instances', () => {
  it('starts one id once while it runs, and again when it has ended', async () => {
    const id = freshId('once');
    await host.begin('events', 1, id);
    await expect(host.begin('events', 1, id)).rejects.toThrow('409');
    await host.door('POST', `raise/${id}/item`, 1);
    await host.ended(id);
    await host.begin('sequence', ['again'], id);
    expect((await host.until(id, ({ name, output }) => name === 'sequence' && output)).output).toEqual(['Hello again']);
  });

  it('terminates', async () => {
    const id = await host.begin('events', 1);
    await host.door('POST', `control/terminate/${id}?reason=enough`);
    expect(await host.ended(id)).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
    expect(await host.door('POST', `control/terminate/${id}`)).toEqual({ value: null });
  });

  it('suspends and resumes', async () => {
    const id = await host.begin('events', 1);
    await host.door('POST', `control/suspend/${id}`);
    await host.until(id, ({ runtimeStatus }) => runtimeStatus === 'Suspended');
    await host.door('POST', `raise/${id}/item`, 'kept');
    expect((await host.door('GET', `status/${id}`)).value.runtimeStatus).toBe('Suspended');
    await host.door('POST', `control/resume/${id}`);
    expect((await host.ended(id)).output).toEqual(['kept']);
  });

  it('rewinds a failed instance', async () => {
    const id = await host.begin('rewindable');
    expect((await host.ended(id)).runtimeStatus).toBe('Failed');
    await host.run('flagSetter', id);
    await host.door('POST', `control/rewind/${id}`);
    expect(await host.until(id, ({ runtimeStatus }) => runtimeStatus === 'Completed')).toMatchObject({
      output: ['before', id],
    });
    const { error } = await host.door('POST', `control/rewind/${id}`);
    expect(error).toContain('Failed');
  });

  it('shows history on request', async () => {
    const id = await host.begin('sequence', ['h']);
    await host.ended(id);
    const links = (await (await host.fetch(`/api/payload/${id}`)).json()) as Record<string, string>;
    const response = await fetch(`${links.statusQueryGetUri}&showHistory=true&showHistoryOutput=true`);
    // The SDK's client reads "history", which the extension does not send; so the link is followed by hand.
    const { historyEvents } = (await response.json()) as { historyEvents: unknown };
    expect(historyEvents).toEqual([
      expect.objectContaining({ EventType: 'ExecutionStarted', FunctionName: 'sequence' }),
      expect.objectContaining({ EventType: 'TaskCompleted', FunctionName: 'greet', Result: 'Hello h' }),
      expect.objectContaining({ EventType: 'ExecutionCompleted', OrchestrationStatus: 'Completed' }),
    ]);
    const bare = await fetch(`${links.statusQueryGetUri}&showInput=false`);
    expect(await bare.json()).toMatchObject({ input: null, output: ['Hello h'] });
  });

  it('finds instances by status and time, page by page', async () => {
    const from = new Date(Date.now() - 1000).toISOString();
    const ids = await Promise.all(Array.from({ length: 120 }, (_, index) => host.begin('sequence', [`p${index}`])));
    await Promise.all(ids.map((id) => host.ended(id)));
    const { value } = await host.door('GET', `query?from=${from}&status=Completed`);
    const found = (value as { instanceId: string; runtimeStatus: string }[]).map(({ instanceId }) => instanceId);
    expect(ids.every((id) => found.includes(id))).toBe(true);
    const { value: none } = await host.door('GET', `query?from=${from}&to=${from}&status=Completed`);
    expect(none).toEqual([]);
  });

  it('purges one instance, and many by filter', async () => {
    const id = await host.begin('sequence', []);
    await host.ended(id);
    expect((await host.door('DELETE', `purge/${id}`)).value).toEqual({ instancesDeleted: 1 });
    expect((await host.door('GET', `status/${id}`)).error).toContain('404');
    expect((await host.door('DELETE', `purge/${id}`)).value).toEqual({ instancesDeleted: 0 });
    const from = new Date().toISOString();
    const failed = await host.begin('throwing', 'x');
    await host.ended(failed);
    const { value } = await host.door('DELETE', `purge?from=${from}&status=Failed`);
    expect(value).toEqual({ instancesDeleted: 1 });
  });

  it('tells that an event has nobody to go to', async () => {
    expect((await host.door('POST', `raise/${freshId('nobody')}/item`, 1)).error).toContain('No instance');
    const id = await host.begin('neverYields');
    await host.ended(id);
    expect(await host.door('POST', `raise/${id}/item`, 1)).toEqual({ value: null });
  });

  it('gives links that can be followed', async () => {
    const response = await host.fetch('/api/links/sequence', { method: 'POST', body: '["l"]' });
    expect(response.status).toBe(202);
    const links = (await response.json()) as Record<string, string>;
    expect(response.headers.get('location')).toBe(links.statusQueryGetUri);
    await host.ended(links.id ?? '');
    const status = await fetch(links.statusQueryGetUri ?? '');
    expect(status.status).toBe(200);
    expect(await status.json()).toMatchObject({ name: 'sequence', runtimeStatus: 'Completed', output: ['Hello l'] });
    expect((await fetch(links.terminatePostUri ?? '', { method: 'POST' })).status).toBe(410);
    const restarted = await fetch(links.restartPostUri ?? '', { method: 'POST' });
    expect(restarted.status).toBe(202);
    const { id } = (await restarted.json()) as { id: string };
    expect(id).not.toBe(links.id);
    expect((await host.ended(id)).output).toEqual(['Hello l']);
    expect((await fetch(links.purgeHistoryDeleteUri ?? '', { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(links.statusQueryGetUri ?? '')).status).toBe(404);
  });
});

describe('entities', () => {
  it('are called and signalled', async () => {
    const key = freshId('e');
    expect((await host.run('entityCalls', key)).output).toEqual([11, 21, 31]);
    await host.door('POST', `signal/Counter/${key}/add`, 4);
    const read = async (): Promise<any> => (await host.door('GET', `entity/Counter/${key}`)).value;
    for (let tries = 0; tries < 200 && (await read()).entityState !== 35; tries++) {
      await new Promise((r) => setTimeout(r, 25));
    }
    expect(await read()).toEqual({ entityExists: true, entityState: 35 });
  });

  it('are unknown until something happens to them', async () => {
    expect((await host.door('GET', `entity/Counter/${freshId('no')}`)).value).toEqual({ entityExists: false });
    expect((await host.door('POST', `signal/Nobody/x/add`, 1)).error).toContain('400');
  });

  it('are locked by a critical section', async () => {
    const [from, to] = [freshId('from'), freshId('to')];
    const ids = await Promise.all(Array.from({ length: 5 }, () => host.begin('locked', { from, to, amount: 1 })));
    const outputs = (await Promise.all(ids.map((id) => host.ended(id)))).map(({ output }) => output as number);
    // Each saw the state that the one before left: nobody was in between.
    expect(outputs.sort((a, b) => b - a)).toEqual([-1, -2, -3, -4, -5]);
  });
});
