import { createFunctionsCore, type FunctionsCore } from '../../src/local/host/core';

/**
 * What `@azure/functions-core` resolves to in tests (see moduleNameMapper in jest.config.cjs): jest gives every test file
 * its own module registry, so each test file has its own core, and what it registers is seen by nobody else.
 */
export const functionsCore = createFunctionsCore();

let current: FunctionsCore = functionsCore;

/**
 * An empty core in place of the present one, as a new process would have: what is registered from now on goes there. Keeps
 * the programming model, which the library sets only when it is first loaded.
 */
export function freshFunctionsCore(): FunctionsCore {
  const fresh = createFunctionsCore();
  const model = current.getProgrammingModel();
  current = fresh;
  if (model !== undefined) {
    fresh.setProgrammingModel(model);
  }
  return fresh;
}

export const { version, workerVersion, hostVersion, Disposable } = functionsCore;
export const registerFunction: FunctionsCore['registerFunction'] = (...given) => current.registerFunction(...given);
export const registerHook: FunctionsCore['registerHook'] = (...given) => current.registerHook(...given);
export const setProgrammingModel: FunctionsCore['setProgrammingModel'] = (model) => current.setProgrammingModel(model);
export const getProgrammingModel: FunctionsCore['getProgrammingModel'] = () => current.getProgrammingModel();
export const log: FunctionsCore['log'] = (...given) => current.log(...given);
