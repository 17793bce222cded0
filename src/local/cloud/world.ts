import { AccessControl } from './rbac';
import { FaultStore } from './faults';
import { Journal } from './journal';
import { Machines } from './machines';
import { CloudClock, CloudTiming, Estate, MetricInjection, Principal } from './model';
import { OperationStore } from './operations';
import { SeededRandom } from './random';
import { Schedule } from './schedule';
import { Throttle } from './throttling';
import { TokenAuthority } from './tokens';

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
  operations: OperationStore;
  faults: FaultStore;
  journal: Journal;
  access: AccessControl;
  throttle: Throttle;
  tokens: TokenAuthority;
  injections: MetricInjection[];
  /** Principals by name; people are added when a token is asked for them. */
  principals: Map<string, Principal>;
}
