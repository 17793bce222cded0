import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { ComputeManagementClient } from '@azure/arm-compute';
import { MonitorClient } from '@azure/arm-monitor';
import type { TokenCredential } from '@azure/identity';
import {
  type CloudOptions,
  createManualClock,
  type ManualClock,
  type RunningCloud,
  startCloud,
} from '../../../../src/local/cloud';

/** 2026-05-04T08:00:00Z, a Monday. */
export const START = Date.UTC(2026, 4, 4, 8, 0, 0);
export const PLATFORM = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
export const SANDBOX = 'a94c1d77-08e2-4f3b-8d61-6e2f5b7c3a02';
export const DEV = 'rg-web-dev-weu-001';
export const PROD = 'rg-web-prod-weu-001';
export const VM = 'vm-web-dev-weu-01';
export const VM_ID = `/subscriptions/${PLATFORM}/resourceGroups/${DEV}/providers/Microsoft.Compute/virtualMachines/${VM}`;

export interface TestCloud {
  cloud: RunningCloud;
  clock: ManualClock;
  compute(options?: { principal?: string; subscriptionId?: string }): ComputeManagementClient;
  monitor(options?: { principal?: string }): MonitorClient;
  /** GET and the like with the token of `principal`, or with the given authorization. */
  call(
    path: string,
    options?: {
      method?: string;
      authorization?: string | null;
      principal?: string;
      headers?: Record<string, string>;
      body?: unknown;
    },
  ): Promise<{ status: number; headers: Headers; body: any }>;
  stop(): Promise<void>;
}

/** A cloud of its own on free ports, with a clock that stands still, and SDK clients that do not retry by themselves. */
export async function startTestCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'local-cloud-'));
  const clock = createManualClock(START);
  const cloud = await startCloud({ directory, clock, ...options }).catch((error: unknown) => {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(cloud.caFile, 'utf8')]);
  const credentials = new Map<string, TokenCredential>();
  const credential = (principal = 'caretaker'): TokenCredential => {
    let found = credentials.get(principal);
    if (found === undefined) {
      found = { getToken: () => managedIdentityToken(cloud, principal) };
      credentials.set(principal, found);
    }
    return found;
  };
  const clientOptions = {
    endpoint: cloud.armEndpoint,
    retryOptions: { maxRetries: 0 },
  };
  return {
    cloud,
    clock,
    compute: ({ principal, subscriptionId = PLATFORM } = {}) =>
      new ComputeManagementClient(credential(principal), subscriptionId, clientOptions),
    monitor: ({ principal } = {}) => new MonitorClient(credential(principal), PLATFORM, clientOptions),
    async call(path, { method = 'GET', authorization, principal, headers, body } = {}) {
      const token =
        authorization === undefined ? `Bearer ${(await managedIdentityToken(cloud, principal)).token}` : authorization;
      const response = await fetch(`${cloud.armEndpoint}${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    async stop() {
      await cloud.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Asks the identity endpoint as the SDK does. `ManagedIdentityCredential` itself has a test of its own. */
export async function managedIdentityToken(
  cloud: RunningCloud,
  principal = 'caretaker',
  resource = 'https://management.azure.com',
): Promise<{ token: string; expiresOnTimestamp: number }> {
  const url = `${cloud.identityEndpoint}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
  const header = cloud.environment(principal)['IDENTITY_HEADER'] ?? '';
  const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': header } });
  const body = (await response.json()) as { access_token: string; expires_on: string };
  return { token: body.access_token, expiresOnTimestamp: Number(body.expires_on) * 1000 };
}
