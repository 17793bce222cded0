import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dnsChangeOrchestrator, dnsChangeOrchestratorName } from '../../src/dns';
import { expectDeterministic } from '../support/replay';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';

export const zone = 'storefront.example';
export const home = 'lb-web-prod-weu-001.westeurope.cloudapp.azure.com';
export const away = 'lb-web-prod-neu-001.northeurope.cloudapp.azure.com';
export const webhookSecret = 'a-secret-of-the-webhook';

/** The document of the repository, which the local zone is seeded for. */
export const repositoryDocument = readFileSync(join(__dirname, '../../policy/dns.yaml'), 'utf8');

export interface DnsApp {
  readonly local: LocalApp;
  readonly app: AppHost;
  /** Puts another document in the place of the present one; it is read after half a minute. */
  write(text: string): void;
  /** Runs a timer by hand and whatever it starts to its end. */
  tick(name: 'dns-round' | 'dns-sweep'): Promise<void>;
  /** Moves the clock. Seconds. */
  pass(seconds: number): void;
  runs(): readonly RunEnd[];
  records(): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly type: string;
      readonly content: string;
      readonly ttl: number;
      readonly comment: string | null;
    }[]
  >;
  /** Replays every change, turn by turn; fails where the code would decide otherwise. */
  replay(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunEnd {
  readonly id: string;
  readonly rule: string;
  readonly result: { readonly kind: string; readonly outcome?: string; readonly why?: string };
  readonly reasons: readonly string[];
  readonly undo: { readonly done: boolean; readonly text: string } | null;
}

/** Variables of an app that looks after DNS, over the local Cloudflare. */
export function dnsEnvironment(local: LocalApp, document: string): Record<string, string> {
  const { cloudflare } = local.cloud;
  return {
    CARETAKER_DNS_URL: document,
    CARETAKER_CLOUDFLARE_API: cloudflare.endpoint,
    CARETAKER_CLOUDFLARE_TOKEN: cloudflare.token,
    CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS: webhookSecret,
    CARETAKER_LOCAL_DNS: Object.entries(cloudflare.servers)
      .map(([name, address]) => `${name}=${address}`)
      .join(','),
  };
}

/** The whole app with the local Cloudflare, one virtual clock, and a document of its own. */
export async function startDnsApp(document: string = repositoryDocument): Promise<DnsApp> {
  const local = await startLocalApp();
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-dns-'));
  const file = join(directory, 'dns.yaml');
  writeFileSync(file, document);
  const environment = dnsEnvironment(local, file);
  const app = await local.start({ state: 'dns', environment });
  return {
    local,
    app,
    write: (text) => writeFileSync(file, text),
    pass: (seconds) => local.clock.advanceBy(seconds * 1000),
    async tick(name) {
      const response = await fetch(`${app.host.url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'x-functions-key': app.host.keys.master, 'content-type': 'application/json', connection: 'close' },
        body: '{}',
      });
      if (response.status !== 202) {
        throw new Error(`the host answered ${response.status} to ${name}`);
      }
      await app.host.runToQuiescence();
    },
    runs: () =>
      [...app.host.instances()]
        .filter(({ name }) => name === 'dns-change-v1')
        .sort((left, right) => left.createdAt - right.createdAt)
        .map(({ output }) => output as RunEnd),
    records: () => local.cloud.control.dnsRecords(zone),
    async replay() {
      for (const { instanceId, name } of app.host.instances()) {
        if (name === dnsChangeOrchestratorName) {
          await expectDeterministic(dnsChangeOrchestrator, app.host.history(instanceId) ?? [], instanceId);
        }
      }
    },
    async stop() {
      await local.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
