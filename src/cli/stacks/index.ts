import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { isoOf, systemClock } from '../../kernel/clock';
import { parseDuration, type Seconds } from '../../kernel/duration';
import { InvalidInputError } from '../../kernel/errors';
import type { FieldDecision } from '../../ledger';
import { generateKeyPair, promote, readDecisions, type Evidence, type Stack } from '../../stacks';
import {
  applySealedPlan,
  cleanCommit,
  readApprovals,
  readEvidence,
  readPromotion,
  sealStackPlan,
  withWork,
} from './carrying-out';
import { CommandError } from '../operator/api';
import { caretakerApi, recordedDecisions } from './caretaker';
import { driftOf } from './drift';
import {
  affectedSince,
  check,
  graph,
  order,
  printProblems,
  render,
  showAffected,
  showPlanned,
  within,
} from './looking';
import { planStacks } from './planning';
import { checkPlan } from './policies';
import { isAncestor, manifestPath, readManifest, rootOf, TerraformReader } from './repository';
import { countsText, summaryMarkdown, type ReportedPlan } from './summary';

const print = (text: string): void => void process.stdout.write(text);

function duration(text: string): Seconds {
  const parsed = parseDuration(text);
  if (parsed === undefined || parsed <= 0) {
    throw new InvalidArgumentError('give a duration such as 4h');
  }
  return parsed;
}

/** Runs a command; what is wrong with its input is printed with its place, and the exit code is 1. */
async function run(directory: string, command: (root: string) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command(await rootOf(directory));
  } catch (error) {
    if (error instanceof CommandError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
      return;
    }
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    printProblems(manifestPath, error.problems);
    process.exitCode = 1;
  }
}

async function decisionsIn(path: string | undefined): Promise<FieldDecision[]> {
  if (path === undefined) {
    return [];
  }
  const { decisions, problems } = readDecisions(JSON.parse(await readFile(path, 'utf8')));
  if (problems.length > 0) {
    throw new InvalidInputError('InvalidDecisions', `${path} is no list of decisions`, problems);
  }
  return decisions;
}

/** Price estimates by stack, in whatever currency the limits are. */
async function estimatesIn(path: string | undefined): Promise<Readonly<Record<string, number>>> {
  if (path === undefined) {
    return {};
  }
  const parsed = z.record(z.string(), z.number()).safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) {
    throw new InvalidInputError('InvalidEstimate', `${path} is no estimate`, [
      { path: 'estimate', message: 'must be an object: name of a stack to what a month gets dearer, as a number' },
    ]);
  }
  return parsed.data;
}

interface PlanOptions {
  readonly environment?: string;
  readonly since?: string;
  readonly stack?: string[];
  readonly withoutState: boolean;
  readonly policies: boolean;
  readonly decisions?: string;
  readonly caretaker: boolean;
  readonly label: string[];
  readonly estimate?: string;
  readonly list: boolean;
  readonly out?: string;
  readonly author?: string;
  readonly expires: Seconds;
  readonly summary?: string;
  readonly json: boolean;
}

async function plan(root: string, options: PlanOptions): Promise<number> {
  const read = await readManifest(root);
  const { manifest } = read;
  const reader = new TerraformReader(root);
  const inside = new Set(within(manifest, options.environment).stacks.map(({ name }) => name));
  if (options.out !== undefined) {
    await cleanCommit(root);
  }
  const names =
    options.stack ??
    (options.since === undefined
      ? [...inside]
      : (await affectedSince(root, read, reader, options.since)).stacks
          .map(({ stack }) => stack)
          .filter((name) => inside.has(name)));
  const unknown = names.filter((name) => !manifest.stacks.some((stack) => stack.name === name));
  if (unknown.length > 0) {
    throw new InvalidInputError('UnknownStack', `there is no stack ${unknown.join(', ')}`, [
      { path: 'stack', message: 'see: caretaker stacks graph' },
    ]);
  }
  if (options.list) {
    return showPlanned(manifest, names, options.json);
  }
  const decisions = [
    ...(await decisionsIn(options.decisions)),
    ...(options.caretaker ? await recordedDecisions(caretakerApi()) : []),
  ];
  const estimates = await estimatesIn(options.estimate);
  const reported: ReportedPlan[] = [];
  await withWork(async (work) => {
    const onDone = ({ stack, status, counts, reasons }: ReportedPlan['plan']): void => {
      if (!options.json) {
        print(`${stack}: ${status}, ${countsText(counts)}\n${reasons.map((reason) => `      ${reason}\n`).join('')}`);
      }
    };
    const plans = await planStacks({ root, manifest, reader, work, withoutState: options.withoutState, onDone }, names);
    for (const one of plans) {
      const stack = manifest.stacks.find(({ name }) => name === one.stack) as Stack;
      const findings =
        !options.policies || one.json === null
          ? null
          : await checkPlan({
              ...{ root, manifest, stack, plan: one.json, decisions, work, labels: options.label },
              monthlyIncrease: estimates[one.stack],
            });
      findings?.deny.forEach((text) => process.stderr.write(`${one.stack}: denied: ${text}\n`));
      const mayBeSealed = options.out !== undefined && one.status === 'planned' && (findings?.deny.length ?? 0) === 0;
      const sealed = mayBeSealed
        ? await sealStackPlan({
            root,
            manifest,
            reader,
            plan: one,
            out: resolve(options.out),
            author: options.author,
            expires: options.expires,
            clock: systemClock,
          })
        : null;
      if (sealed !== null && !options.json) {
        print(`${one.stack}: sealed, digest ${sealed.digest}, until ${sealed.expiresAt}\n`);
      }
      reported.push({ plan: one, findings, sealed });
    }
  });
  if (options.summary !== undefined) {
    await writeFile(resolve(options.summary), summaryMarkdown(manifest, reported));
  }
  if (options.json) {
    // Plans hold values; what is printed are names and numbers.
    const shown = reported.map(
      ({ plan: { stack, status, reasons, counts, inputs, changedOutputs }, findings, sealed }) => ({
        stack,
        status,
        reasons,
        counts,
        inputs,
        changedOutputs,
        findings,
        sealed,
      }),
    );
    print(`${JSON.stringify(shown)}\n`);
  }
  const isBad = reported.some(
    ({ plan: { status }, findings }) => status === 'refused' || (findings?.deny.length ?? 0) > 0,
  );
  return isBad ? 1 : 0;
}

async function promotion(
  root: string,
  from: string,
  to: string,
  options: { readonly evidence: string; readonly out?: string },
): Promise<number> {
  const read = await readManifest(root);
  const { manifest } = read;
  const reader = new TerraformReader(root);
  const commit = await cleanCommit(root);
  const evidence = new Map<string, Evidence | undefined>();
  const candidates = new Map<
    string,
    { digests: Awaited<ReturnType<TerraformReader['digestsOf']>>; lockFile: string | null }
  >();
  for (const stack of manifest.stacks) {
    if (stack.environment === from) {
      evidence.set(stack.name, await readEvidence(resolve(options.evidence), stack));
    } else if (stack.environment === to) {
      candidates.set(stack.name, {
        digests: await reader.digestsOf(stack.project),
        lockFile: await reader.lockFileOf(stack.project),
      });
    }
  }
  // Stacks that a commit did not touch were not applied from it: their evidence is of an earlier commit on the way to it.
  const touched = new Map<string, ReadonlySet<string>>();
  for (const since of new Set(
    [...evidence.values()].flatMap((one) => (one === undefined ? [] : [one.binding.commit])),
  )) {
    if (since !== commit && (await isAncestor(root, since, commit))) {
      touched.set(since, new Set((await affectedSince(root, read, reader, since)).stacks.map(({ stack }) => stack)));
    }
  }
  const result = promote(manifest, {
    isUntouched: (stack, since) => touched.get(since)?.has(stack.name) === false,
    from,
    to,
    commit,
    now: isoOf(systemClock.now()),
    evidenceOf: (name) => evidence.get(name),
    candidateOf: ({ name }) =>
      candidates.get(name) as {
        digests: { project: string; modules: Record<string, string> };
        lockFile: string | null;
      },
  });
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (options.out !== undefined) {
    await mkdir(dirname(resolve(options.out)), { recursive: true });
    await writeFile(resolve(options.out), text);
  }
  print(
    options.out === undefined
      ? text
      : `${commit.slice(0, 12)} may go from ${from} to ${to}: ${result.stacks.map(({ stack }) => stack).join(', ')}\n`,
  );
  return 0;
}

interface ApplyOptions {
  readonly identity: string;
  readonly approvals?: string;
  readonly promotion?: string;
  readonly evidence: string;
}

async function apply(root: string, sealed: string, options: ApplyOptions): Promise<number> {
  const { manifest } = await readManifest(root);
  const privateKey = Buffer.from((await readFile(resolve(options.identity), 'utf8')).trim(), 'base64');
  const evidence = await applySealedPlan({
    root,
    manifest,
    reader: new TerraformReader(root),
    sealed: resolve(sealed),
    privateKey,
    approvals: options.approvals === undefined ? [] : await readApprovals(resolve(options.approvals)),
    promotion: options.promotion === undefined ? undefined : await readPromotion(resolve(options.promotion)),
    evidence: resolve(options.evidence),
    clock: systemClock,
  });
  print(`${evidence.binding.stack}: applied at ${evidence.appliedAt}, state serial ${evidence.state.serial}\n`);
  return 0;
}

async function keys(file: string): Promise<number> {
  const { publicKey, privateKey } = generateKeyPair();
  // `wx`: a key that is in use is never overwritten.
  await writeFile(resolve(file), `${privateKey.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  print(`${publicKey.toString('base64')}\n`);
  return 0;
}

/** `caretaker stacks`: everything about the stacks of `infra/workspaces/stacks.yaml`. */
export function stacksCommand(): Command {
  const stacks = new Command('stacks').description(
    'the stacks of the platform: what there is, what changed, plan, approve, apply, promote',
  );
  const add = (name: string, description: string): Command =>
    stacks.command(name).description(description).option('--directory <path>', "the repository's root", '.');
  const environment = (command: Command): Command => command.option('--environment <name>', 'only this environment');
  const evidenceFolder = [
    '--evidence <folder>',
    'where the evidence of applies is kept',
    '.caretaker/evidence',
  ] as const;

  add('check', 'check the manifest and the projects that it names, every problem with its line').action(
    async (options: { directory: string }) => {
      await run(options.directory, check);
    },
  );
  environment(add('graph', 'show the stacks and what they hand over'))
    .addOption(new Option('--format <name>', 'how').choices(['tree', 'mermaid', 'json']).default('tree'))
    .action(async (options: { directory: string; environment?: string; format: string }) => {
      await run(options.directory, (root) => graph(root, options));
    });
  environment(add('order', 'the stacks in the order in which they are applied, side by side where they can be'))
    .option('--json', 'for machines', false)
    .action(async (options: { directory: string; environment?: string; json: boolean }) => {
      await run(options.directory, (root) => order(root, options));
    });
  environment(add('affected', 'the stacks that a change is about, with the reasons'))
    .requiredOption('--since <ref>', 'commit or branch to compare with')
    .option('--json', 'for machines', false)
    .action(async (options: { directory: string; since: string; environment?: string; json: boolean }) => {
      await run(options.directory, (root) => showAffected(root, options));
    });
  environment(add('plan', "plan several stacks in order, each with the outputs that upstream's plan foresees"))
    .option('--since <ref>', 'only the stacks that changed since')
    .option('--stack <name...>', 'only these stacks')
    .option('--without-state', 'look without access to any state, as if nothing existed', false)
    .option('--no-policies', 'do not ask the policies')
    .option('--list', 'only say what would be planned, in which order and with what from whom; run no Terraform', false)
    .option('--decisions <file>', "the ledger's decisions about fields, for the ownership policy")
    .option('--caretaker', 'ask Caretaker for them (CARETAKER_URL, CARETAKER_TOKEN)', false)
    .option('--label <name...>', "the change's labels, for the plan policy: destroy:<address>, price:accepted, ...", [])
    .option('--estimate <file>', 'price estimates for the plan policy: JSON, stack to monthly increase')
    .option('--out <folder>', 'seal the plans that can be applied to the apply identity, and write them here')
    .option('--author <name>', "the change's author; the commit's when left out")
    .option('--expires <duration>', 'how long a sealed plan may wait for its approval', duration, 14_400 as Seconds)
    .option('--summary <file>', 'write a summary for the pull request')
    .option('--json', 'for machines', false)
    .action(async (options: PlanOptions & { directory: string }) => {
      await run(options.directory, (root) => plan(root, options));
    });
  add('apply', 'apply exactly a sealed plan, if it is still what was approved')
    .argument('<plan>', 'sealed plan')
    .requiredOption('--identity <file>', "the apply identity's private key")
    .option('--approvals <file>', 'approvals that were given')
    .option('--promotion <file>', 'promotion by which the commit entered this environment')
    .option(...evidenceFolder)
    .action(async (sealed: string, options: ApplyOptions & { directory: string }) => {
      await run(options.directory, (root) => apply(root, sealed, options));
    });
  add('promote', 'let a commit into the next environment, if all of it was applied in the one before')
    .argument('<from>')
    .argument('<to>')
    .option(...evidenceFolder)
    .option('--out <file>', 'write the promotion here')
    .action(async (from: string, to: string, options: { directory: string; evidence: string; out?: string }) => {
      await run(options.directory, (root) => promotion(root, from, to, options));
    });
  add('drift', "tell automation's drift from people's and from what nobody can account for")
    .argument('[stack]', 'plan the drift of this stack; else read a plan')
    .option('--plan <file>', 'what terraform show -json said of a refresh-only plan')
    .option('--decisions <file>', "the ledger's decisions about fields")
    .option('--report', 'ask Caretaker for its decisions, tell it what drifted, and say how that stands', false)
    .option('--json', 'for machines', false)
    .action(
      async (
        stack: string | undefined,
        options: { directory: string; plan?: string; decisions?: string; report: boolean; json: boolean },
      ) => {
        await run(
          options.directory,
          async (root) => await driftOf(root, stack, { ...options, decisions: await decisionsIn(options.decisions) }),
        );
      },
    );
  add('render', "check or write what follows from the manifest: schema, the vendors' input, the picture")
    .option('--write', 'write what differs', false)
    .action(async (options: { directory: string; write: boolean }) => {
      await run(options.directory, (root) => render(root, options.write));
    });
  stacks
    .command('keys')
    .description('make the key pair of an apply identity; prints the public key for the manifest')
    .argument('<file>', 'where the private key is written; it must not exist')
    .action(async (file: string) => {
      process.exitCode = await keys(file);
    });
  return stacks;
}
