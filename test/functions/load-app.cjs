// Loads a function app in a bare process, as the Functions worker does, with a stand-in for the module that the worker builds
// in. Prints every registered function with its bindings as JSON. Usage: node load-app.cjs <entry file>
const Module = require('node:module');
const functions = [];
class Disposable {}
const core = {
  version: '0.0.0',
  workerVersion: '3.11.0',
  hostVersion: '4.1040.0',
  Disposable,
  registerFunction: ({ name, bindings, retryOptions }) => {
    functions.push({ name, bindings, ...(retryOptions === undefined ? {} : { retryOptions }) });
    return new Disposable();
  },
  registerHook: (name) => {
    functions.push({ hook: name });
    return new Disposable();
  },
  setProgrammingModel() {},
  getProgrammingModel: () => undefined,
  log() {},
};
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === '@azure/functions-core' ? core : load.call(this, request, ...rest);
};
require(require('node:path').resolve(process.argv[2]));
process.stdout.write(JSON.stringify(functions));
