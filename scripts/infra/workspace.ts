import { cp, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A copy of what Terraform needs, away from the working tree. */
export interface Workspace {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/**
 * Copies `infra/` and the mocks into a folder of its own. Terraform writes lock files and `.terraform` into the folder it
 * runs in; in a copy they disturb neither the working tree nor another run. Lock files are left behind on purpose: they
 * hold the hashes of the registry's providers, and a machine with a mirror may have others.
 */
export async function copyWorkspace(repository: string): Promise<Workspace> {
  const path = await mkdtemp(join(tmpdir(), 'infra-'));
  const skip = new Set(['.terraform', '.terraform.lock.hcl']);
  await mkdir(join(path, 'test', 'infra'), { recursive: true });
  for (const part of ['infra/modules', 'infra/projects', 'infra/workspaces/stacks.yaml', 'test/infra/mocks']) {
    await cp(join(repository, part), join(path, part), {
      recursive: true,
      filter: (source) => !skip.has(basename(source)),
    });
  }
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
