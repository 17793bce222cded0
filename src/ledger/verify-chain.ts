import type { Anchor, LedgerHead, LedgerProblem, Verification } from './model';
import { genesisHash, segmentClosed } from './model';
import { checkLine, type LineProblem } from './plan';
import { RecentIds, repeatWindow } from './recent-ids';

/** A segment's whole text, as it is stored. */
export interface SegmentText {
  /** Its number, from 1. */
  readonly segment: number;
  readonly path: string;
  readonly text: string;
}

interface ChainExpectation {
  readonly environment: string;
  /** `undefined` when the head document is missing. */
  readonly head: LedgerHead | undefined;
  readonly anchors?: readonly Anchor[];
}

const problemsListed = 100;

/**
 * Checks a chain from its first entry to its last: finds every entry that was edited, removed, inserted, repeated, moved or
 * cut off at the end, and says where. After a problem it goes on from what it found, so one damage gives one or two problems.
 * Segments come in the order of their numbers; memory holds one of them at a time.
 *
 * It does not find a chain that was written anew from some entry to its end together with the head document: only an anchor
 * that was noted elsewhere shows that. Nor does it find a change to entries beyond the head that were chained anew; nobody
 * was told that those were kept.
 */
export async function verifyChain(
  segments: AsyncIterable<SegmentText> | Iterable<SegmentText>,
  { environment, head, anchors = [] }: ChainExpectation,
): Promise<Verification> {
  const problems: LedgerProblem[] = [];
  let problemCount = 0;
  const report = (problem: LedgerProblem): void => {
    problemCount += 1;
    if (problems.length < problemsListed) {
      problems.push(problem);
    }
  };

  const anchorsLeft = new Map(anchors.map((anchor) => [anchor.sequence, anchor.hash]));
  const recent = new RecentIds<true>(repeatWindow);
  let sequence = 0;
  let hash: string | undefined = genesisHash;
  let knownHash = genesisHash;
  let entries = 0;
  let repeats = 0;
  let segmentCount = 0;
  let nextSegment = 1;
  let headSeen = head === undefined || head.sequence === 0;

  for await (const { segment, path, text } of segments) {
    if (segment !== nextSegment) {
      const missing =
        segment === nextSegment + 1 ? `segment ${nextSegment} is` : `segments ${nextSegment} to ${segment - 1} are`;
      report({ code: 'segment-missing', message: `${missing} missing before segment ${segment}`, segment: path });
    }
    nextSegment = segment + 1;
    segmentCount += 1;
    let closed = false;
    let bytes = 0;
    const lines = text.split('\n');
    const unended = lines.pop() as string;
    if (unended !== '') {
      lines.push(unended);
    }
    for (const [index, line] of lines.entries()) {
      const here = { segment: path, line: index + 1 };
      const { entry, problems: found } = checkLine(line, { sequence: sequence + 1, previous: hash, environment });
      const add = (problem: LineProblem): void =>
        report({ ...problem, ...here, sequence: entry?.sequence ?? sequence + 1 });
      found.forEach(add);
      if (index === lines.length - 1 && unended !== '') {
        add({ code: 'unreadable', message: 'has no end of line: it was cut or added to' });
      }
      if (closed) {
        add({ code: 'after-close', message: 'stands after the entry that closed the segment' });
      }
      bytes += Buffer.byteLength(line) + 1;
      entries += 1;
      // The members of an edited entry cannot be trusted to say where the chain goes on.
      const edited = found.some((problem) => problem.code === 'hash-mismatch');
      sequence = entry === undefined || edited ? sequence + 1 : entry.sequence;
      hash = entry?.hash;
      if (entry === undefined) {
        continue;
      }
      knownHash = entry.hash;
      closed ||= entry.kind === segmentClosed;
      if (recent.has(entry.id)) {
        repeats += 1;
      }
      recent.add(entry.id, true);
      const anchored = anchorsLeft.get(entry.sequence);
      if (anchored !== undefined) {
        anchorsLeft.delete(entry.sequence);
        if (anchored !== entry.hash) {
          add({
            code: 'anchor-mismatch',
            message: 'does not have the hash that was noted for it: the chain was written anew',
          });
        }
      }
      if (head !== undefined && entry.sequence === head.sequence && !headSeen) {
        headSeen = true;
        const place = entry.kind === segmentClosed ? head.segment - 1 === segment : head.segment === segment;
        const length = entry.kind === segmentClosed ? 0 : bytes;
        if (entry.hash !== head.hash || !place || head.length !== length) {
          add({
            code: 'head-mismatch',
            message: 'is not the entry, or not at the place, that the head document names',
          });
        }
      }
    }
  }

  if (head === undefined) {
    if (entries > 0) {
      report({ code: 'head-missing', message: 'the head document is missing: a cut at the end cannot be ruled out' });
    }
  } else if (sequence < head.sequence) {
    const lost =
      sequence + 1 === head.sequence ? `entry ${head.sequence} is` : `entries ${sequence + 1} to ${head.sequence} are`;
    report({ code: 'truncated', message: `${lost} missing at the end`, sequence: sequence + 1 });
  }
  for (const missing of anchorsLeft.keys()) {
    report({
      code: 'anchor-mismatch',
      message: `entry ${missing}, whose hash was noted, is not there`,
      sequence: missing,
    });
  }
  return {
    valid: problemCount === 0,
    environment,
    entries,
    segments: segmentCount,
    repeats,
    beyondHead: Math.max(0, sequence - (head?.sequence ?? sequence)),
    end: { sequence, hash: knownHash },
    problems,
    problemCount,
  };
}
