import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeHostScript, spawnHost, type HostProcess } from './host-process';

const app = resolve(__dirname, 'apps/spinning');

describe('code that never gives back control', () => {
  let folder: string;
  let host: HostProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'host-watchdog-'));
  });
  afterEach(async () => {
    await host?.kill();
    host = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(removeHostScript);

  const start = async (ready?: RegExp): Promise<HostProcess> => {
    const options = { args: ['--watchdog', '0.3'], ...(ready ? { ready } : {}) };
    return (host = await spawnHost(app, join(folder, 'state.db'), options));
  };
  const until = async <T>(read: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> => {
    for (;;) {
      const value = await read();
      if (holds(value)) return value;
      await new Promise((resume) => setTimeout(resume, 20));
    }
  };
  const call = (running: HostProcess, method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${running.url}/runtime/webhooks/durabletask/${path}`, {
      method,
      headers: { 'x-functions-key': running.keys.durabletask, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });

  it.each([
    ['activity', "activity 'spin' of instance 'bad'", 'Completed'],
    ['orchestrator', "orchestrator 'orchestrator' of instance 'bad'", 'Failed'],
    ['entity', 'entity @spinner@k', 'Completed'],
  ])('is named, and fails after three ends in a row: %s', async (kind, what, status) => {
    let running = await start();
    await call(running, 'POST', 'orchestrators/other/good');
    // Its start is written and then not answered: what it begins keeps the thread.
    const begun = call(running, 'POST', `orchestrators/${kind}/bad`).catch(() => undefined);
    const said = `${what} has not given back control`;
    await until(running.output, (output) => output.includes(said));
    for (let end = 1; end <= 3; end++) {
      await running.kill();
      running = await start(end < 3 ? new RegExp(`${said} for .* s`) : undefined);
      expect(running.output()).toContain(`The last host was ended while ${what} had not given back control`);
      expect(running.output()).toContain(`(${end} of 3 times in a row)`);
    }
    await begun;
    expect(running.output()).toContain('It fails now');
    const read = async (): Promise<any> => (await call(running, 'GET', 'instances/bad')).json();
    const bad = await until(read, ({ runtimeStatus }) => runtimeStatus !== 'Running');
    expect(bad.runtimeStatus).toBe(status);
    expect(bad.output).toContain(`${what} did not give back control, and the host had to be ended, 3 times in a row`);
    await call(running, 'POST', 'instances/good/raiseEvent/go', '"on"');
    const good = await until(
      async (): Promise<any> => (await call(running, 'GET', 'instances/good')).json(),
      ({ runtimeStatus }) => runtimeStatus !== 'Running',
    );
    expect(good).toMatchObject({ runtimeStatus: 'Completed', output: 'on' });
  });
});
