import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeHostScript, spawnHost, type HostProcess } from './host-process';

const app = resolve(__dirname, '../../conformance/apps/patterns');

describe('a host in its own process', () => {
  let folder: string;
  let host: HostProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'host-process-'));
  });
  afterEach(async () => {
    await host?.kill();
    host = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(removeHostScript);

  it('refuses a state file that another host uses, and one that is damaged', async () => {
    const state = join(folder, 'state.db');
    host = await spawnHost(app, state);
    await expect(spawnHost(app, state)).rejects.toThrow('in use by another host');
    const damaged = join(folder, 'damaged.db');
    writeFileSync(
      damaged,
      'this is no database, though it is long enough to look like one to a careless reader'.repeat(50),
    );
    await expect(spawnHost(app, damaged)).rejects.toThrow('damaged or not a state file');
  });

  it('lists its functions, keeps its keys, and stops when told to', async () => {
    const state = join(folder, 'state.db');
    host = await spawnHost(app, state);
    expect(host.output()).toContain(`guarded: [GET] ${host.url}/api/guarded (function key)`);
    expect(host.output()).toMatch(/greet +: activityTrigger/);
    const { keys } = host;
    expect(await host.stop()).toBe(0);
    host = await spawnHost(app, state);
    expect(host.keys).toEqual(keys);
  });

  it('says what is wrong with an app that cannot be loaded', async () => {
    await expect(spawnHost(folder, join(folder, 's.db'))).rejects.toThrow('no package.json');
    writeFileSync(join(folder, 'package.json'), '{"main":"dist/*.js"}');
    await expect(spawnHost(folder, join(folder, 's.db'))).rejects.toThrow('matches no file');
    writeFileSync(join(folder, 'package.json'), '{"main":"index.js"}');
    writeFileSync(join(folder, 'index.js'), 'throw new Error("on purpose")');
    await expect(spawnHost(folder, join(folder, 's.db'))).rejects.toThrow('on purpose');
  });
});
