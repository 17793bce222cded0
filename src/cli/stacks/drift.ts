import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInputError } from '../../kernel/errors';
import type { FieldDecision } from '../../ledger';
import { classifyDrift, type RefreshPlan } from '../../stacks';
import { caretakerApi, nextStep, recordedDecisions, tellDrift } from './caretaker';
import { cleanCommit, withWork } from './carrying-out';
import { presentInputs, takenValues, terraformFor } from './planning';
import { readOwnership } from './policies';
import { readManifest, TerraformReader } from './repository';

/** What drifted in a stack, from its state now. */
async function refreshPlanOf(root: string, name: string): Promise<RefreshPlan> {
  const { manifest } = await readManifest(root);
  const reader = new TerraformReader(root);
  const stack = manifest.stacks.find((one) => one.name === name);
  if (stack === undefined) {
    throw new InvalidInputError('UnknownStack', `there is no stack "${name}"`, [
      { path: 'stack', message: 'see: caretaker stacks graph' },
    ]);
  }
  return await withWork(async (work) => {
    const fed = await presentInputs(root, manifest, reader, stack, work);
    const missing = fed.flatMap((one) => ('missing' in one ? [{ path: one.input, message: one.missing }] : []));
    if (missing.length > 0) {
      throw new InvalidInputError('MissingOutput', `${name} cannot be compared with the world`, missing);
    }
    const terraform = terraformFor(root, manifest, stack, work);
    await terraform.init((await reader.lockFileOf(stack.project)) !== null);
    return (await terraform.refreshPlan(takenValues(fed))) as RefreshPlan;
  });
}

/**
 * Prints what drifted, by whom, and what follows. With `report` Caretaker is asked for its decisions and told the outcome: then it
 * says how it stands. Exit code 2 when a person has to look, 0 otherwise: nothing drifted, automation did it, or it may be put back.
 */
export async function driftOf(
  root: string,
  stack: string | undefined,
  options: {
    readonly plan?: string;
    readonly decisions: readonly FieldDecision[];
    readonly report: boolean;
    readonly json: boolean;
  },
): Promise<number> {
  if ((stack === undefined) === (options.plan === undefined)) {
    throw new InvalidInputError('NothingToCompare', 'give a stack, or a plan with --plan', [
      { path: 'stack', message: 'one of both' },
    ]);
  }
  if (options.report && stack === undefined) {
    throw new InvalidInputError('NoStack', 'say which stack it is that is reported', [
      { path: 'stack', message: 'is missing; --report takes a stack and no plan' },
    ]);
  }
  const api = options.report ? caretakerApi() : undefined;
  const commit = options.report ? await cleanCommit(root) : '';
  const decisions = api === undefined ? options.decisions : [...options.decisions, ...(await recordedDecisions(api))];
  const plan =
    options.plan === undefined
      ? await refreshPlanOf(root, stack as string)
      : (JSON.parse(await readFile(resolve(options.plan), 'utf8')) as RefreshPlan);
  const report = classifyDrift(plan, await readOwnership(root), decisions);
  const record = api === undefined ? undefined : await tellDrift(api, stack as string, commit, report);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(record === undefined ? report : { ...report, record })}\n`);
  } else {
    for (const { address, field, class: kind, owner, decision, reason } of report.fields) {
      process.stdout.write(
        `${kind.padEnd(10)} ${address}${field === '' ? '' : `.${field}`} (${owner}${decision === null ? '' : `, decision ${decision.id}`}): ${reason}\n`,
      );
    }
    process.stdout.write(`${record === undefined ? report.sentence : nextStep(record)}\n`);
  }
  if (record !== undefined) {
    return record.state === 'asked' || record.state === 'expired' ? 2 : 0;
  }
  return report.action === 'ask' || report.action === 'look' ? 2 : 0;
}
