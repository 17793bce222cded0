import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PermanentError } from '../../kernel/errors';
import type { FieldDecision } from '../../ledger';
import { ownershipSchema, type Manifest, type Ownership, type Stack } from '../../stacks';
import { evaluate, type PlanJson } from './terraform';

/** Folder of the policies, and the manifest of who owns which field, below the repository's root. */
export const policyFolder = 'infra/policies';
const ownershipPath = 'infra/ownership.yaml';
/** Accepted deviations from the security rules; a repository without any has no such file. */
const exceptionsPath = 'infra/security/exceptions.yaml';

/** Reads who owns which field. */
export async function readOwnership(root: string): Promise<Ownership> {
  const path = join(root, ownershipPath);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PermanentError('NoOwnership', `${ownershipPath} cannot be read in ${root}`, { cause: error });
  });
  return ownershipSchema.parse(parse(text));
}

const exceptionsSchema = z.object({
  exceptions: z.array(z.object({ rule: z.string(), resource: z.string(), expires: z.iso.date() })),
});

async function readExceptions(root: string): Promise<z.output<typeof exceptionsSchema>['exceptions']> {
  const path = join(root, exceptionsPath);
  return existsSync(path) ? exceptionsSchema.parse(parse(await readFile(path, 'utf8'))).exceptions : [];
}

/** What the policies said of one plan: `deny` stops it, `warn` is shown to whoever approves. */
export interface PolicyFindings {
  readonly deny: readonly string[];
  readonly warn: readonly string[];
}

/** Asks the plan and the ownership policy about a plan, with the same Rego that the vendors run. */
export async function checkPlan(options: {
  readonly root: string;
  readonly manifest: Manifest;
  readonly stack: Stack;
  readonly plan: PlanJson;
  readonly decisions: readonly FieldDecision[];
  /** Labels of the change: what its author says is meant, such as `destroy:<address>`. */
  readonly labels: readonly string[];
  /** What a month gets dearer by this plan, in the currency of the limits; undefined where nobody estimated it. */
  readonly monthlyIncrease: number | undefined;
  readonly work: string;
}): Promise<PolicyFindings> {
  const { root, stack } = options;
  const ownership = await readOwnership(root);
  const input = {
    plan: options.plan,
    stack: { name: stack.name, environment: stack.environment, layer: stack.layer, unit: stack.unit },
    decisions: options.decisions,
    labels: options.labels,
    ...(options.monthlyIncrease === undefined ? {} : { estimate: { monthly_increase: options.monthlyIncrease } }),
    ownership: ownership.fields,
    exceptions: await readExceptions(root),
  };
  const folders = [join(root, policyFolder)];
  const sets = await Promise.all(
    ['plan.deny', 'plan.warn', 'ownership.deny'].map(
      async (name) => (await evaluate(folders, `data.caretaker.${name}`, input, options.work)) as string[],
    ),
  );
  const [deny, warn, owned] = sets as [string[], string[], string[]];
  return { deny: [...deny, ...owned].sort(), warn: [...warn].sort() };
}
