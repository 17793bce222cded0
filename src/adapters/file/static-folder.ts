import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { TransientError } from '../../kernel/errors';
import type { StaticFile, StaticFiles, StaticFolder } from '../../ports/static-files';

/** Endings of files that are the compressed form of the file beside them. */
const codings = { '.br': 'br', '.gz': 'gzip' } as const;

/** Digits of a version: enough that two contents of one path never share it. */
const versionLength = 32;

/**
 * A folder on disk. What is no file, such as a symbolic link, is left out. A file `x.br` or `x.gz` beside a file `x` counts as its
 * compressed form and is not a file of its own.
 */
export function staticFolder(path: string): StaticFolder {
  return {
    async read() {
      try {
        return await filesIn(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' && (await isAbsent(path))) {
          return undefined;
        }
        throw new TransientError('FolderUnreadable', `the folder ${path} cannot be read`, { cause: error });
      }
    },
  };
}

async function isAbsent(path: string): Promise<boolean> {
  return readdir(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

async function filesIn(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = new Map(
    await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
          const path = join(parentPath, name);
          return [relative(folder, path).split(sep).join('/'), await readFile(path)];
        }),
    ),
  );
  const files = new Map<string, StaticFile>();
  for (const [path, bytes] of contents) {
    if (Object.keys(codings).some((ending) => path.endsWith(ending) && contents.has(path.slice(0, -ending.length)))) {
      continue;
    }
    const compressed = Object.entries(codings).flatMap(([ending, coding]) => {
      const content = contents.get(path + ending);
      return content === undefined ? [] : [[coding, content] as const];
    });
    const version = createHash('sha256').update(bytes).digest('hex').slice(0, versionLength);
    files.set(path, { bytes, version, compressed: Object.fromEntries(compressed) });
  }
  return files;
}
