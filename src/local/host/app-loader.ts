import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFunctionsCore, type FunctionsCore } from './core';

const CORE_MODULE = '@azure/functions-core';
const CORE_URL = 'functions-core:current';
const CORE_KEY = Symbol.for('local-functions-host.core');

const shared = globalThis as { [CORE_KEY]?: FunctionsCore | undefined };
const loaded = new Map<string, Promise<FunctionsCore>>();
let hooked = false;

/** Makes `@azure/functions-core` resolve to the core of the app that is being loaded, for `require` and `import` alike. */
function hookResolution(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== CORE_MODULE) return next(specifier, context);
      return { url: CORE_URL, format: 'commonjs', shortCircuit: true };
    },
    load(url, context, next) {
      if (url !== CORE_URL) return next(url, context);
      const source = `module.exports = globalThis[Symbol.for('local-functions-host.core')];`;
      return { format: 'commonjs', source, shortCircuit: true };
    },
  });
}

/**
 * Loads a compiled function app and returns what it registered. Node keeps modules, so an app is loaded once in a process; asked
 * for again, its registry is returned again. Two apps in one process must not share a copy of `@azure/functions`.
 */
export function loadApp(app: { readonly directory: string } | { readonly entry: string }): Promise<FunctionsCore> {
  const name = resolve('directory' in app ? app.directory : app.entry);
  let core = loaded.get(name);
  if (!core) {
    core = load('directory' in app ? entryFiles(name) : [name]);
    loaded.set(name, core);
    core.catch(() => loaded.delete(name));
  }
  return core;
}

async function load(files: readonly string[]): Promise<FunctionsCore> {
  hookResolution();
  const core = createFunctionsCore();
  shared[CORE_KEY] = core;
  for (const file of files) {
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      throw new Error(`The app's entry point ${file} failed: ${describe(error, file)}`, { cause: error });
    }
  }
  if (core.registry.functions.size === 0) {
    throw new Error(
      `The app registers no functions. Its entry point is ${files.join(', ')}: call app.http(...) or the like there, or let "main" of package.json name the files that do.`,
    );
  }
  return core;
}

/** One line: what was thrown, where a text does not parse, and what to do about a package that is not there. */
function describe(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  const [message = ''] = error.message.split('\n');
  if (error instanceof SyntaxError) {
    const [where = ''] = error.stack?.split('\n') ?? [];
    return `${message} (${where})`;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return message;
  return `${message}. Run "npm install" for the app in ${dirname(file)}, or compile it first.`;
}

/**
 * Files that `main` of package.json names: a path, a glob, or several of them in braces. Throws an error that says what is wrong with
 * the folder.
 */
export function entryFiles(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${directory} is no folder. Name the folder of a compiled function app.`);
  }
  const manifest = join(directory, 'package.json');
  if (!existsSync(manifest)) throw new Error(`${directory} has no package.json, so it is not a function app.`);
  const { main } = readManifest(manifest);
  if (typeof main !== 'string' || main === '') {
    throw new Error(`${manifest} has no "main". Set it to the compiled entry point, for example "dist/index.js".`);
  }
  if (existsSync(join(directory, main))) return [join(directory, main)];
  const files = globSync(main, { cwd: directory })
    .sort()
    .map((file) => (isAbsolute(file) ? file : join(directory, file)));
  if (files.length === 0) {
    throw new Error(`"main" of ${manifest} is "${main}", which matches no file. Compile the app first.`);
  }
  return files;
}

function readManifest(path: string): { readonly main?: unknown } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { main?: unknown };
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
