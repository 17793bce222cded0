import { readFile } from 'node:fs/promises';
import { DefaultAzureCredential } from '@azure/identity';
import { Command, InvalidArgumentError } from 'commander';
import { blobPolicySource } from '../adapters/blob';
import { epochOf, isoOf, systemClock, type EpochMillis } from '../kernel/clock';
import { parseDuration } from '../kernel/duration';
import { InvalidInputError } from '../kernel/errors';
import { recordedSignals, rehearsalTable, rehearse, signalsFromLines, type RecordedSignal } from '../rehearsal';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../rules';
import { catalogue } from '../runbooks';
import { openStorage } from './storage';

async function fileText(file: string, what: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read; give the path of ${what}`);
  });
}

/** An error whose message lists every problem with a file. */
function listed(file: string, error: unknown): unknown {
  return error instanceof InvalidInputError
    ? new Error(
        [
          error.message,
          ...error.problems.map(
            ({ line, column, path, message }) =>
              `${file}:${line ?? 1}:${column ?? 1} ${path === '' ? '' : `${path}: `}${message}`,
          ),
        ].join('\n'),
      )
    : error;
}

/** The text of a policy: of a file, or of the blob that the function app reads, with the rights of whoever is signed in. */
async function policyTextFrom(place: string): Promise<string> {
  if (!/^https:/.test(place)) {
    return fileText(place, 'a policy document');
  }
  const read = await blobPolicySource(place, new DefaultAzureCredential()).read();
  if (read.kind !== 'document') {
    throw new Error(`${place} gives no document`);
  }
  return read.text;
}

async function policyFrom(file: string): Promise<CompiledPolicy> {
  const text = await policyTextFrom(file);
  try {
    return compilePolicy(parsePolicy(text, catalogue));
  } catch (error) {
    throw listed(file, error);
  }
}

/** An instant, or a duration before now. */
export function sinceOf(text: string): EpochMillis {
  const duration = parseDuration(text);
  const instant = duration === undefined ? epochOf(text) : ((systemClock.now() - duration * 1000) as EpochMillis);
  if (instant === undefined) {
    throw new InvalidArgumentError('give a duration such as 30d or 12h, or an instant such as 2026-01-31T09:00:00Z');
  }
  return instant;
}

interface Options {
  readonly policy: string;
  readonly current?: string;
  readonly since?: EpochMillis;
  readonly signals?: string;
  readonly environment?: string;
  readonly threshold: number;
  readonly json: boolean;
}

async function signalsOf({ signals, environment, since }: Options): Promise<readonly RecordedSignal[]> {
  if (signals !== undefined) {
    const text = await fileText(signals, 'recorded signals, one JSON value a line');
    try {
      return signalsFromLines(text, since);
    } catch (error) {
      throw listed(signals, error);
    }
  }
  if (environment === undefined) {
    throw new Error('say whose signals with --environment, or give a file with --signals');
  }
  const found = await recordedSignals(openStorage(environment), isoOf(since ?? sinceOf('30d')));
  if (found.missing > 0) {
    process.stderr.write(`${found.missing} signals of that time have no readable decision record and are left out\n`);
  }
  return found.signals;
}

/**
 * Prints what a proposed policy would have done differently. Returns 0 when the policies differ on at most `threshold` signals and
 * 2 when on more; throws for what the caller got wrong.
 */
export async function runRehearsal(options: Options): Promise<number> {
  const inUse = options.current ?? process.env['CARETAKER_POLICY_URL'];
  if (inUse === undefined) {
    throw new Error('give the policy in use with --current: a file, or the https address of its blob');
  }
  const proposed = await policyFrom(options.policy);
  const current = await policyFrom(inUse);
  const signals = await signalsOf(options);
  const since = options.since ?? (options.signals === undefined ? sinceOf('30d') : undefined);
  const rehearsal = rehearse(current, proposed, signals, since === undefined ? null : isoOf(since));
  process.stdout.write(options.json ? `${JSON.stringify(rehearsal, null, 2)}\n` : rehearsalTable(rehearsal));
  return rehearsal.differing > options.threshold ? 2 : 0;
}

function threshold(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    throw new InvalidArgumentError('give a whole number of signals');
  }
  return number;
}

/** `caretaker rehearse`. */
export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description('put recorded signals through a proposed policy and show what it would have done differently')
    .requiredOption('--policy <file>', 'the proposed policy document')
    .option(
      '--current <file or url>',
      'the policy in use: a file, or the https address of its blob (CARETAKER_POLICY_URL)',
    )
    .option('--since <time>', 'from when on: a duration before now, or an instant (30d; all of a file)', sinceOf)
    .option('--signals <file>', 'decision records or signals, one JSON value a line, instead of the storage')
    .option('--environment <name>', 'whose ledger and records', process.env['CARETAKER_ENVIRONMENT'])
    .option('--threshold <count>', 'exit with 2 when the policies differ on more signals than this', threshold, 0)
    .option('--json', 'print it as JSON', false)
    .action(async (options: Options) => {
      process.exitCode = await runRehearsal(options);
    });
}
