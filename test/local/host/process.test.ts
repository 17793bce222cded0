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

  it('says in one line what is wrong with an app, and ends with 1', async () => {
    const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    const refusal = async (directory = folder, state = join(folder, 's.db')): Promise<string> => {
      const error = await spawnHost(directory, state).catch((thrown: unknown) => thrown as Error);
      const { message = '' } = error as Error;
      expect(message).toMatch(/^The host ended with 1:\n[^\n]+\n$/);
      return message;
    };
    expect(await refusal(join(folder, 'nowhere'))).toContain('nowhere is no folder');
    expect(await refusal()).toContain('no package.json');
    put('package.json', '{"main":');
    expect(await refusal()).toContain('package.json is not JSON');
    put('package.json', '{"main":"dist/*.js"}');
    expect(await refusal()).toContain('matches no file');
    put('package.json', '{"main":"index.js"}');
    put('index.js', 'throw new Error("on purpose")');
    expect(await refusal()).toContain('index.js failed: on purpose');
    put('index.js', 'require("nowhere-to-be-found")');
    expect(await refusal()).toContain('Run "npm install" for the app');
    put('index.js', 'module.exports = {}');
    expect(await refusal()).toContain('The app registers no functions');
    put('local.settings.json', '{ "Values": { "A": 1, }');
    expect(await refusal()).toContain('local.settings.json is not JSON');
    put('local.settings.json', '{ "Values": { "A": { "b": 1 } } }');
    expect(await refusal()).toContain('"Values.A" must be a text');
    expect(await refusal(app, join(folder, 'index.js', 'x', 's.db'))).toContain('cannot be made (ENOTDIR)');
    expect(await refusal(app, folder)).toContain('cannot be opened');
    host = await spawnHost(app, join(folder, 'state.db'));
    const port = new URL(host.url).port;
    await expect(spawnHost(app, join(folder, 'other.db'), { args: ['--port', port] })).rejects.toThrow('is taken');
  });
});
