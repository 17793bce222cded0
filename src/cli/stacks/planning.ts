import { join } from 'node:path';
import { InvalidInputError } from '../../kernel/errors';
import {
  feed,
  plannedOutputs,
  unknownPaths,
  waves,
  type Fed,
  type Manifest,
  type PlannedOutput,
  type Stack,
} from '../../stacks';
import type { TerraformReader } from './repository';
import { noState, StackTerraform, TerraformError, type PlanJson, type StateVersion } from './terraform';

/** What became of one stack when several were planned. */
export interface StackPlan {
  readonly stack: string;
  /**
   * `planned` can be applied; `preview` cannot, because inputs are unknown until upstream is applied, or because there was no
   * state to plan from; `waiting` could not even be previewed for that reason; `refused` has an input that does not exist.
   */
  readonly status: 'planned' | 'preview' | 'waiting' | 'refused';
  readonly reasons: readonly string[];
  readonly counts: {
    readonly create: number;
    readonly update: number;
    readonly replace: number;
    readonly destroy: number;
  };
  /** Inputs with where each comes from and which parts of it nobody knows yet. */
  readonly inputs: readonly { readonly input: string; readonly from: string; readonly unknown: readonly string[] }[];
  readonly changedOutputs: readonly string[];
  readonly json: PlanJson | null;
  readonly jsonText: string | null;
  readonly planFile: string | null;
  readonly state: StateVersion;
  /** Values that it took from other stacks; some may be secret, so they are shown to nobody. */
  readonly taken: Readonly<Record<string, unknown>>;
}

/** How Terraform counts: a replacement is one, not a destruction and a creation. */
export function countsOf(plan: PlanJson): StackPlan['counts'] {
  const counts = { create: 0, update: 0, replace: 0, destroy: 0 };
  for (const { mode, change } of plan.resource_changes ?? []) {
    const actions = mode === 'data' ? '' : [...change.actions].sort().join(',');
    if (actions === 'create,delete') {
      counts.replace += 1;
    } else if (actions === 'create') {
      counts.create += 1;
    } else if (actions === 'update') {
      counts.update += 1;
    } else if (actions === 'delete') {
      counts.destroy += 1;
    }
  }
  return counts;
}

const nothing = { create: 0, update: 0, replace: 0, destroy: 0 };

/** What a planning run needs. */
export interface Planning {
  readonly root: string;
  readonly manifest: Manifest;
  readonly reader: TerraformReader;
  /** Folder of the run: plan files and inputs get there, so it is private and removed afterwards. */
  readonly work: string;
  /** Plan as if nothing existed: for a look without access to any state. */
  readonly withoutState: boolean;
  readonly onDone: (plan: StackPlan) => void;
}

/** The variables of a stack's contexts. */
export function contextVariables(manifest: Manifest, stack: Stack): Record<string, string> {
  return Object.assign({}, ...stack.contexts.map((name) => manifest.contexts[name]?.variables ?? {})) as Record<
    string,
    string
  >;
}

/** Terraform opened for a stack, below a run's folder. */
export function terraformFor(root: string, manifest: Manifest, stack: Stack, work: string): StackTerraform {
  return new StackTerraform(root, stack, join(work, stack.name), contextVariables(manifest, stack));
}

/** The values of inputs that are known. */
export function takenValues(fed: readonly Fed[]): Record<string, unknown> {
  return Object.fromEntries(
    fed.flatMap((one) => ('missing' in one || one.value.kind !== 'known' ? [] : [[one.input, one.value.value]])),
  );
}

/** What the stacks that a stack needs hand over now, from their states. */
export async function presentInputs(
  root: string,
  manifest: Manifest,
  reader: TerraformReader,
  stack: Stack,
  work: string,
): Promise<Fed[]> {
  const outputs = new Map<string, ReadonlyMap<string, PlannedOutput>>();
  for (const { stack: name } of stack.needs) {
    const upstream = manifest.stacks.find((one) => one.name === name) as Stack;
    const terraform = terraformFor(root, manifest, upstream, work);
    await terraform.init((await reader.lockFileOf(upstream.project)) !== null);
    outputs.set(name, await terraform.outputs());
  }
  return feed(stack.needs, (name) => outputs.get(name));
}

class Planner {
  private readonly outputs = new Map<string, ReadonlyMap<string, PlannedOutput>>();
  private readonly failed = new Map<string, string>();

  constructor(private readonly run: Planning) {}

  /** The outputs of a stack that is not planned here: those of its stored state. */
  async learn(stack: Stack): Promise<void> {
    if (this.run.withoutState) {
      return;
    }
    const terraform = terraformFor(this.run.root, this.run.manifest, stack, this.run.work);
    await terraform.init((await this.run.reader.lockFileOf(stack.project)) !== null);
    this.outputs.set(stack.name, await terraform.outputs());
  }

  async plan(stack: Stack): Promise<StackPlan> {
    const fed = feed(stack.needs, (name) => this.outputs.get(name));
    const inputs = fed.map((one) => ({
      input: one.input,
      from: one.from,
      unknown: 'missing' in one ? [] : unknownPaths(one.value),
    }));
    const failure = (status: 'refused' | 'waiting', reasons: readonly string[]): StackPlan => {
      this.failed.set(stack.name, status);
      return {
        stack: stack.name,
        status,
        reasons,
        counts: nothing,
        inputs,
        changedOutputs: [],
        json: null,
        jsonText: null,
        planFile: null,
        state: noState,
        taken: {},
      };
    };
    const blocked = stack.needs.filter(({ stack: name }) => this.failed.has(name));
    if (blocked.length > 0) {
      return failure(
        'waiting',
        blocked.map(({ stack: name }) => `${name} is ${this.failed.get(name) ?? 'not planned'}`),
      );
    }
    const missing = fed.flatMap((one) => ('missing' in one ? [`input ${one.input}: ${one.missing}`] : []));
    if (missing.length > 0) {
      return failure('refused', missing);
    }
    const unknown = inputs.flatMap(({ input, from, unknown: paths }) =>
      paths.map(
        (path) =>
          `input ${input}${path === '' ? '' : `: ${path}`} is not known before ${from.split('.')[0] ?? from} is applied`,
      ),
    );
    const terraform = terraformFor(this.run.root, this.run.manifest, stack, this.run.work);
    if (unknown.length > 0 || this.run.withoutState) {
      return await this.preview(stack, terraform, fed, inputs, unknown, failure);
    }
    await terraform.init((await this.run.reader.lockFileOf(stack.project)) !== null);
    const state = await terraform.stateVersion();
    const { file, json, text } = await terraform.plan(takenValues(fed));
    return this.finish(stack, json, {
      status: 'planned',
      reasons: [],
      inputs,
      planFile: file,
      jsonText: text,
      state,
      taken: takenValues(fed),
    });
  }

  private async preview(
    stack: Stack,
    terraform: StackTerraform,
    fed: readonly Fed[],
    inputs: StackPlan['inputs'],
    unknown: readonly string[],
    failure: (status: 'refused' | 'waiting', reasons: readonly string[]) => StackPlan,
  ): Promise<StackPlan> {
    const { reader, withoutState } = this.run;
    const facts = await reader.project(stack.project);
    const given = new Set<string>();
    for (const file of stack.variables) {
      (await reader.variablesIn(`${stack.project}/${file}`))?.forEach((name) => given.add(name));
    }
    try {
      if (!withoutState) {
        await terraform.init((await reader.lockFileOf(stack.project)) !== null);
      }
      const json = await terraform.preview(fed, [...given], facts?.outputs ?? {}, withoutState);
      const reasons = withoutState ? ['planned as if nothing existed, without its state', ...unknown] : unknown;
      return this.finish(stack, json, {
        status: 'preview',
        reasons,
        inputs,
        planFile: null,
        jsonText: null,
        state: noState,
        taken: {},
      });
    } catch (error) {
      // Terraform cannot plan with everything unknown, for instance a for_each over it. That is the truth, not a failure.
      if (
        error instanceof TerraformError &&
        unknown.length > 0 &&
        /will be known only after apply|known only after apply|cannot be determined until apply/.test(error.message)
      ) {
        return failure('waiting', [...unknown, 'and Terraform cannot go on without it']);
      }
      throw error;
    }
  }

  private finish(
    stack: Stack,
    json: PlanJson,
    rest: Pick<StackPlan, 'status' | 'reasons' | 'inputs' | 'planFile' | 'jsonText' | 'state' | 'taken'>,
  ): StackPlan {
    const outputs = plannedOutputs(json);
    this.outputs.set(stack.name, outputs);
    return {
      stack: stack.name,
      ...rest,
      counts: countsOf(json),
      changedOutputs: [...outputs]
        .filter(([, { changed }]) => changed)
        .map(([name]) => name)
        .sort(),
      json,
    };
  }
}

/**
 * Plans stacks in order, each with the outputs that upstream's plan foresees. A value that is not known before apply stays
 * unknown to the plans that take it; nothing is made up. Stacks that are needed but not asked for are not planned: what they
 * hand over is read from their state.
 *
 * @throws InvalidInputError `UnknownStack` for a name that the manifest does not have.
 */
export async function planStacks(run: Planning, names: readonly string[]): Promise<StackPlan[]> {
  const stacks = new Map(run.manifest.stacks.map((stack) => [stack.name, stack]));
  const unknown = names.filter((name) => !stacks.has(name));
  if (unknown.length > 0) {
    throw new InvalidInputError('UnknownStack', `there is no stack ${unknown.join(', ')}`, [
      { path: 'stack', message: `there are: ${[...stacks.keys()].slice(0, 20).join(', ')}` },
    ]);
  }
  const asked = new Set(names);
  const planner = new Planner(run);
  const around = new Set([...asked].flatMap((name) => (stacks.get(name) as Stack).needs.map(({ stack }) => stack)));
  const results: StackPlan[] = [];
  for (const name of waves(run.manifest.stacks).flat()) {
    const stack = stacks.get(name) as Stack;
    if (asked.has(name)) {
      const plan = await planner.plan(stack);
      results.push(plan);
      run.onDone(plan);
    } else if (around.has(name)) {
      await planner.learn(stack);
    }
  }
  return results;
}
