import type { CommitHooks, DurableWrite, HostStatistics } from '../api';
import type { Busy } from '../busy';
import type { HostClock } from '../clock';
import type { FunctionsCore } from '../core';
import type { Invoker } from '../invoker';
import type { Logger } from '../log';
import { randomHex, type Random } from '../random';
import type { ActivityOutcome } from './activities';
import { Due, type FiredTimer } from './due';
import { createTurnEffects, releaseLocks } from './effects';
import type { EntityBatchResult } from './entities';
import { InstanceExistsError, UnavailableError } from './errors';
import type { HistoryEvent } from './history';
import type {
  Acknowledgement,
  EntityRequest,
  Envelope,
  Failure,
  Instance,
  Message,
  Parent,
  PendingTask,
} from './model';
import { newInstance } from './model';
import { restoreInstance } from './recovery';
import type { DurableSettings } from './settings';
import { snapshot } from './snapshot';
import { createBatch, isEmptyBatch, isStorageFailure, type Batch, type Store } from './store';
import { untilWritable } from './outage';
import { runTurn, type TurnEffects } from './turn';
import { childTrace, spanOf, type HostSpan } from '../trace';
import { Watchers } from './watchers';
import { Work, type TaskName } from './work';

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
  /** For trace ids; not the source of instance ids, so that tracing does not change those. */
  readonly traceRandom: Random;
  readonly onSpan?: (span: HostSpan) => void;
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

/**
 * The durable engine. All state changes go through one loop: take the instances that have messages, run a turn of each, write
 * everything they did in one commit, and only then tell anybody or start anything. What is in memory is a cache of the
 * state file.
 */
export class DurableEngine {
  readonly parts: EngineParts;
  readonly live = new Map<string, Instance>();
  readonly work: Work;
  readonly due: Due;
  /** Told once an instance is terminal and that is durable. */
  readonly watchers = new Watchers();
  readonly counters = { commits: 0, turns: 0, replays: 0, activities: 0, entityBatches: 0 };
  readonly #effects: TurnEffects;
  #ready = new Set<Instance>();
  /** Instances that got messages which are not on disk. */
  #touched = new Set<Instance>();
  /** Instances that end in the commit being prepared. */
  #ended = new Map<string, Instance>();
  #batch: Batch = createBatch();
  #acks: Acknowledgement[] = [];
  #afterCommit: (() => void)[] = [];
  #nextKey = 1;
  #nextSeq = 1;
  #pumping: Promise<void> | undefined;
  #endPump: (() => void) | undefined;
  #unavailable: string | undefined;
  #retry: { cancel(): void } | undefined;
  #stopped = false;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.work = new Work({
      ...parts,
      loadEntity(address) {
        const row = parts.store.entity(address);
        return row && { exists: row.present === 1, state: row.state, lockedBy: row.locked_by };
      },
      onTask: (task, outcome) => this.#taskEnded(task, outcome),
      onEntity: (result) => this.#entityEnded(result),
    });
    this.due = new Due(
      parts.clock,
      (timer) => this.#timerFired(timer),
      (target, envelope) => this.work.postToEntity(target, envelope),
      () => this.schedule(),
    );
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

  /** Starts what a pending task waits for. */
  resume(instance: Instance, taskId: number, task: PendingTask): void {
    const { execution } = instance;
    if (task.kind === 'timer') this.due.setTimer(instance, taskId, task.fireAt);
    else if (task.kind === 'activity') this.work.startActivity(instance, execution, taskId, task.name, task.input);
    else if (task.kind === 'http') this.work.startHttp(instance, execution, taskId, task);
  }

  /** Starts an orchestration; resolves with its id once that is durable. Throws {@link InstanceExistsError}. */
  async start(request: StartRequest): Promise<string> {
    let id = '';
    await this.write('start', () => {
      ({ id } = this.create(request));
    });
    return id;
  }

  /** Makes a new instance in the commit that is being prepared. */
  create(request: StartRequest): Instance {
    const { clock, random, store, settings } = this.parts;
    const id = request.instanceId || randomHex(random, 32);
    const running = this.live.get(id);
    if (running && settings.overridableExistingInstanceStates === 'NonRunningStates') {
      throw new InstanceExistsError(`An Orchestration instance with the status ${running.status} already exists.`);
    }
    const former = running?.key ?? this.#ended.get(id)?.key ?? store.instance(id)?.key;
    if (former !== undefined) this.#batch.purged.add(former);
    if (running) this.forget(running);
    const instance = newInstance({
      key: this.#nextKey++,
      id,
      name: request.name,
      version: request.version,
      createdAt: clock.now(),
      parent: request.parent,
      callerTrace: request.traceParent,
      traceParent: childTrace(request.traceParent, this.parts.traceRandom),
      executionId: randomHex(random, 32),
      input: request.input,
    });
    this.live.set(id, instance);
    this.#ready.add(instance);
    this.changed(instance);
    return instance;
  }

  /** Sends a message; resolves once it is durable. For an instance that is not live it resolves and does nothing. */
  send(target: string, message: Message, due?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.deliver(target, { message, ack: { resolve, reject }, ...(due === undefined ? {} : { due }) });
      this.schedule();
    });
  }

  /** Adds to the commit being prepared; resolves once it is durable. Rejects with what `add` throws. */
  write(kind: string, add: (batch: Batch) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      add(this.#batch);
      this.#batch.kinds.add(kind);
      this.#acks.push({ resolve, reject });
      this.schedule();
    });
  }

  /** Puts a message into the commit that is being prepared, or hands it to its instance's next turn. */
  deliver(target: string, envelope: Envelope): void {
    if (!target.startsWith('@')) return this.#hand(target, envelope);
    this.#persist(target, envelope);
    this.afterCommit(() => this.#hand(target, envelope));
  }

  #hand(target: string, envelope: Envelope): void {
    const { due } = envelope;
    if (target.startsWith('@')) {
      if (due !== undefined && due > this.parts.clock.now()) this.due.setMessage(due, target, envelope);
      else this.work.postToEntity(target, envelope);
      return;
    }
    const instance = this.live.get(target);
    if (instance) {
      instance.inbox.push(envelope);
      this.#touched.add(instance);
      this.#ready.add(instance);
    } else this.consumed(envelope);
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

  /** The row of this instance has to be written. */
  changed(instance: Instance): void {
    this.#batch.instances.add(instance);
    this.#batch.instanceIds.add(instance.id);
  }

  /** Appends a history row. */
  record(instance: Instance, events: readonly HistoryEvent[]): void {
    this.#batch.turns.push({ key: instance.key, turn: instance.nextTurn++, events });
    this.#batch.kinds.add('turn');
    this.#batch.instanceIds.add(instance.id);
  }

  /** History rows before the instance's first turn go. */
  trim(instance: Instance): void {
    this.#batch.trimmed.add(instance);
  }

  /** Runs after the commit that is being prepared; not at all when that fails. */
  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  #taskEnded(task: TaskName, outcome: ActivityOutcome): void {
    const { execution, taskId, instanceId } = task;
    if (this.live.get(instanceId)?.key !== task.instanceKey) return;
    const message: Message =
      'result' in outcome
        ? { kind: 'taskCompleted', execution, taskId, result: outcome.result }
        : { kind: 'taskFailed', execution, taskId, ...outcome.failure };
    this.deliver(instanceId, { message });
  }

  #timerFired({ key, id, execution, taskId, fireAt }: FiredTimer): void {
    if (this.live.get(id)?.key === key) {
      this.deliver(id, { message: { kind: 'timerFired', execution, taskId, fireAt } });
    }
  }

  #entityEnded(result: EntityBatchResult): void {
    this.counters.entityBatches++;
    const { address, exists, state, lockedBy } = result;
    const keep = exists || lockedBy !== null;
    this.#batch.entities.set(address, keep ? { exists, state, lockedBy } : undefined);
    this.#batch.kinds.add('entity');
    this.#batch.instanceIds.add(address);
    for (const envelope of result.envelopes) this.consumed(envelope);
    for (const { request, response } of result.answers) this.#answer(request, response);
    for (const request of result.granted) {
      const [next, ...rest] = request.lock ?? [];
      const { instanceId = '' } = request.caller ?? {};
      // Whoever asked may have ended meanwhile; nobody else would ever give the lock back.
      if (!this.live.has(instanceId)) this.deliver(address, { message: { kind: 'release', requestId: instanceId } });
      else if (next === undefined) this.#answer(request, '{}');
      else this.deliver(next, { message: { ...request, lock: rest } });
    }
    for (const [index, { target, name, input }] of result.signals.entries()) {
      const requestId = `${address}:${this.#nextSeq}:${index}`;
      this.deliver(target, { message: { kind: 'operation', requestId, name, input } });
    }
    this.afterCommit(() => this.work.entitySettled(address));
    this.schedule();
  }

  #answer({ caller, requestId }: EntityRequest, input: string): void {
    if (!caller) return;
    const { instanceId, execution } = caller;
    this.deliver(instanceId, { message: { kind: 'response', execution, requestId, input } });
  }

  /** Takes an instance out of memory: it has ended, or is replaced. */
  forget(instance: Instance): void {
    for (const [taskId, task] of instance.pending) {
      if (task.kind === 'timer') this.due.cancelTimer(instance, taskId);
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
      this.#reportSpan(instance, failure);
      if (this.watchers.has(instance.id)) this.watchers.tell(snapshot(instance));
    });
  }

  #reportSpan(
    { id, name, traceParent, callerTrace, createdAt, updatedAt }: Instance,
    failure: Failure | undefined,
  ): void {
    const attributes = {
      'durabletask.type': 'orchestration',
      'durabletask.task.name': name,
      'durabletask.task.instance_id': id,
    };
    const fields = {
      name: `orchestration:${name}`,
      startedAt: createdAt,
      endedAt: updatedAt,
      failed: !!failure,
      attributes,
    };
    this.parts.onSpan?.(spanOf(traceParent, callerTrace, fields));
  }

  /** Puts an instance that had ended back to work, with this history and with messages that settle some of its tasks. */
  revive(instance: Instance, history: readonly HistoryEvent[], messages: readonly Message[]): void {
    instance.status = 'Running';
    instance.output = undefined;
    instance.history = [...history];
    instance.updatedAt = this.parts.clock.now();
    this.live.set(instance.id, instance);
    this.#batch.turns.push({ key: instance.key, turn: instance.firstTurn, events: history });
    this.trim(instance);
    this.changed(instance);
    const settled = new Set(messages.flatMap((message) => ('taskId' in message ? [message.taskId] : [])));
    const open = [...instance.pending].filter(([taskId]) => !settled.has(taskId));
    for (const message of messages) this.deliver(instance.id, { message });
    // An execution that never got beyond its first turn begins again.
    if (instance.eventCount === 0) this.again(instance);
    this.afterCommit(() => open.forEach(([taskId, task]) => this.resume(instance, taskId, task)));
  }

  /** A new execution of the instance begins in the next turn. */
  again(instance: Instance): void {
    this.#ready.add(instance);
  }

  /** Makes the loop run soon. */
  schedule(): void {
    if (this.#pumping || this.#stopped || this.#unavailable !== undefined) return;
    this.#endPump = this.parts.busy.begin();
    this.#pumping = new Promise((resolve) => setImmediate(resolve)).then(() => this.#pump());
  }

  async #pump(): Promise<void> {
    try {
      while (this.#ready.size > 0 || this.#hasWrites()) await this.#cycle();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pumping = undefined;
      this.#endPump?.();
    }
  }

  #hasWrites(): boolean {
    return !isEmptyBatch(this.#batch) || this.#acks.length > 0 || this.#afterCommit.length > 0;
  }

  async #cycle(): Promise<void> {
    let left = this.parts.settings.maxTurnsPerCommit;
    while (this.#ready.size > 0 && left > 0) {
      for (const instance of [...this.#ready].slice(0, left)) {
        this.#ready.delete(instance);
        left--;
        if (this.live.get(instance.id) !== instance) continue;
        this.counters.turns++;
        await runTurn(instance, this.#effects);
      }
    }
    this.#commit();
    // Lets sockets and timers have their turn between two commits.
    if (this.#ready.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #commit(): void {
    for (const instance of this.#touched) {
      for (const envelope of instance.inbox) this.#persist(instance.id, envelope);
    }
    this.#touched.clear();
    const batch = this.#batch;
    if (!isEmptyBatch(batch)) this.#writeBatch(batch);
    for (const instance of batch.instances) instance.stored = true;
    const acks = this.#acks;
    const after = this.#afterCommit;
    this.#batch = createBatch();
    this.#acks = [];
    this.#afterCommit = [];
    this.#ended.clear();
    acks.forEach((ack) => ack.resolve());
    after.forEach((action) => action());
  }

  #writeBatch(batch: Batch): void {
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

  /**
   * A commit did not happen. Nobody was told that it did, so the state file is the truth: what is in memory is thrown away, requests
   * are turned away, and once the disk can be written again the engine reads the file as after a start.
   */
  #fail(error: unknown): void {
    const { log, store, clock } = this.parts;
    const reason = error instanceof Error ? error.message : String(error);
    const storage = isStorageFailure(error);
    this.#unavailable = storage
      ? `The state file cannot be written: ${reason}.`
      : `The durable engine stopped: ${reason}.`;
    log.error('Host.Durable', `${this.#unavailable} Requests are turned away until it can go on.`, error);
    this.live.clear();
    this.#ready.clear();
    this.#touched.clear();
    this.#ended.clear();
    this.due.clear();
    this.work.clear();
    this.#batch = createBatch();
    this.#afterCommit = [];
    const unavailable = new UnavailableError(this.#unavailable);
    this.#acks.splice(0).forEach((ack) => ack.reject(unavailable));
    if (!storage) return;
    this.#retry = untilWritable(store, clock, () => {
      this.#unavailable = undefined;
      log.write('warning', 'Host.Durable', 'The state file can be written again; going on.');
      this.recover();
    });
  }

  #refuses(reject: (error: Error) => void): boolean {
    const reason = this.#stopped ? 'The host is stopping.' : this.#unavailable;
    if (reason !== undefined) reject(new UnavailableError(reason));
    return reason !== undefined;
  }

  statistics(): HostStatistics {
    return { ...this.counters };
  }

  /** Stops after the commit that is under way. */
  async stop(): Promise<void> {
    await this.#pumping;
    this.#stopped = true;
    this.#retry?.cancel();
    this.due.clear();
    const error = new UnavailableError('The host is stopping.');
    this.#acks.splice(0).forEach((ack) => ack.reject(error));
  }
}
