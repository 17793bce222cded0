import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareInterfaces, nextVersion } from '../../scripts/infra/interface';
import type { TerraformFolder, Variable } from '../../scripts/infra/hcl';
import { release } from '../../scripts/infra/release';
import { withRepository } from './support';

const variable = (name: string, change: Partial<Variable> = {}): Variable => ({
  name,
  type: 'string',
  description: 'What it is.',
  defaultText: undefined,
  validations: [],
  ...change,
});
const folder = (change: Partial<TerraformFolder>): TerraformFolder => ({
  variables: [],
  outputs: [],
  resources: [],
  calls: [],
  providers: { 'hashicorp/azurerm': '~> 4.55' },
  requiredVersion: '>= 1.9',
  locals: {},
  ...change,
});
const output = (name: string): TerraformFolder['outputs'][number] => ({
  name,
  description: 'x',
  sensitive: false,
  value: '',
});

describe('the version that a change of interface asks for', () => {
  it.each([
    ['nothing', folder({}), folder({}), 'patch'],
    ['a new optional input', folder({}), folder({ variables: [variable('a', { defaultText: 'null' })] }), 'minor'],
    ['a new required input', folder({}), folder({ variables: [variable('a')] }), 'major'],
    ['a removed input', folder({ variables: [variable('a')] }), folder({}), 'major'],
    [
      'a lost default',
      folder({ variables: [variable('a', { defaultText: '1' })] }),
      folder({ variables: [variable('a')] }),
      'major',
    ],
    [
      'another type',
      folder({ variables: [variable('a')] }),
      folder({ variables: [variable('a', { type: 'number' })] }),
      'major',
    ],
    [
      'a further optional field',
      folder({ variables: [variable('a', { type: 'object({ x = string })' })] }),
      folder({ variables: [variable('a', { type: 'object({ x = string, y = optional(string) })' })] }),
      'minor',
    ],
    [
      'a stricter check',
      folder({ variables: [variable('a')] }),
      folder({ variables: [variable('a', { validations: [{ condition: 'x', message: 'y' }] })] }),
      'major',
    ],
    ['a new output', folder({}), folder({ outputs: [output('a')] }), 'minor'],
    ['a removed output', folder({ outputs: [output('a')] }), folder({}), 'major'],
    [
      'a further provider',
      folder({}),
      folder({ providers: { 'hashicorp/azurerm': '~> 4.55', 'azure/azapi': '~> 2.12' } }),
      'major',
    ],
  ])('%s', (_what, before, after, bump) => {
    expect(compareInterfaces(before, after).bump).toBe(bump);
  });

  it('counts on', () => {
    expect([nextVersion('1.9.3', 'patch'), nextVersion('1.9.3', 'minor'), nextVersion('1.9.3', 'major')]).toEqual([
      '1.9.4',
      '1.10.0',
      '2.0.0',
    ]);
  });
});

describe('a release', () => {
  const files = {
    'infra/modules/thing/terraform.tf': 'terraform {\n  required_version = ">= 1.9"\n}\n',
    'infra/modules/thing/variables.tf': 'variable "name" {\n  type        = string\n  description = "Name."\n}\n',
    'infra/modules/thing/CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n- First version.\n',
  };

  async function inGit(work: (folder: string, git: (...args: string[]) => string) => Promise<void>): Promise<void> {
    await withRepository(files, async (folder) => {
      const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
      git('init', '--quiet', '--initial-branch=main');
      git('config', 'user.name', 'Test');
      git('config', 'user.email', 'test@contoso.example');
      git('add', '.');
      git('commit', '--quiet', '-m', 'Start');
      await work(folder, git);
    });
  }

  beforeEach(() => {
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('tags the first version, then what the interface asks for, and writes the changelog', async () => {
    await inGit(async (folder, git) => {
      expect(await release(folder, 'thing', false)).toEqual([]);
      expect(git('tag', '--list')).toBe('thing/v1.0.0');
      const changelog = join(folder, 'infra/modules/thing/CHANGELOG.md');
      expect(await readFile(changelog, 'utf8')).toMatch(
        /^# Changelog\n\n## Unreleased\n\n## 1\.0\.0 \(\d{4}-\d\d-\d\d\)\n\n- First version\.\n$/,
      );

      await writeFile(
        join(folder, 'infra/modules/thing/outputs.tf'),
        'output "id" {\n  description = "Id."\n  value       = var.name\n}\n',
      );
      await writeFile(
        changelog,
        (await readFile(changelog, 'utf8')).replace('## Unreleased\n', '## Unreleased\n\n- Output id.\n'),
      );
      git('add', '.');
      git('commit', '--quiet', '-m', 'Output id');
      expect(await release(folder, 'thing', false)).toEqual([]);
      expect(git('tag', '--list')).toBe('thing/v1.0.0\nthing/v1.1.0');
      expect(git('status', '--porcelain')).toBe('');
    });
  });

  it('refuses an unknown module, changes that are not committed, and an empty changelog', async () => {
    await inGit(async (folder, git) => {
      expect((await release(folder, 'other', false))[0]).toMatch(/no module other/);
      await writeFile(join(folder, 'infra/modules/thing/main.tf'), '# more\n');
      expect((await release(folder, 'thing', false))[0]).toMatch(/not committed/);
      git('add', '.');
      git('commit', '--quiet', '-m', 'More');
      await release(folder, 'thing', false);
      expect((await release(folder, 'thing', false))[0]).toMatch(/says nothing under/);
      expect(git('tag', '--list')).toBe('thing/v1.0.0');
    });
  });

  it('writes nothing on a dry run', async () => {
    await inGit(async (folder, git) => {
      expect(await release(folder, 'thing', true)).toEqual([]);
      expect([git('tag', '--list'), git('status', '--porcelain')]).toEqual(['', '']);
    });
  });
});
