import type { Busy } from '../busy';
import type { HostClock } from '../clock';
import type { RegisteredFunction } from '../core';
import type { Invoker } from '../invoker';
import type { Logger } from '../log';
import { invokeWithRetry } from '../retry';
import { findConnection } from '../storage/connection';
import { resolveExpression, type ExpressionContext } from '../storage/expressions';
import { QueueClient, type QueueMessage } from '../storage/queue-client';

/** `extensions.queues` of host.json, with the real host's defaults, and what the triggers need from the host. */
export interface QueueTriggerParts {
  readonly invoker: Invoker;
  readonly clock: HostClock;
  readonly log: Logger;
  readonly busy: Busy;
  readonly expressions: ExpressionContext;
  readonly settings: Readonly<Record<string, unknown>>;
}

// A taken message stays hidden this long; the real host renews it, which a function that ends within it does not need.
const HIDDEN_SECONDS = 600;
const SHORTEST_POLL_MS = 100;
// The real default is a minute; a local host is waited for by a person.
const LONGEST_POLL_MS = 2000;

/**
 * Runs functions for messages of storage queues. A message whose function failed comes again; after `maxDequeueCount` tries (5) it
 * goes to the queue `<name>-poison`. Polling slows down while a queue is empty, in real time whatever the clock.
 */
export class QueueTriggers {
  readonly #parts: QueueTriggerParts;
  readonly #functions: readonly RegisteredFunction[];
  readonly #waits = new Set<() => void>();
  #loops: Promise<void>[] = [];
  #stopped = false;

  constructor(functions: Iterable<RegisteredFunction>, parts: QueueTriggerParts) {
    this.#parts = parts;
    this.#functions = [...functions].filter(({ trigger }) => trigger.type.toLowerCase() === 'queuetrigger');
  }

  /** Begins to poll. Throws when a function's queue or connection is not configured. */
  start(): void {
    const { expressions } = this.#parts;
    const queues = this.#functions.map((fn) => {
      const { queueName, connection } = fn.trigger;
      if (typeof queueName !== 'string') throw new Error(`Function '${fn.name}' has no queueName.`);
      const name = resolveExpression(queueName, {}, expressions);
      const account = findConnection(expressions.env, connection as string | undefined);
      return { fn, queue: new QueueClient(account, name), poison: new QueueClient(account, `${name}-poison`) };
    });
    this.#loops = queues.map(({ fn, queue, poison }) => this.#poll(fn, queue, poison));
  }

  /** Resolves when the messages in hand are done with. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waits.forEach((wake) => wake());
    await Promise.all(this.#loops);
  }

  async #poll(fn: RegisteredFunction, queue: QueueClient, poison: QueueClient): Promise<void> {
    const longest = readTimeSpan(this.#parts.settings.maxPollingInterval) ?? LONGEST_POLL_MS;
    const batchSize = readCount(this.#parts.settings.batchSize, 16);
    let pause = SHORTEST_POLL_MS;
    let broken = false;
    let created = false;
    while (!this.#stopped) {
      try {
        if (!created) await queue.create();
        created = true;
        const messages = await queue.receive(Math.min(batchSize, 32), HIDDEN_SECONDS);
        await Promise.all(messages.map((message) => this.#process(fn, queue, poison, message)));
        pause = messages.length > 0 ? SHORTEST_POLL_MS : Math.min(pause * 2, longest);
        broken = false;
        if (messages.length > 0) continue;
      } catch (error) {
        // Said once, not at every poll.
        if (!broken) {
          this.#parts.log.error('Host.Triggers.Queue', `Queue '${queue.name}' of '${fn.name}' cannot be read.`, error);
        }
        broken = true;
        pause = longest;
      }
      await this.#wait(pause);
    }
  }

  async #process(
    fn: RegisteredFunction,
    queue: QueueClient,
    poison: QueueClient,
    message: QueueMessage,
  ): Promise<void> {
    const { invoker, clock, busy, log, settings } = this.#parts;
    const end = busy.begin();
    try {
      const text = decode(message.text, settings.messageEncoding);
      const values = { ...messageFields(message, text), ...jsonFields(text) };
      const triggerMetadata = Object.fromEntries(
        Object.entries(messageFields(message, text)).map(([name, value]) => [name, { string: String(value) }]),
      );
      const { failure } = await invokeWithRetry(fn, clock, busy, (retry) =>
        invoker.call(fn, { data: { string: text }, triggerMetadata, values, ...(retry ? { retry } : {}) }),
      );
      if (!failure) return await queue.delete(message);
    } catch (error) {
      log.error(`Function.${fn.name}`, `A message of '${queue.name}' could not be handled.`, error, {
        functionName: fn.name,
      });
    } finally {
      end();
    }
    await this.#giveBack(fn, queue, poison, message);
  }

  async #giveBack(
    fn: RegisteredFunction,
    queue: QueueClient,
    poison: QueueClient,
    message: QueueMessage,
  ): Promise<void> {
    const { log, settings } = this.#parts;
    if (message.dequeueCount < readCount(settings.maxDequeueCount, 5)) {
      return queue.release(message, Math.round((readTimeSpan(settings.visibilityTimeout) ?? 0) / 1000));
    }
    await poison.create();
    await poison.send(message.text);
    await queue.delete(message);
    const note = `Message ${message.id} has failed ${message.dequeueCount} times and was moved to '${poison.name}'.`;
    log.write('warning', `Function.${fn.name}`, note, { functionName: fn.name });
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timeout);
        this.#waits.delete(wake);
        resolve();
      };
      const timeout = setTimeout(wake, milliseconds).unref();
      this.#waits.add(wake);
      if (this.#stopped) wake();
    });
  }
}

/** Queue messages are base64 by default; what is not, is taken as it is. */
function decode(text: string, encoding: unknown): string {
  if (encoding === 'none') return text;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('utf8') : text;
}

function messageFields(message: QueueMessage, text: string): Record<string, string | number> {
  return {
    QueueTrigger: text,
    Id: message.id,
    PopReceipt: message.popReceipt,
    DequeueCount: message.dequeueCount,
    InsertionTime: new Date(message.insertedOn).toISOString(),
    ExpirationTime: new Date(message.expiresOn).toISOString(),
    NextVisibleTime: new Date(message.nextVisibleOn).toISOString(),
  };
}

function jsonFields(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    // A message need not be JSON.
    return {};
  }
}

function readCount(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : fallback;
}

function readTimeSpan(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value : '';
  const [, hours, minutes, seconds] = /^(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
}
