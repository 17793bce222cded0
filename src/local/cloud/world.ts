import type { Caches } from './caches';
import type { EventGrid } from './events/event-grid';
import type { AccessControl } from './rbac';
import type { AutoscaleStore } from './autoscale';
import type { FaultStore } from './faults';
import type { Journal } from './journal';
import type { Locks } from './locks';
import type { Machines } from './machines';
import type { CloudClock, CloudTiming, Estate, MetricGap, MetricInjection, Principal } from './model';
import type { Inbox } from './inbox';
import type { OperationStore } from './operations';
import type { SeededRandom } from './random';
import type { ScriptOutcome } from './resource-model';
import type { ScaleSets } from './scale-sets';
import type { Storage } from './storage/storage';
import type { Schedule } from './schedule';
import type { Throttle } from './throttling';
import type { TokenAuthority } from './tokens';

/** Everything the parts of the cloud share. Made once, in `start.ts`. */
export interface World {
  clock: CloudClock;
  tokenNow: () => number;
  random: SeededRandom;
  timing: CloudTiming;
  estate: Estate;
  /** Entries of a list in one answer. */
  pageSize: number;
  audiences: string[];
  schedule: Schedule;
  machines: Machines;
  scaleSets: ScaleSets;
  autoscale: AutoscaleStore;
  caches: Caches;
  locks: Locks;
  /** How scripts end inside machines, where somebody decided it. */
  scriptOutcomes: ScriptOutcome[];
  storage: Storage;
  operations: OperationStore;
  faults: FaultStore;
  journal: Journal;
  access: AccessControl;
  throttle: Throttle;
  tokens: TokenAuthority;
  events: EventGrid;
  inbox: Inbox;
  injections: MetricInjection[];
  metricGaps: MetricGap[];
  /** Principals by name; people are added when a token is asked for them. */
  principals: Map<string, Principal>;
}
