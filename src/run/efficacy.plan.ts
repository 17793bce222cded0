import { z } from 'zod';
import { epochOf } from '../kernel/clock';
import { outcomeSchema } from '../kernel/outcome';
import { parseResourceId } from '../kernel/resource-id';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** What of a run's report tells whether its runbook helps. Reports of any version have it. */
export const judgedRunSchema = z.object({
  id: z.string(),
  runbook: z.string(),
  target: resourceIdSchema,
  incidentId: z.string().nullable(),
  startedAt: instantSchema,
  appliedAt: instantSchema.nullable(),
  finishedAt: instantSchema,
  result: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('applied'), outcome: outcomeSchema }),
    z.object({ kind: z.literal('not-applied'), why: z.string() }),
  ]),
});
export type JudgedRun = z.infer<typeof judgedRunSchema>;

/** How a runbook does on one type of resource. */
export const efficacySchema = z.object({
  runbook: z.string(),
  resourceType: z.string(),
  applied: z.int(),
  verified: z.int(),
  ineffective: z.int(),
  harmful: z.int(),
  unverifiable: z.int(),
  /** Verified runs after which something had to be done to the same resource again within a day. */
  recurredWithin24h: z.int(),
  /** And within a week, those of the first day included. */
  recurredWithin7d: z.int(),
  /** Share of the runs with a known outcome that helped and lasted a day; null when there are none. */
  lasting: z.number().nullable(),
});
export type Efficacy = z.infer<typeof efficacySchema>;

const dayMillis = 86_400_000;

/**
 * Counts what became of runs, by runbook and type of resource. A verified run recurs when another one, of whatever runbook but not of
 * the same incident, acts on the same resource afterwards: the repair did not last. Runs that changed nothing count for nothing.
 * Pure; the order of the runs does not matter.
 */
export function efficacy(runs: readonly JudgedRun[]): Efficacy[] {
  const acted = runs.filter(({ result, appliedAt }) => result.kind === 'applied' && appliedAt !== null);
  const byTarget = grouped(acted, ({ target }) => target);
  const groups = grouped(acted, ({ runbook, target }) => `${runbook} ${parseResourceId(target)?.parts.type ?? ''}`);
  return [...groups.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, members]) => {
      const [runbook = '', resourceType = ''] = key.split(' ');
      const count = (outcome: string): number =>
        members.filter(({ result }) => result.kind === 'applied' && result.outcome === outcome).length;
      const gaps = members
        .filter(({ result }) => result.kind === 'applied' && result.outcome === 'verified')
        .map((run) => untilNext(run, byTarget.get(run.target) ?? []));
      const within = (millis: number): number => gaps.filter((gap) => gap <= millis).length;
      const [verified, ineffective, harmful] = [count('verified'), count('ineffective'), count('harmful')];
      const known = verified + ineffective + harmful;
      const recurredWithin24h = within(dayMillis);
      return {
        runbook,
        resourceType,
        applied: members.length,
        verified,
        ineffective,
        harmful,
        unverifiable: count('unverifiable'),
        recurredWithin24h,
        recurredWithin7d: within(7 * dayMillis),
        lasting: known === 0 ? null : (verified - recurredWithin24h) / known,
      };
    });
}

function grouped(runs: readonly JudgedRun[], keyOf: (run: JudgedRun) => string): ReadonlyMap<string, JudgedRun[]> {
  const groups = new Map<string, JudgedRun[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const group = groups.get(key) ?? [];
    group.push(run);
    groups.set(key, group);
  }
  return groups;
}

/** Milliseconds from a run's end to the next action on its resource that is not its own incident's; infinite when there is none. */
function untilNext(run: JudgedRun, others: readonly JudgedRun[]): number {
  const end = epochOf(run.finishedAt) ?? 0;
  const later = others
    .filter(
      ({ id, incidentId, appliedAt }) =>
        id !== run.id &&
        (incidentId === null || incidentId !== run.incidentId) &&
        appliedAt !== null &&
        (epochOf(appliedAt) ?? 0) >= end,
    )
    .map(({ appliedAt }) => (epochOf(appliedAt as NonNullable<typeof appliedAt>) ?? 0) - end);
  return Math.min(Number.POSITIVE_INFINITY, ...later);
}
