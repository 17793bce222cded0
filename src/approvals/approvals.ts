import { z } from 'zod';
import type { Json } from '../kernel/canonical-json';
import { epochOf, type Clock, type EpochMillis } from '../kernel/clock';
import { ConflictError, describeError, InvariantError, TransientError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { Ledger } from '../ledger';
import type { Documents } from '../ports/documents';
import type { Notifications } from '../ports/notifications';
import type { Wakes } from '../ports/wakes';
import { entriesOf } from './ledger-entries';
import { approvalEvent, approvalSchema, type Approval, type ApprovalRequest } from './model';
import { closed, opened, ticked, voted, type Ballot, type Counted } from './plan';
import { newsOf } from './telling';

/** What approvals stand on. */
export interface ApprovalPorts {
  readonly documents: Documents;
  readonly ledger: Ledger;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly log: Log;
}

/** Approvals as stored documents: who was asked about which plan, and who answered what. */
export interface Approvals {
  /** Stores a request, enters it in the ledger and tells those who are asked. Idempotent by its id. */
  open(request: ApprovalRequest, instanceId: string): Promise<Approval>;
  /** How an approval stands now; the passing of time is taken into account and told. @throws InvariantError when there is none. */
  look(id: string): Promise<Approval>;
  /** Ends one that waits, or voids one that was given. Idempotent. */
  close(id: string, reason: string): Promise<Approval>;
  /** As it is stored; `undefined` when there is none. */
  find(id: string): Promise<Approval | undefined>;
  /**
   * Counts a person's answer and wakes who waits. Durable when it returns; the wake-up alone may be lost, and {@link Approvals.sweep}
   * makes up for it. The same answer again is `known` and changes nothing. `undefined` when there is no such approval.
   */
  vote(id: string, ballot: Ballot, wakes: Wakes): Promise<Counted | undefined>;
  /** Those that somebody still waits for, oldest first, at most `most` (100). */
  waiting(most?: number): Promise<readonly Approval[]>;
  /** Newest first, a page of at most `limit` (1 to 100, 20 when not given); the cursor leads to the next one. */
  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<{
    readonly approvals: readonly Approval[];
    readonly cursor?: string;
  }>;
  /** Wakes again whoever has not yet seen how an approval was decided. Returns how many were woken. */
  sweep(wakes: Wakes): Promise<number>;
}

/** Two people seldom answer in the same instant. */
const conflictLimit = 20;
const sweepLimit = 500;
/** The latest instant that a JavaScript date can hold, in milliseconds: names made with it list newest first. */
const endOfTime = 8_640_000_000_000_000;

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
const idSchema = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,118}[A-Za-z0-9])?$/);

export function createApprovals(ports: ApprovalPorts): Approvals {
  const { documents, ledger, notifications, clock, log } = ports;
  const pathOf = (id: string): string => `approvals/${id}.json`;
  // What nobody waits for any more leaves this folder, so that a sweep reads only what is open.
  const openPath = (id: string): string => `approvals-open/${id}.json`;
  const placeOf = ({ openedAt, request }: Approval): string =>
    `approvals-by-time/${String(endOfTime - (epochOf(openedAt) as EpochMillis)).padStart(16, '0')}_${request.id}`;
  const idIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/^\d{16}_|\.json$/g, '');

  async function load(id: string): Promise<{ readonly approval: Approval; readonly etag: string } | undefined> {
    if (!idSchema.safeParse(id).success) {
      return undefined;
    }
    const stored = await documents.get(pathOf(id));
    if (stored === undefined) {
      return undefined;
    }
    const parsed = approvalSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new InvariantError(`the approval ${id} does not fit its schema`);
    }
    return { approval: parsed.data, etag: stored.etag };
  }

  /** Changes an approval from what it is; nothing is written when it stays as it is. `undefined` when there is none. */
  async function change<Result extends { readonly approval: Approval }>(
    id: string,
    work: (approval: Approval) => Result,
  ): Promise<Result | undefined> {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const stored = await load(id);
      if (stored === undefined) {
        return undefined;
      }
      const result = work(stored.approval);
      if (
        result.approval === stored.approval ||
        (await documents.replace(pathOf(id), asJson(result.approval), stored.etag)).kind === 'replaced'
      ) {
        return result;
      }
    }
    throw new ConflictError('ApprovalContended', `the approval ${id} is being changed by others`);
  }

  /** Enters and tells what follows from an approval as it stands. Repeating does nothing: entries and news have fixed keys. */
  async function follow(approval: Approval): Promise<Approval> {
    await ledger.append(entriesOf(approval));
    for (const news of newsOf(approval)) {
      await notifications.tell(news);
    }
    return approval;
  }

  const must = <Thing>(thing: Thing | undefined, id: string): Thing => {
    if (thing === undefined) {
      throw new InvariantError(`there is no approval ${id}`);
    }
    return thing;
  };

  async function openOnes(most: number): Promise<readonly Approval[]> {
    const { paths } = await documents.list('approvals-open/', { limit: most });
    const loaded = await Promise.all(paths.map((path) => load(idIn(path))));
    return loaded
      .flatMap((one) => (one === undefined ? [] : [one.approval]))
      .sort((left, right) => left.openedAt.localeCompare(right.openedAt));
  }

  async function look(id: string): Promise<Approval> {
    const { approval } = must(await change(id, (one) => ({ approval: ticked(one, clock.now()) })), id);
    await follow(approval);
    if (approval.state !== 'waiting') {
      await documents.remove(openPath(id));
    }
    return approval;
  }

  return {
    async open(request, instanceId) {
      const { id } = request;
      const known = await load(id);
      if (known === undefined) {
        const approval = opened(request, instanceId, clock.now());
        // Its places in the lists come first: a place without an approval is passed over, one without a place is never found.
        await documents.create(openPath(id), {});
        await documents.create(placeOf(approval), {});
        await documents.create(pathOf(id), asJson(approval));
      }
      const { approval } = must(await load(id), id);
      if (approval.request.planHash !== request.planHash) {
        throw new InvariantError(`the approval ${id} is about another plan; give each request an id of its own`);
      }
      return follow(approval);
    },

    look,

    async close(id, reason) {
      const { approval } = must(await change(id, (one) => ({ approval: closed(one, reason, clock.now()) })), id);
      await follow(approval);
      await documents.remove(openPath(id));
      return approval;
    },

    find: async (id) => (await load(id))?.approval,

    async vote(id, ballot, wakes) {
      const counted = await change(id, (one) => voted(one, ballot, clock.now()));
      if (counted === undefined) {
        return undefined;
      }
      const { approval, kind } = counted;
      await follow(approval);
      if (kind !== 'refused' && approval.state !== 'waiting') {
        try {
          await wakes.wake(approval.instanceId, approvalEvent(id));
        } catch (error) {
          log.warn('an approval was decided and who waits for it not woken; the sweep will', {
            approval: id,
            error: describeError(error),
          });
        }
      }
      return counted;
    },

    waiting: async (most = 100) => (await openOnes(most)).filter(({ state }) => state === 'waiting'),

    async list(options = {}) {
      const page = await documents.list('approvals-by-time/', {
        limit: Math.max(1, Math.min(options.limit ?? 20, 100)),
        ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
      });
      const loaded = await Promise.all(page.paths.map((path) => load(idIn(path))));
      // An opening that broke off may have left a place where its approval never came to stand.
      const approvals = loaded.flatMap((one, index) =>
        one !== undefined && page.paths[index] === placeOf(one.approval) ? [one.approval] : [],
      );
      return page.cursor === undefined ? { approvals } : { approvals, cursor: page.cursor };
    },

    async sweep(wakes) {
      const now = clock.now();
      const unseen = (await openOnes(sweepLimit)).filter((one) => ticked(one, now).state !== 'waiting');
      const failures: unknown[] = [];
      for (const { request, instanceId } of unseen) {
        try {
          // Whoever waited and is gone will not look; then the matter is closed here.
          if ((await wakes.wake(instanceId, approvalEvent(request.id))) === 'none') {
            await look(request.id);
          }
        } catch (error) {
          failures.push(error);
          log.error('who waits for an approval cannot be woken', {
            approval: request.id,
            error: describeError(error),
          });
        }
      }
      if (failures.length > 0) {
        throw new TransientError('SweepIncomplete', `${failures.length} of ${unseen.length} were not woken`, {
          cause: failures[0],
        });
      }
      return unseen.length;
    },
  };
}
