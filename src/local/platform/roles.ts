import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RoleDefinition } from '../cloud';

const needsSchema = z.object({ actions: z.array(z.string()), dataActions: z.array(z.string()) });
const declaredSchema = z.object({
  runbooks: z.record(z.string(), needsSchema),
  domains: z.record(z.string(), needsSchema.extend({ holder: z.enum(['writer', 'pruner']) })),
});

/** Names under which the local cloud has the roles of Caretaker's identities. */
const roleNames = { writer: 'Caretaker Operator', pruner: 'Caretaker Pruner' } as const;

/**
 * A role as Terraform makes it from the declared permissions, for the local cloud to enforce: the writer's holds the runbooks'
 * and its domains', the pruner's those of its domains.
 */
export async function roleFromInfra(root: string, holder: keyof typeof roleNames = 'writer'): Promise<RoleDefinition> {
  const file = join(root, 'infra/modules/caretaker-role/permissions.json');
  const { runbooks, domains } = declaredSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const held = [
    ...(holder === 'writer' ? Object.values(runbooks) : []),
    ...Object.values(domains).filter((domain) => domain.holder === holder),
  ];
  const all = (pick: (one: z.infer<typeof needsSchema>) => string[]): string[] =>
    [...new Set(held.flatMap(pick))].sort();
  return {
    roleName: roleNames[holder],
    description: 'What the code declares, and nothing else.',
    permissions: [{ actions: all(({ actions }) => actions), dataActions: all(({ dataActions }) => dataActions) }],
    assignableScopes: ['/'],
  };
}
