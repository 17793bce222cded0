import type { ResourceId } from '../kernel/resource-id';
import type { SecretValue } from '../kernel/secret-value';

/** A version of a secret, named and not shown. */
export interface SecretReference {
  readonly vault: ResourceId;
  readonly name: string;
  readonly version: string;
}

/** Which version a consumer uses, as far as can be told by looking. */
export type Adoption =
  | { readonly kind: 'adopted' }
  | { readonly kind: 'lagging'; readonly reason: string }
  /** It has the new version and cannot work with it. */
  | { readonly kind: 'failing'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** An app whose settings refer to secrets of a vault. */
export interface SettingReferences {
  /** Asks the platform to resolve the references anew, instead of within a day. Idempotent. */
  refresh(site: ResourceId, abort: AbortSignal): Promise<void>;
  adoption(site: ResourceId, setting: string, wanted: SecretReference, abort: AbortSignal): Promise<Adoption>;
}

/** Machines that take a secret when a script of theirs is run. */
export interface TellableMachines {
  /** The machines of a scale set, or the machine itself. */
  machines(target: ResourceId, abort: AbortSignal): Promise<readonly ResourceId[]>;
  /** Runs the script with the secret's name and version; the last line that it prints names the version it uses. */
  tell(machine: ResourceId, script: string, wanted: SecretReference, abort: AbortSignal): Promise<void>;
  adoption(machine: ResourceId, wanted: SecretReference, abort: AbortSignal): Promise<Adoption>;
}

/** A service that has a webhook for news about its secrets. */
export interface ConsumerWebhooks {
  tell(url: string, signingKey: SecretValue, wanted: SecretReference, abort: AbortSignal): Promise<void>;
  /** The service's own report. */
  adoption(url: string, signingKey: SecretValue, wanted: SecretReference, abort: AbortSignal): Promise<Adoption>;
}
