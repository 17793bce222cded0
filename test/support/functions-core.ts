import { createFunctionsCore } from '../../src/local/host/core';

/**
 * What `@azure/functions-core` resolves to in tests (see moduleNameMapper in jest.config.cjs): jest gives every test file
 * its own module registry, so each test file has its own core, and what it registers is seen by nobody else.
 */
export const functionsCore = createFunctionsCore();

export const {
  version,
  workerVersion,
  hostVersion,
  Disposable,
  registerFunction,
  registerHook,
  setProgrammingModel,
  getProgrammingModel,
  log,
} = functionsCore;
