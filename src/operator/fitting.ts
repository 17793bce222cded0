import { z } from 'zod';
import { outcomeSchema } from '../kernel/outcome';
import type { Report, Reports } from '../ledger';
import { incidentEndSchema, notAppliedSchema } from '../run';
import { pageOf, pageSchema, type Page } from './route';

const aboutSchema = pageSchema.extend({
  environment: z.string().max(60).optional(),
  /** A resource's id, or its name. */
  target: z.string().max(2048).optional(),
  /** Found in the id, the resource, the rule, the alert's words or the runbook, in either case. */
  q: z.string().max(200).optional(),
});
/** Query of the list of incidents. */
export const incidentsQuerySchema = aboutSchema.extend({ end: incidentEndSchema.optional() });
/** Query of the list of runs. */
export const runsQuerySchema = aboutSchema.extend({
  runbook: z.string().max(120).optional(),
  result: z.enum([...outcomeSchema.options, ...notAppliedSchema.options]).optional(),
});

/** So many reports are looked at for one page; the cursor goes on from there. */
const mostLooked = 500;
const usualLimit = 50;

/** What reports of every version have, as far as they are filtered by it. */
const incidentSchema = z.looseObject({
  id: z.string(),
  end: z.string().optional(),
  order: z
    .looseObject({
      environment: z.string().optional(),
      target: z.string().optional(),
      alertRule: z.string().optional(),
      rule: z.string().optional(),
      summary: z.string().optional(),
    })
    .default({}),
});
const runSchema = z.looseObject({
  id: z.string(),
  environment: z.string().optional(),
  target: z.string().optional(),
  runbook: z.string().optional(),
  rule: z.string().optional(),
  result: z.looseObject({ outcome: z.string().optional(), why: z.string().optional() }).default({}),
});

interface Facts {
  readonly environment: string | undefined;
  readonly target: string | undefined;
  /** Texts that are searched. */
  readonly texts: readonly (string | undefined)[];
}

function isAbout({ environment, target, q }: z.infer<typeof aboutSchema>, facts: Facts): boolean {
  const wanted = target?.toLowerCase();
  const found = facts.target?.toLowerCase();
  const words = (q ?? '').toLowerCase().split(/\s+/);
  const text = [found, ...facts.texts].join('\n').toLowerCase();
  return (
    (environment === undefined || facts.environment === environment) &&
    (wanted === undefined || found === wanted || found?.endsWith(`/${wanted}`) === true) &&
    words.every((word) => text.includes(word))
  );
}

/** Whether an incident's report is one that is asked for. */
export function isIncidentFor(query: z.infer<typeof incidentsQuerySchema>, report: Report): boolean {
  const { id, end, order } = incidentSchema.safeParse(report).data ?? { id: report.id, end: undefined, order: {} };
  const { environment, target, alertRule, rule, summary } = order;
  return (
    (query.end === undefined || query.end === end) &&
    isAbout(query, { environment, target, texts: [id, alertRule, rule, summary] })
  );
}

/** Whether a run's report is one that is asked for. */
export function isRunFor(query: z.infer<typeof runsQuerySchema>, report: Report): boolean {
  const read = runSchema.safeParse(report).data;
  if (read === undefined) {
    return false;
  }
  const { id, environment, target, runbook, rule, result } = read;
  return (
    (query.runbook === undefined || query.runbook === runbook) &&
    (query.result === undefined || query.result === (result.outcome ?? result.why)) &&
    isAbout(query, { environment, target, texts: [id, runbook, rule] })
  );
}

/**
 * A page of the reports that fit, newest first. It ends when it is at least half full, or when enough were looked at: an empty page can
 * have a cursor.
 */
export async function pageOfFitting(
  { cursor, limit = usualLimit }: Page,
  list: Reports['list'],
  fits: (report: Report) => boolean,
): Promise<{ readonly reports: readonly Report[]; readonly cursor: string | null }> {
  const reports: Report[] = [];
  let next = cursor;
  for (let looked = 0; looked < mostLooked;) {
    const size = limit - reports.length;
    const page: Page = { limit: size, ...(next === undefined ? {} : { cursor: next }) };
    const read = await pageOf(page, list);
    reports.push(...read.reports.filter(fits));
    looked += size;
    next = read.cursor;
    if (next === undefined) {
      return { reports, cursor: null };
    }
    if (reports.length >= limit / 2) {
      break;
    }
  }
  return { reports, cursor: next ?? null };
}
