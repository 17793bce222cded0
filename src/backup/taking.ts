import { z } from 'zod';
import { handler } from '../kernel/activity';
import type { Json } from '../kernel/canonical-json';
import { isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { ConflictError } from '../kernel/errors';
import { uuidOf } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import type { AskResult, SnapshotOrder } from '../ports/recovery-points';
import { inTurn } from './catalogue';
import { planContract, surveyContract, takeContract } from './contract';
import { retained } from './item.plan';
import type { Batch, ItemSummary, TakeOrder, TakeStand } from './model';
import { batchesOf, dueOrders, pointIdOf, orderOf, selectItems, vaultOf, writesOf, type ProtectedItem } from './plan';
import type { BackupPolicy } from './policy.model';
import type { BackupPorts, Stops } from './ports';

/** What a cycle set out to do, so that a plan that is made again is the same plan. */
export const manifestSchema = z.object({
  version: z.literal(1),
  cycle: z.string(),
  plannedAt: instantSchema,
  batches: z.array(z.object({ id: z.string(), writes: z.number().int() })),
  due: z.number().int(),
  reserveWrites: z.number().int(),
  copies: z.boolean(),
  prunes: z.boolean(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What was listed for a cycle, a part at a time. */
export const surveyPath = (cycle: string, kind: string, part: number): string =>
  `backup/cycles/${cycle}/${kind}-${part}.json`;

export const manifestPath = (cycle: string): string => `backup/cycles/${cycle}.json`;

const place = { name: z.string(), location: z.string(), tags: z.record(z.string(), z.string()) };

const machineListingSchema = z.object({
  id: resourceIdSchema,
  ...place,
  systemDisk: resourceIdSchema.nullable(),
  dataDisks: z.array(z.object({ lun: z.number(), disk: resourceIdSchema })),
  createdAt: instantSchema.nullable(),
  scaleSet: resourceIdSchema.nullable(),
});

const diskListingSchema = z.object({
  id: resourceIdSchema,
  ...place,
  sizeBytes: z.number(),
  sku: z.string(),
  encryptionSet: resourceIdSchema.nullable(),
  attachedTo: resourceIdSchema.nullable(),
  readable: z.boolean(),
});

/** So many snapshots are asked for at once: answers take about a second, and ten a second may be asked for. */
const takesAtOnce = 12;
/** So many items of a cycle get their retention looked at without having a new point. */
const tidiedAtOnce = 200;
const dayMillis = 86_400_000;

/** The activities that plan a cycle and take its points. */
export function takingActivities(ports: BackupPorts) {
  const { catalogue, documents, clock, points } = ports;

  async function manifest(cycle: string): Promise<Manifest | undefined> {
    const stored = await documents.get(manifestPath(cycle));
    return stored === undefined ? undefined : manifestSchema.parse(stored.value);
  }

  async function surveyed<Listing>(cycle: string, kind: string, schema: z.ZodType<Listing>): Promise<Listing[]> {
    const found: Listing[] = [];
    for (let part = 0; ; part += 1) {
      const stored = await documents.get(surveyPath(cycle, kind, part));
      if (stored === undefined) {
        return found;
      }
      found.push(...z.array(schema).parse(stored.value));
    }
  }

  return {
    survey: handler(surveyContract, async ({ cycle, subscriptionId, kind, part, from, most }, abort) => {
      const path = surveyPath(cycle, kind, part);
      const { found, next, pages } =
        kind === 'machines'
          ? await points.machinePages(subscriptionId, from, most, abort)
          : await points.diskPages(subscriptionId, from, most, abort);
      const stored = await documents.get(path);
      const value = found as unknown as Json;
      const done =
        stored === undefined
          ? (await documents.create(path, value)).kind === 'created'
          : (await documents.replace(path, value, stored.etag)).kind === 'replaced';
      if (!done) {
        throw new ConflictError('SurveyContended', `another attempt at ${path} is under way`);
      }
      return { next, pages };
    }),

    plan: handler(planContract, async ({ cycle, subscriptionId, only }) => {
      const known = await manifest(cycle);
      if (known !== undefined) {
        return planned(known);
      }
      const now = clock.now();
      const [policy, machines, disks, summaries, open] = await Promise.all([
        ports.policy(),
        surveyed(cycle, 'machines', machineListingSchema),
        surveyed(cycle, 'disks', diskListingSchema),
        catalogue.summaries(),
        catalogue.openBatches(),
      ]);
      const selected = selectItems(policy, machines, disks, ports.glob, now);
      const bySummary = new Map(summaries.map((summary) => [summary.item, summary]));
      const left = await inTurn(open, (id) => catalogue.batch(id));
      const busy = new Set(left.flatMap((found) => found?.batch.orders.map(({ order }) => order.item) ?? []));
      const orders =
        only === undefined
          ? dueOrders(policy, selected.items, bySummary, busy, now)
          : ordered(policy, selected.items, new Set(only), bySummary, busy, subscriptionId, now);
      const own = open.filter((id) => id.startsWith(`${cycle}-`));
      const batches = batchesOf(orders, cycle, now, own.length);
      await inTurn(batches, (batch) => catalogue.createBatch(batch));
      await tidy(ports, policy, selected.items, summaries, now);
      const made: Manifest = {
        version: 1,
        cycle,
        plannedAt: isoOf(now),
        batches: [...left.flatMap((found) => (found === undefined ? [] : [share(found.batch)])), ...batches.map(share)],
        due: orders.length,
        reserveWrites: policy.budget.reserveWrites,
        copies: Object.values(policy.tiers).some(({ copyTo }) => copyTo !== undefined),
        prunes: summaries.some(({ pruneAt }) => pruneAt !== null && Date.parse(pruneAt) <= now),
      };
      // Another attempt may have been faster; its plan holds then.
      const created = await documents.create(manifestPath(cycle), made);
      const plan = created.kind === 'created' ? made : ((await manifest(cycle)) ?? made);
      return planned(plan);
    }),

    take: (stops: Stops) =>
      handler(takeContract, async ({ cycle, index }, abort) => {
        const id = (await manifest(cycle))?.batches[index]?.id;
        const found = id === undefined ? undefined : await catalogue.batch(id);
        const nothing = { taken: 0, failed: 0, dropped: 0, waiting: 0, retryAfterSeconds: null, seen: null };
        if (found === undefined || !found.batch.orders.some(({ stand }) => stand.state === 'planned')) {
          return nothing;
        }
        const begunBefore = found.batch.begunAt !== null;
        const begun: Batch = { ...found.batch, begunAt: found.batch.begunAt ?? isoOf(clock.now()) };
        const etag = begunBefore ? found.etag : await catalogue.replaceBatch(begun, found.etag);
        if (etag === undefined) {
          throw new ConflictError('BatchContended', `another attempt at the batch ${begun.id} is under way`);
        }
        const planned = begun.orders.filter(({ stand }) => stand.state === 'planned').map(({ order }) => order);
        const stopped = await stops(planned.map(({ item }) => item));
        const taking = new Taking(ports, begun.id, begunBefore, abort);
        const orders = await inTurn(
          begun.orders,
          async ({ order, stand }) => {
            if (stand.state !== 'planned') {
              return { order, stand };
            }
            const why = stopped.get(order.item);
            return {
              order,
              stand: why === undefined ? await taking.take(order) : ({ state: 'dropped', reason: why } as const),
            };
          },
          takesAtOnce,
        );
        if ((await catalogue.replaceBatch({ ...begun, orders }, etag)) === undefined) {
          throw new ConflictError('BatchContended', `another attempt at the batch ${begun.id} is under way`);
        }
        const now = new Set(planned.map(({ item }) => item));
        const count = (state: TakeStand['state']): number =>
          orders.filter(({ order, stand }) => now.has(order.item) && stand.state === state).length;
        return {
          taken: count('taken'),
          failed: count('failed'),
          dropped: count('dropped'),
          waiting: count('planned'),
          retryAfterSeconds: taking.retryAfterSeconds,
          seen: taking.seen,
        };
      }),
  };
}

/** A batch as the manifest names it, with the writes that it still needs. */
function share(batch: Batch): Manifest['batches'][number] {
  return { id: batch.id, writes: writesLeft(batch) };
}

function planned({ batches, due, reserveWrites, copies, prunes }: Manifest) {
  return { writes: batches.map(({ writes }) => writes), due, reserveWrites, copies, prunes };
}

/** What a person ordered, due or not. Nothing that is being taken already. */
function ordered(
  policy: BackupPolicy,
  items: readonly ProtectedItem[],
  only: ReadonlySet<string>,
  summaries: ReadonlyMap<ResourceId, ItemSummary>,
  busy: ReadonlySet<ResourceId>,
  subscriptionId: string,
  now: EpochMillis,
): TakeOrder[] {
  return items.flatMap((item) => {
    const tier = policy.tiers[item.tier];
    const vault = vaultOf(policy, subscriptionId, item.location);
    const readable = item.disks.filter(({ disk }) => disk.readable);
    if (!only.has(item.item) || tier === undefined || vault === undefined || busy.has(item.item)) {
      return [];
    }
    const point = pointIdOf(item.item, summaries.get(item.item));
    return readable.length === 0 ? [] : [orderOf(item, tier, readable, vault, point, now)];
  });
}

/** One attempt at a batch. Stops asking when ARM says later; what was not asked for stays planned. */
class Taking {
  retryAfterSeconds: number | null = null;
  seen: { remaining: number; at: number } | null = null;

  constructor(
    private readonly ports: BackupPorts,
    private readonly batch: string,
    /** An earlier attempt may have asked for some of it: what is there is not asked for again. */
    private readonly again: boolean,
    private readonly abort: AbortSignal,
  ) {}

  async take(order: TakeOrder): Promise<TakeStand> {
    const { clock } = this.ports;
    if (this.retryAfterSeconds !== null) {
      return { state: 'planned' };
    }
    const begin = clock.now();
    const present = this.again ? await this.present(order) : new Map<ResourceId, Iso8601>();
    const asks = this.asksOf(order).filter(({ id }) => !present.has(id));
    const results = await Promise.all(asks.map((ask) => ask.send()));
    results.forEach((result) => this.note(result));
    const end = clock.now();
    const refused = results.find((result) => result.kind === 'refused');
    if (refused !== undefined) {
      const problem = `${refused.refusal.code}: ${refused.refusal.message}`.slice(0, 500);
      return { state: 'failed', takenAt: isoOf(begin), settledAt: isoOf(end), problem };
    }
    const later = results.find((result) => result.kind === 'later');
    if (later !== undefined) {
      this.retryAfterSeconds = Math.max(this.retryAfterSeconds ?? 0, later.retryAfterSeconds, 1);
      return { state: 'planned' };
    }
    // What an earlier attempt took was taken then; by the platform's clock, as far as ours is not known.
    const times = [...[...present.values()].map((at) => Date.parse(at)), ...(asks.length > 0 ? [begin] : [])];
    const takenAt = isoOf(Math.min(begin, ...times) as EpochMillis);
    const spreadSeconds = Math.max(0, ((asks.length > 0 ? end : Math.max(...times)) - Date.parse(takenAt)) / 1000);
    return { state: 'taken', takenAt, spreadSeconds, percent: 0, percentAt: isoOf(end) };
  }

  private note(result: AskResult): void {
    if (result.remainingWrites !== null) {
      const remaining = Math.min(result.remainingWrites, this.seen?.remaining ?? Number.POSITIVE_INFINITY);
      this.seen = { remaining, at: this.ports.clock.now() };
    }
  }

  private asksOf(order: TakeOrder): { id: ResourceId; send: () => Promise<AskResult> }[] {
    const { points } = this.ports;
    const tags = tagsOf(order);
    if (order.pointKind === 'restore-point') {
      const id = wholeOf(order);
      const { location, item: source, consistency } = order;
      const request = { id, source, location, tags, consistency };
      return [{ id, send: () => points.takeRestorePoint(request, uuidOf('take', this.batch, id), this.abort) }];
    }
    return order.parts.map(({ disk, snapshot: id, place }) => {
      const partTags = { ...tags, 'caretaker-place': place === null ? 'disk' : String(place) };
      const request: SnapshotOrder = { id, source: disk, location: order.location, tags: partTags };
      return { id, send: () => points.take(request, uuidOf('take', this.batch, id), this.abort) };
    });
  }

  /** What of an order is on the platform already, with its time. */
  private async present(order: TakeOrder): Promise<Map<ResourceId, Iso8601>> {
    const { points, clock } = this.ports;
    const found = new Map<ResourceId, Iso8601>();
    if (order.pointKind === 'restore-point') {
      const sighting = await points.restorePoint(wholeOf(order), this.abort);
      return sighting === undefined ? found : found.set(sighting.id, sighting.createdAt ?? isoOf(clock.now()));
    }
    for (const { snapshot } of order.parts) {
      const sighting = await points.snapshot(snapshot, this.abort);
      if (sighting !== undefined) {
        found.set(snapshot, sighting.createdAt ?? isoOf(clock.now()));
      }
    }
    return found;
  }
}

/** Written on every snapshot, so that it can be understood without the catalogue. */
export function tagsOf(order: TakeOrder): Record<string, string> {
  return {
    'managed-by': 'caretaker',
    'caretaker-item': order.item,
    'caretaker-point': order.point,
    'caretaker-tier': order.tier,
    'caretaker-parts': String(order.parts.length),
    'caretaker-consistency': order.consistency,
  };
}

/** Id of the machine's restore point that an order's parts belong to. */
export function wholeOf(order: TakeOrder): ResourceId {
  return (order.parts[0]?.snapshot ?? '').replace(/\/diskrestorepoints\/.*$/, '') as ResourceId;
}

/** Notes which items are nobody's any more, and applies retention where no new point does it. */
async function tidy(
  { catalogue }: BackupPorts,
  policy: BackupPolicy,
  items: readonly ProtectedItem[],
  summaries: readonly ItemSummary[],
  now: EpochMillis,
): Promise<void> {
  const selected = new Set(items.map(({ item }) => item));
  const stale = summaries.filter(
    ({ item, orphanedAt, retainedAt }) =>
      selected.has(item) !== (orphanedAt === null) ||
      now - Date.parse(retainedAt ?? '1970-01-01T00:00:00Z') > dayMillis,
  );
  await catalogue.changeMany(
    stale.slice(0, tidiedAtOnce).map(({ item }) => ({
      item,
      alter: (before) => {
        if (before === undefined) {
          return undefined;
        }
        const orphanedAt = selected.has(item) ? null : (before.orphanedAt ?? isoOf(now));
        return retained({ ...before, orphanedAt }, policy, now);
      },
    })),
  );
}

/** Writes that a batch still needs. */
function writesLeft(batch: Batch): number {
  return batch.orders.reduce((sum, { order, stand }) => sum + (stand.state === 'planned' ? writesOf(order) : 0), 0);
}
