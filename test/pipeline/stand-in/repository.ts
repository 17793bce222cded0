import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stacksCommand } from '../../../src/cli/stacks';
import { generateKeyPair } from '../../../src/stacks';

/** Configuration made of Terraform's own `terraform_data` only: it needs no provider, no network and no cloud. */
const files: Readonly<Record<string, string>> = {
  '.gitignore': '.terraform/\n.terraform.lock.hcl\n*.tfstate\n*.tfstate.*\n/state/\n',
  'infra/ownership.yaml':
    'version: 1\nfields:\n  - resource: terraform_data.scale\n    module: web\n    fields: [input]\n    owner: scaler\n    reason: The number follows the load.\n',
  'infra/modules/label/main.tf':
    'variable "text" {\n  type = string\n}\n\noutput "text" {\n  value = "v1-${var.text}"\n}\n',
  'infra/modules/network/main.tf':
    'variable "environment" {\n  type = string\n}\n\nmodule "label" {\n  source = "../label"\n  text   = var.environment\n}\n\nresource "terraform_data" "network" {\n  input = module.label.text\n}\n\noutput "id" {\n  value = terraform_data.network.id\n}\n\noutput "name" {\n  value = module.label.text\n}\n',
  'infra/modules/unrelated/main.tf': 'output "nothing" {\n  value = 0\n}\n',
  'infra/projects/base/main.tf':
    'terraform {\n  backend "local" {}\n}\n\nvariable "environment" {\n  type = string\n}\n\nmodule "network" {\n  source      = "../../modules/network"\n  environment = var.environment\n}\n\noutput "foundation" {\n  value = { id = module.network.id, name = module.network.name }\n}\n',
  'infra/projects/app/main.tf':
    'terraform {\n  backend "local" {}\n}\n\nvariable "foundation" {\n  type     = object({ id = string, name = string })\n  nullable = false\n}\n\nvariable "size" {\n  type = number\n}\n\nresource "terraform_data" "app" {\n  input = "${var.foundation.name}/${var.size}"\n}\n\nresource "terraform_data" "link" {\n  input = var.foundation.id\n}\n\nresource "terraform_data" "scale" {\n  input = var.size\n}\n\noutput "address" {\n  value = terraform_data.app.input\n}\n',
};

/** A repository with two projects, two environments, and an identity for each, in a folder of its own. */
export class StandIn {
  readonly root = mkdtempSync(join(tmpdir(), 'caretaker-stand-in-'));
  readonly keys = mkdtempSync(join(tmpdir(), 'caretaker-keys-'));
  readonly out = mkdtempSync(join(tmpdir(), 'caretaker-out-'));

  constructor(options: { readonly devApprovals: number }) {
    for (const [path, text] of Object.entries(files)) {
      this.write(path, text);
    }
    cpSync(resolve(__dirname, '../../../infra/policies'), join(this.root, 'infra/policies'), { recursive: true });
    for (const environment of ['dev', 'qa']) {
      this.write(`infra/projects/base/${environment}.tfvars`, `environment = "${environment}"\n`);
      this.write(`infra/projects/app/${environment}.tfvars`, 'size = 1\n');
      for (const project of ['base', 'app']) {
        this.write(
          `infra/projects/${project}/${environment}.backend.hcl`,
          `path = "../../../state/${project}-${environment}.tfstate"\n`,
        );
      }
    }
    this.write('infra/workspaces/stacks.yaml', this.manifest(options.devApprovals));
    mkdirSync(join(this.root, 'state'));
    this.git('init', '--quiet', '--initial-branch=dev');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@contoso.example');
    this.commit('first');
  }

  private manifest(devApprovals: number): string {
    const environment = (name: string, people: number, digit: string): string => {
      const { publicKey, privateKey } = generateKeyPair();
      writeFileSync(join(this.keys, name), privateKey.toString('base64'), { mode: 0o600 });
      const id = (last: string): string => `00000000-0000-4000-8000-0000000000${digit}${last}`;
      return [
        `  ${name}:`,
        `    branch: ${name}`,
        `    approval: { people: ${people}, groups: [approvers] }`,
        '    drift: { schedule: "0 6 * * *" }',
        `    azure: { tenant: ${id('0')}, subscription: ${id('1')}, planClient: ${id('2')}, applyClient: ${id('3')}, applyKey: "${publicKey.toString('base64')}" }`,
        '    access: {}',
      ].join('\n');
    };
    const stack = (project: string, name: string, more: string): string =>
      `  ${project}-${name}:\n    project: infra/projects/${project}\n    environment: ${name}\n    variables: [${name}.tfvars]\n    backend: ${name}.backend.hcl\n${more}`;
    return [
      'version: 1\norganization: contoso\nrepository: stand-in\nterraform: 1.11.4\nmodules: infra/modules\npromotion: [dev, qa]',
      'environments:',
      environment('dev', devApprovals, '1'),
      environment('qa', 2, '2'),
      'units:\n  shop: { owners: [shop-team] }',
      'stacks:',
      ...['dev', 'qa'].flatMap((name) => [
        stack('base', name, '    layer: foundation\n    owners: [platform]\n    outputs: [foundation]'),
        stack(
          'app',
          name,
          `    layer: unit\n    unit: shop\n    needs:\n      - stack: base-${name}\n        inputs: { foundation: foundation }`,
        ),
      ]),
      '',
    ].join('\n');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** Runs `caretaker stacks` here. Returns what it printed, and its exit code. */
  async stacks(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const written = { out: '', err: '' };
    const collect =
      (into: 'out' | 'err') =>
      (chunk: string | Uint8Array): boolean => {
        written[into] += String(chunk);
        return true;
      };
    const spies = [
      jest.spyOn(process.stdout, 'write').mockImplementation(collect('out')),
      jest.spyOn(process.stderr, 'write').mockImplementation(collect('err')),
    ];
    const before = process.exitCode;
    try {
      const command = stacksCommand().exitOverride();
      const [name, ...rest] = args as [string, ...string[]];
      await command.parseAsync([name, '--directory', this.root, ...rest], { from: 'user' });
      return { code: Number(process.exitCode ?? 0), ...written };
    } finally {
      process.exitCode = before;
      spies.forEach((spy) => spy.mockRestore());
    }
  }

  remove(): void {
    for (const folder of [this.root, this.keys, this.out]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
