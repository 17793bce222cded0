import type { Iso8601 } from '../kernel/clock';
import type { ResourceId } from '../kernel/resource-id';
import type { SecretValue } from '../kernel/secret-value';

/** A version of a secret without its value. */
export interface SecretVersion {
  readonly version: string;
  readonly enabled: boolean;
  readonly createdAt: Iso8601;
  readonly expiresAt: Iso8601 | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A secret as a vault lists it: by its newest version. */
export interface SecretSummary extends Omit<SecretVersion, 'version' | 'createdAt'> {
  readonly name: string;
  readonly createdAt: Iso8601 | null;
}

/** What is changed of a version. Tags replace all tags that there are. */
export interface SecretChange {
  readonly enabled?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Secrets in vaults, by the vault's resource id. Never deletes, never purges, never touches a vault's own settings.
 *
 * Every method throws `TransientError` when the vault cannot be reached, is throttled or fails (then a write may or may not have
 * happened), and `PermanentError` when it refuses: `SecretDenied` (no permission, a disabled version), `SecretAbsent`,
 * `SecretDeleted` (the name is taken by a soft-deleted secret), `SecretRefused`. No error carries a value.
 */
export interface Secrets {
  /** Every secret of a vault, in no order. */
  list(vault: ResourceId, abort: AbortSignal): Promise<readonly SecretSummary[]>;
  /** The versions of a secret, oldest first; empty when there is no such secret. */
  versions(vault: ResourceId, name: string, abort: AbortSignal): Promise<readonly SecretVersion[]>;
  /** Whether the name is taken by a secret that was deleted and can be recovered. */
  isDeleted(vault: ResourceId, name: string, abort: AbortSignal): Promise<boolean>;
  /** The value of an enabled version. */
  read(vault: ResourceId, name: string, version: string, abort: AbortSignal): Promise<SecretValue>;
  /** Makes a new version, which is the newest at once. Not idempotent: look at the versions before trying again. */
  write(
    vault: ResourceId,
    name: string,
    value: SecretValue,
    properties: Required<SecretChange> & { readonly expiresAt: Iso8601 | null },
    abort: AbortSignal,
  ): Promise<SecretVersion>;
  /** Changes a version's properties. Idempotent. */
  change(vault: ResourceId, name: string, version: string, change: SecretChange, abort: AbortSignal): Promise<void>;
}
