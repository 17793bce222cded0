import { z } from 'zod';
import { epochOf } from '../kernel/clock';
import { efficacy, efficacySchema, judgedRunSchema, type JudgedRun } from '../run';
import { json } from './door';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** How far back runs are counted, and how many at most: a page of this is read in a few seconds. */
const days = 30;
const mostRuns = 2_000;

/** What the runbooks are worth, from the reports of their runs. */
export function efficacyRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'efficacy',
      method: 'GET',
      path: 'efficacy',
      role: 'Caretaker.Reader',
      summary: `How often each runbook helped on each type of resource, and whether it lasted: the last ${days} days, ${mostRuns} runs at most`,
      answers: {
        200: z.object({
          since: z.string(),
          runs: z.int(),
          /** False when there were more runs than are counted: the oldest are missing. */
          complete: z.boolean(),
          runbooks: z.array(efficacySchema),
        }),
      },
      work: async () => {
        const since = deps.clock.now() - days * 86_400_000;
        const counted: JudgedRun[] = [];
        let cursor: string | undefined;
        let complete = false;
        while (counted.length < mostRuns && !complete) {
          const page = await deps.runs.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
          const judged = page.reports.flatMap((report) => judgedRunSchema.safeParse(report).data ?? []);
          const recent = judged.filter(({ startedAt }) => (epochOf(startedAt) ?? 0) >= since);
          counted.push(...recent);
          ({ cursor } = page);
          complete = cursor === undefined || recent.length < judged.length;
        }
        return json(200, {
          since: new Date(since).toISOString(),
          runs: counted.length,
          complete,
          runbooks: efficacy(counted),
        });
      },
    }),
  ];
}
