import { isoOf, type Clock, type EpochMillis, type Iso8601 } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { after } from '../kernel/duration';
import { describeError, InvalidInputError, InvariantError, type InputProblem } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { PolicySource } from '../ports/policy-source';
import { compilePolicy, type CompiledPolicy } from './matching';
import { parsePolicy } from './policy';
import type { RunbookCatalogue } from './policy-checks';

/** How it stands with the policy, for health checks and people. */
export interface PolicyStatus {
  /** Version of the policy in use; null before the first was read. */
  readonly version: string | null;
  readonly loadedAt: Iso8601 | null;
  /** When the source was last asked. */
  readonly checkedAt: Iso8601 | null;
  /** The newest document, when it is refused and an older policy stays in use. */
  readonly refused: {
    readonly since: Iso8601;
    readonly etag: string;
    readonly problems: readonly InputProblem[];
  } | null;
  /** Set while the source cannot be read. */
  readonly unreachable: { readonly since: Iso8601; readonly reason: string } | null;
}

export interface PolicyStore {
  /**
   * Reads the policy for the first time.
   * @throws InvalidInputError with every problem of the document; whatever the source throws.
   */
  load(): Promise<CompiledPolicy>;
  /**
   * The policy to decide by: the last good one, after asking the source again when that was longer ago than `maxAge`.
   * A refused document or a source that cannot be read never takes it away. Before the first success this is `load`.
   */
  current(): Promise<CompiledPolicy>;
  status(): PolicyStatus;
  /** The document of the policy in use, as it was read, with its comments; null before the first was read. */
  text(): string | null;
}

export interface PolicyStoreOptions {
  readonly source: PolicySource;
  readonly catalogue: RunbookCatalogue;
  readonly log: Log;
  readonly clock: Clock;
  /** How old the answer of the source may be before it is asked again. Also the wait after a failure. */
  readonly maxAge: Seconds;
}

/**
 * Keeps the last good policy in memory. Callers at the same time share one read. Says once of each refused document, and once
 * of each spell of silence of the source, that it keeps the older policy; and says when that is over.
 */
export function createPolicyStore(options: PolicyStoreOptions): PolicyStore {
  const { source, catalogue, log, clock, maxAge } = options;
  let good: { readonly compiled: CompiledPolicy; readonly text: string; readonly loadedAt: EpochMillis } | undefined;
  /** Tag of the newest document that was read, good or not. */
  let etag: string | undefined;
  let checkedAt: EpochMillis | undefined;
  let refused: PolicyStatus['refused'] = null;
  let unreachable: PolicyStatus['unreachable'] = null;
  let reading: Promise<CompiledPolicy> | undefined;

  async function readSource(): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    const asked = etag;
    const answer = await source.read(asked);
    if (answer.kind === 'document') {
      return answer;
    }
    if (asked === undefined) {
      throw new InvariantError('the policy source answered "same" without having been given a tag');
    }
    return undefined;
  }

  function take(text: string, newTag: string): CompiledPolicy {
    const compiled = compilePolicy(parsePolicy(text, catalogue));
    const before = good?.compiled.version;
    good = { compiled, text, loadedAt: clock.now() };
    etag = newTag;
    refused = null;
    if (before !== compiled.version) {
      log.info('policy in use', { version: compiled.version, before: before ?? null, rules: compiled.rules.length });
    }
    return compiled;
  }

  async function load(): Promise<CompiledPolicy> {
    const document = await readSource();
    checkedAt = clock.now();
    unreachable = null;
    // A document that stopped the start is read anew at every attempt: its tag is kept only once it is known to be good.
    return document === undefined ? lastGood() : take(document.text, document.etag);
  }

  function lastGood(): CompiledPolicy {
    if (good === undefined) {
      throw new InvariantError('the policy store has a tag and no policy');
    }
    return good.compiled;
  }

  async function refresh(): Promise<CompiledPolicy> {
    let document: { readonly text: string; readonly etag: string } | undefined;
    try {
      document = await readSource();
    } catch (error) {
      checkedAt = clock.now();
      const reason = describeError(error);
      if (unreachable === null) {
        log.warn('the policy source cannot be read; the last good policy stays in use', { reason });
      }
      unreachable = { since: unreachable?.since ?? isoOf(checkedAt), reason };
      return lastGood();
    }
    checkedAt = clock.now();
    if (unreachable !== null) {
      log.info('the policy source can be read again', { since: unreachable.since });
      unreachable = null;
    }
    if (document === undefined) {
      return lastGood();
    }
    try {
      return take(document.text, document.etag);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) {
        throw error;
      }
      etag = document.etag;
      if (refused?.etag === document.etag) {
        // A source that knows no tags gives the same document again; it was spoken of already.
        return lastGood();
      }
      refused = { since: isoOf(checkedAt), etag: document.etag, problems: error.problems };
      log.warn('a changed policy document is refused; the last good policy stays in use', {
        version: good?.compiled.version,
        problems: error.problems.length,
        first: problemLine(error.problems[0]),
      });
      return lastGood();
    }
  }

  function shared(read: () => Promise<CompiledPolicy>): Promise<CompiledPolicy> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    load: () => shared(load),
    current() {
      if (good === undefined) {
        return shared(load);
      }
      if (checkedAt !== undefined && clock.now() <= after(checkedAt, maxAge)) {
        return Promise.resolve(good.compiled);
      }
      return shared(refresh);
    },
    text: () => good?.text ?? null,
    status: () => ({
      version: good?.compiled.version ?? null,
      loadedAt: good === undefined ? null : isoOf(good.loadedAt),
      checkedAt: checkedAt === undefined ? null : isoOf(checkedAt),
      refused,
      unreachable,
    }),
  };
}

/** A problem on one line: `12:5 rules[0].mode: is missing`. */
function problemLine(problem: InputProblem | undefined): string | undefined {
  return problem === undefined
    ? undefined
    : `${problem.line ?? 1}:${problem.column ?? 1} ${problem.path === '' ? 'document' : problem.path}: ${problem.message}`;
}
