import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError, type InputProblem } from '../../kernel/errors';
import {
  affected,
  checkProjects,
  lostStacks,
  mermaid,
  renderManifest,
  schemaOfManifest,
  tree,
  waves,
  type Manifest,
  type ReadManifest,
} from '../../stacks';
import { changedSince, manifestAt, manifestPath, readManifest, TerraformReader } from './repository';

const print = (text: string): void => void process.stdout.write(text);

/** Prints problems as `file:line:column path: message`, or `path: message` where there is no line. */
export function printProblems(file: string, problems: readonly InputProblem[]): void {
  for (const { path, message, line, column } of problems) {
    const place = line === undefined ? '' : `${file}:${line}:${column ?? 1} `;
    process.stderr.write(`${place}${path === '' ? '' : `${path}: `}${message}\n`);
  }
}

/** The stacks of one environment, or all. @throws InvalidInputError for an environment that does not exist. */
export function within(manifest: Manifest, environment: string | undefined): Manifest {
  if (environment === undefined) {
    return manifest;
  }
  if (!manifest.promotion.includes(environment)) {
    throw new InvalidInputError('UnknownEnvironment', `there is no environment "${environment}"`, [
      { path: 'environment', message: `there are: ${manifest.promotion.join(', ')}` },
    ]);
  }
  return {
    ...manifest,
    promotion: [environment],
    stacks: manifest.stacks.filter((stack) => stack.environment === environment),
  };
}

/** Checks the manifest with the projects that it names. Returns the exit code. */
export async function check(root: string): Promise<number> {
  const read = await readManifest(root);
  const reader = new TerraformReader(root);
  const facts = await reader.projects(read.manifest);
  const files = new Map<string, readonly string[] | undefined>();
  for (const { project, variables } of read.manifest.stacks) {
    for (const file of variables) {
      const path = `${project}/${file}`;
      files.set(path, files.get(path) ?? (await reader.variablesIn(path)));
    }
  }
  const problems = read.problemsOf((report) => {
    checkProjects(read.manifest, facts, (project, file) => files.get(`${project}/${file}`), report);
  });
  if (problems.length > 0) {
    printProblems(manifestPath, problems);
    return 1;
  }
  print(
    `${manifestPath}: ${read.manifest.stacks.length} stacks in ${read.manifest.promotion.length} environments, version ${read.version.slice(0, 12)}\n`,
  );
  return 0;
}

export async function graph(
  root: string,
  options: { readonly environment?: string; readonly format: string },
): Promise<number> {
  const manifest = within((await readManifest(root)).manifest, options.environment);
  print(
    options.format === 'mermaid'
      ? mermaid(manifest)
      : options.format === 'json'
        ? `${JSON.stringify(manifest.stacks, null, 2)}\n`
        : tree(manifest),
  );
  return 0;
}

export async function order(
  root: string,
  options: { readonly environment?: string; readonly json: boolean },
): Promise<number> {
  const ordered = waves(within((await readManifest(root)).manifest, options.environment).stacks);
  print(
    options.json
      ? `${JSON.stringify(ordered)}\n`
      : ordered.map((wave, index) => `${index + 1}. ${wave.join(', ')}\n`).join(''),
  );
  return 0;
}

/** Prints which of these stacks would be planned, in order, and what each takes from whom. */
export function showPlanned(manifest: Manifest, names: readonly string[], json: boolean): number {
  const wanted = new Set(names);
  const stacks = manifest.stacks.filter(({ name }) => wanted.has(name));
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const ordered = waves(stacks).map((wave) =>
    wave.map((name) => ({
      stack: name,
      inputs: (byName.get(name)?.needs ?? []).flatMap(({ stack, inputs }) =>
        Object.entries(inputs).map(([input, output]) => ({
          input,
          from: `${stack}.${output}`,
          planned: wanted.has(stack),
        })),
      ),
    })),
  );
  if (json) {
    print(`${JSON.stringify(ordered)}\n`);
    return 0;
  }
  ordered.forEach((wave, index) => {
    for (const { stack, inputs } of wave) {
      const taken = inputs.map(
        ({ input, from, planned }) => `${input} from ${planned ? 'the plan' : 'the state'} of ${from}`,
      );
      print(`${index + 1}. ${stack}${taken.length === 0 ? '' : ` (${taken.join(', ')})`}\n`);
    }
  });
  return 0;
}

/** The stacks that changed since a commit. @throws InvalidInputError `LostStack` when the manifest lost one. */
export async function affectedSince(
  root: string,
  read: ReadManifest,
  reader: TerraformReader,
  ref: string,
): Promise<{ readonly changed: readonly string[]; readonly stacks: ReturnType<typeof affected> }> {
  const { manifest } = read;
  const [changed, earlier, facts] = await Promise.all([
    changedSince(root, ref),
    manifestAt(root, ref, read),
    reader.projects(manifest),
  ]);
  const lost = earlier === undefined ? [] : lostStacks(manifest, earlier);
  if (lost.length > 0) {
    throw new InvalidInputError(
      'LostStack',
      `${manifestPath} lost stacks since ${ref}`,
      lost.map(({ message }) => ({ path: 'stacks', message })),
    );
  }
  return { changed, stacks: affected(manifest, facts, changed, earlier) };
}

export async function showAffected(
  root: string,
  options: { readonly since: string; readonly environment?: string; readonly json: boolean },
): Promise<number> {
  const read = await readManifest(root);
  const inside = new Set(within(read.manifest, options.environment).stacks.map(({ name }) => name));
  const { changed, stacks } = await affectedSince(root, read, new TerraformReader(root), options.since);
  const shown = stacks.filter(({ stack }) => inside.has(stack));
  if (options.json) {
    print(`${JSON.stringify(shown)}\n`);
    return 0;
  }
  print(`${changed.length} files changed since ${options.since}; ${shown.length} stacks are affected\n`);
  for (const { stack, how, reasons } of shown) {
    print(`${how === 'direct' ? '*' : ' '} ${stack}\n${reasons.map((reason) => `      ${reason}\n`).join('')}`);
  }
  return 0;
}

/** Writes what follows from the manifest, or says what is out of date. Returns the exit code. */
export async function render(root: string, write: boolean): Promise<number> {
  const { manifest } = await readManifest(root);
  const reader = new TerraformReader(root);
  const modules = await reader.registry(manifest.modules);
  const facts = await reader.projects(manifest);
  const folder = 'infra/workspaces';
  const files: [string, string][] = [
    [`${folder}/stacks.schema.json`, schemaOfManifest()],
    [`${folder}/stacks.generated.json`, renderManifest(manifest, modules, facts)],
    [`${folder}/stacks.mmd`, mermaid(manifest)],
  ];
  let differing = 0;
  for (const [path, content] of files) {
    const stored = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (stored === content) {
      continue;
    }
    if (write) {
      await writeFile(join(root, path), content);
      print(`${path} written\n`);
    } else {
      differing += 1;
      process.stderr.write(`${path} is not what the manifest says; run: caretaker stacks render --write\n`);
    }
  }
  return differing === 0 ? 0 : 1;
}
