import type { ResourceId } from '../kernel/resource-id';

/** A resource as ARM lists it: what there is to say of any resource, whatever its type. */
export interface ListedResource {
  readonly id: ResourceId;
  /** Names as they were given; Azure compares them without regard to case, values with. */
  readonly tags: Readonly<Record<string, string>>;
  readonly location: string;
  readonly zones: readonly string[];
  /** What it is part of by ARM's own word (a disk's machine, a machine's scale set, an interface's machine); null when it is part of nothing. */
  readonly owner: ResourceId | null;
}

/** Resource groups, for whoever has to know what is in them. */
export interface ResourceGroups {
  /**
   * Everything in a resource group, at most a few thousand. Empty also when there is no such group.
   * Throws `TransientError` when ARM cannot be asked now, `PermanentError` when it denies access.
   */
  list(subscriptionId: string, resourceGroup: string, abort: AbortSignal): Promise<readonly ListedResource[]>;
}

/** Tags of a resource as they are at this moment. Every method throws as {@link ResourceGroups} does. */
export interface ResourceTags {
  /** Empty also when there is no such resource. */
  read(id: ResourceId, abort: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Sets these tags and leaves others as they are. Idempotent. */
  merge(id: ResourceId, tags: Readonly<Record<string, string>>, abort: AbortSignal): Promise<void>;
  /** Removes a tag with this name and value, and leaves one with another value as it is. Idempotent. */
  remove(id: ResourceId, tags: Readonly<Record<string, string>>, abort: AbortSignal): Promise<void>;
}
