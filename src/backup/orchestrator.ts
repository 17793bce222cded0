import { EntityId, type OrchestrationContext, type Task } from 'durable-functions';
import { z } from 'zod';
import { call, type DurableContext, type Steps } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import { fromNow, sleep } from '../kernel/waiting';
import {
  backupBatchName,
  backupSectionName,
  backupSettlingName,
  catalogueContract,
  copyContract,
  cycleInputSchema,
  type CycleInput,
  finishContract,
  planContract,
  pruneContract,
  reconcileContract,
  seenSchema,
  settleContract,
  surveyContract,
  takeContract,
} from './contract';
import { paceEntityName, paceKey, takeShare, type ShareRequest } from './pace.plan';

/**
 * The orchestrators of backups. A cycle has sections of 25 batches of about 50 disks, each an orchestration of its own, so that no
 * history grows beyond a few hundred events however many disks there are.
 */

const sectionSize = 25;
/** A batch that ARM keeps refusing is left to the next cycle. */
const mostTries = 10;
/** Rounds of looking, with growing waits of 10 s to 5 min between them: about an hour, longer than anything is waited for. */
const mostLooks = 16;
/** Copies and deletions go on in another instance after so many rounds: the schedule starts one every five minutes. */
const mostRounds = 10;
const copyShare = 20;
const pagesAtOnce = 100;
/** 20 parts of at least 5,000 entries. */
const mostParts = 20;
const pruneShare = 40;

type Seen = z.infer<typeof seenSchema>;

/** Takes a share of the requests there are, and waits until it may be used. */
function* share(df: DurableContext, key: string, request: ShareRequest): Steps<void> {
  const from = z.number().parse(yield df.callEntity(new EntityId(paceEntityName, key), takeShare, request));
  const wait = (from - df.currentUtcDateTime.getTime()) / 1000;
  if (wait > 0) {
    yield* sleep(df, fromNow(df, wait));
  }
}

/** Lists everything of a kind, as many pages at a time as there are reads to spare. */
function* survey(df: DurableContext, { cycle, subscriptionId }: CycleInput, kind: 'machines' | 'disks'): Steps<void> {
  let from: string | null = null;
  for (let part = 0; part < mostParts; part += 1) {
    const reads: ShareRequest = { kind: 'reads', count: pagesAtOnce, reserve: 50, seen: null, refusedUntil: null };
    yield* share(df, paceKey(subscriptionId, 'reads'), reads);
    const input = { cycle, subscriptionId, kind, part, from, most: pagesAtOnce };
    const listed: { next: string | null } = yield* call(df, surveyContract, input);
    from = listed.next;
    if (from === null) {
      return;
    }
  }
}

const takenSchema = z.object({ seen: seenSchema });

const countsSchema = z.object({ complete: z.number(), failed: z.number(), left: z.number() });

/** One cycle of a subscription: plan, take section by section, and settle each section while the next is taken. */
export function* backupCycleOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const input = cycleInputSchema.parse(df.getInput());
  const { cycle, subscriptionId } = input;
  const startedAt = df.currentUtcDateTime.toISOString() as Iso8601;
  df.setCustomStatus({ stage: 'plan' });
  yield* survey(df, input, 'machines');
  yield* survey(df, input, 'disks');
  const plan = yield* call(df, planContract, input);
  const settling: Task[] = [];
  for (let from = 0; from < plan.writes.length; from += sectionSize) {
    const writes = plan.writes.slice(from, from + sectionSize);
    const section = { cycle, subscriptionId, from, writes, reserveWrites: plan.reserveWrites };
    df.setCustomStatus({ stage: 'take', batches: plan.writes.length, taken: from });
    if (writes.some((count) => count > 0)) {
      yield df.callSubOrchestrator(backupSectionName, section, `${df.instanceId}:take-${from}`);
    }
    // Not waited for here: while snapshots become complete, the next are asked for.
    const settle = { cycle, from, to: from + writes.length };
    settling.push(df.callSubOrchestrator(backupSettlingName, settle, `${df.instanceId}:settle-${from}`));
  }
  df.setCustomStatus({ stage: 'settle', batches: plan.writes.length });
  const total = { complete: 0, failed: 0, left: 0 };
  for (const task of settling) {
    const counts = countsSchema.parse(yield task);
    total.complete += counts.complete;
    total.failed += counts.failed;
    total.left += counts.left;
  }
  const endedAt = df.currentUtcDateTime.toISOString() as Iso8601;
  const report = { cycle, subscriptionId, startedAt, endedAt, due: plan.due, ...total };
  yield* call(df, finishContract, report);
  df.setCustomStatus({ stage: 'done' });
  return report;
}

const sectionSchema = z.object({
  cycle: z.string(),
  subscriptionId: z.string(),
  from: z.number(),
  writes: z.array(z.number()),
  reserveWrites: z.number(),
});

/** Takes the batches of a section one after another, at the pace of the bucket of writes. Never throws: what is left stays planned. */
export function* backupSectionOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const { cycle, subscriptionId, from, writes, reserveWrites } = sectionSchema.parse(df.getInput());
  let seen: Seen = null;
  let failed = 0;
  for (const [offset, count] of writes.entries()) {
    if (count === 0) {
      continue;
    }
    const batch: z.infer<typeof batchInputSchema> = {
      cycle,
      index: from + offset,
      count,
      subscriptionId,
      reserveWrites,
      seen,
    };
    try {
      const id = `${df.instanceId}-${offset}`;
      seen = takenSchema.parse(yield df.callSubOrchestrator(backupBatchName, batch, id)).seen;
    } catch {
      // Every retry was used up. The batch's journal stays, and the next cycle takes it up.
      failed += 1;
    }
  }
  return { failed };
}

const batchInputSchema = z.object({
  cycle: z.string(),
  index: z.number(),
  count: z.number(),
  subscriptionId: z.string(),
  reserveWrites: z.number(),
  seen: seenSchema,
});

/** Takes one batch: waits for its share, asks, and comes back for what ARM put off. */
export function* backupBatchOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const input = batchInputSchema.parse(df.getInput());
  const { cycle, index, subscriptionId, reserveWrites: reserve } = input;
  let { count, seen } = input;
  let refusedUntil: number | null = null;
  for (let tries = 0; tries < mostTries && count > 0; tries += 1) {
    yield* share(df, paceKey(subscriptionId, 'writes'), {
      kind: 'writes',
      count: Math.min(count, 200),
      reserve,
      seen,
      refusedUntil,
    });
    const result = yield* call(df, takeContract, { cycle, index });
    seen = result.seen;
    count = result.waiting;
    const wait = result.retryAfterSeconds;
    refusedUntil = wait === null ? null : df.currentUtcDateTime.getTime() + wait * 1000;
  }
  return { seen };
}

const settlingSchema = z.object({ cycle: z.string(), from: z.number(), to: z.number() });

/** Looks at a section's snapshots until all are through, and puts each batch into the catalogue as soon as it is. Never throws. */
export function* backupSettlingOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const { cycle, from, to } = settlingSchema.parse(df.getInput());
  const counts = { complete: 0, failed: 0, left: to - from };
  const done = new Set<number>();
  let wait = 10;
  try {
    for (let looks = 0; looks < mostLooks && counts.left > 0; looks += 1) {
      yield* sleep(df, fromNow(df, wait));
      wait = Math.min(wait * 2, 300);
      const { pending, ready } = yield* call(df, settleContract, { cycle, from, to });
      for (const index of ready) {
        const written = yield* call(df, catalogueContract, { cycle, index });
        counts.complete += written.complete;
        counts.failed += written.failed;
        done.add(index);
      }
      counts.left = to - from - done.size;
      if (pending === 0) {
        counts.left = 0;
      }
    }
  } catch {
    // Retries were used up. The journal of what is left stays, and the next cycle takes it up.
    counts.left = to - from - done.size;
  }
  return counts;
}

const everySchema = z.object({ subscriptionId: z.string() });

/** Copies points to their second region, as far as their turn has come. */
export function* backupCopiesOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const { subscriptionId } = everySchema.parse(df.getInput());
  let started = 0;
  let most = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const result = yield* call(df, copyContract, { subscriptionId, most });
    started += result.started;
    if (result.waiting === 0) {
      break;
    }
    if (result.underWay > 0 || result.retryAfterSeconds !== null) {
      yield* sleep(df, fromNow(df, Math.max(30, result.retryAfterSeconds ?? 0)));
    }
    // The first look starts nothing: most of the time there is nothing to start, and a share that is not used is lost.
    most = copyShare;
    const refusedUntil = null;
    yield* share(df, paceKey(subscriptionId, 'writes'), {
      kind: 'writes',
      count: most,
      reserve: 20,
      seen: result.seen,
      refusedUntil,
    });
  }
  return { started };
}

/** Deletes what was marked long enough ago. */
export function* backupPruningOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const { subscriptionId } = everySchema.parse(df.getInput());
  let removed = 0;
  let seen: Seen = null;
  let refusedUntil: number | null = null;
  for (let round = 0; round < mostRounds; round += 1) {
    yield* share(df, paceKey(subscriptionId, 'deletes'), {
      kind: 'deletes',
      count: pruneShare,
      reserve: 0,
      seen,
      refusedUntil,
    });
    const result = yield* call(df, pruneContract, { subscriptionId, most: pruneShare });
    removed += result.removed;
    seen = result.seen;
    const wait = result.retryAfterSeconds;
    refusedUntil = wait === null ? null : df.currentUtcDateTime.getTime() + wait * 1000;
    if (!result.more && wait === null) {
      break;
    }
  }
  return { removed };
}

/** Holds the catalogue against the cloud. */
export function* backupReconcileOrchestrator(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const { subscriptionId } = everySchema.parse(df.getInput());
  return yield* call(df, reconcileContract, { subscriptionId });
}
