import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../../functions/compose';
import { readConfig } from '../../src/config';
import { silentLog } from '../../src/kernel/log';
import { freshFunctionsCore } from '../support/functions-core';

const root = join(__dirname, '../..');
const entry = join(root, 'dist/app/functions/index.js');
const environment = {
  CARETAKER_ENVIRONMENT: 'test',
  CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  CARETAKER_BLOB_URL: 'https://account.blob.core.windows.net',
  CARETAKER_POLICY_URL: 'https://account.blob.core.windows.net/policy/caretaker.yaml',
  CARETAKER_TENANT_ID: '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7',
  CARETAKER_API_AUDIENCE: 'api://caretaker',
  CARETAKER_STACKS_URL: 'https://account.blob.core.windows.net/policy/stacks.yaml',
  CARETAKER_DNS_URL: 'https://account.blob.core.windows.net/policy/dns.yaml',
};

interface Registered {
  readonly name?: string;
  readonly hook?: string;
  readonly bindings?: Readonly<Record<string, Record<string, unknown>>>;
}

function load(env: Record<string, string>) {
  return spawnSync(process.execPath, [join(__dirname, 'load-app.cjs'), entry], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
}

test('the bundle registers these functions, with these bindings', () => {
  const { stdout, stderr, status } = load(environment);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchSnapshot();
});

test('the bundle registers what the source registers', () => {
  const core = freshFunctionsCore();
  compose(readConfig(environment), { log: silentLog });
  const source = [...core.registry.functions.keys()].sort();
  const bundle = (JSON.parse(load(environment).stdout) as Registered[])
    .flatMap(({ name }) => (name === undefined ? [] : [name]))
    .sort();
  expect(bundle).toEqual(source);
  expect(bundle.length).toBeGreaterThanOrEqual(16);
});

test('the deployable app is one file with its source map, host.json and package.json, and needs no node_modules', () => {
  const app = join(root, 'dist/app');
  expect(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))).toMatchObject({
    main: 'functions/index.js',
    engines: { node: '>=22.19' },
  });
  expect(JSON.parse(readFileSync(join(app, 'host.json'), 'utf8'))).toMatchObject({
    extensionBundle: { version: '[4.36.0, 5.0.0)' },
    telemetryMode: 'OpenTelemetry',
  });
  expect(existsSync(`${entry}.map`)).toBe(true);
  expect(statSync(entry).size).toBeLessThan(12 * 1024 * 1024);
  const alone = execFileSync(process.execPath, [join(__dirname, 'load-app.cjs'), entry], {
    cwd: '/',
    env: environment,
    encoding: 'utf8',
  });
  expect(JSON.parse(alone)).not.toEqual([]);
});

test('without configuration the entry point refuses to start, naming every variable and no value', () => {
  const { stderr, status } = load({
    CARETAKER_BLOB_CONNECTION_STRING: 'AccountKey=planted-secret',
    CARETAKER_SUBSCRIPTION_IDS: 'planted-wrong',
  });
  expect(status).not.toBe(0);
  for (const name of ['CARETAKER_ENVIRONMENT', 'CARETAKER_POLICY_URL', 'CARETAKER_SUBSCRIPTION_IDS']) {
    expect(stderr).toContain(name);
  }
  expect(stderr).not.toContain('planted');
});
