import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const url = z.url({ protocol: /^https?$/ });

/** Environment variables about DNS. */
export const dnsVariables = {
  /** Where the document of what DNS shall be is: a blob's URL, or a file path. Without it DNS is nobody's business here. */
  CARETAKER_DNS_URL: z.string().min(1).optional(),
  CARETAKER_CLOUDFLARE_API: url.default('https://api.cloudflare.com/client/v4'),
  /** Address of the secret with Cloudflare's token, without a version: https://<vault>.vault.azure.net/secrets/<name> */
  CARETAKER_CLOUDFLARE_TOKEN_SECRET: z
    .url({ protocol: /^https$/ })
    .regex(/\/secrets\/[0-9a-zA-Z-]+$/, 'must be the address of a secret without a version')
    .optional(),
  /** Local platform only: Cloudflare's token itself. */
  CARETAKER_CLOUDFLARE_TOKEN: z.string().min(1).optional(),
  /** Secrets that Cloudflare's notification webhooks carry, separated by commas: two while one is being replaced. */
  CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS: list
    .pipe(z.array(z.string().min(16, 'must have at least 16 characters each')))
    .default([]),
  /** Local platform only: where name servers, resolvers and vantage points really are, as `name=address` separated by commas. */
  CARETAKER_LOCAL_DNS: list
    .pipe(z.array(z.string().regex(/^[^=]+=.+$/, 'must be <name>=<address>')))
    .transform(
      (pairs) => new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
    )
    .default(new Map()),
};
export type DnsEnvironment = z.infer<z.ZodObject<typeof dnsVariables>>;

export interface DnsConfig {
  /** The document; absent where DNS is nobody's business. */
  readonly location: string | undefined;
  readonly api: string;
  readonly token:
    | { readonly kind: 'vault'; readonly secretUri: string }
    | { readonly kind: 'value'; readonly value: string }
    | undefined;
  readonly webhookSecrets: readonly string[];
  /** Real addresses of servers by name, on the local platform. */
  readonly locations: ReadonlyMap<string, string>;
}

/** The configuration of DNS from the checked environment. */
export function dnsConfigOf(env: DnsEnvironment): DnsConfig {
  const { CARETAKER_CLOUDFLARE_TOKEN_SECRET: secretUri, CARETAKER_CLOUDFLARE_TOKEN: value } = env;
  return {
    location: env.CARETAKER_DNS_URL,
    api: env.CARETAKER_CLOUDFLARE_API,
    token:
      secretUri !== undefined
        ? { kind: 'vault', secretUri }
        : value !== undefined
          ? { kind: 'value', value }
          : undefined,
    webhookSecrets: env.CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS,
    locations: env.CARETAKER_LOCAL_DNS,
  };
}
