import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { compose } from '../../functions/compose';
import { createBlobStorage } from '../../src/adapters/blob';
import { readConfig } from '../../src/config';
import type { EpochMillis } from '../../src/kernel/clock';
import { silentLog, type Log } from '../../src/kernel/log';
import { verifyLedger, type Verification } from '../../src/ledger';
import { startAzurite, seedEstate, startCloud, type RunningAzurite, type RunningCloud } from '../../src/local/cloud';
import {
  createVirtualClock,
  startHost,
  type CommitHooks,
  type RunningHost,
  type VirtualClock,
} from '../../src/local/host';
import { roleFromInfra } from '../../src/local/platform/roles';
import { searchFor } from '../../src/local/canary';
import { freshFunctionsCore } from './functions-core';

const root = join(__dirname, '../..');
const audience = 'api://caretaker-test';
/** Of the real host.json, what decides about addresses; the rest of it is for more load than a test makes. */
const { http } = (JSON.parse(readFileSync(join(root, 'host.json'), 'utf8')) as { extensions: { http: object } })
  .extensions;

/** A whole platform inside one test process, on one virtual clock: the cloud, blobs, and the real function app. */
export interface LocalApp {
  readonly clock: VirtualClock;
  readonly cloud: RunningCloud;
  readonly blobs: RunningAzurite;
  /** Everything that is written down is in here: durable state, blobs. */
  readonly directory: string;
  /** The function app on a host; a new one for every call, on the same durable state unless told otherwise. */
  start(options?: {
    readonly state?: string;
    readonly onCommit?: CommitHooks;
    readonly policyFile?: string;
    /** Variables beside those that every test has. */
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<AppHost>;
  stop(): Promise<void>;
}

export interface AppHost {
  readonly host: RunningHost;
  /** Sends a body to the alert door as an action group does. */
  alert(body: unknown): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
  /** Calls the operator API; as one of the local people (`rae`, `omar`, `ava`, `ada`) where the app asks for tokens. */
  operator(
    method: string,
    path: string,
    body?: unknown,
    person?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  verifyLedger(): Promise<Verification>;
}

/** The policy that tests run under: like the sample, with shorter windows, so that fewer looks are taken. */
export const testPolicy = `
version: 1
defaults:
  verification: { within: 4m, every: 2m }
environments:
  dev:
    subscriptions: [3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01]
    resourceGroups: ['rg-web-dev-*']
    ceiling: auto
    budgets: [{ name: hourly, window: 1h, maxResources: 2 }]
  prod:
    subscriptions: [3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01]
    resourceGroups: ['rg-web-prod-*']
    ceiling: auto
    budgets: [{ name: hourly, window: 1h, maxResources: 6 }]
rules:
  - name: web-vm-unavailable
    match: { kind: [metric], resourceType: [Microsoft.Compute/virtualMachines], resource: ['vm-web-*'] }
    mode: auto
    ladder: [{ runbook: restart-vm }, { runbook: redeploy-vm }]
`;

/** Client id of the identity that deletes recovery points. */
export function prunerClientId(): string {
  return seedEstate().principals.find(({ name }) => name === 'caretaker-pruner')?.clientId ?? '';
}

/** Starts cloud and blobs; the app itself is started by the test. */
export async function startLocalApp(options: { readonly log?: Log } = {}): Promise<LocalApp> {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-app-'));
  const clock = createVirtualClock(Date.parse('2026-03-02T08:00:00Z'));
  const cloud = await startCloud({
    directory: join(directory, 'cloud'),
    clock,
    monitor: false,
    roleDefinitions: [await roleFromInfra(root), await roleFromInfra(root, 'pruner')],
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(cloud.caFile, 'utf8')]);
  const blobs = await startAzurite({ directory: join(directory, 'blobs') });
  const environment = cloud.environment();
  // The identity's endpoint is read from the process environment by the SDK itself; each test file has a process state of its own.
  Object.assign(process.env, environment);
  const policyFile = join(directory, 'policy.yaml');
  writeFileSync(policyFile, testPolicy);
  let states = 0;
  const hosts: RunningHost[] = [];

  return {
    clock,
    cloud,
    blobs,
    directory,
    async start({ state, onCommit, policyFile: other, environment: variables = {} } = {}) {
      const name = state ?? `state-${(states += 1)}`;
      const containers = { CARETAKER_STATE_CONTAINER: `s-${name}`, CARETAKER_LEDGER_CONTAINER: `l-${name}` };
      const core = freshFunctionsCore();
      const config = readConfig({
        CARETAKER_ENVIRONMENT: 'test',
        CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
        CARETAKER_BLOB_CONNECTION_STRING: blobs.connectionString,
        CARETAKER_POLICY_URL: other ?? policyFile,
        CARETAKER_ARM_ENDPOINT: cloud.armEndpoint,
        CARETAKER_PRUNER_CLIENT_ID: prunerClientId(),
        ...containers,
        ...variables,
      });
      compose(config, { clock: { now: () => clock.now() as EpochMillis }, log: options.log ?? silentLog });
      const host = await startHost({
        app: { core },
        hostJson: { extensions: { http } },
        stateFile: join(directory, `${name}.sqlite`),
        clock,
        schedules: false,
        ...(onCommit === undefined ? {} : { onCommit }),
      });
      hosts.push(host);
      const call = async (method: string, path: string, body?: string, person?: string) => {
        const bearer =
          person === undefined ? undefined : (await cloud.control.token({ name: person, audience })).access_token;
        const response = await fetch(`${host.url}/api/${path}`, {
          method,
          headers: {
            'x-functions-key': host.keys.default,
            'content-type': 'application/json',
            connection: 'close',
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          ...(body === undefined ? {} : { body }),
        });
        const text = await response.text();
        return {
          status: response.status,
          headers: response.headers,
          body: text === '' ? null : (JSON.parse(text) as unknown),
        };
      };
      return {
        host,
        alert: (body) => call('POST', 'alerts/azure-monitor', typeof body === 'string' ? body : JSON.stringify(body)),
        operator: (method, path, body, person) =>
          call(method, `operator/${path}`, body === undefined ? undefined : JSON.stringify(body), person),
        async verifyLedger() {
          const account = { connectionString: blobs.connectionString };
          const { ledgerLogs } = createBlobStorage({ account, container: containers.CARETAKER_LEDGER_CONTAINER });
          const { documents } = createBlobStorage({ account, container: containers.CARETAKER_STATE_CONTAINER });
          return verifyLedger({ logs: ledgerLogs, documents, environment: 'test' });
        },
      };
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.stop().catch(() => undefined)));
      // Whatever a suite was about: no value that is or was a secret may be in its durable state or its blobs.
      const search = searchFor(await cloud.control.secretValues());
      await Promise.all([cloud.stop(), blobs.stop()]);
      const { leaks } = search.inFolder(directory);
      rmSync(directory, { recursive: true, force: true });
      if (leaks.length > 0) {
        throw new Error(
          `secrets were written: ${leaks.map(({ place, encoding }) => `${place} (${encoding})`).join(', ')}`,
        );
      }
    },
  };
}
