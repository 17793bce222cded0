import type { Clock, EpochMillis, Iso8601 } from '../../src/kernel/clock';
import { TransientError } from '../../src/kernel/errors';
import { parseResourceId, type ResourceId } from '../../src/kernel/resource-id';
import type { Documents } from '../../src/ports/documents';
import type { Machines, MachineSighting, PollResult, StartResult } from '../../src/ports/machines';

/** The process is gone: thrown by whatever is called at that moment. No error of ours, so nobody takes it for an answer. */
export class Crash extends Error {}

/** Counts what a piece of work does to the world, and ends it before or after one of these acts. */
export class Breaker {
  acts: string[] = [];
  private breakAt: { readonly act: number; readonly when: 'before' | 'after' } | undefined;

  breakOnce(act: number, when: 'before' | 'after'): void {
    this.acts = [];
    this.breakAt = { act, when };
  }

  async act<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.acts.push(name);
    const due = this.breakAt !== undefined && this.acts.length === this.breakAt.act;
    if (due && this.breakAt?.when === 'before') {
      this.breakAt = undefined;
      throw new Crash(`before ${name}`);
    }
    const result = await work();
    if (due) {
      this.breakAt = undefined;
      throw new Crash(`after ${name}`);
    }
    return result;
  }

  /** Documents whose every operation is an act. */
  around(documents: Documents): Documents {
    return {
      get: (path) => this.act('get', () => documents.get(path)),
      create: (path, value) => this.act('create', () => documents.create(path, value)),
      replace: (path, value, etag) => this.act('replace', () => documents.replace(path, value, etag)),
      remove: (path) => this.act('remove', () => documents.remove(path)),
      list: (prefix, options) => this.act('list', () => documents.list(prefix, options)),
    };
  }
}

/** A clock that is moved by hand. Begins at 2026-05-04T08:00:00Z. */
export class HandClock implements Clock {
  private millis = Date.UTC(2026, 4, 4, 8);

  now(): EpochMillis {
    return this.millis as EpochMillis;
  }

  pass(seconds: number): void {
    this.millis += seconds * 1000;
  }

  text(seconds = 0): Iso8601 {
    return new Date(this.millis + seconds * 1000).toISOString() as Iso8601;
  }
}

/** A platform with one machine, which remembers what it was asked and answers as it is told. */
export class ScriptedMachines implements Machines {
  /** Request ids of what the platform heard, in order. */
  readonly heard: string[] = [];
  seen: MachineSighting;
  answer: StartResult | undefined;
  poll: Machines['poll'] = async (): Promise<PollResult> => ({ kind: 'succeeded' });
  /** Whether what was heard shows on the machine. */
  landing = true;

  constructor(
    private readonly clock: HandClock,
    private readonly breaker: Breaker,
    seen: MachineSighting,
  ) {
    this.seen = seen;
  }

  observe(): Promise<MachineSighting> {
    return this.breaker.act('observe', async () => this.seen);
  }

  start(_id: ResourceId, operation: 'restart' | 'redeploy' | 'start', requestId: string): Promise<StartResult> {
    return this.breaker.act('start', async () => {
      if (this.answer !== undefined) {
        return this.answer;
      }
      this.heard.push(requestId);
      if (this.landing && this.seen.exists) {
        this.seen = { ...this.seen, provisioningState: 'updating', provisionedAt: this.clock.text() };
      }
      const ticket = { operation, token: 'token', startedAt: this.clock.text(), retryAfterSeconds: 10 };
      return { kind: 'started', ticket };
    });
  }
}

/** The storage does not answer. */
export const storageDown = new TransientError('StorageUnreachable', 'the storage does not answer');

export const vm = parseResourceId(
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web-dev-weu-001/providers/microsoft.compute/virtualmachines/vm-web-dev-weu-01',
)?.id as ResourceId;
