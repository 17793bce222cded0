import { z } from 'zod';
import type { Json } from '../kernel/canonical-json';
import type { Iso8601 } from '../kernel/clock';
import { ConflictError, InvariantError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import type { Documents } from '../ports/documents';
import {
  batchSchema,
  itemDocumentSchema,
  itemSummarySchema,
  type Batch,
  type ItemDocument,
  type ItemSummary,
  type RecoveryPoint,
} from './model';

/** Summaries are spread over so many documents: 10,000 resources make about 160 in each, some 100 KB. */
const shards = 64;
/** So many documents are asked for at once. */
const concurrency = 16;
/** Another writer may come in between; after so many times in a row something else is wrong. */
const conflictLimit = 20;

const shardSchema = z.object({ version: z.literal(1), items: z.record(z.string(), itemSummarySchema) });

/** Gives the new document of an item, or `undefined` to leave it as it is. Called again when somebody else wrote meanwhile. */
export type Alter = (before: ItemDocument | undefined) => ItemDocument | undefined;

/**
 * The catalogue of recovery points, over documents guarded by ETags. The document of an item is the truth; the summaries follow
 * from it and are written after it, so that after a crash in between they are behind until the item is written again
 * (`refresh` does it without a change). Every method throws what `Documents` throws.
 */
export interface Catalogue {
  item(item: ResourceId): Promise<ItemDocument | undefined>;
  /** Changes one item and its summary. Gives the document as it is then. */
  change(item: ResourceId, alter: Alter): Promise<ItemDocument | undefined>;
  /** The same for many: one write for each item, and one for each document of summaries. */
  changeMany(changes: readonly { readonly item: ResourceId; readonly alter: Alter }[]): Promise<void>;
  /** Writes the summary of an item anew from its document. */
  refresh(item: ResourceId): Promise<void>;
  /** The summaries of all items, in no order. */
  summaries(): Promise<readonly ItemSummary[]>;
  /** Ids of the batches that are not finished, in order. */
  openBatches(prefix?: string): Promise<readonly string[]>;
  batch(id: string): Promise<{ readonly batch: Batch; readonly etag: string } | undefined>;
  /** `false` when there is one by that id already: it stays as it is. */
  createBatch(batch: Batch): Promise<boolean>;
  /** The new version's ETag; `undefined` when somebody else wrote meanwhile. */
  replaceBatch(batch: Batch, etag: string): Promise<string | undefined>;
  removeBatch(id: string): Promise<void>;
}

/** Makes the catalogue over documents below `backup/`. */
export function createCatalogue(documents: Documents): Catalogue {
  const itemPath = (item: ResourceId): string => `backup/items/${hashOf(item).slice(0, 40)}.json`;
  const shardPath = (shard: number): string => `backup/index/${String(shard).padStart(2, '0')}.json`;
  const batchPath = (id: string): string => `backup/open/${id}.json`;
  const shardOf = (item: ResourceId): number => Number.parseInt(hashOf(item).slice(0, 8), 16) % shards;

  async function read(item: ResourceId) {
    const stored = await documents.get(itemPath(item));
    return stored === undefined ? undefined : { document: itemDocumentSchema.parse(stored.value), etag: stored.etag };
  }

  async function write(item: ResourceId, alter: Alter): Promise<ItemDocument | undefined> {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const before = await read(item);
      const after = alter(before?.document);
      if (after === undefined) {
        return before?.document;
      }
      if (after.item !== item) {
        throw new InvariantError(`the document of ${item} cannot become that of ${after.item}`);
      }
      const value = itemDocumentSchema.parse(after) as unknown as Json;
      const done =
        before === undefined
          ? (await documents.create(itemPath(item), value)).kind === 'created'
          : (await documents.replace(itemPath(item), value, before.etag)).kind === 'replaced';
      if (done) {
        return after;
      }
    }
    throw new ConflictError('CatalogueContended', `others keep changing the recovery points of ${item}`);
  }

  async function summarise(shard: number, entries: readonly (readonly [ResourceId, ItemSummary | undefined])[]) {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const stored = await documents.get(shardPath(shard));
      const items = stored === undefined ? {} : { ...shardSchema.parse(stored.value).items };
      for (const [item, summary] of entries) {
        if (summary === undefined) {
          delete items[item];
        } else {
          items[item] = summary;
        }
      }
      const value = { version: 1, items } as unknown as Json;
      const done =
        stored === undefined
          ? (await documents.create(shardPath(shard), value)).kind === 'created'
          : (await documents.replace(shardPath(shard), value, stored.etag)).kind === 'replaced';
      if (done) {
        return;
      }
    }
    throw new ConflictError('CatalogueContended', 'others keep changing the summaries of the catalogue');
  }

  async function changeMany(changes: readonly { readonly item: ResourceId; readonly alter: Alter }[]) {
    const written = await inTurn(changes, async ({ item, alter }) => [item, await write(item, alter)] as const);
    const byShard = new Map<number, (readonly [ResourceId, ItemSummary | undefined])[]>();
    for (const [item, document] of written) {
      const shard = shardOf(item);
      const entry = [item, document === undefined ? undefined : summaryOf(document)] as const;
      byShard.set(shard, [...(byShard.get(shard) ?? []), entry]);
    }
    await inTurn([...byShard], ([shard, entries]) => summarise(shard, entries));
    return written.map(([, document]) => document);
  }

  return {
    item: async (item) => (await read(item))?.document,
    change: async (item, alter) => (await changeMany([{ item, alter }]))[0],
    async changeMany(changes) {
      await changeMany(changes);
    },
    async refresh(item) {
      await changeMany([{ item, alter: () => undefined }]);
    },
    async summaries() {
      const read64 = await inTurn(
        Array.from({ length: shards }, (_, shard) => shard),
        (shard) => documents.get(shardPath(shard)),
      );
      return read64.flatMap((stored) =>
        stored === undefined ? [] : Object.values(shardSchema.parse(stored.value).items),
      );
    },
    async openBatches(prefix = '') {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.list(batchPath(prefix).replace(/[.]json$/, ''), {
          ...(cursor === undefined ? {} : { cursor }),
        });
        found.push(...page.paths.map((path) => path.replace(/^backup\/open\//, '').replace(/[.]json$/, '')));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    async batch(id) {
      const stored = await documents.get(batchPath(id));
      return stored === undefined ? undefined : { batch: batchSchema.parse(stored.value), etag: stored.etag };
    },
    async createBatch(batch) {
      const value = batchSchema.parse(batch) as unknown as Json;
      return (await documents.create(batchPath(batch.id), value)).kind === 'created';
    },
    async replaceBatch(batch, etag) {
      const value = batchSchema.parse(batch) as unknown as Json;
      const result = await documents.replace(batchPath(batch.id), value, etag);
      return result.kind === 'replaced' ? result.etag : undefined;
    },
    async removeBatch(id) {
      await documents.remove(batchPath(id));
    },
  };
}

/** Works through a list with bounded concurrency; results in the list's order. The first failure ends it. */
export async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  atOnce = concurrency,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (let index = next++; index < items.length; index = next++) {
        results[index] = await work(items[index] as Item);
      }
    }),
  );
  return results;
}

/** A point that a restore can be made from, as far as is known: what the promise is measured by. */
export function isGood(point: RecoveryPoint): boolean {
  return point.state === 'complete' && point.proof?.verdict !== 'failed';
}

/** What planning and exposure need of an item. A point that has to go counts no more. */
export function summaryOf(document: ItemDocument): ItemSummary {
  const { item, kind, tier, location, firstSeenAt, orphanedAt, points } = document;
  const good = points.filter((point) => isGood(point) && point.tombstone === null);
  const newest = good.at(-1);
  const proven = good.findLast(({ proof }) => proof?.verdict === 'proven');
  const failed = points.filter(
    (point) => !isGood(point) && point.state !== 'lost' && (newest === undefined || point.takenAt > newest.takenAt),
  );
  const tombstones = points.flatMap(({ tombstone }) => (tombstone === null ? [] : [tombstone.deleteAfter])).sort();
  return {
    item,
    kind,
    tier,
    location,
    firstSeenAt,
    orphanedAt,
    points: points.length,
    newest: newest === undefined ? null : { id: newest.id, takenAt: newest.takenAt, settledAt: newest.settledAt },
    newestProven:
      proven === undefined
        ? null
        : { id: proven.id, takenAt: proven.takenAt, restoreSeconds: proven.proof?.restoreSeconds ?? null },
    failures: failed.length,
    lastFailureAt: failed.at(-1)?.settledAt ?? null,
    durations: good.slice(-5).map((point) => secondsBetween(point.takenAt, point.settledAt)),
    copying: points.some(({ copies }) => copies.some(({ state }) => state === 'queued' || state === 'copying')),
    pruneAt: tombstones[0] ?? null,
    retainedAt: document.retainedAt,
  };
}

function secondsBetween(from: Iso8601, to: Iso8601): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
