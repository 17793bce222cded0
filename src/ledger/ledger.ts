import { canonicalJson } from '../kernel/canonical-json';
import { isoOf, type Clock } from '../kernel/clock';
import { InvalidInputError, TransientError, type InputProblem } from '../kernel/errors';
import { findUnsafePath } from '../kernel/pollution';
import type { Documents } from '../ports/documents';
import type { LedgerLogs } from '../ports/ledger-logs';
import {
  entryDraftSchema,
  environmentSchema,
  segmentClosed,
  type LedgerDraft,
  type LedgerEntry,
  type LedgerHead,
  type Position,
  type ReadOptions,
  type Receipt,
} from './model';
import {
  advance,
  chain,
  checkLine,
  closingEntry,
  genesis,
  headPath,
  linesOf,
  mustClose,
  segmentLimits,
  segmentPath,
  type SegmentLimits,
} from './plan';
import { damaged, readHead, readLedger } from './read';
import { RecentIds } from './recent-ids';

/** Largest `data` of one entry, in bytes of its JSON. */
const dataLimit = 32 * 1024;
/** Largest text written as one block; calls beyond it wait for the next one. */
const groupBytes = 1024 * 1024;
/** Most entries of one call. */
const callLimit = 30;
/** Lost races against other instances before a caller is sent away; each one means that another instance got through. */
const conflictLimit = 40;
/** Ids by which a repeated call is recognized in this process. */
const rememberedIds = 10_000;

/** The append-only, hash-chained account of one environment. */
export interface Ledger {
  /**
   * Enters facts, in their order and next to each other. When it returns they are stored, chained and covered by the head: no
   * crash loses them, and cutting them off is found. Calls of one process that come together are written as one block.
   *
   * Give it the same ids again after an error or when in doubt: what this process still knows to be entered (its last 10,000 ids)
   * is not entered twice, and readers drop other repeats.
   *
   * @throws InvalidInputError for drafts that do not fit, TransientError when the storage fails or is too busy, PermanentError
   * `LedgerDamaged` when the stored chain does not continue from where it was left: nothing is written over a damaged ledger.
   */
  append(drafts: readonly LedgerDraft[]): Promise<readonly Receipt[]>;
  /** See {@link ReadOptions}; oldest first when nothing is said. Entries come at least once and repeats are dropped. */
  read(options?: ReadOptions): AsyncIterable<LedgerEntry>;
  /** Where the acknowledged chain ends; `undefined` before the first entry was ever written. */
  head(): Promise<LedgerHead | undefined>;
}

interface Call {
  readonly drafts: readonly LedgerDraft[];
  readonly bytes: number;
  resolve(receipts: readonly Receipt[]): void;
  reject(error: unknown): void;
}

/** Opens a ledger. Touches the storage only when it is used. Any number of instances may write to the same one. */
export function createLedger(options: {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly environment: string;
  readonly limits?: SegmentLimits;
}): Ledger {
  const environment = environmentSchema.parse(options.environment);
  const source = { logs: options.logs, documents: options.documents, environment };
  const writer = new LedgerWriter(source, options.clock, options.limits ?? segmentLimits);
  const queue: Call[] = [];
  let running = false;

  async function drain(): Promise<void> {
    // What is called in the same turn goes into the same block.
    await Promise.resolve();
    while (queue.length > 0) {
      const group = takeGroup(queue);
      try {
        const receipts = await writer.write(group.flatMap((call) => call.drafts));
        let taken = 0;
        for (const call of group) {
          call.resolve(receipts.slice(taken, taken + call.drafts.length));
          taken += call.drafts.length;
        }
      } catch (error) {
        group.forEach((call) => call.reject(error));
      }
    }
    running = false;
  }

  return {
    append(drafts) {
      return new Promise((resolve, reject) => {
        const { bytes, problems } = inspect(drafts);
        if (problems.length > 0) {
          reject(new InvalidInputError('LedgerDraftInvalid', 'the entries do not fit the ledger', problems));
          return;
        }
        queue.push({ drafts, bytes, resolve, reject });
        if (!running) {
          running = true;
          void drain();
        }
      });
    },
    read: (readOptions) => readLedger(source, readOptions),
    head: async () => (await readHead(source.documents, environment))?.head,
  };
}

function takeGroup(queue: Call[]): readonly Call[] {
  let bytes = 0;
  let count = 0;
  for (const call of queue) {
    bytes += call.bytes;
    if (count > 0 && bytes > groupBytes) {
      break;
    }
    count += 1;
  }
  return queue.splice(0, count);
}

function inspect(drafts: readonly LedgerDraft[]): {
  readonly bytes: number;
  readonly problems: readonly InputProblem[];
} {
  const problems: InputProblem[] = [];
  let bytes = 0;
  if (drafts.length > callLimit) {
    problems.push({ path: '', message: `has ${drafts.length} entries; give at most ${callLimit} in one call` });
  }
  for (const [index, draft] of drafts.entries()) {
    const unsafe = findUnsafePath(draft.data);
    if (unsafe !== undefined) {
      problems.push({
        path: `[${index}].data`,
        message: `has a key that may not be used, or is nested too deep: ${unsafe}`,
      });
      continue;
    }
    const parsed = entryDraftSchema.safeParse(draft);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        problems.push({ path: [`[${index}]`, ...issue.path.map(String)].join('.'), message: issue.message });
      }
      continue;
    }
    const size = Buffer.byteLength(canonicalJson(draft.data));
    if (size > dataLimit) {
      const message = `is ${size} bytes of JSON; at most ${dataLimit} go into an entry, store the rest as a document and name it`;
      problems.push({ path: `[${index}].data`, message });
    }
    bytes += size + 3000;
  }
  return { bytes, problems };
}

/** Writes blocks one after the other, and knows where the chain ends. */
class LedgerWriter {
  /** End of the chain as this instance last saw it; every entry up to it was checked or written here. */
  private tail: Position | undefined;
  /** The tail may have moved: somebody else wrote, or it is not known whether our own write took place. */
  private stale = true;
  /** The head covers at least this sequence. */
  private covered = 0;
  private headEtag = '';
  private readonly recent = new RecentIds<Receipt>(rememberedIds);

  constructor(
    private readonly source: { readonly logs: LedgerLogs; readonly documents: Documents; readonly environment: string },
    private readonly clock: Clock,
    private readonly limits: SegmentLimits,
  ) {}

  async write(drafts: readonly LedgerDraft[]): Promise<readonly Receipt[]> {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      let tail = this.tail ?? (await this.start());
      if (this.stale) {
        tail = await this.catchUp(tail);
      }
      const known = new Set<string>();
      const fresh = drafts.filter(({ id }) => !this.recent.has(id) && !known.has(id) && known.add(id));
      if (fresh.length > 0) {
        const at = isoOf(this.clock.now());
        if (mustClose(tail, at, this.limits)) {
          const closed = await this.appendAt(tail, [closingEntry(tail, at, this.source.environment)]);
          if (closed === undefined) {
            continue;
          }
          tail = closed;
        }
        const appended = await this.appendAt(tail, chain(fresh, tail, at, this.source.environment));
        if (appended === undefined) {
          continue;
        }
        tail = appended;
      }
      // Kept before the head is written: should that fail, the ids may be pushed out by others, and the answer is still known.
      const receipts = drafts.map(({ id }) => this.recent.get(id) as Receipt);
      await this.cover(tail);
      return receipts;
    }
    throw new TransientError('LedgerBusy', 'other instances keep writing to the ledger', { retryAfterSeconds: 1 });
  }

  /** Where to begin on first use: the head, which is created for a ledger that was never written to. */
  private async start(): Promise<Position> {
    const { documents, environment, logs } = this.source;
    let stored = await readHead(documents, environment);
    if (stored === undefined) {
      // The head is created before anything is appended. Entries without one mean that it was removed, and a new head would
      // hide a cut. Looked at once more, because another instance may have created both since.
      const first = await logs.read(segmentPath(environment, 1), { to: 0 });
      stored = await readHead(documents, environment);
      if (stored === undefined) {
        if (first !== undefined && first.length > 0) {
          throw damaged(`the ledger has entries and no head document ${headPath(environment)}`);
        }
        await documents.create(headPath(environment), { ...genesis });
        stored = await readHead(documents, environment);
      }
    }
    if (stored === undefined) {
      throw damaged(`the ledger's head document ${headPath(environment)} was removed just after it was created`);
    }
    this.tail = stored.head;
    this.covered = stored.head.sequence;
    this.headEtag = stored.etag;
    this.stale = true;
    return stored.head;
  }

  /** Reads what was written after a position, checks that it continues the chain, and gives the new end. */
  private async catchUp(from: Position): Promise<Position> {
    const { environment, logs } = this.source;
    let tail = from;
    for (;;) {
      const { segment } = tail;
      const path = segmentPath(environment, segment);
      const read = await logs.read(path, { from: tail.length });
      if ((read?.length ?? 0) < tail.length) {
        throw damaged(`${path} is shorter than it was`, { path, sequence: tail.sequence });
      }
      const lines = (read?.text ?? '').split('\n');
      const unended = lines.pop();
      if (unended !== '') {
        throw damaged(`${path} does not end with a whole entry`, { path, sequence: tail.sequence });
      }
      for (const line of lines) {
        const expected = { sequence: tail.sequence + 1, previous: tail.hash, environment };
        const { entry, problems } = checkLine(line, expected);
        const [problem] = problems;
        if (entry === undefined || problem !== undefined || tail.segment !== segment) {
          const what = problem?.message ?? 'stands after the entry that closed the segment';
          throw damaged(`entry ${expected.sequence} in ${path} ${what}`, { path, sequence: expected.sequence });
        }
        tail = advance(tail, [entry], Buffer.byteLength(line) + 1);
        this.remember([entry]);
      }
      this.tail = tail;
      if (tail.segment === segment) {
        this.stale = false;
        return tail;
      }
    }
  }

  /** Appends entries at a position; `undefined` when the chain no longer ends there. */
  private async appendAt(tail: Position, entries: readonly LedgerEntry[]): Promise<Position | undefined> {
    const text = linesOf(entries);
    // Until the answer is there it is not known whether the entries are.
    this.stale = true;
    const answer = await this.source.logs.append(segmentPath(this.source.environment, tail.segment), text, tail.length);
    if (answer.kind === 'conflict') {
      return undefined;
    }
    const end = advance(tail, entries, Buffer.byteLength(text));
    this.tail = end;
    this.stale = false;
    this.remember(entries);
    return end;
  }

  private remember(entries: readonly LedgerEntry[]): void {
    for (const { id, sequence, hash, kind } of entries) {
      if (kind !== segmentClosed) {
        this.recent.add(id, { id, sequence, hash });
      }
    }
  }

  /** Moves the head to a position unless it is there or beyond. */
  private async cover(position: Position): Promise<void> {
    const { documents, environment } = this.source;
    const path = headPath(environment);
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      if (this.covered >= position.sequence) {
        return;
      }
      const answer = await documents.replace(path, { ...position }, this.headEtag);
      if (answer.kind === 'replaced') {
        this.covered = position.sequence;
        this.headEtag = answer.etag;
        return;
      }
      const stored = await readHead(documents, environment);
      if (stored === undefined) {
        throw damaged(`the ledger's head document ${path} was removed`);
      }
      this.covered = stored.head.sequence;
      this.headEtag = stored.etag;
    }
    throw new TransientError('LedgerBusy', "other instances keep moving the ledger's head", { retryAfterSeconds: 1 });
  }
}
