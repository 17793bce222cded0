import type { Json } from '../kernel/canonical-json';
import { isoOf, type Clock } from '../kernel/clock';
import { ConflictError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Documents } from '../ports/documents';
import { storedChangeSchema, type StoredChange } from './change.model';
import { failoverStateSchema, type FailoverState } from './failover.model';
import { additionSchema, type Addition } from './model';

/** What is kept of DNS between one look and the next, as documents under `dns/`. */
export interface DnsStore {
  change(id: string): Promise<{ readonly change: StoredChange; readonly etag: string } | undefined>;
  /** Writes a change over the version that was read, or anew. @throws ConflictError when another attempt was faster. */
  writeChange(change: StoredChange, etag: string | undefined): Promise<string>;
  failover(zone: string, group: string): Promise<{ readonly state: FailoverState; readonly etag: string } | undefined>;
  /** False when another attempt was faster. */
  writeFailover(zone: string, group: string, state: FailoverState, etag: string | undefined): Promise<boolean>;
  additions(zone: string): Promise<readonly Addition[]>;
  putAddition(addition: Addition): Promise<void>;
  endAddition(zone: string, id: string): Promise<boolean>;
  removeAddition(zone: string, id: string): Promise<void>;
  /** Record sets by `name type`, with the hash of what was last applied for them. */
  applied(zone: string): Promise<ReadonlyMap<string, string>>;
  noteApplied(zone: string, sets: ReadonlyMap<string, string>): Promise<void>;
}

/** Lost races of one write; one writer at a time is the rule. */
const conflictLimit = 10;

/** Document paths take few characters; names of records take more. */
const part = (text: string): string =>
  /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(text) ? text : hashOf(text).slice(0, 32);

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** See {@link DnsStore}. */
export function createDnsStore(documents: Documents, clock: Clock): DnsStore {
  const changePath = (id: string): string => `dns/changes/${id}.json`;
  const failoverPath = (zone: string, group: string): string => `dns/failover/${part(zone)}/${group}.json`;
  const additionPath = (zone: string, id: string): string => `dns/additions/${part(zone)}/${id}.json`;
  const appliedPath = (zone: string): string => `dns/applied/${part(zone)}.json`;

  async function upsert(path: string, change: (before: unknown) => unknown): Promise<void> {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const stored = await documents.get(path);
      const next = asJson(change(stored?.value));
      const written =
        stored === undefined
          ? (await documents.create(path, next)).kind === 'created'
          : (await documents.replace(path, next, stored.etag)).kind === 'replaced';
      if (written) {
        return;
      }
    }
    throw new ConflictError('DnsContended', `others keep changing ${path}`);
  }

  return {
    async change(id) {
      const stored = await documents.get(changePath(id));
      return stored === undefined ? undefined : { change: storedChangeSchema.parse(stored.value), etag: stored.etag };
    },
    async writeChange(change, etag) {
      const path = changePath(change.order.changeId);
      const value = asJson(change);
      const answer =
        etag === undefined ? await documents.create(path, value) : await documents.replace(path, value, etag);
      if (answer.kind === 'created' || answer.kind === 'replaced') {
        return answer.etag;
      }
      throw new ConflictError('DnsContended', `another attempt at ${change.order.changeId} is under way`);
    },
    async failover(zone, group) {
      const stored = await documents.get(failoverPath(zone, group));
      return stored === undefined ? undefined : { state: failoverStateSchema.parse(stored.value), etag: stored.etag };
    },
    async writeFailover(zone, group, state, etag) {
      const path = failoverPath(zone, group);
      const answer =
        etag === undefined
          ? await documents.create(path, asJson(state))
          : await documents.replace(path, asJson(state), etag);
      return answer.kind === 'created' || answer.kind === 'replaced';
    },
    async additions(zone) {
      const found: Addition[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.list(`dns/additions/${part(zone)}/`, cursor === undefined ? {} : { cursor });
        for (const path of page.paths) {
          const stored = await documents.get(path);
          if (stored !== undefined) {
            found.push(additionSchema.parse(stored.value));
          }
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    async putAddition(addition) {
      await upsert(additionPath(addition.zone, addition.id), () => addition);
    },
    async endAddition(zone, id) {
      const path = additionPath(zone, id);
      if ((await documents.get(path)) === undefined) {
        return false;
      }
      await upsert(path, (before) => {
        const addition = additionSchema.parse(before);
        return { ...addition, endedAt: addition.endedAt ?? isoOf(clock.now()) };
      });
      return true;
    },
    async removeAddition(zone, id) {
      await documents.remove(additionPath(zone, id));
    },
    async applied(zone) {
      const stored = await documents.get(appliedPath(zone));
      const sets = (stored?.value as { readonly sets?: Readonly<Record<string, string>> } | undefined)?.sets ?? {};
      return new Map(Object.entries(sets));
    },
    async noteApplied(zone, sets) {
      await upsert(appliedPath(zone), () => ({ sets: Object.fromEntries(sets) }));
    },
  };
}
