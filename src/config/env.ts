import { z } from 'zod';
import { dnsVariables } from './dns';

const url = z.url({ protocol: /^https?$/ });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** Short ones can be guessed from one signed message. */
const signingSecrets = list.pipe(z.array(z.string().min(16, 'must have at least 16 characters each'))).default([]);

const channelsSchema = z.record(
  z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/),
  z.strictObject({
    // A channel's address is its key: over the network only encrypted, and in the clear on this machine alone.
    url: z.url({ protocol: /^https?$/ }).refine((text) => /^https:|^http:\/\/(?:127\.0\.0\.1|\[::1\])[:/]/.test(text)),
    secret: z.string().min(24).optional(),
  }),
);

/** Secrets in a JSON text: what is wrong with it is said without repeating any of it. */
const channels = z.string().transform((text, context) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = channelsSchema.safeParse(value);
  if (!parsed.success) {
    const message =
      'must be a JSON object of names with {"url": "https://...", "secret": "at least 24 characters, for kind webhook"}';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return new Map(Object.entries(parsed.data));
});

/**
 * Every environment variable the application reads, and nothing else reads any. Terraform's `app_settings` are tested
 * against the keys of this schema. Variables of the platform itself (`FUNCTIONS_*`, `AzureWebJobsStorage*`) are not ours.
 */
export const environmentSchema = z.object({
  /** Name of this deployment; the ledger's chain belongs to it. */
  CARETAKER_ENVIRONMENT: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens'),
  /** Subscriptions whose resources may be acted on, separated by commas. */
  CARETAKER_SUBSCRIPTION_IDS: list.pipe(z.array(z.guid()).min(1, 'must name at least one subscription')),
  CARETAKER_TENANT_ID: z.guid().optional(),
  /** Blob endpoint of the storage account, for identity-based access: https://<account>.blob.core.windows.net */
  CARETAKER_BLOB_URL: url.optional(),
  /** Connection string of the storage account, for the local platform only. */
  CARETAKER_BLOB_CONNECTION_STRING: z.string().min(1).optional(),
  CARETAKER_STATE_CONTAINER: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/)
    .default('caretaker-state'),
  CARETAKER_LEDGER_CONTAINER: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/)
    .default('caretaker-ledger'),
  /** Where the policy document is: the URL of a blob, or a file path on the local platform. */
  CARETAKER_POLICY_URL: z.string().min(1),
  /** Client id of the user-assigned identity that observes and acts. */
  CARETAKER_WRITER_CLIENT_ID: z.guid().optional(),
  /** Client id of the user-assigned identity that deletes recovery points, and nothing else. */
  CARETAKER_PRUNER_CLIENT_ID: z.guid().optional(),
  CARETAKER_ARM_ENDPOINT: url.default('https://management.azure.com'),
  /** Audiences of the tokens that operators and senders present, separated by commas: the application's id and its URI. */
  CARETAKER_API_AUDIENCE: list.pipe(z.array(z.string()).min(1, 'must name at least one audience')).optional(),
  /** The application that people sign in to the console with: its client id. When absent, the first audience that is one. */
  CARETAKER_CONSOLE_CLIENT_ID: z.guid().optional(),
  /** `on` only where App Service authentication stands in front of every request: then its headers say who has signed in. */
  CARETAKER_APP_SERVICE_AUTH: z.enum(['on', 'off']).default('off'),
  /** Local platform only: who issues the tokens of its people, as in their `iss`. */
  CARETAKER_LOCAL_ISSUER: url.optional(),
  /** Local platform only: a clock that runs faster, as `<origin>/<real start>/<speed>` (epoch milliseconds, and a factor). */
  CARETAKER_LOCAL_CLOCK: z
    .string()
    .regex(
      /^\d{1,15}\/\d{1,15}\/(?!0+(?:\.0+)?$)\d{1,5}(?:\.\d{1,3})?$/,
      'must be <origin>/<real start>/<speed above 0>',
    )
    .optional(),
  /** How Event Grid's events come: through the Storage queue of the connection `CaretakerEvents`, or to the HTTP door. */
  CARETAKER_EVENT_DELIVERY: z.enum(['queue', 'webhook']).default('webhook'),
  /** Where the manifest of the stacks is: a blob's URL, or a file path. Without it webhooks about their runs are not taken. */
  CARETAKER_STACKS_URL: z.string().min(1).optional(),
  /** Secrets that sign Spacelift's webhooks, separated by commas: two while one is being replaced. */
  CARETAKER_SPACELIFT_SECRETS: signingSecrets,
  /** The same for HCP Terraform's notifications. */
  CARETAKER_HCP_TERRAFORM_SECRETS: signingSecrets,
  /**
   * Addresses of the policy's notification channels, as a JSON object by name: `{"ops": {"url": "https://...", "secret": "..."}}`.
   * The secret signs what goes to a channel of kind `webhook`.
   */
  CARETAKER_CHANNELS: channels.optional(),
  /** Keys that sign links in notifications, separated by commas: the first signs, all are taken. Without them there are no links. */
  CARETAKER_LINK_KEYS: list.pipe(z.array(z.string().min(32, 'must have at least 32 characters each'))).default([]),
  /** Where people reach this application: https://<name>.azurewebsites.net. Links in notifications lead there. */
  CARETAKER_PUBLIC_URL: url.optional(),
  ...dnsVariables,
  /** Microsoft Graph, and where applications sign in: other clouds have others. */
  CARETAKER_GRAPH_ENDPOINT: url.default('https://graph.microsoft.com'),
  CARETAKER_LOGIN_ENDPOINT: url.default('https://login.microsoftonline.com'),
  CARETAKER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type Environment = z.infer<typeof environmentSchema>;
