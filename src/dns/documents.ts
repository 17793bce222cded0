import type { Clock, EpochMillis } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { describeError, InvalidInputError, TransientError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { PolicySource } from '../ports/policy-source';
import { parseDnsDocument, type DnsDocument } from './document';

/** The document of what DNS shall be, read again now and then. */
export interface DnsDocuments {
  /**
   * The last good document. One that is refused never takes it away; before the first good one, whatever stands in the way is
   * thrown: `InvalidInputError` with every problem, or what the source throws.
   */
  current(): Promise<DnsDocument>;
  /** What is wrong with the newest document, when an older one stays in use. */
  refusal(): string | null;
}

/** See {@link DnsDocuments}. */
export function createDnsDocuments(options: {
  readonly source: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAge: Seconds;
}): DnsDocuments {
  const { source, clock, log, maxAge } = options;
  let good: DnsDocument | undefined;
  let etag: string | undefined;
  let checkedAt: EpochMillis | undefined;
  let refused: string | null = null;

  async function read(): Promise<DnsDocument> {
    checkedAt = clock.now();
    try {
      const answer = await source.read(etag);
      if (answer.kind === 'document') {
        etag = answer.etag;
        good = parseDnsDocument(answer.text);
        refused = null;
      }
    } catch (error) {
      if (error instanceof InvalidInputError) {
        refused = error.message;
      }
      if (good === undefined) {
        etag = undefined;
        checkedAt = undefined;
        throw error;
      }
      log.warn('the DNS document cannot be taken; the last good one stays in use', { error: describeError(error) });
    }
    if (good === undefined) {
      throw new TransientError('NoDnsDocument', 'the source says that the document is the same, and none was read');
    }
    return good;
  }

  return {
    current: async () =>
      good !== undefined && checkedAt !== undefined && clock.now() - checkedAt < maxAge * 1000 ? good : await read(),
    refusal: () => refused,
  };
}
