import { z } from 'zod';
import { parseDuration } from '../kernel/duration';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { drillingSchema, drillPolicySchema } from './drill/policy.model';
import { consistencySchema } from './model';

/** A duration as people write it, kept in seconds. */
const duration = (least: number, most: number, hint: string) =>
  z.string().transform((text, context): number => {
    const parsed = parseDuration(text);
    if (parsed === undefined || parsed < least || parsed > most) {
      context.addIssue({ code: 'custom', message: `must be a duration ${hint}, such as 90s, 10m, 1h30m or 2d` });
      return z.NEVER;
    }
    return parsed;
  });

const count = z.number().int().min(0).max(1000);

/** Whether no rule of a retention policy asks for anything. */
export function keepsNothing(rules: Partial<Readonly<Record<RuleName, number | undefined>>>): boolean {
  return ruleNames.every((name) => (rules[name] ?? 0) === 0);
}

const ruleNames = ['keepLast', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'keepWithin'] as const;
type RuleName = (typeof ruleNames)[number];

/**
 * What of a resource's points stays. A point that any part asks for is kept. Counts of periods count only those that have a
 * point, so a gap uses nothing up.
 */
export const retentionSchema = z
  .strictObject({
    /** The newest points, whenever they were taken. */
    keepLast: count.optional(),
    hourly: count.optional(),
    daily: count.optional(),
    /** ISO weeks: Monday to Sunday. */
    weekly: count.optional(),
    monthly: count.optional(),
    yearly: count.optional(),
    /** Every point younger than this. */
    keepWithin: duration(60, 100 * 366 * 86_400, 'of a minute or more').optional(),
    /** The newest points that a drill has proven. Never less than one. */
    proven: z.number().int().min(1).max(100).default(1),
    /** Between the decision that a point goes and its deletion. */
    deleteAfter: duration(0, 366 * 86_400, 'of at most a year').default(259_200),
  })
  .refine((rules) => !keepsNothing(rules), {
    message: 'keeps nothing; set at least one of keepLast, hourly, daily, weekly, monthly, yearly, keepWithin above 0',
  });
export type Retention = z.infer<typeof retentionSchema>;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:30');

/** A time of day in which points are taken, on the policy's own clock; over midnight when `from` is later than `to`. */
export const windowSchema = z.strictObject({ from: clockTime, to: clockTime });
export type BackupWindow = z.infer<typeof windowSchema>;

export const tierSchema = z.strictObject({
  description: z.string().max(300).optional(),
  /** Most work that may be lost, as time. */
  rpo: duration(1800, 31 * 86_400, 'of 30 minutes to a month'),
  /** Longest time until it runs again. */
  rto: duration(60, 31 * 86_400, 'of a minute to a month'),
  consistency: consistencySchema.default('crash'),
  /** Region that every point is copied to. */
  copyTo: z
    .string()
    .regex(/^[a-z0-9]{3,40}$/, 'must be the name of a region such as northeurope')
    .optional(),
  retention: retentionSchema,
  /** Points are begun only in this time, as far as the objective allows: a breach is prevented at any time. */
  window: windowSchema.optional(),
  drill: drillPolicySchema.optional(),
});
export type Tier = z.infer<typeof tierSchema>;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens');
const text = z.string().min(1).max(200);

/** Whether exactly one of these is given. */
const oneOf = (...given: readonly unknown[]): boolean => given.filter((each) => each !== undefined).length === 1;

const selectionSchema = z
  .strictObject({
    /** Resources with this tag; its value names the tier unless `tier` does. */
    tag: text.optional(),
    value: text.optional(),
    /** A glob. */
    resourceGroup: text.optional(),
    resource: resourceIdSchema.optional(),
    tier: name.optional(),
  })
  .refine(({ tag, resourceGroup, resource }) => oneOf(tag, resourceGroup, resource), {
    message: 'must have exactly one of tag, resourceGroup and resource',
  })
  .refine(({ tag, value, tier }) => tier !== undefined || (tag !== undefined && value === undefined), {
    path: ['tier'],
    message: 'is missing; only a tag without a value names the tier by itself',
  })
  .refine(({ tag, value }) => tag !== undefined || value === undefined, {
    path: ['value'],
    message: 'is the value of a tag; name the tag too, or remove it',
  });
export type Selection = z.infer<typeof selectionSchema>;

const exclusionSchema = z
  .strictObject({
    resource: resourceIdSchema.optional(),
    /** A glob. */
    resourceGroup: text.optional(),
    reason: z.string().trim().min(10, 'say why in a sentence'),
    until: instantSchema,
  })
  .refine(({ resource, resourceGroup }) => oneOf(resource, resourceGroup), {
    message: 'must have exactly one of resource and resourceGroup',
  });
export type Exclusion = z.infer<typeof exclusionSchema>;

/** What is backed up, how often, how long it is kept, and where. Durations in seconds. */
export const backupPolicySchema = z.strictObject({
  version: z.literal(1),
  /** IANA zone in which days, weeks and windows are counted. */
  timeZone: z
    .string()
    .refine(isZone, 'must be a time zone of the IANA database, such as Europe/Amsterdam or UTC')
    .default('UTC'),
  /** Resource group that keeps the recovery points of each region. */
  vaults: z
    .record(z.string().regex(/^[a-z0-9]{3,40}$/), z.string().regex(/^[A-Za-z0-9._()-]{1,90}$/))
    .refine((vaults) => Object.keys(vaults).length > 0, 'must name at least one region and its resource group'),
  budget: z
    .strictObject({
      /** Writes of the subscription's bucket that backups never touch, for repairs. */
      reserveWrites: z.number().int().min(0).max(150).default(4),
    })
    .prefault({}),
  tiers: z
    .record(name, tierSchema)
    .refine((tiers) => Object.keys(tiers).length > 0, 'must have at least one tier, or nothing can be protected'),
  /** Tried from top to bottom; the first that fits is taken. */
  select: z.array(selectionSchema).min(1).max(500),
  /** Where drills take place; without it there are none. */
  drills: drillingSchema.optional(),
  /** What is deliberately left out, each with its reason and its end. */
  exclude: z.array(exclusionSchema).max(500).default([]),
});
export type BackupPolicy = z.infer<typeof backupPolicySchema>;

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
