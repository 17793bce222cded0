import type { z } from 'zod';
import type { EpochMillis, ScaledTime } from '../kernel/clock';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { dnsConfigOf, type DnsConfig } from './dns';
import { environmentSchema } from './env';

/** Where documents and the ledger are kept. */
export type StorageConfig =
  | { readonly kind: 'identity'; readonly url: string }
  | { readonly kind: 'connection-string'; readonly connectionString: string };

/** The application's configuration, nested and read once at start. */
export interface Config {
  readonly environment: string;
  readonly subscriptions: ReadonlySet<string>;
  readonly policyLocation: string;
  readonly eventDelivery: 'queue' | 'webhook';
  readonly stacks: {
    /** The manifest of the stacks; absent where their runs are nobody's business here. */
    readonly location: string | undefined;
    /** What signs the vendors' webhooks. */
    readonly secrets: { readonly spacelift: readonly string[]; readonly 'hcp-terraform': readonly string[] };
  };
  readonly notifications: {
    /** Addresses of channels by name: secrets. */
    readonly channels: ReadonlyMap<string, { readonly url: string; readonly secret?: string | undefined }>;
    /** What signs links: the first signs, all are taken. Empty where there are no links. */
    readonly linkKeys: readonly string[];
    readonly publicUrl: string | undefined;
  };
  readonly dns: DnsConfig;
  /** Where the directory is reached. */
  readonly directory: { readonly graph: string; readonly login: string };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly storage: StorageConfig & { readonly stateContainer: string; readonly ledgerContainer: string };
  readonly azure: {
    readonly armEndpoint: string;
    readonly tenantId: string | undefined;
    readonly writerClientId: string | undefined;
    readonly prunerClientId: string | undefined;
  };
  /** Client id of the application that people sign in to the console with; absent where it is that of the API. */
  readonly consoleClientId: string | undefined;
  /** The clock of the local platform; absent everywhere else. */
  readonly localClock: ScaledTime | undefined;
  /** Whose tokens are taken; absent where no audience is given, which is for the local platform alone. */
  readonly api: {
    readonly tokens:
      | {
          readonly tenantId: string;
          readonly audiences: readonly string[];
          readonly issuer: string | undefined;
          /** Whether the headers of App Service authentication are believed. */
          readonly appService: boolean;
        }
      | undefined;
  };
}

/**
 * Reads the configuration from environment variables.
 * @throws InvalidInputError listing every problem; values are never repeated in it, because they may be secrets.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  // App Service shows a setting whose reference could not be resolved as an empty text: as good as missing.
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, given));
  const hasUrl = given['CARETAKER_BLOB_URL'] !== undefined;
  const hasConnection = given['CARETAKER_BLOB_CONNECTION_STRING'] !== undefined;
  if (hasUrl === hasConnection) {
    const message = hasUrl
      ? 'set only one of CARETAKER_BLOB_URL and CARETAKER_BLOB_CONNECTION_STRING'
      : 'is missing; set it to the blob endpoint of the storage account (or CARETAKER_BLOB_CONNECTION_STRING locally)';
    problems.push({ path: 'CARETAKER_BLOB_URL', message });
  }
  for (const path of [
    'CARETAKER_LOCAL_CLOCK',
    'CARETAKER_LOCAL_ISSUER',
    'CARETAKER_CLOUDFLARE_TOKEN',
    'CARETAKER_LOCAL_DNS',
  ]) {
    if (given[path] !== undefined && !hasConnection) {
      const message = 'is for the local platform, which has CARETAKER_BLOB_CONNECTION_STRING; remove it';
      problems.push({ path, message });
    }
  }
  if (given['CARETAKER_API_AUDIENCE'] !== undefined && given['CARETAKER_TENANT_ID'] === undefined) {
    problems.push({
      path: 'CARETAKER_TENANT_ID',
      message: 'is missing; tokens for CARETAKER_API_AUDIENCE are of a tenant',
    });
  }
  if (!parsed.success || problems.length > 0) {
    const text = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new InvalidInputError(
      'BadConfiguration',
      `the configuration has ${problems.length} problem(s): ${text}`,
      problems,
    );
  }
  const env = parsed.data;
  const containers = { stateContainer: env.CARETAKER_STATE_CONTAINER, ledgerContainer: env.CARETAKER_LEDGER_CONTAINER };
  return {
    environment: env.CARETAKER_ENVIRONMENT,
    subscriptions: new Set(env.CARETAKER_SUBSCRIPTION_IDS.map((id) => id.toLowerCase())),
    policyLocation: env.CARETAKER_POLICY_URL,
    eventDelivery: env.CARETAKER_EVENT_DELIVERY,
    stacks: {
      location: env.CARETAKER_STACKS_URL,
      secrets: {
        spacelift: env.CARETAKER_SPACELIFT_SECRETS,
        'hcp-terraform': env.CARETAKER_HCP_TERRAFORM_SECRETS,
      },
    },
    notifications: {
      channels: env.CARETAKER_CHANNELS ?? new Map(),
      linkKeys: env.CARETAKER_LINK_KEYS,
      publicUrl: env.CARETAKER_PUBLIC_URL?.replace(/\/+$/, ''),
    },
    dns: dnsConfigOf(env),
    directory: { graph: env.CARETAKER_GRAPH_ENDPOINT, login: env.CARETAKER_LOGIN_ENDPOINT },
    logLevel: env.CARETAKER_LOG_LEVEL,
    storage:
      env.CARETAKER_BLOB_CONNECTION_STRING !== undefined
        ? { kind: 'connection-string', connectionString: env.CARETAKER_BLOB_CONNECTION_STRING, ...containers }
        : { kind: 'identity', url: env.CARETAKER_BLOB_URL as string, ...containers },
    azure: {
      armEndpoint: env.CARETAKER_ARM_ENDPOINT,
      tenantId: env.CARETAKER_TENANT_ID,
      writerClientId: env.CARETAKER_WRITER_CLIENT_ID,
      prunerClientId: env.CARETAKER_PRUNER_CLIENT_ID,
    },
    consoleClientId: env.CARETAKER_CONSOLE_CLIENT_ID,
    localClock: scaledTimeOf(env.CARETAKER_LOCAL_CLOCK),
    api: {
      tokens:
        env.CARETAKER_API_AUDIENCE === undefined
          ? undefined
          : {
              tenantId: env.CARETAKER_TENANT_ID as string,
              audiences: env.CARETAKER_API_AUDIENCE,
              issuer: env.CARETAKER_LOCAL_ISSUER,
              appService: env.CARETAKER_APP_SERVICE_AUTH === 'on',
            },
    },
  };
}

function problemOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): InputProblem {
  const [name = '', ...entry] = issue.path.map(String);
  const path = entry.length === 0 ? name : `${name}[${entry.join('.')}]`;
  return { path, message: given[name] === undefined ? 'is missing' : `is not valid: ${issue.message}` };
}

function scaledTimeOf(text: string | undefined): ScaledTime | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [origin, startedAt, speed] = text.split('/').map(Number) as [number, number, number];
  return { origin: origin as EpochMillis, startedAt: startedAt as EpochMillis, speed };
}
