import type { FunctionsCore, RegisteredFunction } from '../core';
import type { Invoker } from '../invoker';
import type { EntityRelease, EntityRequest, EntityState, Envelope } from './model';
import { parseEntityAddress } from './model';

/** What a batch of operations did. */
export interface EntityBatchResult {
  readonly address: string;
  readonly envelopes: readonly Envelope[];
  readonly exists: boolean;
  readonly state: string | null;
  readonly lockedBy: string | null;
  /** Answers for callers, in the order of the operations. */
  readonly answers: readonly { readonly request: EntityRequest; readonly response: string }[];
  readonly signals: readonly { readonly target: string; readonly name: string; readonly input: string }[];
  /** Lock requests that go on to the next entity, or back to who asked. */
  readonly granted: readonly EntityRequest[];
}

interface Mailbox {
  readonly queue: Envelope[];
  running: boolean;
}

interface SdkEntityState {
  readonly entityExists: boolean;
  readonly entityState?: string;
  readonly results: readonly { readonly isError: boolean; readonly result?: string }[];
  readonly signals: readonly {
    readonly target: { readonly name: string; readonly key: string };
    readonly name: string;
    readonly input: string;
  }[];
}

/** Told when a batch begins and ends; the end of a batch that was forgotten has no result. */
export interface EntityObserver {
  begin(): void;
  end(result: EntityBatchResult | undefined): void;
}

/** Runs entity operations: one batch at a time for each entity, in the order in which they came. */
export class EntityRunner {
  readonly #invoker: Invoker;
  readonly #functions: ReadonlyMap<string, RegisteredFunction>;
  readonly #batchSize: number;
  readonly #load: (address: string) => EntityState | undefined;
  readonly #observer: EntityObserver;
  readonly #mailboxes = new Map<string, Mailbox>();
  #generation = 0;

  constructor(
    invoker: Invoker,
    core: FunctionsCore,
    batchSize: number,
    load: (address: string) => EntityState | undefined,
    observer: EntityObserver,
  ) {
    this.#invoker = invoker;
    this.#batchSize = batchSize;
    this.#load = load;
    this.#observer = observer;
    const entities = [...core.registry.functions.values()].filter(({ trigger }) => trigger.type === 'entityTrigger');
    this.#functions = new Map(entities.map((fn) => [fn.name.toLowerCase(), fn]));
  }

  /** Whether the app has this entity; upper and lower case are the same. */
  knows(name: string): boolean {
    return this.#functions.has(name.toLowerCase());
  }

  /** Takes a message that is on disk. */
  post(address: string, envelope: Envelope): void {
    let mailbox = this.#mailboxes.get(address);
    if (!mailbox) this.#mailboxes.set(address, (mailbox = { queue: [], running: false }));
    mailbox.queue.push(envelope);
    this.#start(address, mailbox);
  }

  /** The last batch of this entity is on disk: the next may run. */
  settled(address: string): void {
    const mailbox = this.#mailboxes.get(address);
    if (!mailbox) return;
    mailbox.running = false;
    this.#start(address, mailbox);
    if (!mailbox.running && mailbox.queue.length === 0) this.#mailboxes.delete(address);
  }

  clear(): void {
    this.#mailboxes.clear();
    this.#generation++;
  }

  #start(address: string, mailbox: Mailbox): void {
    if (mailbox.running || mailbox.queue.length === 0) return;
    const entity = this.#load(address);
    const envelopes = takeBatch(mailbox.queue, entity?.lockedBy ?? null, this.#batchSize);
    if (envelopes.length === 0) return;
    mailbox.running = true;
    this.#observer.begin();
    const generation = this.#generation;
    void this.#run(address, entity, envelopes).then((result) =>
      this.#observer.end(generation === this.#generation ? result : undefined),
    );
  }

  async #run(address: string, entity: EntityState | undefined, envelopes: Envelope[]): Promise<EntityBatchResult> {
    const requests: EntityRequest[] = [];
    const granted: EntityRequest[] = [];
    let lockedBy = entity?.lockedBy ?? null;
    for (const { message } of envelopes) {
      if (message.kind === 'release') lockedBy = lockedBy === message.requestId ? null : lockedBy;
      else if (message.kind === 'operation' && message.lock) {
        lockedBy = message.caller?.instanceId ?? null;
        granted.push(message);
      } else if (message.kind === 'operation') requests.push(message);
    }
    const unchanged = { exists: entity?.exists ?? false, state: entity?.state ?? null };
    const base = { address, envelopes, granted, lockedBy };
    if (requests.length === 0) return { ...base, ...unchanged, answers: [], signals: [] };
    const self = parseEntityAddress(address);
    const fn = self && this.#functions.get(self.name);
    if (!fn) {
      const error = new Error(`The app has no entity function '${self?.name ?? address}'.`);
      return { ...base, ...unchanged, answers: failAll(requests, error), signals: [] };
    }
    try {
      const { result, failure } = await this.#invoker.invoke(fn, {
        value: {
          self,
          exists: unchanged.exists,
          state: entity?.state ?? undefined,
          batch: requests.map(({ requestId: id, name, input, caller }) => ({ id, name, input, isSignal: !caller })),
        },
        instanceId: address,
        work: { id: `${address}/${requests[0]?.requestId}`, what: `entity ${address}` },
      });
      if (failure) throw failure.error;
      const after = result as SdkEntityState;
      return {
        ...base,
        exists: after.entityExists,
        state: after.entityExists ? (after.entityState ?? null) : null,
        answers: requests.flatMap((request, index) => {
          if (!request.caller) return [];
          const outcome = after.results[index];
          const response = {
            ...(outcome?.result === undefined ? {} : { result: outcome.result }),
            ...(outcome?.isError ? { exceptionType: 'Error', result: outcome.result ?? '{}' } : {}),
          };
          return [{ request, response: JSON.stringify(response) }];
        }),
        signals: after.signals.map(({ target, name, input }) => ({
          target: `@${target.name.toLowerCase()}@${target.key}`,
          name,
          input,
        })),
      };
    } catch (error) {
      return { ...base, ...unchanged, answers: failAll(requests, error), signals: [] };
    }
  }
}

/** Operations up to the batch size; while the entity is locked, those of the holder alone. A lock request ends a batch. */
function takeBatch(queue: Envelope[], lockedBy: string | null, size: number): Envelope[] {
  const taken: Envelope[] = [];
  for (let index = 0; index < queue.length && taken.length < size;) {
    const envelope = queue[index];
    const message = envelope?.message;
    if (!envelope || (message?.kind !== 'operation' && message?.kind !== 'release')) break;
    if (!mayRun(message, lockedBy, queue.slice(0, index))) {
      index++;
      continue;
    }
    queue.splice(index, 1);
    taken.push(envelope);
    if (message.kind === 'release' || message.lock) break;
  }
  return taken;
}

/**
 * Whether a message may run while `holder` has the lock. A release by somebody else has nothing to release, unless that somebody's
 * request is still waiting ahead of it: then it waits too, and ends what the request will get.
 */
function mayRun(message: EntityRequest | EntityRelease, holder: string | null, ahead: readonly Envelope[]): boolean {
  if (message.kind === 'operation') return holder === null || message.caller?.instanceId === holder;
  const { requestId } = message;
  if (holder === requestId) return true;
  return !ahead.some(
    ({ message: other }) => other.kind === 'operation' && other.lock && other.caller?.instanceId === requestId,
  );
}

function failAll(requests: readonly EntityRequest[], error: unknown): EntityBatchResult['answers'] {
  const message = error instanceof Error ? error.message : String(error);
  const response = JSON.stringify({ exceptionType: 'Error', result: JSON.stringify(message) });
  return requests.filter(({ caller }) => caller).map((request) => ({ request, response }));
}
