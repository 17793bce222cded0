import { z } from 'zod';
import { CloudControlError } from './errors';
import type { EstateResource } from './model';
import { sameId } from './resource-id';
import type { ResourceControl } from './resource-model';
import type { World } from './world';

const text = z.string().min(1);
const members = z.record(z.string(), z.unknown());
const tags = z.record(z.string(), z.string());

/** What each lever takes, checked where it is pulled from another process. */
export const resourceParameters: Record<keyof ResourceControl, z.ZodType<unknown[]>> = {
  resource: z.tuple([text]),
  setResource: z.tuple([
    text,
    z.strictObject({ properties: members.optional(), sku: members.optional(), tags: tags.optional() }),
  ]),
  addResource: z.tuple([
    z.strictObject({
      id: text,
      type: text,
      name: text,
      location: text,
      tags,
      zones: z.array(text).optional(),
      sku: members.optional(),
      kind: text.optional(),
      managedBy: text.optional(),
      properties: members,
    }),
  ]),
  removeResource: z.tuple([text]),
  lock: z.tuple([z.strictObject({ scope: text, level: z.enum(['CanNotDelete', 'ReadOnly']), name: text })]),
  unlock: z.tuple([text]),
  setCacheLoad: z.tuple([
    text,
    z.union([
      z.null(),
      z.strictObject({
        memoryGB: z.number().min(0),
        work: z.number().min(0).optional(),
        clients: z.number().int().min(0).optional(),
        relievedBy: z.literal('reboot').optional(),
      }),
    ]),
  ]),
  addScriptOutcome: z.tuple([
    z.strictObject({ machine: text.optional(), contains: text, exitCode: z.number().int(), output: z.string() }),
  ]),
  clearScriptOutcomes: z.tuple([]),
  withhold: z.tuple([z.array(text)]),
  setTiming: z.tuple([z.record(z.string(), z.number().min(0))]),
};

/** The levers on resources that are kept as data. `settled` does something once the world is up to date with its clock. */
export function resourceLevers(world: World, settled: <T>(act: () => T) => Promise<T>): ResourceControl {
  const { resources } = world.estate;
  const index = (id: string): number => {
    const found = resources.findIndex((each) => sameId(each.id, id));
    if (found < 0) throw new CloudControlError(`no resource has the id '${id}'`);
    return found;
  };
  const at = (id: string): EstateResource => resources[index(id)] as EstateResource;
  return {
    resource: (id) => settled(() => structuredClone(at(id))),
    setResource: (id, { properties, sku, tags: given }) =>
      settled(() => {
        const found = at(id);
        if (properties !== undefined) found.properties = { ...found.properties, ...properties };
        if (sku !== undefined) found.sku = { ...found.sku, ...sku };
        if (given !== undefined) found.tags = { ...given };
        if (sku !== undefined && world.caches.isCache(found.type)) world.caches.resized(found);
        return structuredClone(found);
      }),
    addResource: (resource) =>
      settled(() => {
        const known = resources.findIndex((each) => sameId(each.id, resource.id));
        if (known >= 0) resources.splice(known, 1);
        const added = structuredClone(resource);
        resources.push(added);
        if (world.caches.isCache(added.type)) world.caches.resized(added);
      }),
    removeResource: (id) => settled(() => void resources.splice(index(id), 1)),
    lock: (lock) => settled(() => world.locks.add(lock)),
    unlock: (scope) => settled(() => world.locks.remove(scope)),
    setCacheLoad: (idOrName, load) => settled(() => world.caches.setLoad(idOrName, load)),
    addScriptOutcome: (outcome) => settled(() => void world.scriptOutcomes.push(outcome)),
    withhold: (actions) => settled(() => world.access.withhold(actions)),
    setTiming: (timing) => settled(() => void Object.assign(world.timing, timing)),
    clearScriptOutcomes: () => settled(() => void world.scriptOutcomes.splice(0)),
  };
}
