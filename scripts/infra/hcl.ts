import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';

/** One `validation` of a variable. */
export interface Validation {
  readonly condition: string;
  readonly message: string;
}

/** A variable of a module, as written. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** HCL or JSON text; undefined when the variable must be given. */
  readonly defaultText: string | undefined;
  readonly validations: readonly Validation[];
}

/** An output of a module. */
export interface Output {
  readonly name: string;
  readonly description: string;
  readonly sensitive: boolean;
  /** The expression, or JSON when it is an object whose fields are expressions. */
  readonly value: unknown;
}

/** A resource block: its address within the module, and its body as JSON with expressions as `${...}`. */
export interface Block {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A call of another module. */
export interface ModuleCall {
  readonly name: string;
  readonly source: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A folder of Terraform, read without Terraform. */
export interface TerraformFolder {
  readonly variables: readonly Variable[];
  readonly outputs: readonly Output[];
  readonly resources: readonly Block[];
  readonly calls: readonly ModuleCall[];
  /** Provider source to its version constraint. */
  readonly providers: Readonly<Record<string, string>>;
  readonly requiredVersion: string | undefined;
  /** Every name under `locals`, with its expression. */
  readonly locals: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/** `${expression}` without its wrapping; anything else as JSON. */
export function expressionText(value: unknown): string {
  if (typeof value === 'string') {
    const inner = /^\$\{([\s\S]*)\}$/.exec(value);
    return inner?.[1] ?? JSON.stringify(value);
  }
  return JSON.stringify(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function blocks(document: Json, kind: string): [string, Json][] {
  const group = document[kind];
  if (group === null || typeof group !== 'object') return [];
  return Object.entries(group as Record<string, Json[]>).flatMap(([name, bodies]) =>
    bodies.map((body): [string, Json] => [name, body]),
  );
}

/**
 * Default values as they stand in the file. The parser turns a literal into JSON, which loses nothing here, but an object
 * with an expression inside must be shown as written; both are text for a reader and are never evaluated.
 */
function defaultText(body: Json): string | undefined {
  return 'default' in body ? expressionText(body['default']) : undefined;
}

function readVariables(document: Json): Variable[] {
  return blocks(document, 'variable').map(([name, body]) => ({
    name,
    type: expressionText(body['type'] ?? '${any}'),
    description: text(body['description']),
    defaultText: defaultText(body),
    validations: ((body['validation'] as Json[] | undefined) ?? []).map((validation) => ({
      condition: expressionText(validation['condition']),
      message: text(validation['error_message']),
    })),
  }));
}

/**
 * Reads every `.tf` file of a folder (not of folders below).
 * @throws what the parser says, with the file's name, when a file is not HCL.
 */
export async function readFolder(folder: string): Promise<TerraformFolder> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.tf')).sort();
  const documents = await Promise.all(
    names.map(async (name) => (await parse(join(folder, name), await readFile(join(folder, name), 'utf8'))) as Json),
  );
  const resources = documents.flatMap((document) =>
    Object.entries((document['resource'] ?? {}) as Record<string, Record<string, Json[]>>).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, bodies]) => ({
        address: `${type}.${name}`,
        type,
        name,
        body: bodies[0] ?? {},
      })),
    ),
  );
  const settings = documents.flatMap((document) => (document['terraform'] as Json[] | undefined) ?? []);
  const providers = settings
    .flatMap((setting) => (setting['required_providers'] as Record<string, Json>[] | undefined) ?? [])
    .flatMap((block) => Object.values(block))
    .map((provider): [string, string] => [String(provider['source']), String(provider['version'])]);
  return {
    variables: documents.flatMap(readVariables),
    outputs: documents.flatMap((document) =>
      blocks(document, 'output').map(([name, body]) => ({
        name,
        description: text(body['description']),
        sensitive: body['sensitive'] === true,
        value: body['value'],
      })),
    ),
    resources,
    calls: documents.flatMap((document) =>
      blocks(document, 'module').map(([name, body]) => ({ name, source: text(body['source']), body })),
    ),
    providers: Object.fromEntries(providers.sort()),
    requiredVersion: settings
      .map((setting) => setting['required_version'])
      .find((value): value is string => typeof value === 'string'),
    locals: documents
      .flatMap((document) => (document['locals'] as Json[] | undefined) ?? [])
      .reduce<Json>((all, some) => ({ ...all, ...some }), {}),
  };
}
