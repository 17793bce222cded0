import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TerraformReader } from '../../src/cli/stacks/repository';
import { parseManifest, type Evidence } from '../../src/stacks';
import { manifestText } from './manifests';
import { iso } from './time';

/** A repository of 501 stacks on 26 projects and 60 modules that use each other. */
function build(root: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('infra/workspaces/stacks.yaml', manifestText({ units: 166, projects: 25 }));
  write(
    'infra/projects/base/main.tf',
    'module "m" {\n  source = "../../modules/m0"\n}\n\noutput "foundation" {\n  value = 1\n}\n',
  );
  for (let index = 0; index < 25; index += 1) {
    write(
      `infra/projects/project-${index}/main.tf`,
      `variable "foundation" {\n  type = any\n}\n\nmodule "a" {\n  source = "../../modules/m${index + 10}"\n}\n\nmodule "b" {\n  source = "../../modules/m${index + 35}"\n}\n`,
    );
  }
  for (let index = 0; index < 60; index += 1) {
    write(
      `infra/modules/m${index}/main.tf`,
      index < 10
        ? 'output "x" {\n  value = 1\n}\n'
        : `module "below" {\n  source = "../m${Math.floor(index / 10)}"\n}\n`,
    );
  }
}

/** A repository in git, in a folder of its own that the caller removes: 501 stacks, committed. */
export function manyStacks(): { readonly root: string; readonly git: (...args: string[]) => string } {
  const root = mkdtempSync(join(tmpdir(), 'caretaker-many-'));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  build(root);
  git('init', '--quiet', '--initial-branch=dev');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '--message', 'empty');
  git('add', '--all');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'first');
  return { root, git };
}

/** Writes what an apply of every stack of an environment would have left behind. */
export async function leaveEvidence(root: string, folder: string, environment: string, commit: string): Promise<void> {
  const { manifest } = parseManifest(manifestText({ units: 166, projects: 25 }));
  const reader = new TerraformReader(root);
  mkdirSync(folder, { recursive: true });
  for (const { name, component, project } of manifest.stacks.filter((one) => one.environment === environment)) {
    const evidence: Evidence = {
      version: 1,
      component,
      binding: {
        ...{ version: 1, stack: name, environment, commit, author: 'ada', inputs: {} },
        state: { lineage: 'l', serial: 1 },
        digests: await reader.digestsOf(project),
        lockFile: await reader.lockFileOf(project),
        planFile: '1'.repeat(64),
        planJson: '2'.repeat(64),
        createdAt: iso('2026-03-01T10:00:00Z'),
        expiresAt: iso('2026-03-01T14:00:00Z'),
      },
      approvals: [],
      appliedAt: iso('2026-03-01T11:00:00Z'),
      state: { lineage: 'l', serial: 2 },
      promotion: null,
    };
    writeFileSync(join(folder, `${name}.evidence.json`), JSON.stringify(evidence));
  }
}
