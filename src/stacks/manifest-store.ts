import type { Clock, EpochMillis } from '../kernel/clock';
import { after, type Seconds } from '../kernel/duration';
import { describeError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { PolicySource } from '../ports/policy-source';
import { parseManifest } from './manifest';
import type { Manifest } from './model';

/** The manifest of the stacks as the application knows it. */
export interface ManifestStore {
  /**
   * The last good manifest, read again when the last look was longer ago than `maxAge`. A document that is refused, or a source
   * that is silent, never takes a good one away.
   * @throws InvalidInputError or what the source throws, while no manifest was ever good.
   */
  current(): Promise<Manifest>;
}

/** Keeps the last good manifest in memory. Callers at the same time share one read. */
export function createManifestStore(options: {
  readonly source: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAge: Seconds;
}): ManifestStore {
  const { source, clock, log, maxAge } = options;
  let good: { readonly manifest: Manifest; readonly etag: string } | undefined;
  let lookedAt: EpochMillis | undefined;
  let reading: Promise<Manifest> | undefined;

  async function read(): Promise<Manifest> {
    const before = good;
    try {
      const answer = await source.read(before?.etag);
      if (answer.kind === 'document') {
        good = { manifest: parseManifest(answer.text).manifest, etag: answer.etag };
      }
    } catch (error) {
      if (before === undefined) {
        throw error;
      }
      log.warn('the manifest of the stacks cannot be used; the last good one stays', { reason: describeError(error) });
    }
    lookedAt = clock.now();
    return (good as { readonly manifest: Manifest }).manifest;
  }

  return {
    current() {
      const isFresh = lookedAt !== undefined && after(lookedAt, maxAge) > clock.now();
      if (good !== undefined && isFresh) {
        return Promise.resolve(good.manifest);
      }
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}
