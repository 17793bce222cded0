import { z } from 'zod';
import { calendarProblem } from '../guard';
import { durationSchema, globsSchema, nameSchema, shareSchema } from '../kernel/policy-fields';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { profileCalendar } from './profile-calendar.model';

/** What can be made larger and smaller: a scale set by its number of machines, a cache by its size. */
export const scalableKindSchema = z.enum(['scale-set', 'redis']);
export type ScalableKind = z.infer<typeof scalableKindSchema>;

/** More machines than that no scale set takes (Azure, flexible orchestration). */
const mostUnits = 1000;
const unitsSchema = z.number().int().min(0).max(mostUnits);
const metricSchema = z.string().min(1).max(120);

/** Keeps a metric near a value: load that a metric stands for is spread over as many as it takes. */
const targetRuleSchema = z.strictObject({
  /** Name of a metric of Azure Monitor that is a mean over the machines, such as `Percentage CPU`. */
  metric: metricSchema,
  value: z.number().positive(),
});

/** Adds or removes so many when a metric is beyond a line. */
const stepRuleSchema = z
  .strictObject({
    metric: metricSchema,
    above: z.number().optional(),
    below: z.number().optional(),
    /** How many: positive with `above`, negative with `below`. */
    by: z.number().int(),
  })
  .superRefine(({ above, below, by }, context) => {
    const wrong = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    if ((above === undefined) === (below === undefined)) {
      wrong(above === undefined ? 'above' : 'below', 'say either above or below');
    } else if (above !== undefined && by <= 0) {
      wrong('by', 'must be positive with "above": it adds');
    } else if (below !== undefined && by >= 0) {
      wrong('by', 'must be negative with "below": it removes');
    }
  });

/** Other bounds at certain times. Of several that hold at a time the first counts. */
const profileSchema = z
  .strictObject({
    name: nameSchema,
    /** First occurrence on the clocks of the time zone, such as `2026-01-05T07:30`. */
    from: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'must be a local time like 2026-01-05T07:30'),
    until: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'must be a local time like 2026-01-05T19:00'),
    /** Of the IANA database, such as `Europe/Berlin`. */
    timeZone: z.string().min(1).max(64),
    /** How it recurs (RFC 5545), such as `FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR`; once when left out. */
    recurs: z
      .string()
      .regex(/^[A-Z0-9=,;:+-]{1,200}$/, 'must be a recurrence rule like FREQ=WEEKLY;BYDAY=MO,FR')
      .optional(),
    min: unitsSchema.optional(),
    max: unitsSchema.optional(),
  })
  .superRefine((profile, context) => {
    const wrong = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    if (profile.until <= profile.from) {
      wrong('until', 'must be after "from"');
    }
    if (profile.min === undefined && profile.max === undefined) {
      wrong('min', 'is missing: say which bounds hold at these times, min or max');
    }
    const problem = calendarProblem(profileCalendar(profile));
    if (problem !== undefined) {
      wrong('recurs', problem);
    }
  });
export type Profile = z.infer<typeof profileSchema>;

/** Acts on what usually happens at a time of the day or of the week, once it has been right about it. */
const forecastSchema = z.strictObject({
  /** `only`: says what it would do, and is scored. `act`: may also raise the floor, once its score is good enough. */
  mode: z.enum(['only', 'act']).default('only'),
  season: z.enum(['day', 'week']).default('day'),
  /** How far ahead; at least as long as it takes until a new machine serves. */
  lead: durationSchema.prefault('15m'),
  /** Share of the load that it has to get right on average, over a day at least, before it may act. */
  scoreAtLeast: shareSchema.prefault('80%'),
});

const fields = {
  name: nameSchema,
  description: z.string().max(1024).optional(),
  match: z.strictObject({
    kind: scalableKindSchema.default('scale-set'),
    /** Globs over the resource group's name. */
    resourceGroup: globsSchema.optional(),
    /** Globs over the resource's name. */
    resource: globsSchema.optional(),
  }),
  /** `observe` writes down, `suggest` says it besides, `auto` does it. The environment's ceiling holds. */
  mode: z.enum(['observe', 'suggest', 'auto']),
  /** For a scale set machines; for a cache the place of a size in `sizes`, from 1. */
  min: unitsSchema,
  max: unitsSchema,
  /** For a cache: the sizes that it may have, from small to large, each with its memory in GiB. */
  sizes: z
    .array(z.strictObject({ name: z.string().min(1).max(64), memory: z.number().positive() }))
    .min(2)
    .max(20)
    .optional(),
  targets: z.array(targetRuleSchema).min(1).max(5).optional(),
  steps: z.array(stepRuleSchema).min(1).max(10).optional(),
  /** A new machine is not judged by, and does not judge, before it has run for so long. */
  warmUp: durationSchema.prefault('3m'),
  /** The mean over so long is looked at. */
  window: durationSchema.prefault('3m'),
  /** A newest value older than that is none. */
  staleAfter: durationSchema.prefault('5m'),
  out: z
    .strictObject({
      /** Added at once at most. */
      most: unitsSchema.min(1).default(4),
      /** Beyond the target by this share before anything is added: measurements are never quite still. */
      tolerance: shareSchema.prefault('5%'),
    })
    .prefault({}),
  in: z
    .strictObject({
      /** Removed at once at most. */
      most: unitsSchema.min(1).default(1),
      /** Least time between any change and a removal. */
      cooldown: durationSchema.prefault('10m'),
      /** What is left has to be enough for the highest load of so long; least time between an addition and a removal, too. */
      calm: durationSchema.prefault('30m'),
      /** And stay below the target by this share. */
      margin: shareSchema.prefault('10%'),
    })
    .prefault({}),
  profiles: z.array(profileSchema).min(1).max(20).optional(),
  forecast: forecastSchema.optional(),
} as const;

/** One rule of the policy's section `scaling`. Durations are seconds once read. */
export const scalingRuleSchema = z.strictObject(fields).superRefine((rule, context) => {
  const wrong = (path: PropertyKey[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const { min, max, sizes, targets, steps, match, profiles = [] } = rule;
  if (max < min) {
    wrong(['max'], 'must not be below "min"');
  }
  if (targets === undefined && steps === undefined) {
    wrong(['targets'], 'is missing: say which metric to keep near which value, or give steps');
  }
  if (match.resource === undefined && match.resourceGroup === undefined) {
    wrong(['match', 'resource'], 'is missing: a rule for everything is none; name resources or resource groups');
  }
  if (match.kind === 'redis' && sizes === undefined) {
    wrong(['sizes'], 'is missing: name the sizes that the cache may have');
  }
  if (match.kind !== 'redis' && sizes !== undefined) {
    wrong(['sizes'], 'is for caches alone; leave it out');
  }
  if (sizes !== undefined && (min < 1 || max > sizes.length)) {
    wrong(['max'], `and "min" are places in sizes: from 1 to ${sizes.length}`);
  }
  if (sizes?.some(({ memory }, index) => index > 0 && memory <= (sizes[index - 1]?.memory ?? 0)) === true) {
    wrong(['sizes'], 'must go from small to large');
  }
  profiles.forEach((profile, index) => {
    if ((profile.max ?? max) < (profile.min ?? min)) {
      wrong(['profiles', index, 'max'], 'leaves less than the least at these times; set both min and max');
    }
  });
  const longest = Math.max(rule.in.calm, rule.window);
  if (longest > 6 * 3600) {
    wrong(['in', 'calm'], 'and "window" are at most 6h: so much is read each time');
  }
  if (rule.staleAfter < 120) {
    wrong(['staleAfter'], 'must be 2m at least: metrics come with a delay');
  }
});
export type ScalingRule = z.infer<typeof scalingRuleSchema>;

/** The policy's section `scaling`. The first rule that fits a resource counts. */
export const scalingSectionSchema = z
  .array(scalingRuleSchema)
  .min(1)
  .max(100)
  .superRefine((rules, context) => {
    const seen = new Map<string, number>();
    rules.forEach(({ name }, index) => {
      const before = seen.get(name);
      if (before !== undefined) {
        const message = `is the name of the scaling rule at ${before} already; give each its own`;
        context.addIssue({ code: 'custom', path: [index, 'name'], message });
      }
      seen.set(name, before ?? index);
    });
  });

/** One machine of what is scaled, as seen at one moment. Times in milliseconds since the epoch. */
export interface Member {
  readonly name: string;
  readonly zone: string | null;
  /** Null when it is not known: then it counts as old. */
  readonly createdAt: number | null;
  /** `leaving` is being deleted; `down` is stopped or failed. */
  readonly state: 'running' | 'starting' | 'leaving' | 'down';
  readonly healthy: boolean;
  /** Must not be removed: protected on the platform, or by its tag. */
  readonly protected: boolean;
}

/** What is scaled, as seen at one moment. */
export interface Scalable {
  readonly id: string;
  readonly kind: ScalableKind;
  readonly name: string;
  readonly resourceGroup: string;
  /** As asked of the platform: machines, or the name of a size. */
  readonly capacity: number | string;
  /** Empty for a cache. */
  readonly members: readonly Member[];
  readonly zones: readonly string[];
  /** Why nobody may change it now: an operation is under way; null when none is. */
  readonly busy: string | null;
  /** Narrower bounds than the policy's, from the resource's own tags; null where it has none. */
  readonly tagMin: number | null;
  readonly tagMax: number | null;
  /** Azure Monitor's own scaling, where it is set up and enabled for this resource. */
  readonly autoscale: { readonly id: string; readonly min: number; readonly max: number } | null;
}

/** A minute of a metric: a value for each machine that reported, by name; under the empty name where there are none. */
export interface MetricPoint {
  /** When the minute began, milliseconds since the epoch. */
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
}
export interface MetricSeries {
  readonly metric: string;
  readonly points: readonly MetricPoint[];
}

const reasonedSchema = z.object({ reason: z.string(), by: z.string(), at: instantSchema, until: instantSchema });

/** What is decided about one resource at one moment. */
export const scalingDecisionSchema = z.object({
  at: instantSchema,
  rule: z.string(),
  action: z.enum(['out', 'in', 'bounds', 'hold']),
  /** In units: machines, or places of a size. */
  from: z.number(),
  to: z.number(),
  /** Machines to be removed, by name; none when something is added, and for a cache. */
  remove: z.array(z.string()),
  min: z.number(),
  max: z.number(),
  /** What was measured, by metric: mean of the window, and how much load it stands for. Null: unknown. */
  measured: z.array(
    z.object({ metric: z.string(), value: z.number().nullable(), load: z.number().nullable(), target: z.number() }),
  ),
  reasons: z.array(z.string().max(512)),
});
export type ScalingDecision = z.infer<typeof scalingDecisionSchema>;

/** How well a day's forecasts fitted what happened: sums, so that days can be added up. */
export const dayScoreSchema = z.object({
  day: z.string(),
  /** Forecasts that could be compared. */
  count: z.number(),
  /** Sum of the loads that happened, and of the absolute errors of the forecast. */
  actual: z.number(),
  error: z.number(),
  /** The same for the simplest forecast there is: as it is now, so it stays. */
  naiveError: z.number(),
});
export type DayScore = z.infer<typeof dayScoreSchema>;

/** What is remembered of one resource. */
export const scalingStateSchema = z.object({
  version: z.literal(1),
  target: resourceIdSchema,
  rule: z.string(),
  environment: z.string(),
  /** When anything was last changed by us, and when anything was last added; milliseconds since the epoch. */
  changedAt: z.number().nullable(),
  addedAt: z.number().nullable(),
  /** The change that is under way. */
  pending: z.object({ runId: z.string(), at: z.number() }).nullable(),
  /** After changes that came to nothing: how many in a row, and when to try again. */
  failures: z.number().int().min(0),
  retryAt: z.number().nullable(),
  pause: reasonedSchema.nullable(),
  raise: reasonedSchema.extend({ max: z.number().int() }).nullable(),
  /** The newest last. */
  decisions: z.array(scalingDecisionSchema),
  scores: z.array(dayScoreSchema),
});
export type ScalingState = z.infer<typeof scalingStateSchema>;

/** A bucket of recorded load: five minutes. */
export const bucketSchema = z.object({
  /** When it began, milliseconds since the epoch. */
  at: z.number(),
  /** Load in percent of one machine's power times machines (600: six fully busy); null when the metric was missing. */
  load: z.number().nullable(),
  capacity: z.number(),
  /** What had been forecast for it, `lead` before; null when nothing had. */
  forecast: z.number().nullable(),
  /** The load when that was forecast. */
  basis: z.number().nullable(),
});
export type Bucket = z.infer<typeof bucketSchema>;
export const bucketSeconds = 300;

/** Names of the runbooks that scaling goes by; they are ordered by the scaler alone. */
export const scaleRunbook = 'scale-set-capacity';
export const scaleCacheRunbook = 'scale-cache';
export const scaleBoundsRunbook = 'autoscale-bounds';
