import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compareInterfaces, nextVersion, type InterfaceChange } from './interface';
import { readFolder } from './hcl';
import { run } from './terraform';

const UNRELEASED = '## Unreleased';

async function git(repository: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('git', args, { cwd: repository });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}

async function latest(repository: string, module: string): Promise<string | undefined> {
  const tags = (await git(repository, 'tag', '--list', `${module}/v*`))
    .split('\n')
    .filter((tag) => /\/v\d+\.\d+\.\d+$/.test(tag));
  const versions = tags.map((tag) => tag.slice(module.length + 2));
  return versions.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1);
}

async function folderAt(repository: string, tag: string, path: string): ReturnType<typeof readFolder> {
  const copy = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    const files = (await git(repository, 'ls-tree', '--name-only', tag, `${path}/`))
      .split('\n')
      .filter((name) => name.endsWith('.tf'));
    for (const file of files) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), await git(repository, 'show', `${tag}:${file}`));
    }
    return await readFolder(join(copy, path));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/**
 * Releases one module: the version follows from how its interface changed since the last tag, the changelog's
 * "Unreleased" becomes that version, and the commit is tagged `<module>/vX.Y.Z`. The changelog is committed; pushing is left
 * to the caller. Refused: unknown module, changes that are not committed, an empty "Unreleased", nothing new since the tag.
 * With `dryRun` nothing is written. @returns the problems; empty when it was done.
 */
export async function release(repository: string, module: string | undefined, dryRun: boolean): Promise<string[]> {
  if (module === undefined) return ['name the module: npm run infra -- release key-vault'];
  const path = `infra/modules/${module}`;
  const changelog = join(repository, path, 'CHANGELOG.md');
  const text = await readFile(changelog, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return [`${path}/CHANGELOG.md does not exist: there is no module ${module}, or it has never been described`];
  }
  const dirty = await git(repository, 'status', '--porcelain', '--', path);
  if (dirty !== '') return [`${path} has changes that are not committed; a tag must name what was reviewed:\n${dirty}`];
  const notes = (text.split(UNRELEASED)[1] ?? '').split(/^## /m)[0]?.trim() ?? '';
  if (notes === '') return [`${path}/CHANGELOG.md says nothing under "${UNRELEASED}"; write what changes for a caller`];

  const version = await latest(repository, module);
  let change: InterfaceChange = { bump: 'major', reasons: ['first release'] };
  if (version !== undefined) {
    const tag = `${module}/v${version}`;
    if ((await git(repository, 'diff', '--name-only', tag, '--', path)) === '') {
      return [`nothing changed in ${path} since ${tag}`];
    }
    change = compareInterfaces(await folderAt(repository, tag, path), await readFolder(join(repository, path)));
  }
  const next = version === undefined ? '1.0.0' : nextVersion(version, change.bump);
  const tag = `${module}/v${next}`;
  process.stdout.write(
    `${tag}: ${change.bump} (${change.reasons.join('; ') || 'the interface is the same'})\n${notes}\n`,
  );
  if (dryRun) return [];

  const date = new Date().toISOString().slice(0, 10);
  await writeFile(changelog, text.replace(UNRELEASED, `${UNRELEASED}\n\n## ${next} (${date})`));
  await git(repository, 'commit', '--quiet', '-m', `Release ${tag}`, '--', `${path}/CHANGELOG.md`);
  await git(repository, 'tag', '--annotate', tag, '-m', `${tag}\n\n${notes}`);
  return [];
}
