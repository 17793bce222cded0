import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseManifest, type Manifest } from '../../src/stacks';
import { describeWith } from '../pipeline/tools';

const infra = resolve(__dirname, '../../infra');

interface Change {
  readonly type: string;
  readonly name: string;
  readonly index?: string;
  readonly change: { readonly after: Readonly<Record<string, unknown>> };
}

/** What both renderings have to say of a stack, in the manifest's words. */
interface Meaning {
  readonly project: unknown;
  readonly branch: unknown;
  readonly variables: unknown;
  readonly appliedAlone: unknown;
  readonly needs: Readonly<Record<string, string>>;
  readonly standsOn: readonly string[];
  readonly watches: readonly string[];
  readonly planClient: unknown;
  readonly applyClient: unknown;
  readonly tenant: unknown;
  readonly subscription: unknown;
  readonly shared: Readonly<Record<string, unknown>>;
}

function meaningOfManifest(
  manifest: Manifest,
  watchesOf: (stack: string) => readonly string[],
): Record<string, Meaning> {
  return Object.fromEntries(
    manifest.stacks.map((stack) => {
      const { azure } = manifest.environments[stack.environment] as Manifest['environments'][string];
      return [
        stack.name,
        {
          project: stack.project,
          branch: stack.branch,
          variables: stack.variables.map((file) => `-var-file=${file}`).join(' '),
          appliedAlone: stack.approval.people === 0,
          needs: Object.fromEntries(
            stack.needs.flatMap(({ stack: on, inputs }) =>
              Object.entries(inputs).map(([input, output]) => [input, `${on}.${output}`]),
            ),
          ),
          standsOn: stack.needs.map(({ stack: on }) => on),
          watches: watchesOf(stack.name),
          planClient: azure.planClient,
          applyClient: azure.applyClient,
          tenant: azure.tenant,
          subscription: azure.subscription,
          shared: Object.assign({}, ...stack.contexts.map((name) => manifest.contexts[name]?.variables)) as Record<
            string,
            string
          >,
        },
      ];
    }),
  );
}

class Rendering {
  constructor(private readonly changes: readonly Change[]) {}

  all(type: string, name: string): [string, Readonly<Record<string, unknown>>][] {
    return this.changes
      .filter((one) => one.type === type && one.name === name)
      .map(({ index, change }) => [index ?? '', change.after]);
  }

  one(type: string, name: string, index: string): Readonly<Record<string, unknown>> {
    const found = this.all(type, name).find(([key]) => key === index);
    if (found === undefined) {
      throw new Error(`there is no ${type}.${name}["${index}"]`);
    }
    return found[1];
  }

  /** Keys of the form `stack/other` that begin with a stack, without it. */
  after(type: string, name: string, stack: string): string[] {
    return this.all(type, name).flatMap(([key]) => (key.startsWith(`${stack}/`) ? [key.slice(stack.length + 1)] : []));
  }
}

function meaningOfSpacelift(plan: Rendering): Record<string, Meaning> {
  return Object.fromEntries(
    plan.all('spacelift_stack', 'this').map(([name, stack]) => {
      const environment =
        (stack['labels'] as string[]).find((label) => label.startsWith('environment:'))?.slice('environment:'.length) ??
        '';
      const azure = (variable: string): unknown =>
        plan.one('spacelift_environment_variable', 'azure', `${environment}/${variable}`)['value'];
      const hook = (plan.one('spacelift_context', 'azure', environment)['before_apply'] as string[])[0];
      const contexts = plan.after('spacelift_context_attachment', 'shared', name);
      return [
        name,
        {
          project: stack['project_root'],
          branch: stack['branch'],
          variables: plan.one('spacelift_environment_variable', 'plan', name)['value'],
          appliedAlone: stack['autodeploy'],
          needs: Object.fromEntries(
            plan.after('spacelift_stack_dependency_reference', 'this', name).map((key) => {
              const { input_name: input, output_name: output } = plan.one(
                'spacelift_stack_dependency_reference',
                'this',
                `${name}/${key}`,
              );
              return [String(input).replace(/^TF_VAR_/, ''), `${key.split('/')[0] ?? ''}.${String(output)}`];
            }),
          ),
          standsOn: plan.after('spacelift_stack_dependency', 'this', name),
          watches: [...(stack['additional_project_globs'] as string[])].sort(),
          planClient: azure('ARM_CLIENT_ID'),
          applyClient: hook?.replace('export ARM_CLIENT_ID=', ''),
          tenant: azure('ARM_TENANT_ID'),
          subscription: azure('ARM_SUBSCRIPTION_ID'),
          shared: Object.fromEntries(
            contexts.flatMap((context) =>
              plan
                .after('spacelift_environment_variable', 'shared', context)
                .map((variable) => [
                  variable,
                  plan.one('spacelift_environment_variable', 'shared', `${context}/${variable}`)['value'],
                ]),
            ),
          ),
        },
      ];
    }),
  );
}

function meaningOfHcpTerraform(plan: Rendering): Record<string, Meaning> {
  return Object.fromEntries(
    plan.all('tfe_workspace', 'this').map(([name, workspace]) => {
      const environment = (workspace['tags'] as Record<string, string>)['environment'] ?? '';
      const azure = (variable: string): unknown =>
        plan.one('tfe_variable', 'azure', `${environment}/${variable}`)['value'];
      const own = String(workspace['working_directory']);
      return [
        name,
        {
          project: workspace['working_directory'],
          branch: (workspace['vcs_repo'] as { branch: string }[])[0]?.branch,
          variables: plan.one('tfe_variable', 'plan_arguments', name)['value'],
          appliedAlone: workspace['auto_apply'],
          needs: Object.fromEntries(
            plan.after('tfe_variable', 'input', name).map((key) => {
              const input = plan.one('tfe_variable', 'input', `${name}/${key}`);
              return [
                String(input['key']),
                /^Output (\S+) of (\S+)\.$/.exec(String(input['description']))?.slice(1).reverse().join('.') ?? '',
              ];
            }),
          ),
          standsOn: plan.after('tfe_run_trigger', 'this', name),
          watches: (workspace['trigger_patterns'] as string[])
            .filter((pattern) => !pattern.startsWith(`${own}/`))
            .sort(),
          planClient: azure('TFC_AZURE_PLAN_CLIENT_ID'),
          applyClient: azure('TFC_AZURE_APPLY_CLIENT_ID'),
          tenant: azure('ARM_TENANT_ID'),
          subscription: azure('ARM_SUBSCRIPTION_ID'),
          shared: Object.fromEntries(
            plan
              .after('tfe_workspace_variable_set', 'shared', name)
              .flatMap((context) =>
                plan
                  .after('tfe_variable', 'shared', context)
                  .map((variable) => [variable, plan.one('tfe_variable', 'shared', `${context}/${variable}`)['value']]),
              ),
          ),
        },
      ];
    }),
  );
}

describeWith(['terraform', 'opa'], 'the renderings', () => {
  jest.setTimeout(300_000);
  let work: string;
  const rendered: Record<string, { readonly plan: Rendering; readonly summary: unknown }> = {};

  function terraform(root: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(
      'terraform',
      [`-chdir=${join(work, 'infra/workspaces', root)}`, ...args],
      { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
    );
    if (status !== 0) {
      throw new Error(`terraform ${args.join(' ')} in ${root}: ${stderr || stdout.slice(-4000)}`);
    }
    return stdout;
  }

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'caretaker-renderings-'));
    mkdirSync(join(work, 'infra'));
    for (const part of ['workspaces', 'policies', 'modules', 'security', 'ownership.yaml']) {
      cpSync(join(infra, part), join(work, 'infra', part), {
        recursive: true,
        filter: (path) => !/^\.terraform/.test(basename(path)),
      });
    }
    for (const root of ['spacelift', 'hcp-terraform']) {
      terraform(root, 'init', '-backend=false', '-no-color');
      const messages = terraform(root, 'test', '-json', '-verbose')
        .split('\n')
        .filter((line) => line !== '')
        .map(
          (line) =>
            JSON.parse(line) as {
              type: string;
              '@testrun'?: string;
              test_plan?: { resource_changes: Change[] };
              test_summary?: unknown;
            },
        );
      const plan = messages.find(
        (message) => message.type === 'test_plan' && message['@testrun'] === 'every_stack',
      )?.test_plan;
      rendered[root] = {
        plan: new Rendering((plan?.resource_changes ?? []).map((change) => ({ ...change }))),
        summary: messages.find(({ type }) => type === 'test_summary')?.test_summary,
      };
    }
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  const planOf = (root: string): Rendering => (rendered[root] as { plan: Rendering }).plan;

  it('pass their own tests with mock providers', () => {
    expect(rendered['spacelift']?.summary).toMatchObject({
      status: 'pass',
      passed: 4,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
    expect(rendered['hcp-terraform']?.summary).toMatchObject({
      status: 'pass',
      passed: 6,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
  });

  it('mean the same, and what the manifest says', () => {
    const { manifest } = parseManifest(readFileSync(join(infra, 'workspaces/stacks.yaml'), 'utf8'));
    const generated = JSON.parse(readFileSync(join(infra, 'workspaces/stacks.generated.json'), 'utf8')) as {
      stacks: Record<string, { watches: string[] }>;
    };
    const expected = meaningOfManifest(manifest, (stack) => [...(generated.stacks[stack]?.watches ?? [])].sort());
    expect(Object.keys(expected)).toHaveLength(6);
    expect(meaningOfSpacelift(planOf('spacelift'))).toEqual(expected);
    expect(meaningOfHcpTerraform(planOf('hcp-terraform'))).toEqual(expected);
  });

  it('name the same modules, and the same policies wherever a vendor has the kind', () => {
    const modules = (root: string, type: string): string[] =>
      planOf(root)
        .all(type, 'this')
        .map(([name]) => name)
        .sort();
    expect(modules('spacelift', 'spacelift_module')).toEqual(modules('hcp-terraform', 'tfe_registry_module'));
    expect(modules('spacelift', 'spacelift_policy')).toEqual(['approval', 'login', 'ownership', 'plan', 'push']);
    expect(modules('hcp-terraform', 'tfe_policy')).toEqual(['ownership', 'plan']);
    const body = (root: string, type: string, field: string, name: string): string =>
      String(planOf(root).one(type, 'this', name)[field]);
    for (const name of ['ownership', 'plan']) {
      // The same text but for the package that Spacelift asks for.
      expect(body('spacelift', 'spacelift_policy', 'body', name)).toBe(
        body('hcp-terraform', 'tfe_policy', 'policy', name).replace(`package caretaker.${name}`, 'package spacelift'),
      );
    }
  });

  it('let a group do in HCP Terraform what the login policy lets it do in Spacelift', () => {
    const access = Object.fromEntries(
      planOf('hcp-terraform')
        .all('tfe_team_project_access', 'this')
        .map(([key, after]) => [
          key,
          after['access'] === 'custom' ? (after['workspace_access'] as { runs: string }[])[0]?.runs : after['access'],
        ]),
    );
    expect(access).toMatchObject({
      'dev/developers': 'plan',
      'prod/platform-readers': 'read',
      'prod/platform-approvers': 'apply',
      'prod/platform-admins': 'admin',
    });
    expect(access).not.toHaveProperty('prod/developers');
    const spaces = ['dev', 'qa', 'prod'].map((name) => ({ id: name, labels: [`environment:${name}`] }));
    for (const [key, role] of Object.entries(access)) {
      const [environment = '', group = ''] = key.split('/');
      const decided = ask('login', { session: { login: 'somebody', member: true, teams: [group] }, spaces });
      const rights = {
        read: decided['space_read'],
        write: decided['space_write'],
        admin: decided['space_admin'],
      } as Record<string, string[]>;
      const kind = role === 'read' ? 'read' : role === 'admin' ? 'admin' : 'write';
      expect({ key, has: rights[kind]?.includes(environment) }).toEqual({ key, has: true });
    }
  });

  /** Evaluates a policy as Spacelift has it: one text, without any data beside it. */
  function ask(policy: string, input: unknown): Record<string, unknown> {
    const file = join(work, `${policy}.rego`);
    writeFileSync(file, String(planOf('spacelift').one('spacelift_policy', 'this', policy)['body']));
    const { stdout, stderr, status } = spawnSync(
      'opa',
      ['eval', '--format', 'json', '--data', file, '--stdin-input', 'data.spacelift'],
      { input: JSON.stringify(input), encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return (JSON.parse(stdout) as { result: [{ expressions: [{ value: Record<string, unknown> }] }] }).result[0]
      .expressions[0].value;
  }

  it('carry policies that decide without anything beside them', () => {
    const scaled = {
      address: 'module.web.azurerm_orchestrated_virtual_machine_scale_set.this',
      type: 'azurerm_orchestrated_virtual_machine_scale_set',
      name: 'this',
      change: {
        actions: ['update'],
        before: { id: '/x', instances: 6 },
        after: { id: '/x', instances: 2 },
        after_unknown: {},
      },
    };
    const decisions = [
      { id: 'D7', resource: '/X', field: 'instances', at: '2026-03-01T09:00:00Z', sentence: 'scaled out to 6' },
    ];
    const owned = ask('ownership', {
      terraform: { resource_changes: [scaled] },
      third_party_metadata: { custom: { caretaker: { decisions } } },
    });
    expect((owned['deny'] as string[]).join()).toContain("instances is the scaler's");
    expect((owned['deny'] as string[]).join()).toContain(
      'decision D7 of 2026-03-01T09:00:00Z set it last: scaled out to 6',
    );

    const lost = {
      address: 'azurerm_key_vault.this',
      type: 'azurerm_key_vault',
      name: 'this',
      change: { actions: ['delete'], before: {}, after: null },
    };
    const planned = ask('plan', {
      terraform: { resource_changes: [lost] },
      spacelift: { stack: { labels: ['environment:prod'] } },
    });
    expect(planned['deny']).toEqual([
      'destroys azurerm_key_vault.this, and what it holds with it; if that is meant, label the change "destroy:azurerm_key_vault.this"',
    ]);

    const review = (login: string): object => ({ session: { login, teams: ['platform-approvers'] } });
    const approval = (...logins: string[]): Record<string, unknown> =>
      ask('approval', {
        stack: { id: 'payments-prod', labels: ['environment:prod'] },
        run: { triggered_by: 'ada' },
        reviews: { current: { approvals: logins.map(review), rejections: [] } },
      });
    expect(approval('bob', 'ada')).toMatchObject({ approve: false });
    expect(approval('bob', 'eve')).toMatchObject({ approve: true });

    const stack = planOf('spacelift').one('spacelift_stack', 'this', 'payments-dev');
    const pushed = (branch: string, file: string): Record<string, unknown> =>
      ask('push', {
        stack: { ...stack, name: 'payments-dev' },
        push: { branch, affected_files: [file] },
        pull_request: null,
      });
    expect(pushed('dev', 'infra/modules/redis/main.tf')).toMatchObject({ track: true, ignore: false });
    expect(pushed('dev', 'infra/projects/business-unit/environments/dev.tfvars')).toMatchObject({ track: true });
    expect(pushed('dev', 'infra/projects/business-unit/environments/qa.tfvars')).toMatchObject({
      track: false,
      ignore: true,
    });
    expect(pushed('main', 'infra/modules/redis/main.tf')).toMatchObject({ track: false, ignore: true });
  });
});
