import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an app's folder says about how it wants to be run. */
export interface AppSettings {
  /** Parsed host.json, with overrides merged in. */
  readonly hostJson: Readonly<Record<string, unknown>>;
  /** `Values` of local.settings.json. */
  readonly values: Readonly<Record<string, string>>;
  readonly routePrefix: string;
  readonly logLevels: Readonly<Record<string, string>>;
  /** `extensions` of host.json. */
  readonly extensions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Reads host.json and local.settings.json. A missing file counts as empty; a malformed one throws an error that names it. */
export function readAppSettings(
  directory: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
): AppSettings {
  const own = directory === undefined ? {} : readJsonFile(join(directory, 'host.json'));
  const hostJson = mergeDeep(own, overrides);
  const local = directory === undefined ? {} : readJsonFile(join(directory, 'local.settings.json'));
  const extensions = section(hostJson, 'extensions') as Record<string, Record<string, unknown>>;
  const routePrefix = section(extensions, 'http').routePrefix ?? 'api';
  if (typeof routePrefix !== 'string') throw new Error('host.json: extensions.http.routePrefix must be a text.');
  return {
    hostJson,
    values: localValues(local.Values),
    routePrefix: routePrefix.replace(/^\/+|\/+$/g, ''),
    logLevels: stringValues(section(section(hostJson, 'logging'), 'logLevel')),
    extensions,
  };
}

function localValues(values: unknown): Record<string, string> {
  if (values === undefined) return {};
  if (!isObject(values)) throw new Error('local.settings.json: "Values" must be an object of names and texts.');
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'object') {
      throw new Error(
        `local.settings.json: "Values.${name}" must be a text. Write JSON into a text, or nest with "__".`,
      );
    }
  }
  return stringValues(values);
}

function section(parent: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = parent[name];
  return isObject(value) ? value : {};
}

function stringValues(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

function readJsonFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  try {
    const parsed = JSON.parse(text) as unknown;
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new Error(`${path} must hold a JSON object.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeDeep(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const existing = merged[key];
    merged[key] = isObject(value) && isObject(existing) ? mergeDeep(existing, value) : value;
  }
  return merged;
}
