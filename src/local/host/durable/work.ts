import type { Busy } from '../busy';
import type { HostClock } from '../clock';
import type { FunctionsCore } from '../core';
import type { Invoker } from '../invoker';
import { ActivityRunner, type ActivityOutcome, type ActivityTask } from './activities';
import { callHttp } from './call-http';
import { EntityRunner, type EntityBatchResult } from './entities';
import type { EntityState, Envelope, Instance, PendingTask } from './model';
import type { DurableSettings } from './settings';

/** Names a task of one execution of an instance. */
export type TaskName = Pick<ActivityTask, 'instanceKey' | 'instanceId' | 'execution' | 'taskId'>;

/** What work in progress needs and whom it tells. */
export interface WorkParts {
  readonly core: FunctionsCore;
  readonly invoker: Invoker;
  readonly clock: HostClock;
  readonly busy: Busy;
  readonly settings: DurableSettings;
  readonly loadEntity: (address: string) => EntityState | undefined;
  readonly onTask: (task: TaskName, outcome: ActivityOutcome) => void;
  readonly onEntity: (result: EntityBatchResult) => void;
}

/**
 * The app's own code at work: activities, HTTP calls, entity batches. Outcomes are told one by one as they come. With a virtual
 * clock they are held until nothing runs any more and told in a fixed order: how long something really took must not
 * show in a history.
 */
export class Work {
  readonly #parts: WorkParts;
  readonly #activities: ActivityRunner;
  readonly #entities: EntityRunner;
  #held: { readonly order: number; readonly tell: () => void }[] = [];
  #running = 0;
  #endBusy: (() => void) | undefined;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    const { invoker, core, settings } = parts;
    this.#activities = new ActivityRunner(invoker, core, settings.maxConcurrentActivityFunctions, (task, outcome) =>
      this.#end(() => parts.onTask(task, outcome), orderOf(task)),
    );
    this.#entities = new EntityRunner(invoker, core, settings.maxEntityOperationBatchSize, parts.loadEntity, {
      begin: () => this.#begin(),
      end: (result) => this.#end(() => result && parts.onEntity(result)),
    });
  }

  get runningActivities(): number {
    return this.#activities.size;
  }

  knowsEntity(name: string): boolean {
    return this.#entities.knows(name);
  }

  /** Runs an activity whose scheduling is durable. One that runs already is not begun again. */
  startActivity(instance: Instance, execution: number, taskId: number, name: string, input: string | undefined): void {
    const { key, id, traceParent } = instance;
    const task: ActivityTask = {
      id: `${key}/${execution}/${taskId}`,
      instanceId: id,
      instanceKey: key,
      execution,
      taskId,
      name,
      input,
      traceParent,
    };
    if (this.#activities.dispatch(task)) this.#begin();
  }

  /** Makes the request of a `callHttp` whose scheduling is durable; not yet for a poll whose timer has still to fire. */
  startHttp(
    instance: Instance,
    execution: number,
    taskId: number,
    { input, afterTimer }: Extract<PendingTask, { kind: 'http' }>,
  ): void {
    if (afterTimer !== undefined && instance.pending.has(afterTimer)) return;
    const task: TaskName = { instanceKey: instance.key, instanceId: instance.id, execution, taskId };
    this.#begin();
    void callHttp(input).then((outcome) => this.#end(() => this.#parts.onTask(task, outcome), orderOf(task)));
  }

  /** Gives an entity a message that is durable and due. */
  postToEntity(address: string, envelope: Envelope): void {
    this.#entities.post(address, envelope);
  }

  /** The last batch of this entity is durable: the next may run. */
  entitySettled(address: string): void {
    this.#entities.settled(address);
  }

  /** Forgets what has not begun; what runs ends without anybody being told, unless it is an activity. */
  clear(): void {
    for (let left = this.#activities.clear(); left > 0; left--) this.#end(() => undefined);
    this.#entities.clear();
  }

  #begin(): void {
    if (this.#running++ === 0) this.#endBusy = this.#parts.busy.begin();
  }

  #end(tell: () => void, order = Number.MAX_SAFE_INTEGER): void {
    this.#running--;
    if (!this.#parts.clock.virtual) tell();
    else this.#held.push({ order, tell });
    if (this.#running > 0) return;
    const held = this.#held.sort((a, b) => a.order - b.order);
    this.#held = [];
    held.forEach((entry) => entry.tell());
    this.#endBusy?.();
    this.#endBusy = undefined;
  }
}

/** Instances in order of creation, and the tasks of each in order of decision. */
function orderOf({ instanceKey, taskId }: TaskName): number {
  return instanceKey * 1e6 + taskId;
}
