import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PermanentError } from '../../kernel/errors';
import {
  expressionOf,
  literal,
  type Fed,
  type ProjectFacts,
  type PlannedOutput,
  type PlannedOutputs,
  type Stack,
} from '../../stacks';

/** What Terraform says of a plan, as far as it is read here; the rest is handed to the policies as it is. */
export interface PlanJson extends PlannedOutputs {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode?: string;
    readonly type: string;
    readonly name: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
  readonly [key: string]: unknown;
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      reject(
        new PermanentError(
          'CannotStart',
          missing ? `${command} is not on the PATH; install it` : `${command}: ${error.message}`,
          { cause: error },
        ),
      );
    });
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
  });
}

/** Terraform could not do what it was asked. `message` is what it said, without colours. */
export class TerraformError extends PermanentError {
  constructor(what: string, { stderr, stdout }: Finished) {
    super('TerraformFailed', `terraform ${what}: ${(stderr.trim() || stdout.trim()).slice(0, 4000)}`);
  }
}

/** A state as it is stored: what plans are bound to. */
export interface StateVersion {
  readonly lineage: string;
  readonly serial: number;
}

/** The state that does not exist yet. */
export const noState: StateVersion = { lineage: '', serial: 0 };

/** How a wrapper stands for a stack whose inputs are not all known, or whose state is out of reach. */
const wrappedModule = 'stack';

/** Puts all resources of a state below a module, as the wrapper has them. Written for state format 4, the only one since 0.12. */
export function wrapState(text: string): string {
  const state = JSON.parse(text) as { version: number; resources?: Record<string, unknown>[]; outputs?: unknown };
  if (state.version !== 4) {
    throw new PermanentError('UnknownState', `the state has format ${state.version}; only 4 is known`);
  }
  const below = (address: string): string => `module.${wrappedModule}.${address}`;
  return JSON.stringify({
    ...state,
    outputs: {},
    check_results: null,
    resources: (state.resources ?? []).map((resource) => ({
      ...resource,
      module: resource['module'] === undefined ? `module.${wrappedModule}` : below(resource['module'] as string),
      provider: below(resource['provider'] as string),
      instances: ((resource['instances'] ?? []) as Record<string, unknown>[]).map((instance) => ({
        ...instance,
        ...(instance['dependencies'] === undefined
          ? {}
          : { dependencies: (instance['dependencies'] as string[]).map(below) }),
      })),
    })),
  });
}

/** Takes the wrapper out of what Terraform says of a plan, so that it reads like the stack's own. */
export function unwrapPlan(plan: PlanJson): PlanJson {
  const prefix = `module.${wrappedModule}.`;
  const unwrap = <T extends { readonly address: string }>(entries: readonly T[] | undefined): T[] =>
    (entries ?? [])
      .filter(({ address }) => address.startsWith(prefix))
      .map((entry) => ({ ...entry, address: entry.address.slice(prefix.length) }));
  const { configuration } = plan as {
    configuration?: { root_module?: { module_calls?: Record<string, { module?: unknown }> } };
  };
  const inner = configuration?.root_module?.module_calls?.[wrappedModule]?.module;
  return {
    ...plan,
    resource_changes: unwrap(plan.resource_changes),
    resource_drift: unwrap(plan['resource_drift'] as PlanJson['resource_changes']),
    ...(inner === undefined ? {} : { configuration: { ...configuration, root_module: inner } }),
  };
}

/** The configuration that calls a project as a module and gives it the inputs, what is unknown as something unknown. */
export function wrapperOf(options: {
  readonly source: string;
  readonly given: readonly string[];
  readonly fed: readonly Fed[];
  readonly outputs: ProjectFacts['outputs'];
}): string {
  const unknowns = new Map<string, string>();
  const lines = options.fed.flatMap((one): string[] => {
    if ('missing' in one) {
      return [];
    }
    const expression = expressionOf(one.value, (path) => {
      const key = `${one.input}${path === '' ? '' : `.${path}`}`;
      unknowns.set(key, key);
      // The id of a resource that is to be created is not known before apply; jsondecode of it has no known type either,
      // so it fits whatever the variable wants.
      return `jsondecode(terraform_data.later[${literal(key)}].id)`;
    });
    return [`  ${one.input} = ${one.sensitive ? `sensitive(${expression})` : expression}`];
  });
  return [
    ...options.given.map((name) => `variable ${literal(name)} {\n  type = any\n}\n`),
    `resource "terraform_data" "later" {\n  for_each = toset([${[...unknowns.keys()].map(literal).join(', ')}])\n}\n`,
    `module ${literal(wrappedModule)} {\n  source = ${literal(options.source)}\n${options.given.map((name) => `  ${name} = var.${name}\n`).join('')}${lines.join('\n')}\n}\n`,
    ...Object.entries(options.outputs).map(
      ([name, { sensitive }]) =>
        `output ${literal(name)} {\n  value     = module.${wrappedModule}.${name}\n  sensitive = ${sensitive}\n}\n`,
    ),
  ].join('\n');
}

/** Terraform for one stack: its own data folder, so that stacks of one project do not share a backend. */
export class StackTerraform {
  private readonly env: NodeJS.ProcessEnv;
  private readonly project: string;

  /** `work` is a folder of this stack alone, readable by nobody else; values of inputs get there. */
  constructor(
    root: string,
    private readonly stack: Stack,
    readonly work: string,
    variables: Readonly<Record<string, string>> = {},
  ) {
    this.project = join(root, stack.project);
    this.env = {
      ...process.env,
      ...variables,
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      TF_DATA_DIR: join(work, 'data'),
      CHECKPOINT_DISABLE: '1',
    };
  }

  private async terraform(
    args: readonly string[],
    cwd: string,
    accepted: readonly number[] = [0],
    env = this.env,
  ): Promise<Finished> {
    const finished = await start('terraform', [...args], cwd, env);
    if (!accepted.includes(finished.code)) {
      throw new TerraformError(args[0] as string, finished);
    }
    return finished;
  }

  /** Gets the providers and opens the backend. With a lock file, that is not changed. */
  async init(locked: boolean): Promise<void> {
    await mkdir(this.work, { recursive: true, mode: 0o700 });
    const backend = this.stack.backend === null ? [] : [`-backend-config=${this.stack.backend}`];
    await this.terraform(['init', '-no-color', ...backend, ...(locked ? ['-lockfile=readonly'] : [])], this.project);
  }

  private async pull(): Promise<string> {
    return (await this.terraform(['state', 'pull'], this.project)).stdout;
  }

  /** The version of the state that is stored now. */
  async stateVersion(): Promise<StateVersion> {
    const text = await this.pull();
    return text.trim() === ''
      ? noState
      : (({ lineage, serial }) => ({ lineage, serial }))(JSON.parse(text) as StateVersion);
  }

  /** What the stored state hands over. */
  async outputs(): Promise<ReadonlyMap<string, PlannedOutput>> {
    const { stdout } = await this.terraform(['output', '-json'], this.project);
    const values = JSON.parse(stdout) as Record<string, { value: unknown; sensitive: boolean }>;
    return new Map(
      Object.entries(values).map(([name, { value, sensitive }]) => [
        name,
        { value: { kind: 'known', value }, sensitive, changed: false },
      ]),
    );
  }

  private variableFiles(): string[] {
    return this.stack.variables.map((file) => `-var-file=${join(this.project, file)}`);
  }

  /** A plan that can be applied. Every input is known. @throws TerraformError when there is none. */
  async plan(
    values: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly file: string; readonly json: PlanJson; readonly text: string }> {
    const inputs = join(this.work, 'inputs.tfvars.json');
    await writeFile(inputs, JSON.stringify(values), { mode: 0o600 });
    const file = join(this.work, 'plan');
    await this.terraform(
      [
        'plan',
        '-no-color',
        '-detailed-exitcode',
        // The identity of plans may not write, not even a lock. The plan is bound to the state's serial instead.
        '-lock=false',
        `-out=${file}`,
        ...this.variableFiles(),
        `-var-file=${inputs}`,
      ],
      this.project,
      [0, 2],
    );
    const { stdout: text } = await this.terraform(['show', '-json', file], this.project);
    return { file, json: JSON.parse(text) as PlanJson, text };
  }

  /** A plan of what differs between the state and the world, with nothing to apply. */
  async refreshPlan(values: Readonly<Record<string, unknown>>): Promise<PlanJson> {
    const inputs = join(this.work, 'inputs.tfvars.json');
    await writeFile(inputs, JSON.stringify(values), { mode: 0o600 });
    const file = join(this.work, 'refresh');
    await this.terraform(
      [
        'plan',
        '-no-color',
        '-refresh-only',
        '-lock=false',
        `-out=${file}`,
        ...this.variableFiles(),
        `-var-file=${inputs}`,
      ],
      this.project,
    );
    return JSON.parse((await this.terraform(['show', '-json', file], this.project)).stdout) as PlanJson;
  }

  /**
   * A plan to look at and not to apply: the project as a module of a wrapper that hands it unknown values where upstream's
   * plan does not know them yet. Works on a copy of the state; with `withoutState` as if nothing existed.
   */
  async preview(
    fed: readonly Fed[],
    given: readonly string[],
    outputs: ProjectFacts['outputs'],
    withoutState: boolean,
  ): Promise<PlanJson> {
    const folder = join(this.work, 'preview');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const source = relative(folder, this.project).split(sep).join('/');
    await writeFile(join(folder, 'main.tf'), wrapperOf({ source, given, fed, outputs }), { mode: 0o600 });
    const lock = await readFile(join(this.project, '.terraform.lock.hcl')).catch(() => undefined);
    if (lock !== undefined) {
      await writeFile(join(folder, '.terraform.lock.hcl'), lock);
    }
    const state = withoutState ? '' : await this.pull();
    if (state.trim() !== '') {
      await writeFile(join(folder, 'terraform.tfstate'), wrapState(state), { mode: 0o600 });
    }
    const env = { ...this.env, TF_DATA_DIR: join(this.work, 'preview-data') };
    await this.terraform(['init', '-no-color'], folder, [0], env);
    await this.terraform(
      ['plan', '-no-color', '-lock=false', '-out=preview', ...this.variableFiles()],
      folder,
      [0],
      env,
    );
    const { stdout } = await this.terraform(['show', '-json', 'preview'], folder, [0], env);
    return unwrapPlan(JSON.parse(stdout) as PlanJson);
  }

  /** Applies exactly a plan file, nothing else. Terraform refuses it by itself when the state moved on since. */
  async apply(plan: Buffer): Promise<void> {
    const file = join(this.work, 'approved');
    await writeFile(file, plan, { mode: 0o600 });
    await this.terraform(['apply', '-no-color', '-auto-approve', file], this.project);
  }
}

/** Evaluates a Rego query over a folder of policies. @throws PermanentError when it cannot be evaluated. */
export async function evaluate(
  policies: readonly string[],
  query: string,
  input: unknown,
  work: string,
): Promise<unknown> {
  const file = join(work, 'policy-input.json');
  await writeFile(file, JSON.stringify(input), { mode: 0o600 });
  const data = policies.flatMap((path) => ['--data', path]);
  const { code, stdout, stderr } = await start(
    'opa',
    ['eval', '--format', 'json', '--strict-builtin-errors', ...data, '--input', file, query],
    work,
    process.env,
  );
  if (code !== 0) {
    throw new PermanentError('PolicyFailed', `opa eval ${query}: ${(stderr || stdout).trim().slice(0, 2000)}`);
  }
  const result = JSON.parse(stdout) as { result?: { expressions: { value: unknown }[] }[] };
  const value = result.result?.[0]?.expressions[0]?.value;
  if (value === undefined) {
    throw new PermanentError(
      'PolicyFailed',
      `${query} is not defined; a policy that says nothing would let everything through`,
    );
  }
  return value;
}
