import { z } from 'zod';
import { epochOf, type EpochMillis } from '../kernel/clock';
import { InvalidInputError, PermanentError, type InputProblem } from '../kernel/errors';
import { hashOf, sha256 } from '../kernel/hash';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import { namedIn, newestFirstName } from './document-names';
import { redactSecrets } from './redact';

/** So many bytes of a body are kept. */
const bodyLimit = 256 * 1024;
const problemLimit = 100;

const problemSchema = z.object({
  path: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});

const deadLetterSchema = z.strictObject({
  /** 32 hexadecimal digits: the same for the same body from the same source. */
  id: z.string(),
  /** The door it came to, such as `azure-monitor`. */
  source: z.string().min(1).max(120),
  /** Stable code of why it was refused, such as `AlertSchemaInvalid`. */
  reason: z.string().min(1).max(200),
  /** The first 100 problems found, secrets replaced. */
  problems: z.array(problemSchema),
  receivedAt: instantSchema,
  /** What came, as text: the first 256 KiB, and with what looks like a secret replaced. */
  body: z.string(),
  /** Length in bytes and SHA-256 of what came, before anything was cut or replaced. */
  bodyBytes: z.int().nonnegative(),
  bodySha256: z.string(),
  /** Whether the end of the body was cut off. */
  cut: z.boolean(),
  /** How many places were replaced. Above 0, or with `cut`, the body is no longer what came and cannot be replayed as it is. */
  redactions: z.int().nonnegative(),
});
/** A message that was refused, kept so that somebody can see what came and why it was refused. */
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** Messages that were refused. */
export interface DeadLetters {
  /**
   * Keeps a refused message. The same body from the same source again changes nothing and gives `exists` with the first one.
   * `body` is taken as text; give bytes decoded as UTF-8.
   */
  keep(refused: {
    readonly source: string;
    readonly reason: string;
    readonly problems: readonly InputProblem[];
    readonly body: string;
    readonly receivedAt: string;
  }): Promise<{ readonly kind: 'kept' | 'exists'; readonly deadLetter: DeadLetter }>;
  find(id: string): Promise<DeadLetter | undefined>;
  /** Removes a letter for good; `absent` when there is none. */
  discard(id: string): Promise<'removed' | 'absent'>;
  /** How many there are, up to a hundred; `more` when there are more. One read, however large they are. */
  count(): Promise<{ readonly count: number; readonly more: boolean }>;
  /** Newest first, a page of at most `limit` (1 to 100, 20 when not given); the cursor leads to the next one. */
  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<{
    readonly deadLetters: readonly DeadLetter[];
    readonly cursor?: string;
  }>;
}

const folder = 'dead-letters';

export function createDeadLetters({ documents }: { readonly documents: Documents }): DeadLetters {
  const pathOf = (id: string): string => `${folder}/${id}.json`;
  const placeOf = ({ receivedAt, id }: DeadLetter): string =>
    `${folder}-by-time/${newestFirstName(epochOf(receivedAt) as EpochMillis, id)}`;

  async function find(id: string): Promise<DeadLetter | undefined> {
    if (!/^[0-9a-f]{32}$/.test(id)) {
      return undefined;
    }
    const stored = await documents.get(pathOf(id));
    if (stored === undefined) {
      return undefined;
    }
    const parsed = deadLetterSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new PermanentError('DeadLetterUnreadable', `the dead letter ${id} cannot be read`, { details: { id } });
    }
    return parsed.data;
  }

  return {
    async keep(refused) {
      const bodySha256 = sha256(refused.body);
      const id = hashOf([refused.source, bodySha256]).slice(0, 32);
      const existing = await find(id);
      if (existing !== undefined) {
        return { kind: 'exists', deadLetter: existing };
      }
      const bytes = Buffer.from(refused.body, 'utf8');
      const cut = bytes.length > bodyLimit;
      const { text, count } = redactSecrets(cut ? wholeCharacters(bytes.subarray(0, bodyLimit)) : refused.body);
      const parsed = deadLetterSchema.safeParse({
        id,
        source: refused.source,
        reason: refused.reason,
        problems: refused.problems.slice(0, problemLimit).map(plainProblem),
        receivedAt: refused.receivedAt,
        body: text,
        bodyBytes: bytes.length,
        bodySha256,
        cut,
        redactions: count,
      });
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
        throw new InvalidInputError('DeadLetterInvalid', 'the dead letter cannot be kept', problems);
      }
      const deadLetter = parsed.data;
      // The place in the list comes first: a place without a letter is passed over, a letter without a place is never seen.
      await documents.create(placeOf(deadLetter), {});
      const created = await documents.create(pathOf(id), { ...deadLetter });
      const kept = created.kind === 'created' ? deadLetter : ((await find(id)) ?? deadLetter);
      return { kind: created.kind === 'created' ? 'kept' : 'exists', deadLetter: kept };
    },

    find,

    async discard(id) {
      const letter = await find(id);
      if (letter === undefined) {
        return 'absent';
      }
      // As for keeping, the other way round: a letter without a place would never be seen.
      const removed = await documents.remove(pathOf(id));
      await documents.remove(placeOf(letter));
      return removed;
    },

    async count() {
      const { paths, cursor } = await documents.list(`${folder}-by-time/`, { limit: 100 });
      return { count: paths.length, more: cursor !== undefined };
    },

    async list(options = {}) {
      const page = await documents.list(`${folder}-by-time/`, {
        limit: Math.max(1, Math.min(options.limit ?? 20, 100)),
        ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
      });
      const loaded = await Promise.all(page.paths.map((place) => find(namedIn(place))));
      // Of two that were kept at the same moment one has a place where it does not stand.
      const deadLetters = loaded.flatMap((letter, index) =>
        letter !== undefined && placeOf(letter) === page.paths[index] ? [letter] : [],
      );
      return page.cursor === undefined ? { deadLetters } : { deadLetters, cursor: page.cursor };
    },
  };
}

/** Messages of problems quote the input now and then. */
function plainProblem(problem: InputProblem): InputProblem {
  const message = redactSecrets(problem.message.slice(0, 1000)).text;
  return { ...problem, path: problem.path.slice(0, 500), message };
}

/** Decodes without the character that the cut went through. */
function wholeCharacters(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\uFFFD{1,3}$/, '');
}
