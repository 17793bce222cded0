import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The repository's root. */
export const repository = resolve(__dirname, '..', '..');

/** Makes a small repository with these files (path to content) and removes it when `work` is done. */
export async function withRepository<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'infra-test-'));
  try {
    await mkdir(join(folder, 'infra/modules'), { recursive: true });
    await mkdir(join(folder, 'infra/projects'), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
