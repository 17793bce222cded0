import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../kernel/activity';
import { seconds } from '../kernel/duration';
import { instantSchema } from '../kernel/schemas';

/** Storage or the platform did not answer: about a quarter of an hour of trying. What is left over the next cycle takes up. */
const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

const guid = z.string().regex(/^[0-9a-f-]{36}$/);

/** Names of the orchestrators, with their versions. */
export const backupCycleName = 'backup-cycle-v1';
export const backupSectionName = 'backup-section-v1';
export const backupSettlingName = 'backup-settling-v1';
export const backupBatchName = 'backup-batch-v1';
export const backupCopiesName = 'backup-copies-v1';
export const backupPruningName = 'backup-pruning-v1';
export const backupReconcileName = 'backup-reconcile-v1';

/** A cycle of one subscription. Its id is part of the batches' names. */
export const cycleInputSchema = z.object({
  cycle: z.string().regex(/^[a-z0-9-]{1,60}$/),
  subscriptionId: guid,
  /** Only these, due or not: an order of a person. Everything that is due when left out. */
  only: z.array(z.string()).max(50).optional(),
});
export type CycleInput = z.infer<typeof cycleInputSchema>;

/** What the bucket of writes looked like, as the pace takes it. */
export const seenSchema = z.object({ remaining: z.number(), at: z.number() }).nullable();

/**
 * Lists a part of what there is, and keeps it for the plan: large estates take more requests than there are at once. Run again, it
 * lists the same part again.
 */
export const surveyContract = defineActivity({
  name: 'backup-survey',
  input: z.object({
    cycle: z.string(),
    subscriptionId: guid,
    kind: z.enum(['machines', 'disks']),
    part: z.number().int().min(0),
    from: z.string().max(8192).nullable(),
    /** Pages at most. */
    most: z.number().int().min(1),
  }),
  output: z.object({ next: z.string().max(8192).nullable(), pages: z.number().int() }),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Looks at everything, plans, and writes the batches down. Run again, it gives what the first run planned. */
export const planContract = defineActivity({
  name: 'backup-plan',
  input: cycleInputSchema,
  output: z.object({
    /** For each batch the writes that it still needs; 0 for one that was taken and is not settled. */
    writes: z.array(z.number().int()),
    due: z.number().int(),
    reserveWrites: z.number().int(),
    copies: z.boolean(),
    prunes: z.boolean(),
  }),
  retry: patientRetry,
  timeLimit: seconds(300),
});

const batchKey = { cycle: z.string(), index: z.number().int().min(0) };

/** Asks the platform for every point of a batch that is not asked for yet. Idempotent: the batch is its journal, and names decide. */
export const takeContract = defineActivity({
  name: 'backup-take',
  input: z.object(batchKey),
  output: z.object({
    taken: z.number().int(),
    failed: z.number().int(),
    dropped: z.number().int(),
    /** Orders that wait, because ARM asked to come back later. */
    waiting: z.number().int(),
    retryAfterSeconds: z.number().nullable(),
    seen: seenSchema,
  }),
  retry: patientRetry,
  timeLimit: seconds(300),
});

/** Looks how far the snapshots of some batches are. Reads the platform, and writes what it saw into the batches. */
export const settleContract = defineActivity({
  name: 'backup-settle',
  input: z.object({ cycle: z.string(), from: z.number().int(), to: z.number().int() }),
  output: z.object({
    pending: z.number().int(),
    /** Indices of the batches that are through. */
    ready: z.array(z.number().int()).max(100),
  }),
  retry: patientRetry,
  timeLimit: seconds(300),
});

/** Puts a batch's outcomes into the catalogue, applies retention to its items, and removes the batch. Idempotent. */
export const catalogueContract = defineActivity({
  name: 'backup-catalogue',
  input: z.object(batchKey),
  output: z.object({ complete: z.number().int(), failed: z.number().int() }),
  // What was taken must be known: tried for about a day.
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(300),
});

/** Looks at copies under way and starts those whose turn it is. */
export const copyContract = defineActivity({
  name: 'backup-copy',
  input: z.object({ subscriptionId: guid, most: z.number().int() }),
  output: z.object({
    started: z.number().int(),
    underWay: z.number().int(),
    waiting: z.number().int(),
    seen: seenSchema,
    retryAfterSeconds: z.number().nullable(),
  }),
  retry: patientRetry,
  timeLimit: seconds(300),
});

/** Deletes what has been due for deletion for long enough, of some items. */
export const pruneContract = defineActivity({
  name: 'backup-prune',
  input: z.object({ subscriptionId: guid, most: z.number().int() }),
  output: z.object({
    removed: z.number().int(),
    more: z.boolean(),
    seen: seenSchema,
    retryAfterSeconds: z.number().nullable(),
  }),
  retry: patientRetry,
  timeLimit: seconds(300),
});

export const cycleReportSchema = z.object({
  cycle: z.string(),
  subscriptionId: guid,
  startedAt: instantSchema,
  endedAt: instantSchema,
  due: z.number().int(),
  complete: z.number().int(),
  failed: z.number().int(),
  /** Not through when the cycle ended: the next one takes them up. */
  left: z.number().int(),
});
export type CycleReport = z.infer<typeof cycleReportSchema>;

/** Writes the cycle into the ledger and removes its plan. Idempotent. */
export const finishContract = defineActivity({
  name: 'backup-finish',
  input: cycleReportSchema,
  output: z.object({ recorded: z.boolean() }),
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});

/** Compares catalogue and cloud. The cloud is right about what exists, the catalogue about what it means. */
export const reconcileContract = defineActivity({
  name: 'backup-reconcile',
  input: z.object({ subscriptionId: guid }),
  output: z.object({
    snapshots: z.number().int(),
    adopted: z.number().int(),
    lost: z.number().int(),
    /** In the vaults and not ours: told, and left alone. */
    unknown: z.number().int(),
  }),
  retry: patientRetry,
  timeLimit: seconds(600),
});
