import { z } from 'zod';
import { parseDuration, type Seconds } from '../kernel/duration';
import { recordPolicySchema, recordTypes } from './model';

const duration = (least: number, most: number) =>
  z
    .string()
    .transform((text, context): Seconds => {
      const seconds = parseDuration(text);
      if (seconds === undefined || seconds < least || seconds > most) {
        context.addIssue({ code: 'custom', message: `must be a duration of ${least} to ${most} seconds, such as 10m` });
        return z.NEVER;
      }
      return seconds;
    })
    .meta({ examples: ['30s', '10m', '1h'] });

const share = z
  .string()
  .regex(/^(?:100|\d{1,2})(?:\.\d)?\s?%$/, 'must be a percentage, such as 30%')
  .transform((text) => Number.parseFloat(text) / 100);

const ttl = z.union([
  z.literal('auto'),
  z
    .number()
    .int()
    .min(60, 'must be "auto" or 60 to 86400 seconds')
    .max(86_400, 'must be "auto" or 60 to 86400 seconds'),
]);

/** A record set as people write it. Which fields a type takes is checked when the record is made. */
export const writtenRecordSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(recordTypes),
  /** One value; several stand in `contents`. */
  content: z.string().optional(),
  contents: z.array(z.string()).min(1).max(50).optional(),
  /** MX and SRV. */
  priority: z.number().int().optional(),
  /** SRV. */
  weight: z.number().int().optional(),
  port: z.number().int().optional(),
  target: z.string().optional(),
  /** CAA. */
  flags: z.number().int().optional(),
  tag: z.string().optional(),
  value: z.string().optional(),
  ttl: ttl.default('auto'),
  proxied: z.boolean().default(false),
  comment: z.string().optional(),
  /** `name` or `name:value`; paid plans only. */
  tags: z
    .array(z.string().regex(/^[a-z0-9_-]+(?::.+)?$/i))
    .max(20)
    .default([]),
  policy: recordPolicySchema.optional(),
  /** Leave to take over records of somebody else at this name and of this type. */
  takeover: z.boolean().default(false),
});
export type WrittenRecord = z.infer<typeof writtenRecordSchema>;

const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens');

const originSchema = z.strictObject({
  name,
  /** What the record says when this origin serves. */
  content: z.string().min(1),
  /** What every vantage point asks for: 2xx or 3xx is healthy. */
  probe: z.url({ protocol: /^https?$/ }),
});

/** A record that is moved between origins. */
export const failoverSchema = z.strictObject({
  name,
  record: z.string().min(1),
  type: z.enum(['A', 'AAAA', 'CNAME']),
  proxied: z.boolean().default(false),
  /** In the order of preference; the first is home. */
  origins: z.array(originSchema).min(2).max(8),
  ttl: z
    .strictObject({
      /** While all is well. */
      steady: z.number().int().min(60).max(86_400).default(300),
      /** From the first doubt until all is well again, so that a move is seen soon. */
      watchful: z.number().int().min(60).max(86_400).default(60),
    })
    .default({ steady: 300, watchful: 60 }),
  /** Rounds in a row in which most places see the same. */
  rounds: z
    .strictObject({ down: z.number().int().min(2).max(60).default(3), up: z.number().int().min(2).max(60).default(3) })
    .default({ down: 3, up: 3 }),
  /** Nothing moves for so long after a move. */
  holdDown: duration(0, 86_400).default(600 as Seconds),
  /** Home has to be well for so long before the record goes back. */
  stableFor: duration(0, 86_400).default(600 as Seconds),
  failback: z.enum(['auto', 'order']).default('auto'),
  /** More moves than this within so long: frozen until a person thaws it. */
  flaps: z
    .strictObject({
      most: z.number().int().min(1).max(20).default(4),
      within: duration(60, 604_800).default(3600 as Seconds),
    })
    .default({ most: 4, within: 3600 as Seconds }),
  /** Names of Cloudflare health checks or load balancer pools whose notifications speak for an origin. */
  notifications: z.record(z.string(), name).default({}),
});
export type FailoverGroup = z.infer<typeof failoverSchema>;

const zoneSchema = z.strictObject({
  name: z.string().min(3),
  /** Whose guard, calendar and kill switch hold here. */
  environment: z.string().min(1),
  /** `suggest` says what it would do and changes nothing. */
  mode: z.enum(['auto', 'suggest']).default('auto'),
  /** What may happen to records of ours that nobody wants any more, and to those that say nothing else. */
  policy: recordPolicySchema.default('sync'),
  limits: z
    .strictObject({
      updates: share.default(0.3),
      deletes: share.default(0.3),
      from: z.number().int().min(1).default(10),
      maxCreates: z.number().int().min(0).default(200),
      maxUpdates: z.number().int().min(0).default(100),
      maxDeletes: z.number().int().min(0).default(25),
    })
    .prefault({}),
  records: z.array(writtenRecordSchema).max(10_000).default([]),
  failover: z.array(failoverSchema).max(50).default([]),
});
export type WrittenZone = z.infer<typeof zoneSchema>;

/** The document of what DNS shall be. */
export const dnsDocumentSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  /** Public resolvers at which changes are verified, by address. */
  resolvers: z.array(z.string().min(1)).min(1).max(10).default(['1.1.1.1', '8.8.8.8', '9.9.9.9']),
  /**
   * Where origins are looked at from: `direct` is the function app itself, an address is the probe door of another
   * Caretaker.
   */
  vantages: z
    .array(z.strictObject({ name, probe: z.union([z.literal('direct'), z.url({ protocol: /^https?$/ })]) }))
    .min(1)
    .max(9)
    .default([{ name: 'here', probe: 'direct' }]),
  zones: z.array(zoneSchema).min(1).max(200),
});
export type WrittenDocument = z.infer<typeof dnsDocumentSchema>;
