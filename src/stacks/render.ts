import { z } from 'zod';
import { manifestSchema, type Manifest } from './model';
import { waves } from './graph';

/** The manifest's JSON schema, for editors. */
export function schemaOfManifest(): string {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Stacks of Caretaker' }, null, 2)}\n`;
}

/**
 * The manifest as the vendors' renderings read it: checked, with inheritance resolved, maps instead of lists, the names of
 * the stacks in each place where Terraform needs a key. Both renderings read this one document, and nothing else.
 */
export function renderManifest(manifest: Manifest, modules: readonly string[]): string {
  const order = new Map(waves(manifest.stacks).flatMap((wave, index) => wave.map((name) => [name, index] as const)));
  const document = {
    organization: manifest.organization,
    repository: manifest.repository,
    terraform: manifest.terraform,
    module_folder: manifest.modules,
    modules: [...modules].sort(),
    promotion: manifest.promotion,
    environments: manifest.environments,
    units: manifest.units,
    contexts: Object.fromEntries(
      Object.entries(manifest.contexts).map(([name, { description, environment, variables }]) => [
        name,
        { description, environment: environment ?? null, variables },
      ]),
    ),
    stacks: Object.fromEntries(
      manifest.stacks.map(({ name, needs, ...stack }) => [
        name,
        { ...stack, wave: order.get(name), needs: needs.map(({ stack: on, inputs }) => ({ stack: on, inputs })) },
      ]),
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
