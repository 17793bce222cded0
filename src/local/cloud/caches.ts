import { CloudControlError } from './errors';
import type { EstateResource } from './estate-model';
import { sameId } from './resource-id';
import type { CacheLoad } from './resource-model';

/** Memory of each size in GiB, by which usage is drawn. Source: size tables of Azure Managed Redis and of Azure Cache for Redis. */
const memory: Readonly<Record<string, number>> = {
  Balanced_B0: 0.5,
  Balanced_B1: 1,
  Balanced_B3: 3,
  Balanced_B5: 6,
  Balanced_B10: 12,
  Balanced_B20: 24,
  Balanced_B50: 60,
  Balanced_B100: 120,
  C0: 0.25,
  C1: 1,
  C2: 2.5,
  C3: 6,
  C4: 13,
  P1: 6,
  P2: 13,
  P3: 26,
  P4: 53,
  P5: 120,
};

/** What a cache without a load shows. */
const idle: Readonly<Record<string, number>> = { usedmemorypercentage: 35, serverload: 20, connectedclients: 40 };

interface Moment {
  readonly at: number;
  readonly size: string;
  readonly load: CacheLoad | undefined;
}

/** What happens inside caches, as far as metrics show it. */
export interface Caches {
  isCache(type: string): boolean;
  isSize(size: string): boolean;
  /** The size of a cache as one name: `Balanced_B10`, or family and number such as `P1`. */
  sizeOf(resource: EstateResource): string;
  /** Notes that the size of a cache is what it is from now on. */
  resized(resource: EstateResource): void;
  /** Notes that the nodes of a cache were rebooted: what a reboot helps against is gone. */
  rebooted(resource: EstateResource): void;
  setLoad(id: string, load: CacheLoad | null): void;
  /** A metric at a time; `undefined` for a metric that caches have not. */
  sample(id: string, metric: string, at: number): number | undefined;
}

export function createCaches(options: { resources: EstateResource[]; now: () => number }): Caches {
  const { resources, now } = options;
  const histories = new Map<string, Moment[]>();
  const isCache = (type: string): boolean => /^microsoft\.cache\/redis(?:enterprise)?$/i.test(type);
  const sizeOf = ({ sku }: EstateResource): string => {
    const { name, family, capacity } = (sku ?? {}) as { name?: string; family?: string; capacity?: number };
    return family === undefined ? (name ?? '') : `${family}${capacity ?? ''}`;
  };
  const find = (id: string): EstateResource | undefined =>
    resources.find((each) => isCache(each.type) && (sameId(each.id, id) || sameId(each.name, id)));
  const historyOf = (resource: EstateResource): Moment[] => {
    const key = resource.id.toLowerCase();
    const known = histories.get(key) ?? [{ at: Number.NEGATIVE_INFINITY, size: sizeOf(resource), load: undefined }];
    histories.set(key, known);
    return known;
  };
  const note = (resource: EstateResource, change: Partial<Omit<Moment, 'at'>>): void => {
    const history = historyOf(resource);
    const { size, load } = history.at(-1) as Moment;
    history.push({ at: now(), size, load, ...change });
  };
  return {
    isCache,
    isSize: (size) => Object.hasOwn(memory, size),
    sizeOf,
    resized: (resource) => note(resource, { size: sizeOf(resource) }),
    rebooted(resource) {
      if (historyOf(resource).at(-1)?.load?.relievedBy === 'reboot') note(resource, { load: undefined });
    },
    setLoad(id, load) {
      const found = find(id);
      if (found === undefined) throw new CloudControlError(`no cache has the name or id '${id}'`);
      note(found, { load: load ?? undefined });
    },
    sample(id, metric, at) {
      const found = find(id);
      const rest = idle[metric.toLowerCase()];
      if (found === undefined || rest === undefined) return undefined;
      const moment = historyOf(found).findLast((each) => each.at <= at);
      const { size, load } = moment as Moment;
      if (load === undefined) return rest;
      const share = 1 / (memory[size] ?? 1);
      switch (metric.toLowerCase()) {
        case 'usedmemorypercentage':
          return Math.min(100, load.memoryGB * share * 100);
        case 'serverload':
          // A cache has processors in proportion to its memory.
          return load.work === undefined ? rest : Math.min(100, load.work * share * 100);
        default:
          return load.clients ?? rest;
      }
    },
  };
}
