import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json';
import type { Iso8601 } from '../kernel/clock';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import { planApprovalSchema } from './approval';
import type { Manifest, Stack } from './model';
import { bindingDigest, bindingSchema, sha256Of, type Binding } from './sealed-plan';

/** What an applied plan leaves behind: enough to show later what ran where, and by whose leave. */
export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  component: z.string(),
  binding: bindingSchema,
  approvals: z.array(planApprovalSchema),
  appliedAt: instantSchema,
  /** State after the apply. */
  state: z.strictObject({ lineage: z.string(), serial: z.number().int() }),
  /** For an environment that is not the first: the promotion that brought the commit here, by its digest. */
  promotion: z.string().nullable(),
});
export type Evidence = z.output<typeof evidenceSchema>;

/** A commit's permission to enter the next environment, with what shows that it went well in the one before. */
export const promotionSchema = z.strictObject({
  version: z.literal(1),
  from: z.string(),
  to: z.string(),
  commit: z.string(),
  decidedAt: instantSchema,
  stacks: z.array(
    z.strictObject({
      stack: z.string(),
      from: z.string(),
      digests: bindingSchema.shape.digests,
      lockFile: bindingSchema.shape.lockFile,
      /** SHA-256 of the evidence that it rests on. */
      evidence: z.string(),
    }),
  ),
});
export type Promotion = z.output<typeof promotionSchema>;

/** A value's digest; for evidence and promotions. */
export function digestOf(value: unknown): string {
  return sha256Of(canonicalJson(value));
}

/** What a stack would be planned from now. */
export interface Candidate {
  readonly digests: Binding['digests'];
  readonly lockFile: string | null;
}

function refuse(problems: readonly InputProblem[]): never {
  throw new InvalidInputError(
    'NotPromotable',
    'nothing is promoted: not everything was shown in the environment before',
    problems,
  );
}

/** Why evidence does not hold for a candidate; empty when it does. */
function shortcomings(
  stack: Stack,
  evidence: Evidence | undefined,
  commit: string,
  candidate: Candidate,
  isUntouched: (stack: Stack, since: string) => boolean,
): string[] {
  if (evidence === undefined) {
    return [`${stack.name} has not been applied from any commit that is on record; apply it first`];
  }
  const { binding } = evidence;
  const found: string[] = [];
  if (binding.stack !== stack.name && !stack.formerly.includes(binding.stack)) {
    found.push(`the evidence is about ${binding.stack}, not about ${stack.name}`);
  }
  if (binding.environment !== stack.environment) {
    found.push(`the evidence is from ${binding.environment}, not from ${stack.environment}`);
  }
  if (binding.commit !== commit && !isUntouched(stack, binding.commit)) {
    found.push(
      `${stack.name} was applied from commit ${binding.commit.slice(0, 12)}, and ${commit.slice(0, 12)} is to be promoted; apply that one first`,
    );
  }
  if (binding.digests.project !== candidate.digests.project) {
    found.push(`the project's files are not those that were applied to ${stack.name}`);
  }
  const folders = new Set([...Object.keys(binding.digests.modules), ...Object.keys(candidate.digests.modules)]);
  for (const folder of [...folders].sort()) {
    if (binding.digests.modules[folder] !== candidate.digests.modules[folder]) {
      found.push(`module ${folder} is not the one that was applied to ${stack.name}`);
    }
  }
  if (binding.lockFile !== candidate.lockFile) {
    found.push(`the providers' lock file is not the one that was applied to ${stack.name}`);
  }
  const strangers = evidence.approvals.filter(({ plan }) => plan !== bindingDigest(binding));
  if (strangers.length > 0) {
    found.push('the evidence carries approvals of another plan');
  }
  return found;
}

/**
 * Whether a commit may go from one environment to the next: every component of the next one must have been applied in the one
 * before, from the same commit (or from an earlier one that differs in nothing that the stack is made of), with the same project files, the same modules and the same providers. All or nothing, so that
 * the next environment never runs a mixture that no environment has seen. A component that only the next environment has is a
 * problem too.
 *
 * @throws InvalidInputError `NotPromotable` with every reason.
 */
export function promote(
  manifest: Manifest,
  options: {
    readonly from: string;
    readonly to: string;
    readonly commit: string;
    readonly now: Iso8601;
    readonly evidenceOf: (stack: string) => Evidence | undefined;
    readonly candidateOf: (stack: Stack) => Candidate;
    /** Whether nothing that a stack is made of or stands on changed from an earlier commit to the one that is promoted. */
    readonly isUntouched?: (stack: Stack, since: string) => boolean;
  },
): Promotion {
  const { from, to, commit } = options;
  const steps = manifest.promotion;
  if (!steps.includes(from) || steps[steps.indexOf(from) + 1] !== to) {
    refuse([
      { path: 'to', message: `a commit goes ${steps.join(' -> ')}, one step at a time; ${from} -> ${to} is none` },
    ]);
  }
  const before = new Map(
    manifest.stacks.filter(({ environment }) => environment === from).map((stack) => [stack.component, stack]),
  );
  const problems: InputProblem[] = [];
  const stacks: Promotion['stacks'] = [];
  for (const stack of manifest.stacks.filter(({ environment }) => environment === to)) {
    const source = before.get(stack.component);
    if (source === undefined) {
      problems.push({
        path: stack.name,
        message: `${from} has no stack of ${stack.component}; it has to be there first`,
      });
      continue;
    }
    const evidence = options.evidenceOf(source.name);
    const candidate = options.candidateOf(stack);
    const found = shortcomings(source, evidence, commit, candidate, options.isUntouched ?? (() => false));
    problems.push(...found.map((message) => ({ path: stack.name, message })));
    if (found.length === 0) {
      stacks.push({
        stack: stack.name,
        from: source.name,
        digests: candidate.digests,
        lockFile: candidate.lockFile,
        evidence: digestOf(evidence),
      });
    }
  }
  if (problems.length > 0) {
    refuse(problems);
  }
  if (stacks.length === 0) {
    refuse([{ path: 'to', message: `${to} has no stacks` }]);
  }
  return { version: 1, from, to, commit, decidedAt: options.now, stacks };
}

/** Why a plan may not enter an environment with a promotion; empty when it may. The first environment needs none. */
export function entryProblems(manifest: Manifest, binding: Binding, promotion: Promotion | undefined): InputProblem[] {
  if (manifest.promotion[0] === binding.environment) {
    return [];
  }
  const entry = promotion?.stacks.find(({ stack }) => stack === binding.stack);
  const problem = (message: string): InputProblem[] => [{ path: 'promotion', message }];
  if (promotion === undefined || entry === undefined || promotion.to !== binding.environment) {
    return problem(`${binding.stack} enters ${binding.environment} by promotion only; run: caretaker stacks promote`);
  }
  if (promotion.commit !== binding.commit) {
    return problem(
      `commit ${promotion.commit.slice(0, 12)} was promoted, and the plan is of ${binding.commit.slice(0, 12)}`,
    );
  }
  if (digestOf(entry.digests) !== digestOf(binding.digests) || entry.lockFile !== binding.lockFile) {
    return problem('the plan is of other files than those that were promoted');
  }
  return [];
}
