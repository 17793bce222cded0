import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const folder = resolve(__dirname, '../../.github/workflows');

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress'?: unknown };
  readonly 'timeout-minutes'?: number;
  readonly 'runs-on'?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What a workflow does not keep to, one sentence each. The rules are the same for every workflow, today's and tomorrow's. */
function violations(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const found: string[] = [];
  const say = (where: string, what: string): void => void found.push(`${where}: ${what}`);
  if (JSON.stringify(workflow.permissions) !== '{}') {
    say('workflow', 'permissions must be {} so that each job says its own');
  }
  for (const event of ['pull_request_target', 'workflow_run', 'issue_comment']) {
    if (event in workflow.on) {
      say('workflow', `${event} runs with rights on code of strangers`);
    }
  }
  for (const line of text.split('\n')) {
    const action = /uses:\s*([^\s#]+)(\s*#\s*v\d+\.\d+\.\d+)?/.exec(line);
    if (action !== null && !action[1]?.startsWith('./') && !/@[0-9a-f]{40}$/.test(action[1] ?? '')) {
      say(action[1] ?? '', 'is not pinned by its commit');
    } else if (action !== null && !action[1]?.startsWith('./') && action[2] === undefined) {
      say(action[1] ?? '', 'does not say which version its commit is');
    }
  }
  if (/secrets\.(?!GITHUB_TOKEN\b)|secrets:\s*inherit|secrets\[/.test(text)) {
    say('workflow', 'reads a stored secret; everything signs in with OIDC');
  }
  for (const [name, job] of Object.entries(workflow.jobs)) {
    checkJob(name, job, workflow, say);
  }
  return found;
}

function checkJob(name: string, job: Job, workflow: Workflow, say: (where: string, what: string) => void): void {
  const permissions = job.permissions ?? {};
  if (job.permissions === undefined) {
    say(name, 'says no permissions');
  }
  if (job['timeout-minutes'] === undefined) {
    say(name, 'has no time limit');
  }
  if (/-latest$/.test(job['runs-on'] ?? '')) {
    say(name, 'runs on an image that changes by itself');
  }
  const runsScripts = job.steps.map(({ run }) => run ?? '').join('\n');
  // A job that gets the identity that changes things, whatever it is called.
  const usesIdentity = permissions['id-token'] === 'write';
  const changesThings =
    /stacks apply|deploy-app\.mjs|terraform\b.* apply/.test(runsScripts) || permissions['contents'] === 'write';
  const onPullRequests = 'pull_request' in workflow.on;
  const excludesPullRequests = /github\.event_name (?:!= 'pull_request'|== '(?:push|schedule|workflow_dispatch)')/.test(
    job.if ?? '',
  );
  if (
    usesIdentity &&
    onPullRequests &&
    !excludesPullRequests &&
    !/head\.repo\.full_name == github\.repository/.test(job.if ?? '')
  ) {
    say(name, 'gives an identity to pull requests from forks');
  }
  if (changesThings && onPullRequests && (!excludesPullRequests || /\|\| *github\.event_name/.test(job.if ?? ''))) {
    say(name, 'changes things for a pull request');
  }
  if (changesThings && job.environment === undefined && usesIdentity) {
    say(name, 'changes things without an environment, hence without a gate');
  }
  if (changesThings && (job.concurrency === undefined || job.concurrency['cancel-in-progress'] !== false)) {
    say(name, 'changes things and may run twice at once, or be cancelled in the middle');
  }
  if (/stacks apply/.test(runsScripts) && !/matrix\.stack/.test(job.concurrency?.group ?? '')) {
    say(name, 'applies without a concurrency group of its stack');
  }
  if (/terraform\b(?!.*-chdir).* apply/.test(runsScripts)) {
    say(name, 'applies with Terraform itself, past what was approved');
  }
  if (Object.values(permissions).includes('write') && permissions['contents'] === 'write' && usesIdentity) {
    say(name, 'may write both to the repository and to the cloud');
  }
  for (const step of job.steps) {
    if (step.run?.includes('${{') === true) {
      say(name, `"${step.name ?? step.run.slice(0, 30)}" writes an expression into a script; pass it through env`);
    }
    if (step.uses?.startsWith('actions/checkout@') === true && step.with?.['persist-credentials'] !== false) {
      say(name, 'leaves its token in the working folder');
    }
    if (
      step.uses?.startsWith('azure/login@') === true &&
      ('creds' in (step.with ?? {}) || step.with?.['client-id'] === undefined)
    ) {
      say(name, 'signs in to Azure with something else than OIDC');
    }
    if (/\bnpm install\b|\bnpm i\b|curl[^|]*\|\s*(?:ba)?sh/.test(step.run ?? '')) {
      say(name, 'installs what no lock file names');
    }
  }
  const usesToken = permissions['id-token'] === 'write';
  if (
    usesToken &&
    !job.steps.some(({ uses, env }) => /azure\/login@|attest/.test(uses ?? '') || env?.['ARM_USE_OIDC'] === 'true')
  ) {
    say(name, 'asks for an identity that it does not use');
  }
}

const names = readdirSync(folder).filter((name) => name.endsWith('.yml'));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** What the linter prints; a process of its own, because it bundles a package that only bundlers can load. */
function lint(...files: string[]): { readonly code: number | null; readonly out: string } {
  const script = resolve(__dirname, '../../scripts/pipeline/lint-workflows.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: 'utf8' });
  return { code: status, out: `${stdout}${stderr}` };
}

describe('workflows', () => {
  it('are the four that there should be', () => {
    expect(names.sort()).toEqual(['app.yml', 'drift.yml', 'infra.yml', 'release-modules.yml']);
  });

  it.each(names)('%s keeps to the rules', (name) => {
    expect(violations(textOf(name))).toEqual([]);
  });

  it('are read by GitHub’s own parser without a problem', () => {
    expect(lint()).toEqual({ code: 0, out: '4 workflows, 0 problems\n' });
  });

  it.each([
    ['a field that does not exist', 'fail-fast: true', 'fail-fst: true', "Unexpected value 'fail-fst'"],
    ['a right that does not exist', 'attestations: write', 'attestation: write', "Unexpected value 'attestation'"],
    ['a context that does not exist', 'vars.PLAN_KEY_VAULT', 'varz.PLAN_KEY_VAULT', "Unrecognized named-value: 'varz'"],
  ])('a parser that finds %s', (_what, good, bad, expected) => {
    const work = mkdtempSync(join(tmpdir(), 'caretaker-workflow-'));
    try {
      const file = join(work, 'infra.yml');
      writeFileSync(file, textOf('infra.yml').replace(good, bad));
      const { code, out } = lint(file);
      expect(code).toBe(1);
      expect(out).toContain(expected);
    } finally {
      rmSync(work, { recursive: true });
    }
  });

  it.each(names)('%s uses one commit for each action, the same as the others', (name) => {
    const pins = new Map<string, Set<string>>();
    for (const [, action, commit] of names
      .map(textOf)
      .join('\n')
      .matchAll(/uses: ([^@\s]+)@([0-9a-f]{40})/g)) {
      pins.set(action as string, (pins.get(action as string) ?? new Set()).add(commit as string));
    }
    expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
    expect(textOf(name)).toContain('uses: ');
  });

  it.each([
    [
      'an action by its tag',
      'infra.yml',
      (text: string) => text.replace(/actions\/checkout@[0-9a-f]{40} # v5\.0\.0/, 'actions/checkout@v5'),
      'is not pinned by its commit',
    ],
    [
      'rights for all jobs',
      'infra.yml',
      (text: string) => text.replace('permissions: {}', 'permissions:\n  contents: write'),
      'permissions must be {}',
    ],
    [
      'a job without rights of its own',
      'drift.yml',
      (text: string) => text.replace(/ {4}permissions:\n {6}contents: read\n {4}outputs/, '    outputs'),
      'says no permissions',
    ],
    [
      'a stored secret',
      'infra.yml',
      (text: string) => text.replace('${{ vars.PLAN_KEY_VAULT }}', '${{ secrets.ARM_CLIENT_SECRET }}'),
      'reads a stored secret',
    ],
    [
      'an apply for pull requests',
      'infra.yml',
      (text: string) =>
        text.replace(
          "always() && github.event_name != 'pull_request' && needs.plan.result == 'success' && needs.plan.outputs.sealed != '[]'\n",
          'always()\n',
        ),
      'changes things for a pull request',
    ],
    [
      'a plan for forks',
      'infra.yml',
      (text: string) => text.replace(/ {4}if: github\.event_name != 'pull_request' \|\| .*\n/, ''),
      'gives an identity to pull requests from forks',
    ],
    [
      'an apply without its stack’s group',
      'infra.yml',
      (text: string) => text.replace('group: stack-${{ matrix.stack }}', 'group: apply'),
      'without a concurrency group of its stack',
    ],
    [
      'an apply that can be cancelled',
      'infra.yml',
      (text: string) =>
        text.replace(
          'group: stack-${{ matrix.stack }}\n      cancel-in-progress: false',
          'group: stack-${{ matrix.stack }}\n      cancel-in-progress: true',
        ),
      'be cancelled in the middle',
    ],
    [
      'an apply without a gate',
      'infra.yml',
      (text: string) =>
        text.replace('    environment: ${{ needs.plan.outputs.environment }}\n    strategy', '    strategy'),
      'without a gate',
    ],
    [
      'an expression in a script',
      'drift.yml',
      (text: string) => text.replace('drift "$STACK" ', 'drift "${{ github.event.head_commit.message }}" '),
      'writes an expression into a script',
    ],
    [
      'strangers’ code with rights',
      'app.yml',
      (text: string) => text.replace('  pull_request:\n', '  pull_request_target:\n'),
      'runs with rights on code of strangers',
    ],
    [
      'a token left behind',
      'app.yml',
      (text: string) => text.replace('          persist-credentials: false\n', ''),
      'leaves its token in the working folder',
    ],
    [
      'a password for Azure',
      'app.yml',
      (text: string) => text.replace('client-id: ${{ vars.DEPLOY_CLIENT_ID }}', 'creds: ${{ vars.CREDS }}'),
      'something else than OIDC',
    ],
    [
      'an image that changes',
      'app.yml',
      (text: string) => text.replace('ubuntu-24.04', 'ubuntu-latest'),
      'an image that changes by itself',
    ],
    ['no time limit', 'app.yml', (text: string) => text.replace('    timeout-minutes: 60\n', ''), 'has no time limit'],
  ])('finds %s', (_what, name, spoil, expected) => {
    const spoiled = spoil(textOf(name));
    expect(spoiled).not.toBe(textOf(name));
    expect(violations(spoiled).join('\n')).toContain(expected);
  });
});
