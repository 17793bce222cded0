import { matchesGlob } from './glob';
import type { RoleAssignment, RoleDefinition, RolePermissions } from './model';

/** Roles every directory has. Ids and contents as Azure's built-in roles of the same names. */
const builtInRoles: RoleDefinition[] = [
  { roleName: 'Reader', permissions: [{ actions: ['*/read'] }], assignableScopes: ['/'] },
  {
    roleName: 'Contributor',
    permissions: [
      {
        actions: ['*'],
        notActions: [
          'Microsoft.Authorization/*/Delete',
          'Microsoft.Authorization/*/Write',
          'Microsoft.Authorization/elevateAccess/Action',
        ],
      },
    ],
    assignableScopes: ['/'],
  },
  { roleName: 'Owner', permissions: [{ actions: ['*'] }], assignableScopes: ['/'] },
];

/** Decides whether a principal may do an action at a scope. Additive; a `notAction` only subtracts within its role. */
export interface AccessControl {
  allows(principal: string, action: string, scope: string): boolean;
  /** The same for what is done with data inside a resource. */
  allowsData(principal: string, action: string, scope: string): boolean;
  assign(assignment: RoleAssignment): void;
  remove(assignment: RoleAssignment): void;
  definitions(): RoleDefinition[];
  /** Takes actions out of every role, in the place of those taken out before: what a role would be without them. */
  withhold(actions: readonly string[]): void;
}

/** Throws when an assignment names a role that is not defined: it would silently grant nothing. */
export function createAccessControl(options: {
  definitions: RoleDefinition[];
  assignments: RoleAssignment[];
}): AccessControl {
  const roles = new Map<string, RoleDefinition>();
  for (const role of [...builtInRoles, ...options.definitions]) roles.set(role.roleName.toLowerCase(), role);
  const assignments: RoleAssignment[] = [];
  const roleOf = (assignment: RoleAssignment): RoleDefinition => {
    const role = roles.get(assignment.role.toLowerCase());
    if (role === undefined) {
      throw new Error(
        `role assignment of ${assignment.principal}: no role definition is named '${assignment.role}'; ` +
          `defined: ${[...roles.values()].map((each) => each.roleName).join(', ')}`,
      );
    }
    return role;
  };
  const assign = (assignment: RoleAssignment): void => {
    roleOf(assignment);
    assignments.push(assignment);
  };
  for (const assignment of options.assignments) assign(assignment);
  let withheld: ReadonlySet<string> = new Set();
  const some = (principal: string, scope: string, fits: (permissions: RolePermissions) => boolean): boolean =>
    assignments.some(
      (assignment) =>
        assignment.principal === principal &&
        covers(assignment.scope, scope) &&
        roleOf(assignment).permissions.some(fits),
    );
  return {
    allows: (principal, action, scope) =>
      !withheld.has(action.toLowerCase()) && some(principal, scope, (permissions) => grants(permissions, action)),
    withhold(actions) {
      withheld = new Set(actions.map((action) => action.toLowerCase()));
    },
    allowsData: (principal, action, scope) =>
      some(
        principal,
        scope,
        ({ dataActions = [], notDataActions = [] }) =>
          dataActions.some((pattern) => matchesGlob(pattern, action)) &&
          !notDataActions.some((pattern) => matchesGlob(pattern, action)),
      ),
    assign,
    remove(assignment) {
      const index = assignments.findIndex(
        (each) =>
          each.principal === assignment.principal && each.role === assignment.role && each.scope === assignment.scope,
      );
      if (index >= 0) assignments.splice(index, 1);
    },
    definitions: () => [...roles.values()],
  };
}

function covers(assigned: string, scope: string): boolean {
  const outer = assigned.toLowerCase().replace(/\/+$/, '');
  const inner = scope.toLowerCase().replace(/\/+$/, '');
  return inner === outer || inner.startsWith(`${outer}/`);
}

function grants(permissions: RolePermissions, action: string): boolean {
  return (
    permissions.actions.some((pattern) => matchesGlob(pattern, action)) &&
    !(permissions.notActions ?? []).some((pattern) => matchesGlob(pattern, action))
  );
}
