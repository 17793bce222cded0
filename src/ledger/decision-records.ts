import { z } from 'zod';
import type { Json } from '../kernel/canonical-json';
import { isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import { ConflictError, InvariantError, PermanentError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import { documentName } from './document-names';
import { jsonSchema } from './model';

const decisionRecordSchema = z.strictObject({
  signalId: z.string().min(1).max(300),
  /** `pending`: taken in, and perhaps not everything that follows from it has been started. `done`: everything has. */
  state: z.enum(['pending', 'done']),
  claimedAt: instantSchema,
  completedAt: instantSchema.optional(),
  /** What was considered and decided, as given when it was claimed. Enough to start again what follows from it. */
  decision: jsonSchema,
  /** What came of it, as given on completion. */
  result: jsonSchema.optional(),
});
/** What was decided about one signal, and whether what follows from it has been started. */
export type DecisionRecord = z.infer<typeof decisionRecordSchema>;

/** What a claim found. */
export interface Claim {
  readonly kind: 'claimed' | 'exists';
  readonly record: DecisionRecord;
  /** Version of the record that was created; absent when it was there before. */
  readonly etag?: string;
}

/** One decision record for each signal, written before anything is started because of it. */
export interface DecisionRecords {
  /**
   * Records the decision about a signal, once. `exists` gives the record that is there, unchanged: when it is `pending`, whoever
   * claimed it may have stopped half way, and starting again what follows from it (under its deterministic ids) is right.
   *
   * The decision is stored with the record: the JSON of it must stay below 512 KiB.
   */
  claim(signal: { readonly signalId: string; readonly decision: Json }): Promise<Claim>;
  /**
   * Says that everything that follows from the decision has been started. Repeating it changes nothing: the first result stays.
   * The claim, where it is at hand, saves reading the record again.
   * @throws PermanentError `DecisionUnknown` when the signal was never claimed.
   */
  complete(signalId: string, result: Json, claimed?: Claim): Promise<DecisionRecord>;
  find(signalId: string): Promise<DecisionRecord | undefined>;
  /**
   * Decisions that were claimed at `claimedBefore` or earlier and are still pending, for a sweep that starts again what a
   * crash left undone. Looks only at the pending ones, however many decisions there are. A claim that broke off before
   * it was answered may be among them, and is finished here.
   */
  pending(claimedBefore: EpochMillis, options?: { readonly limit?: number }): Promise<readonly DecisionRecord[]>;
}

const folder = 'decisions';
const pendingFolder = 'decisions-pending';

/**
 * Decision records as documents. Beside each pending one there is a marker, written before it and removed after it is done, which
 * is what the sweep lists. The marker holds the whole record: a claim that stopped between the two is finished from it.
 */
export function createDecisionRecords(options: {
  readonly documents: Documents;
  readonly clock: Clock;
}): DecisionRecords {
  const { documents, clock } = options;

  async function load(path: string): Promise<{ readonly record: DecisionRecord; readonly etag: string } | undefined> {
    const stored = await documents.get(path);
    if (stored === undefined) {
      return undefined;
    }
    const parsed = decisionRecordSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new PermanentError('DecisionUnreadable', `the decision record ${path} cannot be read`, {
        details: { path },
      });
    }
    return { record: parsed.data, etag: stored.etag };
  }

  /** Creates the record of a claim whose marker is there. */
  async function settle(record: DecisionRecord): Promise<Claim> {
    const name = documentName(record.signalId);
    const created = await documents.create(`${folder}/${name}.json`, asJson(record));
    if (created.kind === 'created') {
      return { kind: 'claimed', record, etag: created.etag };
    }
    const existing = await load(`${folder}/${name}.json`);
    if (existing === undefined) {
      throw new ConflictError(
        'DecisionRemoved',
        `the decision record of signal ${record.signalId} was removed meanwhile`,
      );
    }
    if (existing.record.state === 'done') {
      await documents.remove(`${pendingFolder}/${name}.json`);
    }
    return { kind: 'exists', record: existing.record };
  }

  return {
    async claim({ signalId, decision }) {
      const name = documentName(signalId);
      const record = decisionRecordSchema.safeParse({
        signalId,
        state: 'pending',
        claimedAt: isoOf(clock.now()),
        decision,
      });
      if (!record.success) {
        throw new InvariantError(`a decision record does not fit its schema: ${record.error.message}`);
      }
      await documents.create(`${pendingFolder}/${name}.json`, asJson(record.data));
      return settle(record.data);
    },

    async complete(signalId, result, claimed) {
      const name = documentName(signalId);
      const path = `${folder}/${name}.json`;
      for (
        let known = claimed?.etag === undefined ? undefined : { record: claimed.record, etag: claimed.etag };
        ;
        known = undefined
      ) {
        const stored = known ?? (await load(path));
        if (stored === undefined) {
          throw new PermanentError('DecisionUnknown', `there is no decision record of signal ${signalId}`);
        }
        let { record } = stored;
        if (record.state === 'pending') {
          record = { ...record, state: 'done', completedAt: isoOf(clock.now()), result };
          // A conflict means that somebody else completed it: nothing else changes a record, so this ends.
          if ((await documents.replace(path, asJson(record), stored.etag)).kind === 'conflict') {
            continue;
          }
        }
        await documents.remove(`${pendingFolder}/${name}.json`);
        return record;
      }
    },

    async find(signalId) {
      return (await load(`${folder}/${documentName(signalId)}.json`))?.record;
    },

    async pending(claimedBefore, { limit = 100 } = {}) {
      const found: DecisionRecord[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.list(`${pendingFolder}/`, cursor === undefined ? {} : { cursor });
        for (const path of page.paths) {
          const marker = await load(path);
          if (marker === undefined || Date.parse(marker.record.claimedAt) > claimedBefore) {
            continue;
          }
          const { record } = await settle(marker.record);
          if (record.state === 'pending') {
            found.push(record);
          }
          if (found.length >= limit) {
            return found;
          }
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
  };
}

function asJson(record: DecisionRecord): Json {
  return { ...record };
}
