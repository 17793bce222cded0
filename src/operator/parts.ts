import { z } from 'zod';
import { AutomationError, describeError, TransientError } from '../kernel/errors';
import type { Log } from '../kernel/log';

export const missingSchema = z.object({ part: z.string(), reason: z.string() });
export type Missing = z.infer<typeof missingSchema>;

/** Reads the parts of one answer, so that a part which cannot be read is named in it instead of taking the others along. */
export interface Parts {
  /**
   * The result; null, with every one of these parts in {@link Parts.missing}, when the work fails or is not done in time. What is not
   * waited for any longer goes on by itself and is let be.
   */
  read<Result>(parts: readonly [string, ...string[]], work: () => Promise<Result>): Promise<Result | null>;
  /** What could not be read so far, in the order of its names. */
  missing(): readonly Missing[];
  /** @throws TransientError when there was something to read and none of it could be. */
  orNothing(): void;
}

/** See {@link Parts}; `limitMillis` is real time. */
export function readParts(log: Log, limitMillis: number): Parts {
  const missing: Missing[] = [];
  let read = 0;
  return {
    async read(parts, work) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, refuse) => {
        const error = new TransientError('Late', `it did not answer within ${limitMillis / 1000} s`);
        timer = setTimeout(() => refuse(error), limitMillis);
      });
      try {
        const result = await Promise.race([work(), late]);
        read += 1;
        return result;
      } catch (error) {
        log.warn('a part of an answer is missing', { parts: parts.join(', '), error: describeError(error) });
        // Messages of our own are made to be read; others may quote what they should not.
        const reason = (error instanceof AutomationError ? error.message : 'it cannot be read; the log says why').slice(
          0,
          300,
        );
        missing.push(...parts.map((part) => ({ part, reason })));
        return null;
      } finally {
        clearTimeout(timer);
      }
    },
    missing: () => missing.toSorted((left, right) => (left.part < right.part ? -1 : 1)),
    orNothing() {
      if (read === 0 && missing.length > 0) {
        throw new TransientError('NothingReadable', `nothing can be read: ${missing[0]?.reason ?? ''}`);
      }
    },
  };
}
