import { spawn, spawnSync } from 'node:child_process';

/** What a finished command left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end; never throws for an exit code. `cwd` is a folder, `env` adds to the environment. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_INPUT: '0', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Terraform's version, or undefined where there is no `terraform`. */
export function terraformVersion(): string | undefined {
  const found = spawnSync('terraform', ['version', '-json'], {
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  });
  if (found.status !== 0) return undefined;
  return (JSON.parse(found.stdout) as { terraform_version: string }).terraform_version;
}

/** One planned or applied resource. */
export interface PlannedResource {
  /** Full address, modules included. */
  readonly address: string;
  /** Address of the module that it is in; empty for the root. */
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What one `run` of a test planned or applied. */
export interface Planned {
  readonly run: string;
  readonly resources: readonly PlannedResource[];
  /** Name of the output to whether Terraform calls it sensitive. */
  readonly outputs: Readonly<Record<string, boolean>>;
}

/** One `run` of `terraform test`. */
export interface TestRun {
  readonly file: string;
  readonly run: string;
  readonly status: string;
}

/** Result of one `terraform test`. */
export interface TestResult {
  readonly runs: readonly TestRun[];
  readonly plans: readonly Planned[];
  /** Errors in words, for a person. */
  readonly errors: readonly string[];
  readonly ok: boolean;
}

interface StateModule {
  readonly address?: string;
  readonly resources?: readonly {
    address: string;
    mode: string;
    type: string;
    name: string;
    values?: Record<string, unknown>;
  }[];
  readonly child_modules?: readonly StateModule[];
}

interface Message {
  readonly type?: string;
  readonly '@message'?: string;
  readonly '@level'?: string;
  readonly '@testrun'?: string;
  readonly test_run?: {
    readonly path: string;
    readonly run: string;
    readonly progress: string;
    readonly status?: string;
  };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail?: string };
  readonly test_plan?: {
    readonly resource_changes?: readonly {
      address: string;
      module_address?: string;
      mode: string;
      type: string;
      name: string;
      change: { after: Record<string, unknown> | null };
    }[];
    readonly output_changes?: Readonly<Record<string, { readonly after_sensitive?: unknown }>>;
  };
  readonly test_state?: {
    readonly root_module?: StateModule;
    readonly root_module_outputs?: Readonly<Record<string, { readonly sensitive?: boolean }>>;
  };
  readonly test_summary?: { readonly status: string };
}

function fromState(module: StateModule): PlannedResource[] {
  return [
    ...(module.resources ?? [])
      .filter((resource) => resource.mode === 'managed')
      .map((resource) => ({
        address: resource.address,
        module: module.address ?? '',
        type: resource.type,
        name: resource.name,
        values: resource.values ?? {},
      })),
    ...(module.child_modules ?? []).flatMap(fromState),
  ];
}

/** Reads the JSON lines of `terraform test -json -verbose`. Lines that are not JSON are an error of their own. */
export function readTestOutput(stdout: string): TestResult {
  const runs: TestRun[] = [];
  const plans: Planned[] = [];
  const errors: string[] = [];
  let ok = false;
  for (const line of stdout.split('\n')) {
    if (line.trim() === '') continue;
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      errors.push(line);
      continue;
    }
    if (message.type === 'test_run' && message.test_run?.progress === 'complete') {
      runs.push({ file: message.test_run.path, run: message.test_run.run, status: message.test_run.status ?? 'error' });
    } else if (message.type === 'diagnostic' && message.diagnostic?.severity === 'error') {
      errors.push(
        `${message['@testrun'] ?? ''}: ${message.diagnostic.summary} ${message.diagnostic.detail ?? ''}`.trim(),
      );
    } else if (message.type === 'test_plan' && message.test_plan) {
      plans.push({
        run: message['@testrun'] ?? '',
        resources: (message.test_plan.resource_changes ?? [])
          .filter((change) => change.mode === 'managed' && change.change.after !== null)
          .map((change) => ({
            address: change.address,
            module: change.module_address ?? '',
            type: change.type,
            name: change.name,
            values: change.change.after ?? {},
          })),
        outputs: Object.fromEntries(
          Object.entries(message.test_plan.output_changes ?? {}).map(([name, change]) => [
            name,
            change.after_sensitive === true,
          ]),
        ),
      });
    } else if (message.type === 'test_state' && message.test_state) {
      plans.push({
        run: message['@testrun'] ?? '',
        resources: fromState(message.test_state.root_module ?? {}),
        outputs: Object.fromEntries(
          Object.entries(message.test_state.root_module_outputs ?? {}).map(([name, output]) => [
            name,
            output.sensitive === true,
          ]),
        ),
      });
    } else if (message.type === 'test_summary') {
      ok = message.test_summary?.status === 'pass';
    }
  }
  return { runs, plans, errors, ok };
}
