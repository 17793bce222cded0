import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { findRoots } from './roots';
import { expressionText, readFolder } from './hcl';

/** Who may own a field. Terraform owns what is not listed. */
export const ownerSchema = z.enum(['terraform', 'scaler', 'rotator', 'dns', 'backup', 'human']);
export type Owner = z.infer<typeof ownerSchema>;

const operation = z
  .string()
  .regex(/^[A-Za-z]+\.[A-Za-z.]+(\/[A-Za-z0-9]+)+$/, 'must be one operation, spelled out, without wildcard');

const fieldSchema = z.strictObject({
  /** Address within the module, for example `azurerm_key_vault_secret.this`. */
  resource: z.string().regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'must be <type>.<name>'),
  /** Folder below infra/modules. */
  module: z.string().min(1),
  fields: z.array(z.string().min(1)).min(1),
  owner: ownerSchema.exclude(['terraform']),
  reason: z.string().min(20),
  /** What the owner needs to write the field. Absent where the right is not Azure's. */
  permissions: z
    .strictObject({ actions: z.array(operation).default([]), dataActions: z.array(operation).default([]) })
    .optional(),
});

/** `infra/ownership.yaml`. */
export const ownershipSchema = z.strictObject({ version: z.literal(1), fields: z.array(fieldSchema).min(1) });
export type Ownership = z.infer<typeof ownershipSchema>;
export type OwnedField = Ownership['fields'][number];

/** What drift on a field means: `expected` (its automation did it), or `review` (a person did; someone must decide). */
export type DriftClass = 'expected' | 'review';

/** Reads and checks the manifest. @throws with every problem and its path. */
export async function readOwnership(repository: string): Promise<Ownership> {
  const text = await readFile(join(repository, 'infra', 'ownership.yaml'), 'utf8');
  const result = ownershipSchema.safeParse(parse(text));
  if (!result.success) throw new Error(`infra/ownership.yaml:\n${z.prettifyError(result.error)}`);
  return result.data;
}

const automated = (field: OwnedField): boolean => field.owner !== 'human';

/** Permissions per automation, as the caretaker-role module reads them. Owners without any Azure permission are left out. */
export function ownerPermissions(ownership: Ownership): {
  readonly owners: Readonly<Record<string, { readonly actions: string[]; readonly dataActions: string[] }>>;
} {
  const owners: Record<string, { actions: string[]; dataActions: string[] }> = {};
  for (const field of ownership.fields) {
    if (field.permissions === undefined) continue;
    const entry = (owners[field.owner] ??= { actions: [], dataActions: [] });
    entry.actions = [...new Set([...entry.actions, ...field.permissions.actions])].sort();
    entry.dataActions = [...new Set([...entry.dataActions, ...field.permissions.dataActions])].sort();
  }
  return {
    owners: Object.fromEntries(Object.entries(owners).sort(([one], [other]) => one.localeCompare(other, 'en'))),
  };
}

/**
 * The same facts by type of resource, for policies over plans and for the classification of drift. What is not listed is
 * Terraform's, and drift on it is `unknown`.
 */
export function driftClasses(ownership: Ownership): object {
  return {
    version: 1,
    unlisted: { owner: 'terraform', drift: 'unknown' },
    fields: ownership.fields.flatMap((field) =>
      field.fields.map((path) => ({
        type: field.resource.split('.')[0],
        name: field.resource.split('.')[1],
        module: field.module,
        field: path,
        owner: field.owner,
        ignored: automated(field),
        drift: (automated(field) ? 'expected' : 'review') satisfies DriftClass,
      })),
    ),
  };
}

function ignored(body: Readonly<Record<string, unknown>>): string[] {
  const lifecycle = (body['lifecycle'] as readonly Record<string, unknown>[] | undefined)?.[0];
  const changes = lifecycle?.['ignore_changes'];
  return Array.isArray(changes) ? changes.map(expressionText) : changes === undefined ? [] : [expressionText(changes)];
}

/** Compares the manifest with every `ignore_changes` in infra/, in both directions. Each problem names file and field. */
export async function checkIgnoredChanges(repository: string, ownership: Ownership): Promise<string[]> {
  const problems: string[] = [];
  const claimed = new Map<string, Set<string>>();
  for (const field of ownership.fields) {
    const key = `infra/modules/${field.module} ${field.resource}`;
    const paths = claimed.get(key) ?? new Set();
    if (automated(field)) field.fields.forEach((path) => paths.add(path));
    claimed.set(key, paths);
  }
  const seen = new Set<string>();
  for (const root of await findRoots(repository)) {
    for (const resource of (await readFolder(join(repository, root.path))).resources) {
      const key = `${root.path} ${resource.address}`;
      seen.add(key);
      const inCode = new Set(ignored(resource.body));
      const inManifest = claimed.get(key) ?? new Set<string>();
      for (const path of inCode) {
        if (!inManifest.has(path)) problems.push(`${key} ignores ${path}, which infra/ownership.yaml gives to nobody`);
      }
      for (const path of inManifest) {
        if (!inCode.has(path)) {
          problems.push(`${key} must ignore ${path}: infra/ownership.yaml gives it to an automation`);
        }
      }
    }
  }
  for (const key of claimed.keys()) {
    if (!seen.has(key)) problems.push(`${key} is in infra/ownership.yaml and nowhere in the code`);
  }
  return problems;
}

/** The files made from the manifest: path from the repository's root to content. */
export function generatedFiles(ownership: Ownership): Readonly<Record<string, string>> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'infra/modules/caretaker-role/ownership-permissions.json': json(ownerPermissions(ownership)),
    'infra/ownership.generated.json': json(driftClasses(ownership)),
    'infra/ownership.schema.json': json(z.toJSONSchema(ownershipSchema, { io: 'input' })),
  };
}

/** Compares (or, with `write`, rewrites) what is made from the manifest, and checks the code against it. */
export async function checkOwnership(repository: string, write: boolean): Promise<string[]> {
  const ownership = await readOwnership(repository);
  const problems = await checkIgnoredChanges(repository, ownership);
  for (const [path, wanted] of Object.entries(generatedFiles(ownership))) {
    if (write) await writeFile(join(repository, path), wanted);
    else if ((await readFile(join(repository, path), 'utf8').catch(() => '')) !== wanted) {
      problems.push(`${path} is not what infra/ownership.yaml says; run: npm run infra -- ownership --write`);
    }
  }
  return problems;
}
