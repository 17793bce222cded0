import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Lock } from './locks';
import type { MachineSighting } from './machines';
import type { Subject } from './operations';

/** One instance of a scale set as its set sees it. */
export interface SetMember {
  readonly name: string;
  readonly zone: string | null;
  /** It runs, nothing is being done to it, and its agent reports. */
  readonly healthy: boolean;
  /** It is on its way: being made, started, reimaged or deleted. */
  readonly changing: boolean;
}

/** The scale set of an instance. */
export interface SetSighting {
  readonly id: string;
  readonly capacity: number;
  readonly size: string;
  readonly provisioningState: string;
  readonly zones: readonly string[];
  /** Whether the set insists on as many instances in each zone. */
  readonly strictZones: boolean;
  /** The platform's own repairs of unhealthy instances. */
  readonly repairs: 'off' | 'running' | 'suspended';
  /** So long an instance is unhealthy before the platform repairs it. */
  readonly repairsAfterSeconds: number;
  readonly members: readonly SetMember[];
}

/** An instance and what it is part of. */
export interface InstanceSighting {
  readonly observedAt: Iso8601;
  /** Name of the instance, in its set and as a machine. */
  readonly name: string;
  readonly instance: MachineSighting;
  /** `null` for a machine of no scale set, and when the set is gone too. */
  readonly set: SetSighting | null;
  /** Its place in the load balancer's pool; `null` when it has none. */
  readonly rotation: { readonly pool: string; readonly address: string; readonly drained: boolean } | null;
  readonly locks: readonly Lock[];
  /** When its availability metric was last good, within the time that was looked back; `null` when it never was. */
  readonly lastGoodAt: Iso8601 | null;
}

/** What can be done to an instance. */
export const instanceChangeSchema = z.discriminatedUnion('effect', [
  /** Takes it out of the balancer's rotation, and gives what it serves so long to end. */
  z.object({ effect: z.literal('drain'), pool: z.string(), address: z.string(), seconds: z.number() }),
  z.object({ effect: z.literal('admit'), pool: z.string(), address: z.string() }),
  z.object({ effect: z.literal('delete'), set: z.string(), instance: z.string() }),
  z.object({ effect: z.literal('reimage') }),
  /** Brings the set to a capacity, if need be with another size; `strictZones` says whether each zone must get its share. */
  z.object({
    effect: z.literal('grow'),
    set: z.string(),
    capacity: z.number(),
    strictZones: z.boolean().optional(),
    size: z.string().optional(),
  }),
]);
export type InstanceChange = z.infer<typeof instanceChangeSchema>;

/** Instances of scale sets. An instance that is gone is looked for by the facts `set`, `pool` and `address` of before. */
export type Instances = Subject<InstanceSighting, InstanceChange>;
