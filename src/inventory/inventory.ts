import type { Json } from '../kernel/canonical-json';
import { isoOf, type Clock } from '../kernel/clock';
import { formatDuration, type Seconds, seconds } from '../kernel/duration';
import { describeError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { Documents } from '../ports/documents';
import type { ResourceGroups } from '../ports/resource-group';
import { groupSnapshotSchema, type GroupSnapshot, type InventoryResource, type Sight } from './model';
import { chainOf } from './plan';

/** What is there: resources with their tags, zones and owners. */
export interface Inventory {
  /**
   * Looks a resource up. Never throws: what cannot be read is `unreadable`, with the reason. What is answered may be a minute
   * old, and up to a day while ARM cannot be asked; `readAt` tells.
   */
  find(id: ResourceId): Promise<Sight>;
  /** Everything in a resource group, as old as for `find`. Throws `TransientError` when nobody can tell. */
  group(subscriptionId: string, resourceGroup: string): Promise<readonly InventoryResource[]>;
  /**
   * Everything in the resource groups that were ever read, as it was when they were: asks nobody but the storage. Groups that nobody
   * has asked about are not in it. Throws what the storage throws.
   */
  remembered(): Promise<readonly InventoryResource[]>;
}

/** Younger than this, what was read is used without asking again. */
const fresh = seconds(60);
/** Older than this it says nothing any more, also while ARM cannot be asked. */
const oldest = seconds(86_400);
/** A door waits for whoever asks, so it does not wait for long. Milliseconds of real time. */
const patience = 8_000;
/** After ARM could not be asked, it is left alone for so long. */
const afterFailure = seconds(15);

interface Known {
  readonly snapshot: GroupSnapshot;
  readonly byId: ReadonlyMap<string, InventoryResource>;
}

/**
 * An inventory over lists of resource groups, read when somebody asks. Each list is kept in memory and as a document, so that a new
 * process, and one that cannot reach ARM, has the last one. Callers at the same time share one read.
 */
export function createInventory(options: {
  readonly groups: ResourceGroups;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly log: Log;
}): Inventory {
  const { groups, documents, clock, log } = options;
  const known = new Map<string, Known>();
  const failed = new Map<string, { readonly at: number; readonly reason: string }>();
  const reading = new Map<string, Promise<Known>>();

  const ageOf = ({ snapshot }: Known): number => (clock.now() - Date.parse(snapshot.readAt)) / 1000;
  const indexed = (snapshot: GroupSnapshot): Known => ({
    snapshot,
    byId: new Map(snapshot.resources.map((resource) => [resource.id, resource])),
  });
  const pathOf = (key: string): string => `inventory/${hashOf(key).slice(0, 32)}.json`;

  async function stored(key: string): Promise<Known | undefined> {
    const parsed = groupSnapshotSchema.safeParse((await documents.get(pathOf(key)))?.value);
    return parsed.success ? indexed(parsed.data) : undefined;
  }

  async function keep(key: string, snapshot: GroupSnapshot): Promise<void> {
    const path = pathOf(key);
    const value = JSON.parse(JSON.stringify(snapshot)) as Json;
    const before = await documents.get(path);
    // Of two that read at the same time either may stay: both are as new.
    await (before === undefined ? documents.create(path, value) : documents.replace(path, value, before.etag));
  }

  /** What was read last, when it still says something. */
  async function last(key: string, reason: string): Promise<Known> {
    const before = known.get(key) ?? (await stored(key).catch(() => undefined));
    if (before === undefined || ageOf(before) >= oldest) {
      throw new TransientError('InventoryUnreadable', `resource group ${key.split('/')[1] ?? ''}: ${reason}`);
    }
    known.set(key, before);
    return before;
  }

  async function read(key: string, subscriptionId: string, resourceGroup: string): Promise<Known> {
    const failure = failed.get(key);
    if (failure !== undefined && clock.now() - failure.at < afterFailure * 1000) {
      return last(key, failure.reason);
    }
    let listed: Awaited<ReturnType<ResourceGroups['list']>>;
    try {
      listed = await groups.list(subscriptionId, resourceGroup, AbortSignal.timeout(patience));
    } catch (error) {
      const reason = describeError(error).slice(0, 300);
      failed.set(key, { at: clock.now(), reason });
      if (failure === undefined) {
        log.warn('a resource group cannot be listed', { resourceGroup, error: reason });
      }
      return last(key, reason);
    }
    failed.delete(key);
    const resources = listed.map(({ tags, zones, ...rest }) => ({ ...rest, tags: { ...tags }, zones: [...zones] }));
    const found = indexed({ version: 1, readAt: isoOf(clock.now()), resources });
    known.set(key, found);
    await keep(key, found.snapshot).catch((error: unknown) => {
      log.warn('a list of resources could not be kept', { resourceGroup, error: describeError(error) });
    });
    return found;
  }

  async function current(subscriptionId: string, resourceGroup: string): Promise<Known> {
    const key = `${subscriptionId}/${resourceGroup}`.toLowerCase();
    const before = known.get(key);
    if (before !== undefined && ageOf(before) < fresh) {
      return before;
    }
    const under = reading.get(key) ?? read(key, subscriptionId, resourceGroup).finally(() => reading.delete(key));
    reading.set(key, under);
    return under;
  }

  return {
    async find(id) {
      const parts = parseResourceId(id)?.parts;
      if (parts === undefined || parts.resourceGroup === '' || parts.type === '') {
        return { kind: 'unreadable', reason: 'it lies in no resource group', chain: [id] };
      }
      try {
        const found = await current(parts.subscriptionId, parts.resourceGroup);
        const { readAt } = found.snapshot;
        const chain = chainOf(id, (one) => found.byId.get(one)?.owner);
        const resource = found.byId.get(id);
        return resource === undefined ? { kind: 'unseen', readAt, chain } : { kind: 'seen', resource, readAt, chain };
      } catch (error) {
        return { kind: 'unreadable', reason: describeError(error).slice(0, 300), chain: chainOf(id, () => undefined) };
      }
    },

    async remembered() {
      const held = new Map([...known].map(([key, { snapshot }]) => [pathOf(key), snapshot]));
      const resources: InventoryResource[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.list('inventory/', cursor === undefined ? {} : { cursor });
        for (const paths of inBatches(page.paths, 16)) {
          const snapshots = await Promise.all(
            paths.map(async (path) => {
              return held.get(path) ?? groupSnapshotSchema.safeParse((await documents.get(path))?.value).data;
            }),
          );
          resources.push(...snapshots.flatMap((snapshot) => snapshot?.resources ?? []));
        }
        ({ cursor } = page);
      } while (cursor !== undefined);
      return resources;
    },

    async group(subscriptionId, resourceGroup) {
      return (await current(subscriptionId, resourceGroup)).snapshot.resources;
    },
  };
}

function* inBatches<Thing>(things: readonly Thing[], size: number): Generator<readonly Thing[]> {
  for (let from = 0; from < things.length; from += size) {
    yield things.slice(from, from + size);
  }
}

/** How old a sight is, for people; empty for one that is as new as they come. */
export function ageText(readAt: string, now: number): string {
  const age = Math.round((now - Date.parse(readAt)) / 1000);
  return age <= fresh ? '' : ` (as of ${formatDuration(age as Seconds)} ago)`;
}
