import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { environmentSchema } from '../../config';
import type { ScaledTime } from '../../kernel/clock';
import { connectCloudControl, seedEstate, type CloudControl } from '../cloud';
import { startProcess, type StartedProcess } from './child-process';
import { scaledTimeText } from './clock';
import type { CloudReady } from './cloud-process';
import type { HostReady } from './host-process';

/** See {@link startPlatform}. */
export interface PlatformOptions {
  /** Everything the platform writes is in here: durable state, blobs, certificates. */
  readonly directory: string;
  /** Root of the project, where dist/app and infra are. */
  readonly root: string;
  readonly policyFile: string;
  readonly time: ScaledTime;
  /** Port of the function app; 0 for a free one. */
  readonly port: number;
  readonly onLine?: (source: 'cloud' | 'host', line: string) => void;
}

/** A whole platform on this machine: the local cloud, blob storage, and the function app on the local host. */
export interface Platform {
  readonly url: string;
  /** Key of senders that have no token, such as the local monitor. */
  readonly key: string;
  /** A token for the operator API, of a person of the local cloud such as `rae`, `omar`, `ava` or `ada`; good for 12 hours. */
  token(person: string): Promise<string>;
  readonly functions: HostReady['functions'];
  readonly control: CloudControl;
  /** Where the levers of the local cloud are served: `POST <endpoint>/_local/<lever>`. */
  readonly controlEndpoint: string;
  readonly blobConnectionString: string;
  readonly time: ScaledTime;
  /** Everything the platform writes is in here. */
  readonly directory: string;
  /** Ends the host as a crash would. */
  killHost(): Promise<void>;
  /** Starts the host again on the same port and state. */
  restartHost(): Promise<void>;
  stop(): Promise<void>;
}

/** Audience of the local platform's tokens. */
export const localAudience = 'api://caretaker-local';

/** What signs the messages that the local platform's people are sent. */
export const localWebhookSecret = 'whsec_bG9jYWwgcGxhdGZvcm0sIG5vIHNlY3JldA==';

const personTokenSeconds = 12 * 60 * 60;

/** The environment of the function app on the local platform. */
export function appEnvironment(options: {
  readonly cloud: CloudReady;
  /** Root of the project: documents that are not given otherwise are those of the repository. */
  readonly root: string;
  readonly policyFile: string;
  readonly time: ScaledTime;
}): Record<string, string> {
  const { cloud, root, policyFile, time } = options;
  const { applications, principals, subscriptions } = seedEstate();
  const settings: Partial<Record<keyof typeof environmentSchema.shape, string>> = {
    CARETAKER_ENVIRONMENT: 'local',
    CARETAKER_SUBSCRIPTION_IDS: (subscriptions[0] as { subscriptionId: string }).subscriptionId,
    CARETAKER_PRUNER_CLIENT_ID: principals.find(({ name }) => name === 'caretaker-pruner')?.clientId ?? '',
    CARETAKER_BLOB_CONNECTION_STRING: cloud.blob.connectionString,
    CARETAKER_POLICY_URL: policyFile,
    CARETAKER_STACKS_URL: join(root, 'infra/workspaces/stacks.yaml'),
    CARETAKER_DNS_URL: join(root, 'policy/dns.yaml'),
    CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS: 'local-cloudflare-webhook',
    CARETAKER_CHANNELS: JSON.stringify({
      ops: { url: `${cloud.controlEndpoint}/inbox/ops`, secret: localWebhookSecret },
    }),
    CARETAKER_LOCAL_CLOCK: scaledTimeText(time),
    CARETAKER_TENANT_ID: cloud.tenantId,
    CARETAKER_API_AUDIENCE: localAudience,
    CARETAKER_CONSOLE_CLIENT_ID: applications[0]?.clientId ?? '',
    CARETAKER_LOCAL_ISSUER: cloud.issuer,
    CARETAKER_LOG_LEVEL: 'info',
  };
  return { ...cloud.environment, ...settings };
}

/** Starts the platform. When it fails half way, what was started is ended. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { directory, root, policyFile, time, onLine } = options;
  await mkdir(directory, { recursive: true });
  const timeText = scaledTimeText(time);
  const program = join(root, 'dist/caretaker.js');
  const cloud = await startProcess<CloudReady>({
    program,
    argv: ['local-cloud', '--directory', directory, '--time', timeText, '--root', root],
    onLine: (line) => onLine?.('cloud', line),
  });
  const startHost = (port: number): Promise<StartedProcess<HostReady>> =>
    startProcess<HostReady>({
      program,
      argv: [
        ...['local-host', '--app', join(root, 'dist/app'), '--state', join(directory, 'durable.sqlite')],
        ...['--port', String(port), '--time', timeText],
      ],
      env: appEnvironment({ cloud: cloud.ready, root, policyFile, time }),
      onLine: (line) => onLine?.('host', line),
    });
  let host: StartedProcess<HostReady>;
  const control = connectCloudControl(cloud.ready.controlEndpoint);
  try {
    host = await startHost(options.port);
    const { url, keys } = host.ready;
    // The local monitor shows no tokens, so its action groups call the door of those that cannot.
    await control.setWebhook({ url: `${url}/api/alerts/azure-monitor/key?code=${keys.default}` });
    await control.setEventWebhook({ url: `${url}/api/events/event-grid/key?code=${keys.default}` });
  } catch (error) {
    await cloud.stop();
    throw error;
  }
  const port = Number(new URL(host.ready.url).port);
  return {
    url: host.ready.url,
    key: host.ready.keys.default,
    token: async (name) =>
      (await control.token({ name, audience: localAudience, lifeSeconds: personTokenSeconds })).access_token,
    functions: host.ready.functions,
    control,
    controlEndpoint: cloud.ready.controlEndpoint,
    blobConnectionString: cloud.ready.blob.connectionString,
    time,
    directory,
    killHost: () => host.kill(),
    async restartHost() {
      host = await startHost(port);
    },
    async stop() {
      await host.stop();
      await cloud.stop();
    },
  };
}
