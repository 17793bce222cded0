import { z } from 'zod';
import { parseDuration } from '../../kernel/duration';

const duration = (least: number, most: number, hint: string) =>
  z.string().transform((text, context): number => {
    const parsed = parseDuration(text);
    if (parsed === undefined || parsed < least || parsed > most) {
      context.addIssue({ code: 'custom', message: `must be a duration ${hint}, such as 90s, 10m, 1h30m or 2d` });
      return z.NEVER;
    }
    return parsed;
  });

const port = z.number().int().min(1).max(65_535);

/** An absolute path without anything that a shell would read as more than a path. */
const path = z.string().regex(/^\/[A-Za-z0-9._/-]{1,250}$/, 'must be an absolute path of letters, digits and . _ - /');

/**
 * What has to answer in a restored machine. Every probe runs inside it, as a script: the machine's network has no way in, and
 * needs none.
 */
export const probeSchema = z.union([
  /** Something accepts connections on the port. */
  z.strictObject({ tcp: port }),
  z.strictObject({
    http: z.strictObject({
      port,
      path: z
        .string()
        .regex(/^\/[A-Za-z0-9._~/?=&%-]{0,250}$/, 'must be a path such as /healthz')
        .default('/'),
      status: z.number().int().min(100).max(599).default(200),
      tls: z.boolean().default(false),
    }),
  }),
  /** A list of checksums as `sha256sum` writes it: every file on it is there and is what it was. A canary for silent damage. */
  z.strictObject({ checksum: path }),
  /** Any script; it has to end with 0. */
  z.strictObject({ script: z.string().min(1).max(4096) }),
]);
export type Probe = z.infer<typeof probeSchema>;

/** Drills of one tier. */
export const drillPolicySchema = z.strictObject({
  /** How often a resource of the tier is restored on trial. */
  every: duration(3600, 366 * 86_400, 'of an hour to a year'),
  /** What has to answer; the guest's agent alone when left out. */
  probes: z.array(probeSchema).max(10).default([]),
  /** Longest that one part of a drill may take. */
  timeLimit: duration(60, 86_400, 'of a minute to a day').prefault('30m'),
});
export type DrillPolicy = z.infer<typeof drillPolicySchema>;

/** Where drills take place, and how many of them. */
export const drillingSchema = z.strictObject({
  /** By region: the resource group in which everything of a drill is made, and nothing else lives. */
  groups: z.record(z.string().regex(/^[a-z0-9]{3,40}$/), z.string().regex(/^[A-Za-z0-9._()-]{1,90}$/)),
  /** Drills begun within 24 hours. Their own budget: repairs have theirs. */
  perDay: z.number().int().min(1).max(1000).default(10),
  /** Scheduled drills at the same time. */
  atOnce: z.number().int().min(1).max(50).default(2),
});
export type Drilling = z.infer<typeof drillingSchema>;
