import type { CommitHooks, DurableWrite, HostStatistics, InstanceSnapshot } from '../api';
import type { Busy } from '../busy';
import type { HostClock } from '../clock';
import type { FunctionsCore } from '../core';
import type { Invoker } from '../invoker';
import type { Logger } from '../log';
import { randomHex, type Random } from '../random';
import { ActivityRunner, type ActivityOutcome, type ActivityTask } from './activities';
import { callHttp } from './call-http';
import { EntityRunner, type EntityBatchResult } from './entities';
import { InstanceExistsError, UnavailableError } from './errors';
import type { HistoryEvent } from './history';
import {
  isTerminal,
  type Acknowledgement,
  type Envelope,
  type Failure,
  type Instance,
  type Message,
  type Parent,
} from './model';
import { restoreInstance } from './recovery';
import type { DurableSettings } from './settings';
import { createBatch, isEmptyBatch, type Batch, type Store } from './store';
import { snapshot } from './snapshot';
import { createTurnEffects, releaseLocks } from './effects';
import { TimerQueue } from './timers';
import { runTurn, type TurnEffects } from './turn';

/** What the engine works with. */
export interface EngineParts {
  readonly store: Store;
  readonly core: FunctionsCore;
  readonly invoker: Invoker;
  readonly clock: HostClock;
  readonly random: Random;
  readonly settings: DurableSettings;
  readonly log: Logger;
  readonly busy: Busy;
  readonly onCommit?: CommitHooks | undefined;
  /** Called when the engine can no longer go on, as after a crash hook threw. */
  onFatal(error: unknown): void;
}

/** What to start an orchestration with. */
export interface StartRequest {
  readonly name: string;
  readonly instanceId?: string | undefined;
  /** JSON text; empty for no input. */
  readonly input: string;
  readonly version?: string | undefined;
  readonly parent?: Parent | undefined;
  readonly traceParent?: string | undefined;
}

type TaskName = Pick<ActivityTask, 'instanceKey' | 'instanceId' | 'execution' | 'taskId'>;

type Timer =
  | {
      readonly kind: 'task';
      readonly key: number;
      readonly id: string;
      readonly execution: number;
      readonly taskId: number;
      readonly fireAt: number;
    }
  | { readonly kind: 'message'; readonly target: string; readonly envelope: Envelope };

/**
 * The durable engine. All state changes go through one loop: take the instances that have messages, run a turn of each, write
 * everything they did in one commit, and only then tell anybody or start anything. What is in memory is a cache of the
 * state file.
 */
export class DurableEngine {
  readonly parts: EngineParts;
  readonly live = new Map<string, Instance>();
  readonly activities: ActivityRunner;
  readonly entities: EntityRunner;
  readonly timers: TimerQueue<Timer>;
  readonly counters = { commits: 0, turns: 0, replays: 0, activities: 0, entityBatches: 0 };
  readonly #effects: TurnEffects;
  readonly #timerOf = new Map<string, () => void>();
  readonly #watchers = new Map<string, ((instance: InstanceSnapshot) => void)[]>();
  #ready = new Set<Instance>();
  #touched = new Set<Instance>();
  #ended = new Map<string, Instance>();
  #acks: Acknowledgement[] = [];
  #afterCommit: (() => void)[] = [];
  #held: { readonly order: number; readonly deliver: () => void }[] = [];
  #batch: Batch = createBatch();
  #nextKey = 1;
  #nextSeq = 1;
  #working = 0;
  #pumping: Promise<void> | undefined;
  #endPump: (() => void) | undefined;
  #stopped = false;

  constructor(parts: EngineParts) {
    this.parts = parts;
    const { invoker, core, settings, clock, store } = parts;
    this.activities = new ActivityRunner(invoker, core, settings.maxConcurrentActivityFunctions, (task, outcome) =>
      this.#activityEnded(task, outcome),
    );
    this.entities = new EntityRunner(
      invoker,
      core,
      settings.maxEntityOperationBatchSize,
      (address) => {
        const row = store.entity(address);
        return row && { state: row.state, lockedBy: row.locked_by };
      },
      () => this.#beginWork(),
      (result) => this.#finishWork(() => this.#entityEnded(result)),
    );
    this.timers = new TimerQueue(clock, (due) => this.#timersDue(due));
    this.#effects = createTurnEffects(this);
  }

  /** Reads what was left unfinished and goes on with it. */
  recover(): void {
    const { store } = this.parts;
    const { instance, message } = store.highest();
    this.#nextKey = instance + 1;
    this.#nextSeq = message + 1;
    for (const row of store.liveInstances()) {
      const restored = restoreInstance(row, store.turns(row.key, row.first_turn));
      this.live.set(restored.id, restored);
      for (const [taskId, task] of restored.pending) this.resume(restored, taskId, task);
      if (restored.eventCount === 0) this.#ready.add(restored);
    }
    for (const { seq, target, message: stored, due } of store.inbox()) {
      this.#hand(target, { message: stored, row: seq, ...(due === undefined ? {} : { due }) });
    }
    if (this.#ready.size > 0) this.schedule();
  }

  /** Starts what a pending task waits for: an activity to run or a timer to set. */
  resume(instance: Instance, taskId: number, task: NonNullable<ReturnType<Instance['pending']['get']>>): void {
    if (task.kind === 'timer') this.setTaskTimer(instance, taskId, task.fireAt);
    else if (task.kind === 'activity') {
      this.dispatchActivity(instance, instance.execution, taskId, task.name, task.input);
    } else if (task.kind === 'http') this.dispatchHttp(instance, instance.execution, taskId, task.input);
  }

  /** Starts an orchestration; resolves with its id once that is durable. Throws {@link InstanceExistsError}. */
  async start(request: StartRequest): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      try {
        const instance = this.create(request);
        this.#batch.kinds.add('start');
        this.#acks.push({ resolve: () => resolve(instance.id), reject });
        this.schedule();
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  /** Makes a new instance in the commit that is being prepared. */
  create(request: StartRequest): Instance {
    this.#ensureRunning();
    const { clock, random, store, settings } = this.parts;
    const id = request.instanceId || randomHex(random, 32);
    const running = this.live.get(id);
    if (running && settings.overridableExistingInstanceStates === 'NonRunningStates') {
      throw new InstanceExistsError(`An Orchestration instance with the status ${running.status} already exists.`);
    }
    const former = running ?? this.#ended.get(id);
    const formerKey = former?.key ?? store.instance(id)?.key;
    if (formerKey !== undefined) this.#batch.purged.add(formerKey);
    if (running) this.forget(running);
    const now = clock.now();
    const instance: Instance = {
      key: this.#nextKey++,
      id,
      name: request.name,
      version: request.version,
      createdAt: now,
      parent: request.parent,
      traceParent: request.traceParent,
      execution: 0,
      executionId: randomHex(random, 32),
      status: 'Pending',
      input: request.input,
      output: undefined,
      customStatus: undefined,
      updatedAt: now,
      nextTurn: 0,
      firstTurn: 0,
      eventCount: 0,
      history: [],
      verifyAt: 0,
      session: undefined,
      pending: new Map(),
      inbox: [],
      carried: [],
      locks: [],
      stored: false,
    };
    this.live.set(id, instance);
    this.#ready.add(instance);
    this.changed(instance);
    return instance;
  }

  /** Sends a message; resolves once it is durable. For an instance that is not live it resolves and does nothing. */
  send(target: string, message: Message, due?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      try {
        this.#ensureRunning();
        this.deliver(target, { message, ack: { resolve, reject }, ...(due === undefined ? {} : { due }) });
        this.schedule();
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  /** Puts a message into the commit that is being prepared, or hands it to its instance's next turn. */
  deliver(target: string, envelope: Envelope): void {
    if (target.startsWith('@')) {
      this.#persist(target, envelope);
      this.#afterCommit.push(() => this.#hand(target, envelope));
    } else this.#hand(target, envelope);
  }

  #hand(target: string, envelope: Envelope): void {
    if (target.startsWith('@')) {
      const { due } = envelope;
      if (due !== undefined && due > this.parts.clock.now()) {
        this.timers.set(due, { kind: 'message', target, envelope });
      } else this.entities.post(target, envelope);
      return;
    }
    const instance = this.live.get(target);
    if (!instance) {
      this.consumed(envelope);
      return;
    }
    instance.inbox.push(envelope);
    this.#touched.add(instance);
    this.#ready.add(instance);
    this.schedule();
  }

  #persist(target: string, envelope: Envelope): void {
    if (envelope.row !== undefined) return;
    envelope.row = this.#nextSeq++;
    const { message, due } = envelope;
    this.#batch.received.push({ seq: envelope.row, target, message, ...(due === undefined ? {} : { due }) });
    this.#batch.kinds.add(message.kind);
    this.#batch.instanceIds.add(target);
    if (envelope.ack) this.#acks.push(envelope.ack);
  }

  /** The commit being prepared has dealt with this message. */
  consumed(envelope: Envelope): void {
    if (envelope.row !== undefined) this.#batch.consumed.push(envelope.row);
    else if (envelope.ack) this.#acks.push(envelope.ack);
  }

  changed(instance: Instance): void {
    this.#batch.instances.add(instance);
    this.#batch.instanceIds.add(instance.id);
  }

  record(instance: Instance, events: readonly HistoryEvent[]): void {
    this.#batch.turns.push({ key: instance.key, turn: instance.nextTurn++, events });
    this.#batch.kinds.add('turn');
    this.#batch.instanceIds.add(instance.id);
  }

  trim(instance: Instance): void {
    this.#batch.trimmed.add(instance);
  }

  purge(keys: readonly number[]): Promise<void> {
    return this.write('purge', (batch) => keys.forEach((key) => batch.purged.add(key)));
  }

  /** Adds to the commit being prepared; resolves once it is durable. */
  write(kind: string, add: (batch: Batch) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      try {
        this.#ensureRunning();
        add(this.#batch);
        this.#batch.kinds.add(kind);
        this.#acks.push({ resolve, reject });
        this.schedule();
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  dispatchActivity(
    instance: Instance,
    execution: number,
    taskId: number,
    name: string,
    input: string | undefined,
  ): void {
    this.counters.activities++;
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
    if (this.activities.dispatch(task)) this.#beginWork();
  }

  dispatchHttp(instance: Instance, execution: number, taskId: number, input: string): void {
    const { key } = instance;
    this.#beginWork();
    void callHttp(input).then((outcome) =>
      this.#activityEnded({ instanceKey: key, instanceId: instance.id, execution, taskId }, outcome),
    );
  }

  /** Runs after the commit that is being prepared. */
  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  #activityEnded(task: TaskName, outcome: ActivityOutcome): void {
    const { execution, taskId, instanceId } = task;
    this.#finishWork(() => {
      if (this.live.get(instanceId)?.key !== task.instanceKey) return;
      const message: Message =
        'result' in outcome
          ? { kind: 'taskCompleted', execution, taskId, result: outcome.result }
          : { kind: 'taskFailed', execution, taskId, ...outcome.failure };
      this.deliver(instanceId, { message });
    }, task);
  }

  #beginWork(): void {
    this.#working++;
    if (this.#working === 1) this.#endWork = this.parts.busy.begin();
  }

  #endWork: (() => void) | undefined;

  /**
   * With a virtual clock, outcomes are held until nothing runs any more and are then handed over in a fixed order: how long
   * something really took must not show in a history.
   */
  #finishWork(deliver: () => void, task?: TaskName): void {
    this.#working--;
    if (this.parts.clock.virtual) {
      const order = task ? task.instanceKey * 1e6 + task.taskId : Number.MAX_SAFE_INTEGER;
      this.#held.push({ order, deliver });
      if (this.#working === 0) {
        const held = this.#held.sort((a, b) => a.order - b.order);
        this.#held = [];
        held.forEach((entry) => entry.deliver());
      }
    } else deliver();
    if (this.#working === 0) {
      this.#endWork?.();
      this.#endWork = undefined;
    }
    this.schedule();
  }

  #entityEnded(result: EntityBatchResult): void {
    this.counters.entityBatches++;
    const { address, exists, state, lockedBy } = result;
    this.#batch.entities.set(address, exists ? { state, lockedBy } : undefined);
    this.#batch.kinds.add('entity');
    this.#batch.instanceIds.add(address);
    for (const envelope of result.envelopes) this.consumed(envelope);
    for (const { request, response } of result.answers) this.#answer(request, response);
    for (const request of result.granted) {
      const [next, ...rest] = request.lock ?? [];
      if (next === undefined) this.#answer(request, '{}');
      else this.deliver(next, { message: { ...request, lock: rest } });
    }
    for (const [index, { target, name, input }] of result.signals.entries()) {
      const requestId = `${address}:${this.#nextSeq}:${index}`;
      this.deliver(target, { message: { kind: 'operation', requestId, name, input } });
    }
    this.afterCommit(() => this.entities.settled(address));
  }

  #answer(
    { caller, requestId }: { caller?: { instanceId: string; execution: number }; requestId: string },
    input: string,
  ): void {
    if (!caller) return;
    const { instanceId, execution } = caller;
    this.deliver(instanceId, { message: { kind: 'response', execution, requestId, input } });
  }

  setTaskTimer(instance: Instance, taskId: number, fireAt: number): void {
    const { key, id, execution } = instance;
    const cancel = this.timers.set(fireAt, { kind: 'task', key, id, execution, taskId, fireAt });
    this.#timerOf.set(`${key}/${execution}/${taskId}`, cancel);
  }

  cancelTaskTimer(instance: Instance, taskId: number): void {
    const name = `${instance.key}/${instance.execution}/${taskId}`;
    this.#timerOf.get(name)?.();
    this.#timerOf.delete(name);
  }

  #timersDue(due: Timer[]): void {
    for (const timer of due) {
      if (timer.kind === 'message') this.entities.post(timer.target, timer.envelope);
      else {
        const { key, id, execution, taskId, fireAt } = timer;
        this.#timerOf.delete(`${key}/${execution}/${taskId}`);
        if (this.live.get(id)?.key === key) {
          this.deliver(id, { message: { kind: 'timerFired', execution, taskId, fireAt } });
        }
      }
    }
    this.schedule();
  }

  /** Takes an instance out of memory: it has ended, or is replaced. */
  forget(instance: Instance): void {
    for (const [taskId, task] of instance.pending) {
      if (task.kind === 'timer') this.cancelTaskTimer(instance, taskId);
    }
    instance.pending.clear();
    for (const envelope of instance.inbox.splice(0)) this.consumed(envelope);
    instance.session = undefined;
    if (this.live.get(instance.id) === instance) this.live.delete(instance.id);
    this.#ready.delete(instance);
    this.#touched.delete(instance);
  }

  /** An instance has ended: tells its parent, in the same commit, and whoever watches, after it. */
  finished(instance: Instance, failure: Failure | undefined): void {
    this.changed(instance);
    releaseLocks(this, instance);
    this.forget(instance);
    this.#ended.set(instance.id, instance);
    const { parent } = instance;
    if (parent) {
      const { instanceId, execution, taskId } = parent;
      const message: Message = failure
        ? { kind: 'subFailed', execution, taskId, ...failure }
        : { kind: 'subCompleted', execution, taskId, result: instance.output ?? 'null' };
      this.deliver(instanceId, { message });
    }
    this.afterCommit(() => {
      const watchers = this.#watchers.get(instance.id);
      if (!watchers) return;
      this.#watchers.delete(instance.id);
      watchers.forEach((watcher) => watcher(snapshot(instance)));
    });
  }

  /** Puts an instance that had ended back to work, with this history. */
  revive(instance: Instance, history: readonly HistoryEvent[]): void {
    instance.status = 'Running';
    instance.output = undefined;
    instance.updatedAt = this.parts.clock.now();
    this.live.set(instance.id, instance);
    this.#batch.turns.push({ key: instance.key, turn: instance.firstTurn, events: history });
    this.trim(instance);
    this.changed(instance);
    this.afterCommit(() => instance.pending.forEach((task, taskId) => this.resume(instance, taskId, task)));
  }

  /** A new execution of the instance begins in the next turn. */
  again(instance: Instance): void {
    this.#ready.add(instance);
  }

  /** Calls `watcher` once the instance is terminal and that is durable. Returns a function that withdraws it. */
  watch(instanceId: string, watcher: (instance: InstanceSnapshot) => void): () => void {
    const list = this.#watchers.get(instanceId) ?? [];
    this.#watchers.set(instanceId, [...list, watcher]);
    return () => {
      const left = (this.#watchers.get(instanceId) ?? []).filter((entry) => entry !== watcher);
      if (left.length > 0) this.#watchers.set(instanceId, left);
      else this.#watchers.delete(instanceId);
    };
  }

  /** Makes the loop run soon. */
  schedule(): void {
    if (this.#pumping || this.#stopped) return;
    this.#endPump = this.parts.busy.begin();
    this.#pumping = new Promise((resolve) => setImmediate(resolve)).then(() => this.#pump());
  }

  async #pump(): Promise<void> {
    try {
      while (!this.#stopped && (this.#ready.size > 0 || this.#hasWrites())) await this.#cycle();
    } catch (error) {
      this.#stopped = true;
      this.parts.onFatal(error);
    } finally {
      this.#pumping = undefined;
      this.#endPump?.();
    }
  }

  #hasWrites(): boolean {
    return !isEmptyBatch(this.#batch) || this.#acks.length > 0 || this.#afterCommit.length > 0;
  }

  async #cycle(): Promise<void> {
    let turns = 0;
    while (this.#ready.size > 0 && turns < this.parts.settings.maxTurnsPerCommit) {
      const instances = [...this.#ready].slice(0, this.parts.settings.maxTurnsPerCommit - turns);
      instances.forEach((instance) => this.#ready.delete(instance));
      turns += instances.length;
      for (const instance of instances) {
        if (this.live.get(instance.id) === instance) await runTurn(instance, this.#effects);
      }
    }
    this.counters.turns += turns;
    this.#commit();
    // Lets sockets and timers have their turn between two commits.
    if (this.#ready.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #commit(): void {
    for (const instance of this.#touched) {
      for (const envelope of instance.inbox) this.#persist(instance.id, envelope);
    }
    this.#touched = new Set();
    const batch = this.#batch;
    const acks = this.#acks;
    const after = this.#afterCommit;
    this.#batch = createBatch();
    this.#acks = [];
    this.#afterCommit = [];
    this.#ended = new Map();
    if (!isEmptyBatch(batch)) this.#write(batch);
    for (const instance of batch.instances) instance.stored = true;
    acks.forEach((ack) => ack.resolve());
    after.forEach((action) => action());
  }

  #write(batch: Batch): void {
    const { onCommit, store, clock } = this.parts;
    const instanceIds = [...batch.instanceIds];
    const [instanceId] = instanceIds;
    const write: DurableWrite = {
      sequence: ++this.counters.commits,
      kind: [...batch.kinds].sort().join('+'),
      instanceIds,
      ...(instanceId === undefined ? {} : { instanceId }),
    };
    store.write(batch, clock.now(), () => onCommit?.before?.(write));
    onCommit?.after?.(write);
  }

  #ensureRunning(): void {
    if (this.#stopped) throw new UnavailableError('The host is stopping.');
  }

  statistics(): HostStatistics {
    return { ...this.counters };
  }

  /** Stops after the commit that is under way. */
  async stop(): Promise<void> {
    await this.#pumping;
    this.#stopped = true;
    this.timers.clear();
    const error = new UnavailableError('The host is stopping.');
    this.#acks.splice(0).forEach((ack) => ack.reject(error));
  }

  /** Whether an instance or message of this id is live. */
  isLive(id: string): boolean {
    const instance = this.live.get(id);
    return instance !== undefined && !isTerminal(instance.status);
  }
}
