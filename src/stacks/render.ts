import { z } from 'zod';
import { manifestSchema, type Manifest, type ProjectFacts } from './model';
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
export function renderManifest(
  manifest: Manifest,
  modules: readonly string[],
  facts: ReadonlyMap<string, ProjectFacts>,
): string {
  // What a vendor watches beside the project itself: the modules that it is made of, as far as they lie here.
  const watched = (project: string): string[] => [
    ...Object.keys(facts.get(project)?.modules ?? {})
      .sort()
      .map((folder) => `${folder}/**`),
    ...(facts.get(project)?.files ?? []),
  ];
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
        {
          ...stack,
          wave: order.get(name),
          watches: watched(stack.project),
          needs: needs.map(({ stack: on, inputs }) => ({ stack: on, inputs })),
        },
      ]),
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
