import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError, type InputProblem } from '../../kernel/errors';
import { isoOf, type Clock } from '../../kernel/clock';
import { after, type Seconds } from '../../kernel/duration';
import {
  bindingDigest,
  deviations,
  digestOf,
  entryProblems,
  evidenceSchema,
  inputDigests,
  missingApprovals,
  openPlan,
  parseSealedPlan,
  planApprovalSchema,
  promotionSchema,
  sealPlan,
  sha256Of,
  type Binding,
  type Evidence,
  type Manifest,
  type PlanApproval,
  type Promotion,
  type Stack,
} from '../../stacks';
import { presentInputs, takenValues, terraformFor, type StackPlan } from './planning';
import { git, type TerraformReader } from './repository';

/** Runs something with a private folder that is gone afterwards, whatever happens. */
export async function withWork<T>(use: (work: string) => Promise<T>): Promise<T> {
  const work = await mkdtemp(join(tmpdir(), 'caretaker-stacks-'));
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function refuse(code: string, message: string, problems: readonly InputProblem[]): never {
  throw new InvalidInputError(code, message, problems);
}

/** The commit of the working tree, which must be exactly that commit. @throws InvalidInputError `DirtyTree` otherwise. */
export async function cleanCommit(root: string): Promise<string> {
  const changes = await git(root, 'status', '--porcelain');
  if (changes.trim() !== '') {
    refuse('DirtyTree', 'the working tree is not what was committed, so a plan could be bound to nothing', [
      { path: changes.split('\n')[0]?.slice(3) ?? '', message: 'commit it or take it back' },
    ]);
  }
  return (await git(root, 'rev-parse', 'HEAD')).trim();
}

/** Whether a commit is on an environment's branch, here or at the remote. */
async function isOnBranch(root: string, commit: string, branch: string): Promise<boolean> {
  const refs = (await git(root, 'for-each-ref', '--contains', commit, '--format=%(refname)')).split('\n');
  return refs.includes(`refs/heads/${branch}`) || refs.includes(`refs/remotes/origin/${branch}`);
}

/** Seals a plan to the apply identity of its environment and writes it. Returns its path and the digest to approve. */
export async function sealStackPlan(options: {
  readonly root: string;
  readonly manifest: Manifest;
  readonly reader: TerraformReader;
  readonly plan: StackPlan;
  readonly out: string;
  readonly author: string | undefined;
  readonly expires: Seconds;
  readonly clock: Clock;
}): Promise<{ readonly path: string; readonly digest: string; readonly expiresAt: string }> {
  const { root, manifest, reader, plan } = options;
  const stack = manifest.stacks.find(({ name }) => name === plan.stack) as Stack;
  if (plan.planFile === null || plan.jsonText === null) {
    return refuse(
      'NotApplicable',
      `the plan of ${plan.stack} is a ${plan.status}`,
      plan.reasons.map((message) => ({ path: plan.stack, message })),
    );
  }
  const commit = await cleanCommit(root);
  const file = await readFile(plan.planFile);
  const now = options.clock.now();
  const binding: Binding = {
    version: 1,
    stack: stack.name,
    environment: stack.environment,
    commit,
    author: options.author ?? (await git(root, 'log', '-1', '--format=%ae', commit)).trim(),
    state: plan.state,
    lockFile: await reader.lockFileOf(stack.project),
    digests: await reader.digestsOf(stack.project),
    inputs: inputDigests(file, plan.taken),
    planFile: sha256Of(file),
    planJson: sha256Of(plan.jsonText),
    createdAt: isoOf(now),
    expiresAt: isoOf(after(now, options.expires)),
  };
  const recipient = (manifest.environments[stack.environment] as Manifest['environments'][string]).azure.applyKey;
  await mkdir(options.out, { recursive: true });
  const path = join(options.out, `${stack.name}.plan.json`);
  await writeFile(path, `${JSON.stringify(sealPlan(file, binding, Buffer.from(recipient, 'base64')), null, 2)}\n`);
  return { path, digest: bindingDigest(binding), expiresAt: binding.expiresAt };
}

/** Reads a document that a person or a pipeline hands over. @throws InvalidInputError with the file's name. */
async function readDocument<S extends z.ZodType>(path: string, schema: S, what: string): Promise<z.output<S>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return refuse(
      'InvalidDocument',
      `${path} is not ${what}: ${error instanceof Error ? error.message : String(error)}`,
      [],
    );
  }
  const parsed = schema.safeParse(value);
  return parsed.success
    ? parsed.data
    : refuse(
        'InvalidDocument',
        `${path} is not ${what}`,
        parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
      );
}

export async function readApprovals(path: string): Promise<PlanApproval[]> {
  return await readDocument(path, z.array(planApprovalSchema), 'a list of approvals');
}

export async function readPromotion(path: string): Promise<Promotion> {
  return await readDocument(path, promotionSchema, 'a promotion');
}

/** The evidence of a stack's last apply, under its name or one it had before; `undefined` when there is none. */
export async function readEvidence(
  folder: string,
  stack: Pick<Stack, 'name' | 'formerly'>,
): Promise<Evidence | undefined> {
  for (const name of [stack.name, ...stack.formerly]) {
    const path = join(folder, `${name}.evidence.json`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      return await readDocument(path, evidenceSchema, 'evidence of an apply');
    }
  }
  return undefined;
}

/**
 * Applies a sealed plan, and nothing but that plan: opened with the apply identity's key, after everything it is bound to was
 * compared with what is there now, its approvals were counted, and its promotion was checked. Leaves evidence behind.
 *
 * @throws InvalidInputError `PlanRefused` with every reason; nothing was applied then.
 */
export async function applySealedPlan(options: {
  readonly root: string;
  readonly manifest: Manifest;
  readonly reader: TerraformReader;
  readonly sealed: string;
  readonly privateKey: Buffer;
  readonly approvals: readonly PlanApproval[];
  readonly promotion: Promotion | undefined;
  readonly evidence: string;
  readonly clock: Clock;
}): Promise<Evidence> {
  const { root, manifest, reader } = options;
  const sealed = parseSealedPlan(await readFile(options.sealed, 'utf8'));
  const { binding } = sealed;
  const stack = manifest.stacks.find(({ name }) => name === binding.stack);
  if (stack === undefined) {
    return refuse('PlanRefused', `there is no stack "${binding.stack}" any more; nothing was applied`, [
      { path: 'stack', message: 'plan again under the name that the manifest has' },
    ]);
  }
  const commit = await cleanCommit(root);
  return await withWork(async (work) => {
    const terraform = terraformFor(root, manifest, stack, work);
    const lockFile = await reader.lockFileOf(stack.project);
    await terraform.init(lockFile !== null);
    const plan = openPlan(sealed, options.privateKey);
    const inputs = inputDigests(plan, takenValues(await presentInputs(root, manifest, reader, stack, work)));
    const now = options.clock.now();
    const problems = [
      ...deviations(binding, {
        stack: stack.name,
        environment: stack.environment,
        commit,
        state: await terraform.stateVersion(),
        lockFile,
        digests: await reader.digestsOf(stack.project),
        inputs,
        now,
      }),
      ...missingApprovals(binding, stack.approval, options.approvals, now),
      ...entryProblems(manifest, binding, options.promotion),
      ...((await isOnBranch(root, commit, stack.branch))
        ? []
        : [{ path: 'commit', message: `is not on branch ${stack.branch}, which ${stack.environment} follows` }]),
    ];
    if (problems.length > 0) {
      return refuse('PlanRefused', `the plan of ${stack.name} is refused; nothing was applied`, problems);
    }
    await terraform.apply(plan);
    const evidence: Evidence = {
      version: 1,
      component: stack.component,
      binding,
      approvals: [...options.approvals].filter(({ plan }) => plan === bindingDigest(binding)),
      appliedAt: isoOf(options.clock.now()),
      state: await terraform.stateVersion(),
      promotion: options.promotion === undefined ? null : digestOf(options.promotion),
    };
    await mkdir(options.evidence, { recursive: true });
    await writeFile(join(options.evidence, `${stack.name}.evidence.json`), `${JSON.stringify(evidence, null, 2)}\n`);
    return evidence;
  });
}
