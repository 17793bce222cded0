import { verifyLedger, type Anchor } from '../ledger';
import { openStorage } from './storage';

/** Reads `<sequence>:<hash>`. */
function anchorOf(text: string): Anchor {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text);
  if (match === null) {
    throw new Error('--anchor is <sequence>:<hash of 64 hexadecimal digits>, as an earlier verification printed it');
  }
  return { sequence: Number(match[1]), hash: match[2] as string };
}

/**
 * Verifies the ledger that the environment variables of the function app point to. Prints what was found; returns 0 for a
 * chain that holds and 2 for one that does not.
 */
export async function verifyStoredLedger(options: {
  readonly environment: string;
  readonly anchor?: string;
}): Promise<number> {
  const { logs, documents } = openStorage(options.environment);
  const anchors = options.anchor === undefined ? {} : { anchors: [anchorOf(options.anchor)] };
  const found = await verifyLedger({ logs, documents, environment: options.environment, ...anchors });
  for (const { code, message, segment, line } of found.problems) {
    process.stderr.write(
      `${code}: ${message}${segment === undefined ? '' : ` (${segment}${line === undefined ? '' : `, line ${line}`})`}\n`,
    );
  }
  process.stdout.write(
    `${found.valid ? 'The chain holds' : `The chain is broken in ${found.problemCount} place(s)`}: ${found.entries} entries in ${found.segments} segment(s), ending at ${found.end.sequence}:${found.end.hash}\n`,
  );
  return found.valid ? 0 : 2;
}
