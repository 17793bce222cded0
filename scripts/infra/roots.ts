import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A folder that Terraform can be run in. */
export interface Root {
  /** Path from the repository's root, for example `infra/modules/key-vault`. */
  readonly path: string;
  readonly kind: 'module' | 'project';
  /** Environments with variables of their own (projects only). */
  readonly environments: readonly string[];
}

async function folders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'tests')
      .map((entry) => folders(join(folder, entry.name))),
  );
  return [...(entries.some((entry) => entry.name === 'terraform.tf') ? [folder] : []), ...below.flat()];
}

/** Every module and project under `infra/`, modules of modules included, sorted by path. */
export async function findRoots(repository: string): Promise<Root[]> {
  const found = await Promise.all(
    (['module', 'project'] as const).map(async (kind) => {
      const paths = await folders(join(repository, 'infra', `${kind}s`));
      return Promise.all(
        paths.map(async (path): Promise<Root> => {
          const variables = kind === 'project' ? await readdir(join(path, 'environments')) : [];
          return {
            path: relative(repository, path),
            kind,
            environments: variables.filter((name) => name.endsWith('.tfvars')).map((name) => name.slice(0, -7)),
          };
        }),
      );
    }),
  );
  return found.flat().sort((one, other) => one.path.localeCompare(other.path, 'en'));
}
