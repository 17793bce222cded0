import type { Bindings } from './bindings';
import type { HostClock } from './clock';
import type {
  CoreInvocationContext,
  FunctionsCore,
  InvocationModel,
  InvocationResponse,
  RegisteredFunction,
  TypedData,
} from './core';
import type { Logger } from './log';
import type { Metrics } from './metrics';
import { randomUuid, type Random } from './random';
import { childTrace, spanOf, type HostSpan } from './trace';
import type { GuardedWork, Watchdog } from './watchdog';

/** What a function is called with. */
export interface InvocationRequest {
  /** Value of the trigger binding, as the library decodes it. */
  readonly data?: TypedData;
  /** Value of the trigger binding, handed over as it is; wins over `data`. */
  readonly value?: unknown;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  /** Values that binding expressions such as `{name}` of the other bindings may use. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** The W3C trace context that the call belongs to; the call gets a span of its own in it. */
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retry?: { readonly retryCount: number; readonly maxRetryCount: number; readonly exception?: unknown };
  readonly invocationId?: string;
  readonly instanceId?: string | undefined;
  /** What a watchdog calls it; the function's name by default. */
  readonly work?: GuardedWork;
  /** The caller reports a failure itself. */
  readonly quietFailure?: boolean;
}

/** How a call ended. `context` and `model` are there unless the library itself failed. */
export interface InvocationResult {
  readonly invocationId: string;
  readonly context: unknown;
  readonly result: unknown;
  /** What the handler or a hook threw. */
  readonly failure: { readonly error: unknown } | undefined;
  readonly core: CoreInvocationContext;
  readonly response: () => Promise<InvocationResponse>;
}

/** How a call with all its bindings ended. */
export interface CallResult {
  readonly failure: { readonly error: unknown } | undefined;
  readonly returnValue: TypedData | undefined;
}

// The name under which the library registers a function's return binding.
const RETURN = '$return';

/** What invocations need from the host. */
export interface InvokerParts {
  readonly core: FunctionsCore;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** For invocation and trace ids. */
  readonly random: Random;
  readonly clock: HostClock;
  readonly bindings: Bindings;
  readonly onSpan?: (span: HostSpan) => void;
  readonly watchdog?: Watchdog | undefined;
}

/** Calls the app's functions the way the Azure Functions worker does: through the library's invocation model and the hooks. */
export class Invoker {
  readonly #parts: InvokerParts;

  constructor(parts: InvokerParts) {
    this.#parts = parts;
  }

  /** Runs one invocation with everything around it: input bindings, hooks, output bindings. */
  async call(fn: RegisteredFunction, request: InvocationRequest): Promise<CallResult> {
    const { failure, response } = await this.invoke(fn, request);
    if (failure) return { failure, returnValue: undefined };
    const { returnValue, outputData } = await response();
    const outputs = [...(outputData ?? [])];
    if (returnValue && fn.metadata.bindings[RETURN] && fn.metadata.bindings[RETURN].type !== 'http') {
      outputs.push({ name: RETURN, data: returnValue });
    }
    if (outputs.length > 0) await this.#parts.bindings.writeOutputs(fn, outputs, request.values ?? {});
    return { failure: undefined, returnValue: returnValue ?? undefined };
  }

  /** Runs code of the app; a watchdog knows it by this name while it does not give back control. */
  guarded<T>(work: GuardedWork, action: () => T): T {
    const { watchdog } = this.#parts;
    return watchdog ? watchdog.run(work, action) : action();
  }

  /** Runs one invocation. Rejects only when the library cannot make a call of the request, or the watchdog refuses it. */
  async invoke(fn: RegisteredFunction, request: InvocationRequest): Promise<InvocationResult> {
    const { random, clock, bindings, watchdog } = this.#parts;
    const work = request.work ?? { id: '', what: `function '${fn.name}'` };
    const refusal = watchdog?.refusal(work);
    if (refusal !== undefined) throw new Error(refusal);
    const invocationId = request.invocationId ?? randomUuid(random);
    const startedAt = clock.now();
    const traceParent = childTrace(request.traceParent, random);
    const inputs = bindings.hasInputs(fn) ? await bindings.inputs(fn, request.values ?? {}, traceParent) : {};
    const core = this.#coreContext(fn, request, inputs, invocationId, traceParent);
    const model = this.#model(core);
    const { context, inputs: handlerInputs } = await model.getArguments();
    if ('value' in request) handlerInputs[0] = request.value;
    const { result, failure } = await this.#run(fn, work, core, model, context, handlerInputs);
    this.#report(fn, request, { invocationId, traceParent, startedAt, failure });
    return { invocationId, context, result, failure, core, response: () => model.getResponse(context, result) };
  }

  #report(
    fn: RegisteredFunction,
    request: InvocationRequest,
    call: {
      readonly invocationId: string;
      readonly traceParent: string;
      readonly startedAt: number;
      readonly failure: { readonly error: unknown } | undefined;
    },
  ): void {
    const { log, metrics, clock, onSpan } = this.#parts;
    const { invocationId, traceParent, startedAt, failure } = call;
    const endedAt = clock.now();
    const outcome = failure ? 'failure' : 'success';
    metrics.count('faas_invocations_total', { faas_name: fn.name, outcome });
    metrics.observe('faas_invoke_duration_seconds', (endedAt - startedAt) / 1000, { faas_name: fn.name });
    const instance = request.instanceId === undefined ? {} : { instanceId: request.instanceId };
    const attributes = { 'faas.name': fn.name, 'faas.invocation_id': invocationId, 'faas.trigger': fn.trigger.type };
    onSpan?.(
      spanOf(traceParent, request.traceParent, { name: fn.name, startedAt, endedAt, failed: !!failure, attributes }),
    );
    const traceId = traceParent.split('-')[1] ?? '';
    const fields = { functionName: fn.name, invocationId, durationMs: endedAt - startedAt, traceId, ...instance };
    if (!failure) log.write('information', `Function.${fn.name}`, `Executed '${fn.name}' (Succeeded)`, fields);
    else if (!request.quietFailure) {
      log.error(`Function.${fn.name}`, `Executed '${fn.name}' (Failed)`, failure.error, fields);
    }
  }

  async #run(
    fn: RegisteredFunction,
    work: GuardedWork,
    core: CoreInvocationContext,
    model: InvocationModel,
    context: unknown,
    inputs: unknown[],
  ): Promise<{ result: unknown; failure: { error: unknown } | undefined }> {
    const hookData = {};
    const { registry } = this.#parts.core;
    const before = { hookData, invocationContext: context, inputs, functionCallback: fn.callback };
    let result: unknown;
    let failure: { error: unknown } | undefined;
    try {
      core.state = 'preInvocationHooks';
      for (const hook of registry.hooks('preInvocation')) await hook(before);
      core.state = 'invocation';
      result = await this.guarded(work, () => model.invokeFunction(context, before.inputs, before.functionCallback));
    } catch (error) {
      failure = { error };
    }
    core.state = 'postInvocationHooks';
    const hooks = registry.hooks('postInvocation');
    if (hooks.length === 0) return { result, failure };
    const after = { hookData, invocationContext: context, inputs: before.inputs, result, error: failure?.error };
    try {
      for (const hook of hooks) await hook(after);
    } catch (error) {
      return { result: undefined, failure: { error } };
    }
    // A hook may replace the error, or clear it.
    const stillFails =
      failure === undefined ? after.error !== undefined : after.error !== undefined && after.error !== null;
    return { result: after.result, failure: stillFails ? { error: after.error } : undefined };
  }

  #model(core: CoreInvocationContext): InvocationModel {
    const model = this.#parts.core.getProgrammingModel();
    if (!model) throw new Error('The app has not loaded @azure/functions 4.x, so its functions cannot be called.');
    return model.getInvocationModel(core);
  }

  #coreContext(
    fn: RegisteredFunction,
    request: InvocationRequest,
    inputs: Readonly<Record<string, TypedData>>,
    invocationId: string,
    traceParent: string,
  ): CoreInvocationContext {
    const inputData = [
      { name: fn.triggerName, data: request.data ?? {} },
      ...Object.entries(inputs).map(([name, data]) => ({ name, data })),
    ];
    const { registry } = this.#parts.core;
    const core: CoreInvocationContext = {
      invocationId,
      metadata: fn.metadata,
      request: {
        invocationId,
        functionId: fn.name,
        inputData,
        triggerMetadata: request.triggerMetadata ?? {},
        traceContext: { traceParent, traceState: request.traceState, attributes: {} },
        ...(request.retry ? { retryContext: request.retry } : {}),
      },
      state: undefined,
      log: (level, category, message) => {
        const entry = { level, message, category, hookData: {}, invocationContext: undefined };
        for (const hook of registry.hooks('log')) hook(entry);
        this.#parts.log.write(entry.level, `Function.${fn.name}${category === 'user' ? '.User' : ''}`, entry.message, {
          functionName: fn.name,
          invocationId,
          ...(request.instanceId === undefined ? {} : { instanceId: request.instanceId }),
        });
      },
    };
    return core;
  }
}

/** The returned value as JSON text; undefined when there is none. Bytes become base64 text. */
export function typedDataToJson(data: TypedData | null | undefined): string | undefined {
  if (!data) return undefined;
  if (data.json !== undefined) return data.json;
  if (data.string !== undefined) return JSON.stringify(data.string);
  if (data.bytes !== undefined) return JSON.stringify(Buffer.from(data.bytes).toString('base64'));
  if (data.int !== undefined) return JSON.stringify(data.int);
  if (data.double !== undefined) return JSON.stringify(data.double);
  return undefined;
}
