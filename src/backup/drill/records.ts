import type { Json } from '../../kernel/canonical-json';
import { isoOf, type Clock } from '../../kernel/clock';
import { ConflictError } from '../../kernel/errors';
import type { ResourceId } from '../../kernel/resource-id';
import type { Documents } from '../../ports/documents';
import {
  drillDocumentSchema,
  drillIndexSchema,
  type DrillDocument,
  type DrillIndex,
  type DrillNote,
  type DrillOrder,
  type DrillPlan,
} from './model';

/** What is called otherwise is no drill, and may be no path either. */
const idPattern = /^drill-[0-9a-f]{16}$/;

/** So many of an item's newest drills are kept for schedules and measurements. Their full records stay. */
const notesKept = 10;

/** Another writer may come in between; after so many times in a row something else is wrong. */
const conflictLimit = 20;

/** Drills on record. Every method throws what `Documents` throws, and `ConflictError` when others keep writing. */
export interface DrillRecords {
  get(drillId: string): Promise<DrillDocument | undefined>;
  /** Keeps the plan, before anything is made. Gives the document that counts: the first one. */
  plan(order: DrillOrder, plan: DrillPlan | null): Promise<DrillDocument>;
  /** Alters a document that is there. Idempotent as far as `alter` is. */
  change(drillId: string, alter: (before: DrillDocument) => DrillDocument): Promise<DrillDocument | undefined>;
  index(): Promise<DrillIndex>;
  /** Notes how a drill ended. Idempotent by the drill's id. */
  note(item: ResourceId, tier: string | null, note: DrillNote): Promise<void>;
  /** Ids of drills on record, a page at a time. */
  list(cursor?: string): Promise<{ readonly ids: readonly string[]; readonly cursor?: string }>;
}

/** Makes the records over documents below `backup/drills/`. */
export function createDrillRecords({
  documents,
  clock,
}: {
  readonly documents: Documents;
  readonly clock: Clock;
}): DrillRecords {
  const folder = 'backup/drills/by-id/';
  const pathOf = (drillId: string): string => `${folder}${drillId}.json`;
  const indexPath = 'backup/drills/index.json';
  const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

  async function readIndex(): Promise<{ readonly index: DrillIndex; readonly etag: string | undefined }> {
    const stored = await documents.get(indexPath);
    return stored === undefined
      ? { index: { version: 1, items: {} }, etag: undefined }
      : { index: drillIndexSchema.parse(stored.value), etag: stored.etag };
  }

  const get = async (drillId: string) => {
    if (!idPattern.test(drillId)) {
      return undefined;
    }
    const stored = await documents.get(pathOf(drillId));
    return stored === undefined ? undefined : { document: drillDocumentSchema.parse(stored.value), etag: stored.etag };
  };

  return {
    get: async (drillId) => (await get(drillId))?.document,
    async plan(order, plan) {
      const fresh: DrillDocument = {
        version: 1,
        order,
        plan,
        plannedAt: isoOf(clock.now()),
        report: null,
        promise: null,
      };
      if ((await documents.create(pathOf(order.drillId), asJson(fresh))).kind === 'created') {
        return fresh;
      }
      return (await get(order.drillId))?.document ?? fresh;
    },
    async change(drillId, alter) {
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const before = await get(drillId);
        if (before === undefined) {
          return undefined;
        }
        const after = alter(before.document);
        if ((await documents.replace(pathOf(drillId), asJson(after), before.etag)).kind === 'replaced') {
          return after;
        }
      }
      throw new ConflictError('DrillContended', `others keep changing the record of ${drillId}`);
    },
    index: async () => (await readIndex()).index,
    async note(item, tier, note) {
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const { index, etag } = await readIndex();
        const before = index.items[item]?.drills ?? [];
        if (before.some(({ id }) => id === note.id)) {
          return;
        }
        const drills = [...before, note].slice(-notesKept);
        const value = asJson({ ...index, items: { ...index.items, [item]: { tier, drills } } });
        const done =
          etag === undefined
            ? (await documents.create(indexPath, value)).kind === 'created'
            : (await documents.replace(indexPath, value, etag)).kind === 'replaced';
        if (done) {
          return;
        }
      }
      throw new ConflictError('DrillContended', 'others keep changing the index of drills');
    },
    async list(cursor) {
      const page = await documents.list(folder, { limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      const ids = page.paths.map((path) => path.slice(folder.length).replace(/[.]json$/, ''));
      return { ids, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
    },
  };
}
