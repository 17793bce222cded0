import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { InvalidInputError, PermanentError } from '../../kernel/errors';
import { isPartOfModule, parseManifest, type Manifest, type ProjectFacts, type ReadManifest } from '../../stacks';

const run = promisify(execFile);

/** Where the manifest is, below the repository's root. */
export const manifestPath = 'infra/workspaces/stacks.yaml';

const toPosix = (path: string): string => path.split(sep).join('/');

/** Runs git in a repository. @throws PermanentError with what git said. */
export async function git(root: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run('git', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new PermanentError('GitFailed', `git ${args.join(' ')}: ${stderr?.trim() || String(error)}`, {
      cause: error,
    });
  }
}

/** Whether a commit lies on the way to another. A commit that is not known here does not. */
export async function isAncestor(root: string, earlier: string, later: string): Promise<boolean> {
  return await run('git', ['merge-base', '--is-ancestor', earlier, later], { cwd: root }).then(
    () => true,
    () => false,
  );
}

/** Reads the manifest of the working tree. */
export async function readManifest(root: string, path = manifestPath): Promise<ReadManifest> {
  const text = await readFile(join(root, path), 'utf8').catch((error: unknown) => {
    throw new PermanentError(
      'NoManifest',
      `${path} cannot be read in ${root}; run this in the repository, or give --directory`,
      { cause: error },
    );
  });
  return parseManifest(text);
}

/** The manifest as it was at a commit; `undefined` when there was none. The same text as now is not read a second time. */
export async function manifestAt(root: string, ref: string, now: ReadManifest): Promise<Manifest | undefined> {
  const listed = await git(root, 'ls-tree', '--name-only', ref, '--', manifestPath);
  if (listed.trim() === '') {
    return undefined;
  }
  const text = await git(root, 'show', `${ref}:${manifestPath}`);
  return text === now.text ? now.manifest : parseManifest(text).manifest;
}

/** Paths that differ between a commit and the working tree, files that git does not know yet included. */
export async function changedSince(root: string, ref: string): Promise<string[]> {
  // `--no-renames`: a file that moved away from a project changes that project too.
  const [tracked, untracked] = await Promise.all([
    git(root, 'diff', '--name-only', '--no-renames', '-z', ref, '--'),
    git(root, 'ls-files', '--others', '--exclude-standard', '-z'),
  ]);
  return [...new Set(`${tracked}${untracked}`.split('\0').filter((path) => path !== ''))].sort();
}

/** A Terraform folder, read. */
interface Folder {
  readonly variables: Readonly<Record<string, { readonly required: boolean }>>;
  readonly outputs: ProjectFacts['outputs'];
  readonly remoteStates: readonly string[];
  readonly sources: readonly string[];
  readonly files: readonly string[];
}

type Block = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Data sources through which a configuration can read the state of another stack. */
const stateReaders = new Set(['terraform_remote_state', 'tfe_outputs', 'spacelift_stack']);

/**
 * Reads Terraform configuration of one repository, each folder once. A configuration that is not HCL is an error with the
 * file's name. Only modules below the root are followed; others are pinned by their version and change with the text.
 */
export class TerraformReader {
  private readonly folders = new Map<string, Promise<Folder | undefined>>();
  private readonly digests = new Map<string, Promise<string>>();

  constructor(readonly root: string) {}

  private async parse(path: string, text: string): Promise<Record<string, unknown>> {
    // Loaded when needed: it is WebAssembly, and most commands do without.
    const { parse } = await import('@cdktn/hcl2json');
    try {
      return (await parse(path, text)) as Record<string, unknown>;
    } catch (error) {
      throw new InvalidInputError(
        'InvalidTerraform',
        `${path} is not HCL: ${error instanceof Error ? error.message : String(error)}`,
        [{ path, message: 'is not HCL; run: terraform validate' }],
      );
    }
  }

  /** Names that a variable file sets; `undefined` when there is no such file. */
  async variablesIn(path: string): Promise<readonly string[] | undefined> {
    const full = join(this.root, path);
    if (!existsSync(full)) {
      return undefined;
    }
    const text = await readFile(full, 'utf8');
    return Object.keys(path.endsWith('.json') ? (JSON.parse(text) as object) : await this.parse(path, text));
  }

  private folder(path: string): Promise<Folder | undefined> {
    let found = this.folders.get(path);
    if (found === undefined) {
      found = this.readFolder(path);
      this.folders.set(path, found);
    }
    return found;
  }

  private async readFolder(path: string): Promise<Folder | undefined> {
    const names = await readdir(join(this.root, path)).catch(() => [] as string[]);
    const configuration = names.filter((name) => name.endsWith('.tf')).sort();
    if (configuration.length === 0) {
      return undefined;
    }
    const variables: Record<string, { required: boolean }> = {};
    const outputs: Record<string, { sensitive: boolean }> = {};
    const remoteStates: string[] = [];
    const sources: string[] = [];
    const files: string[] = [];
    for (const name of configuration) {
      const text = await readFile(join(this.root, path, name), 'utf8');
      const blocks = await this.parse(`${path}/${name}`, text);
      for (const [variable, [body]] of Object.entries((blocks['variable'] ?? {}) as Block)) {
        variables[variable] = { required: body === undefined || !Object.hasOwn(body, 'default') };
      }
      for (const [output, [body]] of Object.entries((blocks['output'] ?? {}) as Block)) {
        outputs[output] = { sensitive: body?.['sensitive'] === true };
      }
      for (const [type, named] of Object.entries((blocks['data'] ?? {}) as Record<string, Block>)) {
        if (stateReaders.has(type)) {
          remoteStates.push(...Object.keys(named).map((one) => `${type}.${one}`));
        }
      }
      for (const [body] of Object.values((blocks['module'] ?? {}) as Block)) {
        const source = body?.['source'];
        if (typeof source === 'string' && /^\.\.?\//.test(source)) {
          sources.push(posix.normalize(posix.join(path, source)));
        }
      }
      for (const [, rest] of text.matchAll(/\$\{path\.(?:module|root)\}\/([^"$]*)/g)) {
        files.push(posix.normalize(posix.join(path, rest as string)));
      }
    }
    return { variables, outputs, remoteStates, sources: [...new Set(sources)], files };
  }

  /** What a project's configuration says; `undefined` when the folder holds none. @throws InvalidInputError for a module that is not there. */
  async project(path: string): Promise<ProjectFacts | undefined> {
    const own = await this.folder(path);
    if (own === undefined) {
      return undefined;
    }
    const modules = new Map<string, readonly string[]>();
    const files = new Set(own.files.filter((file) => !isPartOfModule(file, path)));
    const remoteStates = [...own.remoteStates];
    const queue = own.sources.map((folder) => ({ folder, way: [path, folder] }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (modules.has(next.folder)) {
        continue;
      }
      const folder = await this.folder(next.folder);
      if (folder === undefined) {
        throw new InvalidInputError(
          'NoModule',
          `${next.way.join(' -> ')}: there is no Terraform configuration in ${next.folder}`,
          [{ path: next.folder, message: 'is used as a module but holds no configuration' }],
        );
      }
      modules.set(next.folder, next.way);
      remoteStates.push(...folder.remoteStates);
      folder.files.filter((file) => !isPartOfModule(file, next.folder)).forEach((file) => files.add(file));
      queue.push(
        ...folder.sources.map((source) => ({ folder: source, way: [...(next as { way: string[] }).way, source] })),
      );
    }
    return {
      variables: own.variables,
      outputs: own.outputs,
      remoteStates,
      modules: Object.fromEntries(modules),
      files: [...files].sort(),
    };
  }

  /** What all the projects of a manifest say; one that holds no configuration is left out. */
  async projects(manifest: Manifest): Promise<Map<string, ProjectFacts>> {
    const facts = new Map<string, ProjectFacts>();
    for (const path of new Set(manifest.stacks.map(({ project }) => project))) {
      const found = await this.project(path);
      if (found !== undefined) {
        facts.set(path, found);
      }
    }
    return facts;
  }

  /**
   * SHA-256 over a folder's files: names and contents, in the order of the names. Tests, examples, documentation, variable
   * files, lock files, state and what Terraform writes are no part of it; neither are modules inside it, which have their own.
   */
  digest(folder: string): Promise<string> {
    let found = this.digests.get(folder);
    if (found === undefined) {
      found = this.digestOf(folder);
      this.digests.set(folder, found);
    }
    return found;
  }

  private async digestOf(folder: string): Promise<string> {
    const hash = createHash('sha256');
    const top = join(this.root, folder);
    const walk = async (path: string): Promise<string[]> => {
      const entries = await readdir(path, { withFileTypes: true });
      const nested = await Promise.all(
        entries
          .filter((entry) => entry.name !== '.terraform')
          .map(async (entry) =>
            entry.isDirectory() ? walk(join(path, entry.name)) : [toPosix(relative(top, join(path, entry.name)))],
          ),
      );
      return nested.flat();
    };
    const files = (await walk(top)).filter(
      (file) =>
        isPartOfModule(`${folder}/${file}`, folder) &&
        !/\.tfvars(?:\.json)?$|\.backend\.hcl$|\.tfstate(?:\..*)?$|\.tfplan$|\.terraform\.lock\.hcl$/.test(file),
    );
    for (const file of files.sort()) {
      const content = await readFile(join(top, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
    return hash.digest('hex');
  }

  /** The digests that a plan of a project is bound to. */
  async digestsOf(project: string): Promise<{ project: string; modules: Record<string, string> }> {
    const facts = await this.project(project);
    const modules: Record<string, string> = {};
    for (const folder of Object.keys(facts?.modules ?? {}).sort()) {
      modules[folder] = await this.digest(folder);
    }
    return { project: await this.digest(project), modules };
  }

  /** SHA-256 of a project's lock file; null when it has none. */
  async lockFileOf(project: string): Promise<string | null> {
    const path = join(this.root, project, '.terraform.lock.hcl');
    const content = await readFile(path).catch(() => undefined);
    return content === undefined ? null : createHash('sha256').update(content).digest('hex');
  }

  /** Folders of the module registry, from the root: those directly in the registry that hold configuration. */
  async registry(folder: string): Promise<string[]> {
    const names = await readdir(join(this.root, folder)).catch(() => [] as string[]);
    const found = await Promise.all(
      names.map(async (name) => ((await this.folder(`${folder}/${name}`)) === undefined ? [] : [name])),
    );
    return found.flat().sort();
  }
}

/** Makes sure that a folder is the root of something that can be worked on. */
export async function rootOf(directory: string): Promise<string> {
  const root = resolve(directory);
  const isDirectory = await stat(root).then(
    (one) => one.isDirectory(),
    () => false,
  );
  if (!isDirectory) {
    throw new PermanentError('NoDirectory', `${root} is not a folder; give the repository's root as --directory`);
  }
  return root;
}
