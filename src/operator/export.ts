import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json';
import { instantSchema } from '../kernel/schemas';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** So many entries are in one answer, and so many characters, whichever is reached first. */
const mostEntries = 5_000;
const mostLength = 8 * 1024 * 1024;

/** Where the next part begins: what to pass as `after`. Absent in the last part. */
export const nextHeader = 'x-caretaker-next';

/** The route that gives the ledger away, for whoever keeps it elsewhere or looks through it with tools of their own. */
export function exportRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'export-ledger',
      method: 'GET',
      path: 'ledger/export',
      role: 'Caretaker.Reader',
      summary: `Entries of the ledger in a time, oldest first, one a line as they are stored; at most ${mostEntries}, and the header ${nextHeader} says what to pass as "after" for those that follow`,
      query: z.object({
        since: instantSchema.optional(),
        until: instantSchema.optional(),
        after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
      }),
      media: 'application/x-ndjson',
      answers: { 200: z.string() },
      work: async ({ query: { since, until, after } }) => {
        const lines: string[] = [];
        let length = 0;
        let last: number | undefined;
        let next: number | undefined;
        const range = {
          ...(since === undefined ? {} : { since }),
          ...(until === undefined ? {} : { until }),
          ...(after === undefined ? {} : { after }),
        };
        for await (const entry of deps.ledger.read({ ...range, first: 'oldest', limit: mostEntries + 1 })) {
          if (lines.length >= mostEntries || length >= mostLength) {
            next = last;
            break;
          }
          const line = `${canonicalJson(entry)}\n`;
          lines.push(line);
          length += line.length;
          last = entry.sequence;
        }
        return {
          status: 200,
          headers: {
            'content-type': 'application/x-ndjson',
            'cache-control': 'no-store',
            ...(next === undefined ? {} : { [nextHeader]: String(next) }),
          },
          body: lines.join(''),
        };
      },
    }),
  ];
}
