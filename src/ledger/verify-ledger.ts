import { AutomationError } from '../kernel/errors';
import type { Documents } from '../ports/documents';
import type { LedgerLogs } from '../ports/ledger-logs';
import { environmentSchema, type Anchor, type LedgerHead, type LedgerProblem, type Verification } from './model';
import { segmentOf, segmentPrefix } from './plan';
import { readHead } from './read';
import { verifyChain, type SegmentText } from './verify-chain';

interface VerifyLedgerOptions {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly environment: string;
  /** Sequences and hashes that were noted outside of the storage (`Verification.end` of an earlier time). */
  readonly anchors?: readonly Anchor[];
  /** Called after each segment. */
  readonly onProgress?: (progress: { readonly segments: number; readonly bytes: number }) => void;
}

/**
 * Verifies the whole stored ledger of one environment; see {@link verifyChain} for what it finds and what it cannot.
 * It may run while instances write: what is appended meanwhile is verified or left for the next time. Changes nothing.
 *
 * @throws TransientError or PermanentError when the storage cannot be read; a damaged ledger is an answer and not an error.
 */
export async function verifyLedger(options: VerifyLedgerOptions): Promise<Verification> {
  const { logs, documents, onProgress } = options;
  const environment = environmentSchema.parse(options.environment);
  const problems: LedgerProblem[] = [];

  // The head is read before the segments: entries that come in between are beyond it, which is permitted.
  let head: LedgerHead | undefined;
  try {
    head = (await readHead(documents, environment))?.head;
  } catch (error) {
    if (!(error instanceof AutomationError && error.code === 'LedgerDamaged')) {
      throw error;
    }
    problems.push({
      code: 'head-invalid',
      message: 'the head document cannot be read: a cut at the end cannot be ruled out',
    });
  }

  async function* segments(): AsyncGenerator<SegmentText> {
    let count = 0;
    let bytes = 0;
    for await (const path of logs.list(segmentPrefix(environment))) {
      const segment = segmentOf(environment, path);
      if (segment === undefined) {
        problems.push({ code: 'segment-unexpected', message: 'is not a segment of the ledger', segment: path });
        continue;
      }
      const read = await logs.read(path);
      if (read === undefined) {
        continue;
      }
      yield { segment, path, text: read.text };
      count += 1;
      bytes += read.length;
      onProgress?.({ segments: count, bytes });
    }
  }

  const expectation = { environment, head, ...(options.anchors === undefined ? {} : { anchors: options.anchors }) };
  const verification = await verifyChain(segments(), expectation);
  const chainProblems = problems.some((problem) => problem.code === 'head-invalid')
    ? verification.problems.filter((problem) => problem.code !== 'head-missing')
    : verification.problems;
  const dropped = verification.problems.length - chainProblems.length;
  return {
    ...verification,
    valid: verification.problemCount + problems.length - dropped === 0,
    problems: [...problems, ...chainProblems],
    problemCount: verification.problemCount + problems.length - dropped,
  };
}
