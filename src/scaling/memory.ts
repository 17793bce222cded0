import { hashOf } from '../kernel/hash';
import type { Json } from '../kernel/canonical-json';
import { ConflictError } from '../kernel/errors';
import type { Documents } from '../ports/documents';
import { z } from 'zod';
import { bucketSchema, scalingStateSchema, type Bucket, type ScalingState } from './model';

/** Decisions kept of each resource: an hour of them. */
const mostDecisions = 60;
const dayMillis = 86_400_000;

const daySchema = z.object({ buckets: z.array(bucketSchema) });

/** What the scaler remembers, as documents: `scaling/targets/<key>.json`, and `scaling/history/<key>/<day>.json`. */
export interface ScalingMemory {
  /** The state with its tag; a fresh one without tag when there is none. */
  read(target: string): Promise<{ readonly state: ScalingState | undefined; readonly etag: string | undefined }>;
  /** Stores it; throws `ConflictError` when somebody else has meanwhile. */
  write(state: ScalingState, etag: string | undefined): Promise<void>;
  /** Every resource that is remembered. */
  all(): Promise<readonly ScalingState[]>;
  /** Adds a bucket to its day, in the place of one of the same time. */
  addBucket(target: string, bucket: Bucket): Promise<void>;
  /** Buckets that begin within [from, to), oldest first. */
  buckets(target: string, from: number, to: number): Promise<readonly Bucket[]>;
}

/** Identity of a resource in paths and addresses: a pure function of its id. */
export function scalingKey(target: string): string {
  return hashOf(target).slice(0, 16);
}

export function createScalingMemory(documents: Documents): ScalingMemory {
  const statePath = (target: string): string => `scaling/targets/${scalingKey(target)}.json`;
  const dayPath = (target: string, at: number): string =>
    `scaling/history/${scalingKey(target)}/${new Date(at).toISOString().slice(0, 10)}.json`;
  const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
  const dayOf = async (path: string) => {
    const stored = await documents.get(path);
    return stored === undefined ? undefined : { etag: stored.etag, ...daySchema.parse(stored.value) };
  };
  return {
    async read(target) {
      const stored = await documents.get(statePath(target));
      return stored === undefined
        ? { state: undefined, etag: undefined }
        : { state: scalingStateSchema.parse(stored.value), etag: stored.etag };
    },
    async write(state, etag) {
      const kept = asJson({ ...state, decisions: state.decisions.slice(-mostDecisions) });
      const path = statePath(state.target);
      const answer =
        etag === undefined ? await documents.create(path, kept) : await documents.replace(path, kept, etag);
      if (answer.kind === 'exists' || answer.kind === 'conflict') {
        throw new ConflictError('ScalingContended', `${state.target} is being decided about by somebody else`);
      }
    },
    async all() {
      const found: ScalingState[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.list('scaling/targets/', cursor === undefined ? {} : { cursor });
        const stored = await Promise.all(page.paths.map((path) => documents.get(path)));
        found.push(...stored.flatMap((one) => (one === undefined ? [] : [scalingStateSchema.parse(one.value)])));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    async addBucket(target, bucket) {
      const path = dayPath(target, bucket.at);
      const day = await dayOf(path);
      if (day === undefined) {
        if ((await documents.create(path, asJson({ buckets: [bucket] }))).kind === 'created') {
          return;
        }
        return this.addBucket(target, bucket);
      }
      const buckets = [...day.buckets.filter(({ at }) => at !== bucket.at), bucket].sort((a, b) => a.at - b.at);
      if ((await documents.replace(path, asJson({ buckets }), day.etag)).kind === 'conflict') {
        throw new ConflictError('ScalingContended', `the history of ${target} is being written by somebody else`);
      }
    },
    async buckets(target, from, to) {
      const paths = new Set<string>();
      for (let at = from; at < to + dayMillis; at += dayMillis) {
        paths.add(dayPath(target, Math.min(at, to)));
      }
      const days = await Promise.all([...paths].map(dayOf));
      return days
        .flatMap((day) => day?.buckets ?? [])
        .filter(({ at }) => at >= from && at < to)
        .sort((a, b) => a.at - b.at);
    },
  };
}
