import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Lock } from './locks';
import type { MachineSighting } from './machines';
import type { Subject } from './operations';

/** One rule of a network security group. Prefixes as Azure has them: CIDR, service tag, or `*`. */
export interface FlowRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: 'inbound' | 'outbound';
  readonly access: 'allow' | 'deny';
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly ports: readonly string[];
}

/** A machine, its interface, and the group that is to isolate it. */
export interface IsolationSighting {
  readonly observedAt: Iso8601;
  readonly machine: MachineSighting;
  /** The interface's own security group, in lower case; `null` when it has none. */
  readonly groupNow: string | null;
  /** The isolating group's rules; `null` when there is no such group. */
  readonly rules: readonly FlowRule[] | null;
  /** System disk, in lower case. */
  readonly systemDisk: string | null;
  /** State of the snapshot for evidence; `null` when there is none. */
  readonly snapshot: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly locks: readonly Lock[];
}

export const isolationChangeSchema = z.discriminatedUnion('effect', [
  /** A snapshot of the system disk under a name that is given. */
  z.object({ effect: z.literal('snapshot'), disk: z.string(), snapshotAt: z.string() }),
  /** Gives the interface the group. */
  z.object({ effect: z.literal('isolate'), group: z.string() }),
  z.object({ effect: z.literal('tag'), value: z.string() }),
]);
export type IsolationChange = z.infer<typeof isolationChangeSchema>;

/** Machines that are to be cut off. The facts `group` and `snapshotAt` say which group and which snapshot are meant. */
export type Isolation = Subject<IsolationSighting, IsolationChange>;
