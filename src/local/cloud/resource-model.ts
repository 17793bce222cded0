/** Resources that the local cloud keeps as data, and the levers on them. Types only. */
import type { EstateResource } from './estate-model';
import type { CloudTiming } from './model';

/** A management lock, on a resource, a group or a subscription. */
export interface LockState {
  scope: string;
  level: 'CanNotDelete' | 'ReadOnly';
  name: string;
}

/** How a script ends that is run inside a machine. The first one that fits is taken; a script that nobody described succeeds. */
export interface ScriptOutcome {
  /** Machine by name; any when absent. */
  machine?: string;
  /** A part of the script's text. */
  contains: string;
  exitCode: number;
  output: string;
}

/** What weighs on a cache, whatever its size is. */
export interface CacheLoad {
  memoryGB: number;
  /** Processor time, as the gigabytes of memory whose processors it keeps busy. */
  work?: number;
  clients?: number;
  /** `reboot`: gone once the nodes were rebooted. */
  relievedBy?: 'reboot';
}

export interface ResourceControl {
  /** A resource as it stands. */
  resource(id: string): Promise<EstateResource>;
  /** Changes a resource behind everybody's back; what is left out stays. `properties` are merged one level deep. */
  setResource(
    id: string,
    change: { properties?: Record<string, unknown>; sku?: Record<string, unknown>; tags?: Record<string, string> },
  ): Promise<EstateResource>;
  /** Puts a resource into the world, in the place of one with the same id. */
  addResource(resource: EstateResource): Promise<void>;
  removeResource(id: string): Promise<void>;
  /** Locks a scope as somebody with the right to do so would. */
  lock(lock: LockState): Promise<void>;
  unlock(scope: string): Promise<void>;
  /** Puts a load on a cache, by name or id; null: none. */
  setCacheLoad(idOrName: string, load: CacheLoad | null): Promise<void>;
  /** Decides how scripts end that are run inside machines from now on. */
  addScriptOutcome(outcome: ScriptOutcome): Promise<void>;
  clearScriptOutcomes(): Promise<void>;
  /** Takes actions out of every role, in the place of those taken out before. */
  withhold(actions: string[]): Promise<void>;
  /** Changes how long things take from now on. Milliseconds, and whatever else the timing has. */
  setTiming(timing: Partial<CloudTiming>): Promise<void>;
}
