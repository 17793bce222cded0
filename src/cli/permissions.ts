import { backupPermissions, pruningPermissions, restorePermissions } from '../backup';
import { dnsPermissions } from '../dns';
import { inventoryPermissions } from '../inventory';
import type { DomainPermissions, Permissions } from '../kernel/permissions';
import { runbooks } from '../runbooks';
import { rotationPermissions } from '../rotation';
import { scalingPermissions } from '../scaling';

/**
 * What the domains beside the runbooks need, by name: one entry for each domain and identity. A domain declares its permissions
 * beside the code that uses them and is named here.
 */
const domains: Readonly<Record<string, DomainPermissions>> = {
  backup: backupPermissions,
  'backup-pruning': pruningPermissions,
  dns: dnsPermissions,
  inventory: inventoryPermissions,
  restore: restorePermissions,
  rotation: rotationPermissions,
  scaling: scalingPermissions,
};

/** Everything that is declared, in the form of `infra/modules/caretaker-role/permissions.json`: sorted, each entry once. */
export function declaredPermissions() {
  return {
    domains: Object.fromEntries(
      byName(Object.entries(domains)).map(([name, one]) => [name, { holder: one.holder, ...sorted(one) }]),
    ),
    runbooks: Object.fromEntries(
      byName(runbooks.map(({ name, permissions }) => [name, permissions] as const)).map(([name, one]) => [
        name,
        sorted(one),
      ]),
    ),
  };
}

function byName<Value>(entries: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] {
  return [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
}

function sorted({ actions, dataActions }: Permissions) {
  const once = (entries: readonly string[]): string[] => [...new Set(entries)].sort();
  return { actions: once(actions), dataActions: once(dataActions) };
}
