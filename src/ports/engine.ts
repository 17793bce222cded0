import type { GuardOrders, GuardState } from '../guard/model';
import type { Wakes } from './wakes';

/** An orchestration instance as it stands. Times are ISO 8601. */
export interface InstanceStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus:
    'Pending' | 'Running' | 'Completed' | 'ContinuedAsNew' | 'Failed' | 'Canceled' | 'Terminated' | 'Suspended';
  readonly customStatus?: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
}

/** The durable engine, as far as doors need it. Every method throws `TransientError` when it does not answer. */
export interface Engine extends Wakes {
  /** The status of an instance; `undefined` when there is none. */
  status(instanceId: string): Promise<InstanceStatus | undefined>;
  /** Instances of these orchestrators that have not ended, at most 100 of each. One question to the engine, however many are named. */
  running(...orchestrators: readonly [string, ...string[]]): Promise<readonly InstanceStatus[]>;
  /** Starts an instance. Idempotent: `exists` when one with this id runs or ran, whatever became of it. */
  start(orchestrator: string, instanceId: string, input: unknown): Promise<'started' | 'exists'>;
  /** The guard's state of an environment as stored; also a `TransientError` when it has a shape this version does not know. */
  guard(environment: string): Promise<GuardState>;
  /**
   * Sets or clears an environment's kill switch, or one rule's in it. The environment `everywhere` is above all others. Returns when the order is stored; the guard applies it at its next operation.
   * Idempotent.
   */
  setKillSwitch(
    environment: string,
    order: { readonly engaged: boolean; readonly reason: string; readonly by: string; readonly rule?: string },
  ): Promise<void>;
  /**
   * Gives an order to an environment's guard. As for the kill switch: returns when it is stored, is applied at the guard's next
   * operation, and is idempotent. The guard's own refusals are not told: check with `untilProblem` before.
   */
  orderGuard<Operation extends keyof GuardOrders>(
    environment: string,
    operation: Operation,
    input: GuardOrders[Operation],
  ): Promise<void>;
}
