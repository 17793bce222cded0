import type { RegisteredFunction, TypedData } from './core';

/** Values of input bindings other than the trigger, and destinations of output bindings. */
export interface Bindings {
  /** Whether the function has inputs other than its trigger. */
  hasInputs(fn: RegisteredFunction): boolean;
  inputs(
    fn: RegisteredFunction,
    values: Readonly<Record<string, unknown>>,
    traceParent: string,
  ): Promise<Record<string, TypedData>>;
  writeOutputs(
    fn: RegisteredFunction,
    outputs: readonly { readonly name: string; readonly data: TypedData }[],
    values: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

/** Serves one kind of binding. */
export interface BindingProvider {
  readonly types: ReadonlySet<string>;
  read?(
    binding: Readonly<Record<string, unknown>>,
    values: Readonly<Record<string, unknown>>,
    traceParent: string,
  ): Promise<TypedData>;
  write?(
    binding: Readonly<Record<string, unknown>>,
    data: TypedData,
    values: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

/** Binds through the first provider that knows the binding's type. An unknown type is an error that names it. */
export function createBindings(providers: readonly BindingProvider[]): Bindings {
  const providerOf = (type: string): BindingProvider | undefined =>
    providers.find(({ types }) => types.has(type.toLowerCase()));
  return {
    hasInputs: (fn) =>
      Object.entries(fn.metadata.bindings).some(
        ([name, { direction }]) => direction === 'in' && name !== fn.triggerName,
      ),
    async inputs(fn, values, traceParent) {
      const found: Record<string, TypedData> = {};
      for (const [name, binding] of Object.entries(fn.metadata.bindings)) {
        if (name === fn.triggerName || binding.direction !== 'in') continue;
        const provider = providerOf(binding.type);
        if (!provider?.read) {
          throw new Error(
            `Function '${fn.name}' has an input of type '${binding.type}', which this host does not offer.`,
          );
        }
        found[name] = await provider.read(binding, values, traceParent);
      }
      return found;
    },
    async writeOutputs(fn, outputs, values) {
      for (const { name, data } of outputs) {
        const binding = fn.metadata.bindings[name];
        if (!binding) continue;
        const provider = providerOf(binding.type);
        if (!provider?.write) {
          throw new Error(
            `Function '${fn.name}' has an output of type '${binding.type}', which this host does not offer.`,
          );
        }
        await provider.write(binding, data, values);
      }
    },
  };
}
