import { mkdir, readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRoots, type Root } from './roots';
import { readTestOutput, run, terraformVersion, type Finished, type Planned } from './terraform';
import { copyWorkspace } from './workspace';
import { readExceptions, type Exception } from './security/exceptions';
import { judge, rules } from './security/rules';
import type { Rule } from './security/model';

/** One line of the report. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: readonly string[];
  readonly seconds: number;
}

/** A plan and where it came from. */
interface Source {
  readonly root: Root;
  readonly label: string;
  readonly estate: boolean;
  readonly planned: Planned;
}

export interface TestOptions {
  /** Parts of paths; empty for everything. */
  readonly only: readonly string[];
  /** Skip the broken copies (for a quick look; the full run never does). */
  readonly quick: boolean;
}

async function pool<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

class Report {
  readonly checks: Check[] = [];
  runs = 0;
  rejections = 0;

  async add(name: string, work: () => Promise<readonly string[]>): Promise<boolean> {
    const start = performance.now();
    const detail = await work().catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ]);
    const seconds = (performance.now() - start) / 1000;
    this.checks.push({ name, ok: detail.length === 0, detail, seconds });
    process.stdout.write(`${detail.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)\n`);
    for (const line of detail) process.stdout.write(`       ${line.replaceAll('\n', '\n       ')}\n`);
    return detail.length === 0;
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

async function testRoot(
  root: Root,
  workspace: string,
  env: Record<string, string>,
  report: Report,
  sources: Source[],
): Promise<void> {
  const cwd = join(workspace, root.path);
  const ready = await report.add(`${root.path} init and validate`, async () => {
    const init = await initialize(cwd, env);
    if (init.code !== 0) return lines(init.stderr);
    const validate = await run('terraform', ['validate', '-json'], { cwd, env });
    const result = JSON.parse(validate.stdout) as {
      valid: boolean;
      diagnostics: { severity: string; summary: string; detail: string }[];
    };
    return result.diagnostics.map(({ severity, summary, detail }) => `${severity}: ${summary} ${detail}`);
  });
  if (!ready) return;
  const tests = [
    { label: root.path, args: [] as string[], estate: false },
    ...root.environments.map((environment) => ({
      label: `${root.path} with ${environment}.tfvars`,
      args: ['-test-directory=tests/environments', `-var-file=environments/${environment}.tfvars`],
      estate: true,
    })),
  ];
  for (const test of tests) {
    await report.add(`${test.label} test`, async () => {
      const { stdout, stderr } = await run('terraform', ['test', '-json', '-verbose', ...test.args], { cwd, env });
      const result = readTestOutput(stdout);
      report.runs += result.runs.length;
      report.rejections += result.runs.filter(({ run: name }) => name.startsWith('rejects_')).length;
      // A run that is about refused input plans what nobody would get to apply.
      for (const planned of result.plans.filter(({ run: name }) => !name.startsWith('rejects_'))) {
        sources.push({ root, label: `${test.label} run ${planned.run}`, estate: test.estate, planned });
      }
      if (result.ok && result.runs.length > 0) return [];
      const failed = result.runs
        .filter(({ status }) => status !== 'pass')
        .map(({ file, run: name, status }) => `${file} ${name}: ${status}`);
      return [...failed, ...result.errors, ...lines(stderr), ...(result.runs.length === 0 ? ['no test ran'] : [])];
    });
  }
}

let initializing: Promise<unknown> = Promise.resolve();

/** `terraform init`, one at a time: Terraform's plugin cache is not safe to be filled by several at once. */
function initialize(cwd: string, env: Record<string, string>): Promise<Finished> {
  const mine = initializing.then(() =>
    run('terraform', ['init', '-backend=false', '-no-color', '-input=false'], { cwd, env }),
  );
  initializing = mine.catch(() => undefined);
  return mine;
}

/** The first run of a test file, and only planned: all that a rule looks at, for the least time. */
export function firstRunPlanned(text: string): string {
  const [head = '', first = ''] = text.split(/^(?=run ")/m);
  return head + (first.includes('command = plan') ? first : first.replace(/\{\n/, '{\n  command = plan\n'));
}

/** Plans a copy with the rule's break in it; the findings name the rule's own resource when the rule works. */
async function breakRule(
  repository: string,
  rule: Rule,
  env: Record<string, string>,
  exceptions: readonly Exception[],
): Promise<readonly string[]> {
  const workspace = await copyWorkspace(repository);
  try {
    const file = join(workspace.path, rule.broken.file);
    const before = await readFile(file, 'utf8');
    const after = before.replace(rule.broken.find, rule.broken.replace);
    if (after === before) {
      return [`${rule.broken.file} holds nothing like ${String(rule.broken.find)}: the broken copy is not broken`];
    }
    await writeFile(file, after);
    if (rule.scope === 'resource') {
      const unit = join(workspace.path, rule.broken.root, 'tests', 'unit.tftest.hcl');
      await writeFile(unit, firstRunPlanned(await readFile(unit, 'utf8')));
    }
    const cwd = join(workspace.path, rule.broken.root);
    const init = await initialize(cwd, env);
    if (init.code !== 0) return lines(init.stderr);
    const args =
      rule.scope === 'estate'
        ? ['-test-directory=tests/environments', '-var-file=environments/dev.tfvars']
        : ['-filter=tests/unit.tftest.hcl'];
    const { stdout } = await run('terraform', ['test', '-json', '-verbose', ...args], { cwd, env });
    const result = readTestOutput(stdout);
    const findings = result.plans.flatMap((planned) => judge(rule, planned, exceptions, new Set()));
    if (result.plans.length === 0) return ['the broken copy could not be planned', ...result.errors.slice(0, 5)];
    return findings.length > 0 ? [] : [`the broken copy of ${rule.broken.file} passes: the rule does not see it`];
  } finally {
    await workspace.remove();
  }
}

/**
 * Format, init, validate and test of every module and project, and the security rules over what they plan; then each rule
 * against a broken copy. Ends with `N passed, N failed`.
 * @returns the exit code: 0 when nothing failed (or nothing could run outside CI), 1 otherwise.
 */
export async function testInfra(repository: string, options: TestOptions): Promise<number> {
  const start = performance.now();
  const version = terraformVersion();
  if (version === undefined) {
    const inCi = process.env['CI'] === 'true';
    process.stdout.write(
      `terraform is not on the PATH; ${inCi ? 'in CI that is a failure' : 'the tests of infra/ are skipped'}\n`,
    );
    process.stdout.write(inCi ? '0 passed, 1 failed\n' : '0 passed, 0 failed\n');
    return inCi ? 1 : 0;
  }
  const wanted = (path: string): boolean =>
    options.only.length === 0 || options.only.some((part) => path.includes(part));
  const roots = (await findRoots(repository)).filter(({ path }) => wanted(path));
  // The slowest first, so that the last worker does not wait for it alone.
  const order = [...roots].sort(
    (one, other) => other.environments.length - one.environments.length || other.path.length - one.path.length,
  );
  const workers = Math.max(1, Math.min(2, cpus().length));
  const cache = await mkdtemp(join(tmpdir(), 'infra-plugins-'));
  const env = {
    TF_PLUGIN_CACHE_DIR: process.env['TF_PLUGIN_CACHE_DIR'] ?? cache,
    // Without a lock file Terraform would install every provider anew and over the cached one, which another run may be
    // using at that moment. The name warns of incomplete lock files; those made here are thrown away.
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: 'true',
  };
  await mkdir(env.TF_PLUGIN_CACHE_DIR, { recursive: true });
  const workspace = await copyWorkspace(repository);
  const report = new Report();
  const sources: Source[] = [];
  try {
    process.stdout.write(`terraform ${version}, ${roots.length} modules and projects, ${workers} at a time\n`);
    await report.add('format', async () => {
      const { stdout, stderr, code } = await run('terraform', ['fmt', '-check', '-recursive'], { cwd: workspace.path });
      return code === 0 ? [] : [...lines(stdout).map((file) => `${file} is not formatted`), ...lines(stderr)];
    });
    await pool(order, workers, (root) => testRoot(root, workspace.path, env, report, sources));

    const exceptions = await readExceptions(repository);
    const used = new Set<Exception>();
    for (const rule of rules) {
      await report.add(`security: ${rule.name}`, async () =>
        sources
          .filter((source) => rule.scope === 'resource' || source.estate)
          .flatMap((source) =>
            judge(rule, source.planned, exceptions, used).map(
              ({ address, problem }) => `${source.label}: ${address} ${problem}`,
            ),
          ),
      );
    }
    if (options.only.length === 0) {
      await report.add('security: every exception is still needed', async () =>
        exceptions
          .filter((exception) => !used.has(exception))
          .map(({ rule, resource }) => `${rule} ${resource} is excepted and nothing needs it`),
      );
    }
    if (!options.quick) {
      await pool(
        rules.filter((rule) => wanted(rule.broken.root)),
        workers,
        async (rule) => {
          await report.add(`broken copy fails: ${rule.name}`, () => breakRule(repository, rule, env, exceptions));
        },
      );
    }
  } finally {
    await Promise.all([workspace.remove(), rm(cache, { recursive: true, force: true })]);
  }
  const failed = report.checks.filter(({ ok }) => !ok).length;
  const modules = roots.filter(({ kind }) => kind === 'module').length;
  process.stdout.write(
    `${modules} modules, ${roots.length - modules} projects, ${report.runs} runs of terraform test, ${report.rejections} rejections of bad input, ` +
      `${rules.length} security rules, ${((performance.now() - start) / 1000).toFixed(0)} s\n`,
  );
  process.stdout.write(`${report.checks.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
