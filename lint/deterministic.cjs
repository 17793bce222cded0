// @ts-check
'use strict';
const { isBuiltin } = require('node:module');
const { staticName, variableOf, isGlobal, rootOf, enclosingFunction, isTypeOnly } = require('./syntax.cjs');

/** @import { Rule, Scope } from 'eslint' */

/**
 * Globals that an orchestrator or a plan must not touch at all, with what serves instead. Whatever is not listed is either
 * deterministic or cannot be reached without one of these.
 */
const bannedGlobals = new Map(
  Object.entries({
    process: 'take what is needed from the input; configuration is read once, in src/config',
    performance: 'use df.currentUtcDateTime, or take the time as a parameter',
    crypto: 'use df.newGuid(), or derive the value from the input (hashOf, uuidOf)',
    setTimeout: 'use a durable timer: sleep() or df.createTimer()',
    setInterval: 'use a durable timer in a loop: sleep() or df.createTimer()',
    setImmediate: 'orchestrators have no event loop; yield a task',
    queueMicrotask: 'orchestrators have no event loop; yield a task',
    AbortSignal: 'time limits belong to activities; use a durable timer',
    fetch: 'reach the network in an activity',
    XMLHttpRequest: 'reach the network in an activity',
    WebSocket: 'reach the network in an activity',
    EventSource: 'reach the network in an activity',
    BroadcastChannel: 'wait for an external event',
    MessageChannel: 'orchestrators have no event loop; yield a task',
    Worker: 'do heavy work in an activity',
    Atomics: 'orchestrators share no memory; yield a task',
    Promise: 'yield durable tasks; df.Task.all and df.Task.any combine them',
    console: 'use replaySafeLog(), which writes a line once and not on every replay',
    Intl: "format without a locale; the locale is the machine's",
    WeakRef: 'garbage collection differs on every replay; hold the value',
    FinalizationRegistry: 'garbage collection differs on every replay',
    require: 'import at the top of the file, so that the dependency rules see it',
    __dirname: 'read files in an activity',
    __filename: 'read files in an activity',
    navigator: 'take what is needed from the input',
    eval: 'write the code down',
    Function: 'write the code down',
    globalThis: 'name the global itself, so that this rule can see which one it is',
    global: 'name the global itself, so that this rule can see which one it is',
    self: 'name the global itself, so that this rule can see which one it is',
    window: 'name the global itself, so that this rule can see which one it is',
  }),
);

/** Members of `Date` that do not read the clock. */
const pureDateMembers = new Set(['parse', 'UTC', 'prototype']);

/** Methods whose result depends on the machine's locale. */
const localeMethods = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
]);

/** Methods of `Date` whose result depends on the machine's time zone. */
const zoneMethods = new Set([
  ...['Date', 'Day', 'FullYear', 'Hours', 'Minutes', 'Month', 'Seconds', 'TimezoneOffset', 'Year'].map(
    (part) => `get${part}`,
  ),
  ...['Date', 'FullYear', 'Hours', 'Minutes', 'Month', 'Year'].map((part) => `set${part}`),
  'toDateString',
  'toTimeString',
]);

const mutators = new Set('add set delete clear push pop shift unshift splice sort reverse fill copyWithin'.split(' '));

/** Members of the durable context that the supported subset leaves out. */
const bannedDurable = new Map([
  ['lock', 'critical sections leak; use a lease of the guard'],
  ['isLocked', 'critical sections leak; use a lease of the guard'],
  ['callHttp', 'call an activity: it has a contract, a time limit and an idempotent effect'],
  ['isReplaying', 'a decision that depends on it differs on replay; for logging there is replaySafeLog()'],
]);

const taskState = new Set(['isCompleted', 'isFaulted']);

/** @type {Rule.RuleModule} */
const deterministic = {
  meta: {
    type: 'problem',
    docs: { description: 'forbid what would make an orchestrator or a plan decide differently when it is replayed' },
    schema: [
      {
        type: 'object',
        properties: { packages: { type: 'array', items: { type: 'string' } } },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ packages: ['durable-functions', 'zod'] }],
    messages: {
      global: '`{{name}}` is not deterministic here: {{instead}}.',
      clock:
        'This reads the clock, which differs on every replay: use df.currentUtcDateTime, or take the time as a parameter.',
      dateEscapes:
        '`Date` may be used here only as `new Date(value)`, `Date.parse` and `Date.UTC`, so that no call reads the clock.',
      random: 'Randomness differs on every replay: use df.newGuid(), or derive the value from the input.',
      zone: '`{{name}}` depends on the time zone of the machine: use the UTC form (getUTC..., Date.UTC, toISOString).',
      locale: '`{{name}}` depends on the locale of the machine: compare with < and >, and format by hand.',
      builtin: '`{{name}}` reaches out of the process: do that in an activity.',
      sdk: '`{{name}}` is an SDK: only adapters may use it; call an activity, or import the type alone.',
      package:
        "`{{name}}` is not known to be deterministic: do this in an activity, or add it to the rule's `packages` with the reason.",
      dynamicImport: 'A module that is loaded while running may differ on replay: import at the top of the file.',
      async:
        'The durable engine drives synchronous generators: use `function*`, and yield tasks instead of awaiting promises.',
      moduleState:
        "Module-level `{{kind}}` outlives the instance and is shared by all: keep state in the orchestrator's own variables.",
      mutated:
        '`{{name}}` belongs to the module and is changed here: the next replay would see the change. Make it inside the function.',
      staticState:
        'A static field that can change outlives the instance: make it readonly, or a variable of the orchestrator.',
      statefulRegex:
        'A module-level expression with flag g or y remembers where it stopped: leave out the flag, or make it inside the function.',
      context:
        "Of an orchestrator's context only `df` is replayed: log with replaySafeLog(), and take the rest from the input.",
      durable: '`df.{{name}}` is not in the subset that is used here: {{instead}}.',
      taskState:
        'Read the state of a task with isSettled() of src/kernel/activity, the one place that knows how both engine versions tell it.',
      instance:
        'Error classes and prototypes do not cross a yield, so this is never true: return a tagged outcome from the activity and look at its `kind`. Only `instanceof Error` holds.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    /** @type {Set<string>} */
    const packages = new Set(context.options[0].packages);
    const report = (/** @type {any} */ node, /** @type {string} */ messageId, data = {}) =>
      context.report({ node, messageId, data });

    /** One use of a global by its name, outside of type positions. */
    function checkGlobal(/** @type {any} */ node) {
      const { name, parent } = node;
      if (name === 'Date') {
        checkDate(node, parent);
      } else if (name === 'Math') {
        const member = parent.type === 'MemberExpression' && parent.object === node ? staticName(parent) : undefined;
        if (member === undefined || member === 'random') {
          report(node, 'random');
        }
      } else {
        const instead = bannedGlobals.get(name);
        if (instead !== undefined) {
          report(node, 'global', { name, instead });
        }
      }
    }

    function checkDate(/** @type {any} */ node, /** @type {any} */ parent) {
      if (parent.type === 'NewExpression' && parent.callee === node) {
        const [first] = parent.arguments;
        if (first === undefined || first.type === 'SpreadElement') {
          report(parent, 'clock');
        } else if (parent.arguments.length > 1) {
          report(parent, 'zone', { name: 'new Date(year, month, ...)' });
        }
      } else if (parent.type === 'CallExpression' && parent.callee === node) {
        report(parent, 'clock');
      } else if (parent.type === 'MemberExpression' && parent.object === node) {
        const member = staticName(parent);
        if (member === 'now') {
          report(parent, 'clock');
        } else if (member === undefined || !pureDateMembers.has(member)) {
          report(node, 'dateEscapes');
        }
      } else if (!(parent.type === 'BinaryExpression' && parent.operator === 'instanceof')) {
        report(node, 'dateEscapes');
      }
    }

    function checkModule(/** @type {any} */ node, /** @type {unknown} */ source) {
      if (typeof source !== 'string' || source.startsWith('.') || isTypeOnly(node)) {
        return;
      }
      const name = source
        .split('/')
        .slice(0, source.startsWith('@') ? 2 : 1)
        .join('/');
      if (isBuiltin(source)) {
        report(node, 'builtin', { name: source });
      } else if (packages.has(name)) {
        return;
      } else if (/^(@azure|@azure-rest|@cloudflare)\//.test(source) || name === 'cloudflare') {
        report(node, 'sdk', { name: source });
      } else {
        report(node, 'package', { name: source });
      }
    }

    /** The variable behind an orchestrator's context: typed as one, or named so in a generator. */
    function checkContext(/** @type {any} */ fn) {
      for (const parameter of fn.params) {
        const typeName = sourceCode.getText(parameter.typeAnnotation?.typeAnnotation);
        const typed =
          parameter.typeAnnotation !== undefined && /(^|\.)(OrchestrationContext|InvocationContext)$/.test(typeName);
        if (!typed && !(fn.generator && parameter.type === 'Identifier' && parameter.name === 'context')) {
          continue;
        }
        if (parameter.type === 'ObjectPattern') {
          checkContextPattern(parameter);
          continue;
        }
        for (const { identifier } of sourceCode.getDeclaredVariables(fn).find((one) => one.name === parameter.name)
          ?.references ?? []) {
          const use = /** @type {any} */ (identifier).parent;
          if (use.type === 'MemberExpression' && use.object === identifier) {
            if (staticName(use) !== 'df') {
              report(use, 'context');
            }
          } else if (use.type === 'VariableDeclarator' && use.id.type === 'ObjectPattern') {
            checkContextPattern(use.id);
          } else if (!(use.type === 'CallExpression' && use.arguments.includes(identifier))) {
            // Handing it on whole is fine: whoever takes it declares the type and is looked at there.
            report(use, 'context');
          }
        }
      }
    }

    function checkContextPattern(/** @type {any} */ pattern) {
      for (const property of pattern.properties) {
        if (property.type !== 'Property' || property.computed || property.key.name !== 'df') {
          report(property, 'context');
        }
      }
    }

    /** Whether an expression is the durable context: `df`, or `anything.df`, or a parameter typed as one. */
    function isDurable(/** @type {any} */ node) {
      if (node?.type === 'MemberExpression') {
        return staticName(node) === 'df';
      }
      if (node?.type !== 'Identifier') {
        return false;
      }
      const definition = variableOf(sourceCode, node)?.defs[0];
      const annotation = /** @type {any} */ (definition?.name)?.typeAnnotation?.typeAnnotation;
      return (
        node.name === 'df' || (annotation !== undefined && /(^|\.)DurableContext$/.test(sourceCode.getText(annotation)))
      );
    }

    /** A change to what belongs to the module: a binding of its scope, or something inside of one. */
    function checkMutation(/** @type {any} */ target, /** @type {boolean} */ importsToo) {
      const root = rootOf(target);
      const variable = root && variableOf(sourceCode, root);
      const definition = variable?.defs[0];
      if (variable === undefined || definition === undefined || !['module', 'global'].includes(variable.scope.type)) {
        return;
      }
      if (definition.type === 'ImportBinding' ? importsToo : definition.type === 'Variable') {
        report(target, 'mutated', { name: variable.name });
      }
    }

    function checkMethod(/** @type {any} */ node) {
      const { callee } = node;
      const name = staticName(callee);
      if (name === undefined) {
        return;
      }
      if (localeMethods.has(name)) {
        report(callee.property, 'locale', { name });
      } else if (zoneMethods.has(name)) {
        report(callee.property, 'zone', { name });
      } else if (name === 'then' && node.arguments.length > 0) {
        report(callee.property, 'async');
      } else if (mutators.has(name)) {
        checkMutation(callee.object, false);
      } else if (name === 'test' || name === 'exec') {
        checkRegex(callee.object);
      } else if (name === 'assign' || name.startsWith('define')) {
        if (
          callee.object.type === 'Identifier' &&
          ['Object', 'Reflect'].includes(callee.object.name) &&
          node.arguments[0]
        ) {
          checkMutation(node.arguments[0], true);
        }
      }
    }

    function checkRegex(/** @type {any} */ object) {
      const variable = object.type === 'Identifier' ? variableOf(sourceCode, object) : undefined;
      const init = /** @type {any} */ (variable?.defs[0]?.node)?.init;
      if (init?.regex && /[gy]/.test(init.regex.flags) && ['module', 'global'].includes(variable?.scope.type ?? '')) {
        report(object, 'statefulRegex');
      }
    }

    function checkAssigned(/** @type {any} */ target) {
      if (target.type === 'MemberExpression') {
        checkMutation(target, true);
      }
    }

    return {
      'Program:exit'(node) {
        const scope = sourceCode.getScope(node);
        const pending = [scope];
        for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
          pending.push(...one.childScopes);
          for (const { identifier, isTypeReference, isValueReference } of /** @type {any[]} */ (one.references)) {
            if ((isValueReference ?? !isTypeReference) && isGlobal(sourceCode, identifier)) {
              checkGlobal(identifier);
            }
          }
        }
      },

      ImportDeclaration: (node) => checkModule(node, node.source.value),
      ExportAllDeclaration: (node) => checkModule(node, node.source.value),
      ExportNamedDeclaration: (node) => checkModule(node, node.source?.value),
      TSImportEqualsDeclaration: (/** @type {any} */ node) => checkModule(node, node.moduleReference.expression?.value),
      ImportExpression: (node) => report(node, 'dynamicImport'),

      ':function'(/** @type {any} */ node) {
        if (node.async) {
          report(node, 'async');
        }
        checkContext(node);
      },
      AwaitExpression(node) {
        if (enclosingFunction(node) === undefined) {
          report(node, 'async');
        }
      },
      'ForOfStatement[await=true]': (/** @type {any} */ node) => report(node, 'async'),

      'Program > VariableDeclaration, Program > ExportNamedDeclaration > VariableDeclaration'(/** @type {any} */ node) {
        if (node.kind !== 'const' && !node.declare) {
          report(node, 'moduleState', { kind: node.kind });
        }
      },
      'PropertyDefinition[static=true][readonly!=true]': (/** @type {any} */ node) => report(node, 'staticState'),
      AssignmentExpression: (node) => checkAssigned(node.left),
      UpdateExpression: (node) => checkAssigned(node.argument),
      'UnaryExpression[operator="delete"]': (/** @type {any} */ node) => checkAssigned(node.argument),

      'CallExpression[callee.type="MemberExpression"]': checkMethod,
      MemberExpression(node) {
        const name = staticName(node);
        if (name === undefined) {
          return;
        }
        const instead = bannedDurable.get(name);
        if (instead !== undefined && isDurable(node.object)) {
          report(node, 'durable', { name, instead });
        } else if (taskState.has(name)) {
          report(node, 'taskState');
        }
      },
      'VariableDeclarator[id.type="ObjectPattern"]'(/** @type {any} */ node) {
        for (const { key, computed } of isDurable(node.init) ? node.id.properties : []) {
          const instead = computed ? undefined : bannedDurable.get(key?.name);
          if (instead !== undefined) {
            report(key, 'durable', { name: key.name, instead });
          }
        }
      },

      'BinaryExpression[operator="instanceof"]'(/** @type {any} */ node) {
        const { right } = node;
        if (right.type === 'Identifier' && right.name === 'Error' && isGlobal(sourceCode, right)) {
          return;
        }
        const inCatch = sourceCode.getAncestors(node).some(({ type }) => type === 'CatchClause');
        if (inCatch || /** @type {any} */ (enclosingFunction(node))?.generator) {
          report(node, 'instance');
        }
      },
    };
  },
};

module.exports = { deterministic };
