import { z } from 'zod';
import type { Json } from '../../kernel/canonical-json';
import { isoOf, type Clock } from '../../kernel/clock';
import { ConflictError } from '../../kernel/errors';
import { instantSchema } from '../../kernel/schemas';
import type { Documents } from '../../ports/documents';
import {
  restoreOrderSchema,
  restorePlanSchema,
  restoreReportSchema,
  type RestoreOrder,
  type RestorePlan,
} from './model';

/** A restore on record: the plan before it is carried out, the report after. */
export const restoreDocumentSchema = z.object({
  version: z.literal(1),
  order: restoreOrderSchema,
  plan: restorePlanSchema.nullable(),
  planHash: z.string().nullable(),
  notedAt: instantSchema,
  report: restoreReportSchema.nullable(),
});
export type RestoreDocument = z.infer<typeof restoreDocumentSchema>;

/** Restores on record. Every method throws what `Documents` throws, and `ConflictError` when others keep writing. */
export interface RestoreRecords {
  get(restoreId: string): Promise<RestoreDocument | undefined>;
  /** Keeps what is known of a restore; what is left out stays as it is. Idempotent. */
  keep(
    order: RestoreOrder,
    known: { readonly plan?: RestorePlan; readonly planHash?: string; readonly report?: RestoreDocument['report'] },
  ): Promise<RestoreDocument>;
  list(cursor?: string): Promise<{ readonly ids: readonly string[]; readonly cursor?: string }>;
}

/** What is called otherwise is no restore, and may be no path either. */
const idPattern = /^restore-[0-9a-f]{16}$/;

/** Another writer may come in between; after so many times in a row something else is wrong. */
const conflictLimit = 20;

/** Makes the records over documents below `backup/restores/`. */
export function createRestoreRecords({
  documents,
  clock,
}: {
  readonly documents: Documents;
  readonly clock: Clock;
}): RestoreRecords {
  const folder = 'backup/restores/';
  const pathOf = (id: string): string => `${folder}${id}.json`;
  const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
  return {
    async get(restoreId) {
      if (!idPattern.test(restoreId)) {
        return undefined;
      }
      const stored = await documents.get(pathOf(restoreId));
      return stored === undefined ? undefined : restoreDocumentSchema.parse(stored.value);
    },
    async keep(order, known) {
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const stored = await documents.get(pathOf(order.restoreId));
        const before: RestoreDocument =
          stored === undefined
            ? { version: 1, order, plan: null, planHash: null, notedAt: isoOf(clock.now()), report: null }
            : restoreDocumentSchema.parse(stored.value);
        const after: RestoreDocument = { ...before, ...known };
        const done =
          stored === undefined
            ? (await documents.create(pathOf(order.restoreId), asJson(after))).kind === 'created'
            : (await documents.replace(pathOf(order.restoreId), asJson(after), stored.etag)).kind === 'replaced';
        if (done) {
          return after;
        }
      }
      throw new ConflictError('RestoreContended', `others keep changing the record of ${order.restoreId}`);
    },
    async list(cursor) {
      const page = await documents.list(folder, { limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      const ids = page.paths.map((path) => path.slice(folder.length).replace(/[.]json$/, ''));
      return { ids, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
    },
  };
}
