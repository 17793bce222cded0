import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import type { ResourceId } from '../kernel/resource-id';

/** A resource as the inventory keeps it. Durable: every field added later needs a default. */
export const inventoryResourceSchema = z.object({
  id: resourceIdSchema,
  tags: z.record(z.string(), z.string()),
  location: z.string(),
  zones: z.array(z.string()),
  owner: resourceIdSchema.nullable(),
});
export type InventoryResource = z.infer<typeof inventoryResourceSchema>;

/** What was in a resource group when it was last read. */
export const groupSnapshotSchema = z.object({
  version: z.literal(1),
  readAt: instantSchema,
  resources: z.array(inventoryResourceSchema),
});
export type GroupSnapshot = z.infer<typeof groupSnapshotSchema>;

/**
 * What the inventory says of a resource.
 * - `seen`: it was there at `readAt`.
 * - `unseen`: it was not there then.
 * - `unreadable`: nobody can tell, for this reason.
 *
 * `chain` leads from the resource to what it is part of, and on to what that is part of: the resource itself first. As far as can be
 * told from its id alone where the inventory cannot be read.
 */
export type Sight =
  | {
      readonly kind: 'seen';
      readonly resource: InventoryResource;
      readonly readAt: string;
      readonly chain: readonly ResourceId[];
    }
  | { readonly kind: 'unseen'; readonly readAt: string; readonly chain: readonly ResourceId[] }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly chain: readonly ResourceId[] };

/** Tags that rules can be held against, or why there are none to hold them against. */
export type KnownTags =
  | { readonly kind: 'known'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Name of the tag with which a person keeps Caretaker off a resource. */
export const holdTagName = 'caretaker-hold';
