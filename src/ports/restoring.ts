import { z } from 'zod';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** A disk in one of a machine's slots. */
export const slotSchema = z.object({ lun: z.number().int().min(0), disk: resourceIdSchema });
export type Slot = z.infer<typeof slotSchema>;

/** How a machine is made, as far as another has to be made like it, or its disks exchanged. */
export const machineShapeSchema = z.object({
  id: resourceIdSchema,
  location: z.string(),
  zone: z.string().nullable(),
  size: z.string(),
  power: z.enum(['running', 'stopped', 'deallocated', 'changing']),
  /** Whether the platform is through with its last operation, and whether that went well. */
  provisioning: z.enum(['succeeded', 'failed', 'changing']),
  /** Whether the guest's agent reports: the first sign of life that needs no network. */
  agentReady: z.boolean(),
  systemDisk: resourceIdSchema,
  system: z.enum(['linux', 'windows']),
  dataDisks: z.array(slotSchema).max(64),
  interfaces: z.array(resourceIdSchema).max(16),
  /** `TrustedLaunch`, `ConfidentialVM` or null; a disk and its machine have to agree. */
  security: z.string().nullable(),
});
export type MachineShape = z.infer<typeof machineShapeSchema>;

/** A disk, or the snapshot of one, as far as another disk has to be made like it. */
export const diskShapeSchema = z.object({
  id: resourceIdSchema,
  location: z.string(),
  zone: z.string().nullable(),
  /** Performance class, such as `Premium_LRS`. A snapshot's is its own, not its disk's. */
  sku: z.string(),
  /** The machine it is attached to. */
  attachedTo: resourceIdSchema.nullable(),
  system: z.enum(['linux', 'windows']).nullable(),
  generation: z.string().nullable(),
  security: z.string().nullable(),
  encryptionSet: resourceIdSchema.nullable(),
});
export type DiskShape = z.infer<typeof diskShapeSchema>;

/** Whose a made resource is, and until when it is meant to be there. Written on it, so that what is left over can be found. */
export const ownerSchema = z.object({ work: z.string().min(1).max(90), until: instantSchema });
export type Owner = z.infer<typeof ownerSchema>;

const place = { location: z.string(), zone: z.string().nullable() };

/**
 * One step of a restore: a state that is brought about. Each names what it makes or changes, so that doing it twice changes
 * nothing.
 */
export const stageSchema = z.discriminatedUnion('kind', [
  /** A network without a way in or out: no peering, no address from outside, every direction denied. */
  z.object({ kind: z.literal('network'), id: resourceIdSchema, location: z.string(), prefix: z.string() }),
  /** An interface in that network. */
  z.object({
    kind: z.literal('interface'),
    id: resourceIdSchema,
    location: z.string(),
    /** The network made before, or the subnet of an existing one. */
    subnet: resourceIdSchema,
  }),
  z.object({
    kind: z.literal('disk'),
    id: resourceIdSchema,
    ...place,
    snapshot: resourceIdSchema,
    sku: z.string(),
    generation: z.string().nullable(),
    security: z.string().nullable(),
    encryptionSet: resourceIdSchema.nullable(),
    system: z.enum(['linux', 'windows']).nullable(),
  }),
  z.object({
    kind: z.literal('machine'),
    id: resourceIdSchema,
    ...place,
    size: z.string(),
    systemDisk: resourceIdSchema,
    system: z.enum(['linux', 'windows']),
    dataDisks: z.array(slotSchema).max(64),
    interface: resourceIdSchema,
    security: z.string().nullable(),
  }),
  /** Stopped, and its place given back: disks can be exchanged only then. */
  z.object({ kind: z.literal('stop'), id: resourceIdSchema }),
  z.object({ kind: z.literal('start'), id: resourceIdSchema }),
  /** Exactly these disks, in these slots; what was attached before is kept. */
  z.object({
    kind: z.literal('exchange'),
    id: resourceIdSchema,
    systemDisk: resourceIdSchema,
    dataDisks: z.array(slotSchema).max(64),
  }),
  /** Running, and its agent reports. Changes nothing, only waits. */
  z.object({ kind: z.literal('ready'), id: resourceIdSchema }),
  /** A script run inside the machine: no network is needed to ask it how it is. */
  z.object({
    kind: z.literal('probe'),
    id: resourceIdSchema,
    location: z.string(),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    script: z.string().max(4096),
    timeLimitSeconds: z.number().int().min(1).max(3600),
  }),
  /** Gone. Only what carries the owner's mark is removed. */
  z.object({ kind: z.literal('remove'), id: resourceIdSchema }),
]);
export type Stage = z.infer<typeof stageSchema>;

/** How far a stage is. */
export const stageStateSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    /** How a script ended; null for every other stage. */
    script: z.object({ exitCode: z.number().int(), output: z.string().max(1024) }).nullable(),
  }),
  z.object({ kind: z.literal('running'), retryAfterSeconds: z.number().min(0).max(3600) }),
  /** The platform will not do it, or it ended badly. Trying the same again changes nothing. */
  z.object({ kind: z.literal('failed'), code: z.string(), message: z.string().max(1024) }),
]);
export type StageState = z.infer<typeof stageStateSchema>;

/** What became of the asking: `begun` tells whether the platform took it, or wants to be asked later. */
export type StageBeginning =
  Exclude<StageState, { kind: 'running' }> | (Extract<StageState, { kind: 'running' }> & { readonly begun: boolean });

/** A resource that carries an owner's mark. */
export interface OwnedResource {
  readonly id: ResourceId;
  readonly owner: Owner;
}

/** What {@link Restoring.look} found: how far it is, or that it has to be begun. */
export type StageSight = StageState | { readonly kind: 'absent' };

/**
 * Making machines and disks from snapshots, and exchanging a machine's disks. Every method throws `TransientError` when the
 * platform cannot be reached or is throttled, and `PermanentError` when it denies access.
 */
export interface Restoring {
  /** `undefined` when there is certainly none. Reads only. */
  machine(id: ResourceId, abort: AbortSignal): Promise<MachineShape | undefined>;
  /** A disk, a snapshot, or the part of a restore point that is one disk's. `undefined` when there is certainly none. Reads only. */
  disk(id: ResourceId, abort: AbortSignal): Promise<DiskShape | undefined>;
  /** How far a stage is, judged from the resource itself; `failed` with `NotOurs` for what exists without the owner's mark. Reads only. */
  look(stage: Stage, owner: Owner, abort: AbortSignal): Promise<StageSight>;
  /**
   * Asks for a stage and returns at once. Meant to be called after {@link look} found it `absent`. A request that is sent twice,
   * because the first answer was lost, makes nothing twice: it names what is to be there.
   *
   * What exists and does not carry the owner's mark is neither changed nor removed: the stage is `failed` with `NotOurs`. The
   * exceptions are `stop`, `start` and `exchange`, which are about a machine that was there before.
   */
  begin(stage: Stage, owner: Owner, requestId: string, abort: AbortSignal): Promise<StageBeginning>;
  /** Everything in a resource group that carries a mark, whosever it is. */
  owned(resourceGroup: ResourceId, abort: AbortSignal): Promise<readonly OwnedResource[]>;
}
