import { randomHex } from '../random';
import { unknownFunction } from './effects';
import type { DurableEngine } from './engine';
import { RequestError } from './errors';
import { entityAddress } from './model';

/** What clients may ask of the engine, with the real extension's checks and words. */
export class DurableOperations {
  readonly #engine: DurableEngine;

  constructor(engine: DurableEngine) {
    this.#engine = engine;
  }

  /** Starts an orchestration; resolves with its id once durable. Input is JSON text, empty for none. */
  async start(
    name: string,
    instanceId: string | undefined,
    input: string,
    version: string | undefined,
    traceParent: string | undefined,
  ): Promise<string> {
    const engine = this.#engine;
    const fn = engine.parts.core.registry.functions.get(name);
    if (fn?.trigger.type !== 'orchestrationTrigger') {
      throw new RequestError(unknownFunction(engine, name, 'orchestrator', 'orchestrationTrigger'));
    }
    if (instanceId !== undefined) checkInstanceId(instanceId);
    return engine.start({ name, instanceId, input, version, traceParent });
  }

  raiseEvent(instanceId: string, name: string, input: string): Promise<void> {
    return this.#engine.send(instanceId, { kind: 'event', name, input });
  }

  control(kind: 'terminate' | 'suspend' | 'resume', instanceId: string, reason: string): Promise<void> {
    return this.#engine.send(instanceId, { kind, reason });
  }

  /** Signals an entity; resolves once the signal is durable. Input is JSON text, empty for none; `due` in epoch milliseconds. */
  async signal(name: string, key: string, operation: string, input: string, due?: number): Promise<void> {
    const { work, parts } = this.#engine;
    if (!work.knowsEntity(name)) {
      throw new RequestError(unknownFunction(this.#engine, name, 'entity', 'entityTrigger'));
    }
    const requestId = randomHex(parts.random, 32);
    const message = { kind: 'operation', requestId, name: operation, input } as const;
    await this.#engine.send(entityAddress(name, key), message, due);
  }
}

/** The real extension's rules for instance ids. */
function checkInstanceId(id: string): void {
  if (id.startsWith('@')) throw new RequestError('Orchestration instance ids must not start with @.');

  if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(id)) {
    throw new RequestError('Orchestration instance ids must not contain /, \\, #, ?, or control characters.');
  }
  if (id.length > 256) throw new RequestError('Instance ID lengths must not exceed 256 characters.');
}
