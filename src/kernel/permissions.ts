/** The permissions that something needs, as ARM names them. No wildcards. The roles in `infra/` are generated from these. */
export interface Permissions {
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
}

/** Which of Caretaker's identities holds a permission: the one that observes and acts, or the one that deletes recovery points. */
export type PermissionHolder = 'writer' | 'pruner';

/** What a part of the application needs beside the runbooks, and which identity holds it. */
export interface DomainPermissions extends Permissions {
  readonly holder: PermissionHolder;
}
