import { z } from 'zod';
import { canonicalJson, type Json } from '../kernel/canonical-json';
import { epochOf, type EpochMillis } from '../kernel/clock';
import { ConflictError, InvalidInputError, PermanentError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import { documentName, namedIn, newestFirstName } from './document-names';
import { jsonSchema } from './model';

/** What every report has; the rest of it is stored as it is given. */
const reportSchema = z
  .looseObject({
    id: z.string().min(1).max(300),
    /** When the run or incident began. Decides its place in the list; the one given first counts. */
    startedAt: instantSchema,
    /** Grows with every change of the report: an older one that arrives late is then dropped. */
    revision: z.int().nonnegative().optional(),
  })
  .catchall(jsonSchema);
export type Report = z.infer<typeof reportSchema>;

/** Reports on what is going on or was done, as documents by id. */
export interface Reports {
  /**
   * Stores a report in the place of an earlier one with the same id. Putting the same again changes nothing. `stale` when the
   * stored one has a higher `revision`: it stays. Without a revision the last one put stays.
   * @throws InvalidInputError for a report that lacks what every report has.
   */
  put(
    report: { readonly id: string; readonly startedAt: string } & { readonly [member: string]: Json | undefined },
  ): Promise<'stored' | 'stale'>;
  find(id: string): Promise<Report | undefined>;
  /** Newest first by `startedAt`, a page of at most `limit` (1 to 200, 50 when not given); the cursor leads to the next one. */
  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<{
    readonly reports: readonly Report[];
    readonly cursor?: string;
  }>;
}

/** Reports of runs. */
export function createRunDocuments(options: { readonly documents: Documents }): Reports {
  return createReports(options.documents, 'runs');
}

/** Reports of incidents. */
export function createIncidentDocuments(options: { readonly documents: Documents }): Reports {
  return createReports(options.documents, 'incidents');
}

/** Reports of rotations. */
export function createRotationDocuments(options: { readonly documents: Documents }): Reports {
  return createReports(options.documents, 'rotations');
}

/** Lost races of one put; one orchestration writes one report, so more than one is rare. */
const conflictLimit = 10;

function createReports(documents: Documents, folder: 'runs' | 'incidents' | 'rotations'): Reports {
  const pathOf = (name: string): string => `${folder}/${name}.json`;
  const placeOf = ({ startedAt, id }: Report): string =>
    `${folder}-by-start/${newestFirstName(epochOf(startedAt) as EpochMillis, id)}`;

  async function load(path: string): Promise<{ readonly report: Report; readonly etag: string } | undefined> {
    const stored = await documents.get(path);
    if (stored === undefined) {
      return undefined;
    }
    const parsed = reportSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new PermanentError('ReportUnreadable', `the report ${path} cannot be read`, { details: { path } });
    }
    return { report: parsed.data, etag: stored.etag };
  }

  return {
    async put(given) {
      const parsed = reportSchema.safeParse(given);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
        throw new InvalidInputError('ReportInvalid', 'the report cannot be stored', problems);
      }
      const report = parsed.data;
      const path = pathOf(documentName(report.id));
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const stored = await load(path);
        if (stored === undefined) {
          // The place in the list comes first: a place without a report is passed over, a report without a place is never found.
          await documents.create(placeOf(report), {});
          if ((await documents.create(path, report)).kind === 'created') {
            return 'stored';
          }
          continue;
        }
        if ((stored.report.revision ?? 0) > (report.revision ?? stored.report.revision ?? 0)) {
          return 'stale';
        }
        const value = { ...report, startedAt: stored.report.startedAt } as Json;
        if (canonicalJson(stored.report) === canonicalJson(value)) {
          return 'stored';
        }
        if ((await documents.replace(path, value, stored.etag)).kind === 'replaced') {
          return 'stored';
        }
      }
      throw new ConflictError('ReportContended', `the report ${path} is being changed by others`, {
        details: { path },
      });
    },

    async find(id) {
      return (await load(pathOf(documentName(id))))?.report;
    },

    async list(options = {}) {
      const page = await documents.list(`${folder}-by-start/`, {
        limit: Math.max(1, Math.min(options.limit ?? 50, 200)),
        ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
      });
      const loaded = await Promise.all(page.paths.map((place) => load(pathOf(namedIn(place)))));
      // A put that broke off may have left a place where its report never came to stand.
      const reports = loaded.flatMap((stored, index) =>
        stored !== undefined && page.paths[index] === placeOf(stored.report) ? [stored.report] : [],
      );
      return page.cursor === undefined ? { reports } : { reports, cursor: page.cursor };
    },
  };
}
