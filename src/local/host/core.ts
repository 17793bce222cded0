/** A binding of a function as `@azure/functions` registers it. */
export interface FunctionBinding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly [option: string]: unknown;
}

/** Retry policy of a trigger. */
export interface FunctionRetry {
  readonly retryStrategy: 'fixedDelay' | 'exponentialBackoff';
  /** -1 means without end. */
  readonly maxRetryCount: number;
  readonly delayInterval?: { readonly seconds: number };
  readonly minimumInterval?: { readonly seconds: number };
  readonly maximumInterval?: { readonly seconds: number };
}

/** What the app says about a function when it registers it. */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, FunctionBinding>>;
  readonly retryOptions?: FunctionRetry;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

/** A function of the app. */
export interface RegisteredFunction {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  /** The binding that starts it, and the name it is registered under. */
  readonly trigger: FunctionBinding;
  readonly triggerName: string;
}

/** What the library needs to turn an invocation into a call of the app's handler; `@azure/functions` provides it. */
export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Record<string, string> | Promise<Record<string, string>>;
}

/** One invocation as the library sees it. */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: Readonly<Record<string, unknown>>;
  state: 'preInvocationHooks' | 'postInvocationHooks' | 'invocation' | undefined;
  log(level: string, category: string, message: string): void;
}

/** See {@link ProgrammingModel}. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** A value on its way between host and library; at most one field is set. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: unknown;
}

export interface InvocationResponse {
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
  readonly returnValue?: TypedData | null;
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
export type HookCallback = (context: Record<string, unknown>) => unknown;

/** Something that can be taken back. */
export class Disposable {
  #onDispose: (() => unknown) | undefined;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  /** One disposable for several. */
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }

  dispose(): unknown {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    return onDispose?.();
  }
}

/**
 * The stand-in for the module `@azure/functions-core`, which the Azure Functions worker builds into its process. It
 * collects what the app registers.
 */
export interface FunctionsCore {
  readonly version: string;
  readonly workerVersion: string;
  readonly hostVersion: string;
  readonly Disposable: typeof Disposable;
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  registerHook(name: string, callback: HookCallback): Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  log(level: string, category: string, message: string): void;
  /** What has been registered so far; not part of what the worker offers. */
  readonly registry: FunctionsRegistry;
}

/** What an app has registered. */
export interface FunctionsRegistry {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  hooks(name: HookName): readonly HookCallback[];
  /** Receives the library's own log lines; set by the host that runs the app. */
  onLog: ((level: string, category: string, message: string) => void) | undefined;
}

// The versions that apps and libraries look at to decide which features they may use.
const WORKER_VERSION = '3.11.0';
const HOST_VERSION = '4.1040.0';
const HOOK_NAMES: ReadonlySet<string> = new Set(['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log']);

/** Creates an empty stand-in for `@azure/functions-core`. Registering a name twice throws. */
export function createFunctionsCore(): FunctionsCore {
  const functions = new Map<string, RegisteredFunction>();
  const lowerCaseNames = new Set<string>();
  const hooks = new Map<string, HookCallback[]>();
  let model: ProgrammingModel | undefined;
  const registry: FunctionsRegistry = {
    functions,
    hooks: (name) => hooks.get(name) ?? [],
    onLog: undefined,
  };
  return {
    version: WORKER_VERSION,
    workerVersion: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    registry,
    registerFunction(metadata, callback) {
      const { name } = metadata;
      if (lowerCaseNames.has(name.toLowerCase())) {
        throw new Error(`A function with name "${name}" is registered already. Give each function its own name.`);
      }
      const entry = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
      if (!entry) throw new Error(`Function "${name}" has no trigger. Register it with one of the methods of "app".`);
      if (typeof callback !== 'function') throw new Error(`Function "${name}" has no handler.`);
      functions.set(name, { name, metadata, callback, triggerName: entry[0], trigger: entry[1] });
      lowerCaseNames.add(name.toLowerCase());
      return new Disposable(() => {
        functions.delete(name);
        lowerCaseNames.delete(name.toLowerCase());
      });
    },
    registerHook(name, callback) {
      if (!HOOK_NAMES.has(name)) {
        // The library recognises an old host by this error.
        throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
      }
      const list = hooks.get(name) ?? [];
      hooks.set(name, [...list, callback]);
      return new Disposable(() => {
        hooks.set(
          name,
          (hooks.get(name) ?? []).filter((registered) => registered !== callback),
        );
      });
    },
    setProgrammingModel(next) {
      model = next;
    },
    getProgrammingModel: () => model,
    log: (level, category, message) => registry.onLog?.(level, category, message),
  };
}
