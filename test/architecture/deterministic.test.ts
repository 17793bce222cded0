import { parser } from 'typescript-eslint';
import { RuleTester } from 'eslint';

const { rules } = require('../../lint/index.cjs');

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parser } });

/** What the rule must let pass, because real orchestrators and plans need it. */
const valid = [
  // Time that is given, and arithmetic on it.
  'const at = (text: string) => Date.parse(text);',
  'const at = (now: number) => new Date(now).toISOString();',
  'const day = Date.UTC(2026, 0, 31);',
  'const when = (value: unknown) => value instanceof Date;',
  'function* f(df: DurableContext) { return df.currentUtcDateTime.getTime(); }',
  'const hour = (date: Date) => date.getUTCHours();',
  // Types are gone when the code runs.
  "import type { VirtualMachine } from '@azure/arm-compute';",
  "import { type VirtualMachine } from '@azure/arm-compute';",
  "import type { Readable } from 'node:stream';",
  "export type { VirtualMachine } from '@azure/arm-compute';",
  'type Later = Promise<Date>; declare const abort: AbortSignal;',
  // Names that only look like globals.
  'function f(process: { env: number }) { return process.env; }',
  "const fetch = (text: string) => text; fetch('a');",
  'const f = (crypto: string, performance: number) => [crypto, performance];',
  'const plan = { console: 1, setTimeout: 2 }; const n = plan.setTimeout;',
  'const n = Math.max(1, Math.ceil(2.5));',
  // Packages that are known to be deterministic, and our own files.
  "import { EntityId } from 'durable-functions'; import { z } from 'zod'; import { plan } from './plan';",
  "export * from './model'; export { z } from 'zod';",
  // State of the module that never changes, state of the function that may.
  "const names = new Set(['a']); const has = (name: string) => names.has(name);",
  'function* f() { const seen = new Map(); seen.set(1, 2); const list = []; list.push(1); let n = 0; n += 1; return n; }',
  'const sorted = (list: readonly number[]) => [...list].sort();',
  'const firstOf = (list: number[]) => { list.push(1); list[0] = 2; };',
  'const pattern = /a/; const fits = (text: string) => pattern.test(text);',
  'function f(text: string) { const pattern = /a/g; return pattern.exec(text); }',
  'class Limits { static readonly most = 3; count = 0; }',
  "import { state } from './state'; const n = state.count;",
  "import { known } from './known'; const n = known.add(1);",
  // The durable context.
  'function* f(context: OrchestrationContext) { const { df } = context; yield df.callActivity(name, {}); return df.newGuid(); }',
  'function* f(context: OrchestrationContext) { yield context.df.createTimer(at); yield* part(context); }',
  'function* f({ df }: OrchestrationContext) { yield df.Task.any([timer, event]); }',
  'function f(context: { log: string }) { return context.log; }',
  'const locked = (door: { lock(): void }) => door.lock();',
  // Errors.
  'function* f() { try { yield task; } catch (error) { return error instanceof Error ? error.message : String(error); } }',
  'const refused = (error: unknown) => error instanceof PermanentError;',
  'function* f() { yield* part(); return text.replace(/a/, String); }',
];

/** What it must find, by the message that it must give. */
const invalid: Record<string, readonly string[]> = {
  clock: [
    'const now = Date.now();',
    "const now = Date['now']();",
    'const now = Date[`now`]();',
    'const clock = { now: Date.now };',
    'const now = new Date();',
    'const now = new Date;',
    'const now = new Date(...parts);',
    'const now = Date();',
    'function* f(df: DurableContext, now = Date.now()) { yield df.createTimer(now); }',
  ],
  dateEscapes: ['const Clock = Date;', 'const { now } = Date;', 'const now = Date[name]();', 'give(Date);'],
  random: [
    'const n = Math.random();',
    "const n = Math['random']();",
    'const { random } = Math;',
    'const M = Math;',
    'const n = Math[name]();',
  ],
  zone: [
    'const day = new Date(2026, 0, 31);',
    'const hour = (date: Date) => date.getHours();',
    'const back = (date: Date) => date.setDate(1);',
    'const text = (date: Date) => date.toDateString();',
    'const offset = (date: Date) => date.getTimezoneOffset();',
  ],
  locale: [
    'const sorted = [...names].sort((left, right) => left.localeCompare(right));',
    'const text = amount.toLocaleString();',
    "const text = name.toLocaleUpperCase('tr');",
    'const text = date.toLocaleDateString();',
  ],
  global: [
    'const name = process.env.NAME;',
    'const { env } = process;',
    'const folder = process.cwd();',
    'const time = process.hrtime.bigint();',
    'process.nextTick(next);',
    'const time = performance.now();',
    'const id = crypto.randomUUID();',
    'crypto.getRandomValues(bytes);',
    'const id = globalThis.crypto.randomUUID();',
    'const now = globalThis.Date.now();',
    'const now = global.Date.now();',
    'setTimeout(next, 10);',
    'const timer = setInterval(next, 10);',
    'setImmediate(next);',
    'queueMicrotask(next);',
    'const abort = AbortSignal.timeout(10);',
    "const answer = fetch('https://example.org');",
    'const request = new XMLHttpRequest();',
    'const socket = new WebSocket(url);',
    'const done = Promise.resolve(1);',
    'const all = Promise.all(tasks);',
    'const later = new Promise(next);',
    "console.log('planned');",
    'const format = new Intl.NumberFormat();',
    'const weak = new WeakRef(value);',
    'const registry = new FinalizationRegistry(next);',
    "const fs = require('node:fs');",
    'const here = __dirname;',
    "eval('1');",
    "const f = new Function('return 1');",
    'const f = { process };',
  ],
  builtin: [
    "import { readFileSync } from 'node:fs';",
    "import os from 'os';",
    "import * as crypto from 'node:crypto';",
    "import 'fs/promises';",
    "export { randomUUID } from 'node:crypto';",
    "export * from 'node:path';",
    "import fs = require('fs');",
    "import { type Stats, statSync } from 'node:fs';",
  ],
  sdk: [
    "import { ComputeManagementClient } from '@azure/arm-compute';",
    "import { app } from '@azure/functions';",
    "import { getClient } from '@azure-rest/core-client';",
    "import Cloudflare from 'cloudflare';",
    "import { Zones } from 'cloudflare/resources';",
  ],
  package: [
    "import { v4 } from 'uuid';",
    "export { nanoid } from 'nanoid';",
    "import * as scoped from '@scope/name/deep';",
  ],
  dynamicImport: ["const late = import('./plan');"],
  async: [
    'async function plan() {}',
    'const plan = async () => 1;',
    'const plan = { async make() {} };',
    'async function* plan() { yield 1; }',
    'await ready;',
    'for await (const one of many) { take(one); }',
    'answer.then(next);',
  ],
  moduleState: [
    'let runs = 0;',
    'var runs = 0;',
    'export let runs = 0;',
    'let cache: Map<string, string> | undefined;',
  ],
  mutated: [
    'const seen = new Map<string, string>(); function* f() { seen.set("a", "b"); }',
    'const seen = new Set(); export const add = (name: string) => seen.add(name);',
    'const list: string[] = []; function f() { list.push("a"); }',
    'const table: Record<string, number> = {}; function f() { table["a"] = 1; }',
    'const counts = { runs: 0 }; function f() { counts.runs += 1; }',
    'const counts = { runs: 0 }; function f() { counts.runs++; }',
    'const table = { a: 1 }; function f() { delete table.a; }',
    'const nested = { list: [] as string[] }; function f() { nested.list.push("a"); }',
    'const table = {}; function f() { Object.assign(table, { a: 1 }); }',
    "import { state } from './state'; function f() { state.count = 1; }",
    'const order = [3, 1]; export const sorted = () => order.sort();',
  ],
  staticState: ['class Runs { static count = 0; }'],
  statefulRegex: [
    'const pattern = /a/g; const fits = (text: string) => pattern.test(text);',
    'const pattern = /a/y; const match = (text: string) => pattern.exec(text);',
  ],
  context: [
    "function* f(context: OrchestrationContext) { context.log('a'); yield task; }",
    'function* f(context: OrchestrationContext) { return context.invocationId; }',
    'function* f(context: df.OrchestrationContext) { return context.executionContext; }',
    'const part = (context: OrchestrationContext) => context.error(1);',
    'const part = (of: InvocationContext) => of.log(1);',
    'function* f(context) { yield task; context.warn(1); }',
    'function* f(context: OrchestrationContext) { const { df, log } = context; yield df; }',
    'function* f({ df, traceContext }: OrchestrationContext) { yield df; }',
    'function* f(context: OrchestrationContext) { const alias = context; yield task; }',
    'function* f(context: OrchestrationContext) { const { ...rest } = context; yield rest; }',
  ],
  durable: [
    'function* f(df: DurableContext) { yield df.lock(entity); }',
    "function* f(df: DurableContext) { yield df.callHttp({ method: 'GET', url }); }",
    'function* f(context: OrchestrationContext) { yield context.df.callHttp(options); }',
    "function* f(context: OrchestrationContext) { yield context['df']['lock'](entity); }",
    'function* f(durable: DurableContext) { yield durable.lock(entity); }',
    'function* f(context: OrchestrationContext) { const { callHttp } = context.df; yield callHttp(options); }',
    'function* f(df: DurableContext) { if (!df.isReplaying) { yield task; } }',
    'function* f(df: DurableContext) { return df.isLocked(); }',
  ],
  taskState: ['const done = (task: Task) => task.isCompleted;', 'const failed = (task: Task) => task.isFaulted;'],
  instance: [
    'function* f() { const value = yield task; return value instanceof TransientError; }',
    'function* f() { try { yield task; } catch (error) { if (error instanceof PermanentError) { return; } throw error; } }',
    'const why = () => { try { act(); } catch (error) { return error instanceof RangeError; } };',
    'function* f() { const when = yield task; return when instanceof Date; }',
    'class Error {} function* f() { try { yield task; } catch (error) { return error instanceof Error; } }',
  ],
};

tester.run('deterministic', rules.deterministic, {
  valid,
  invalid: Object.entries(invalid).flatMap(([messageId, codes]) =>
    codes.map((code) => ({ code, errors: [{ messageId }] })),
  ),
});

tester.run('deterministic: packages may be added', rules.deterministic, {
  valid: [{ code: "import { fold } from 'folding';", options: [{ packages: ['folding'] }] }],
  invalid: [
    {
      code: "import { z } from 'zod';",
      options: [{ packages: ['folding'] }],
      errors: [{ message: /^`zod` is not known to be deterministic/ }],
    },
  ],
});

test('every message of the rule is given by something above', () => {
  expect(Object.keys(invalid).sort()).toEqual(Object.keys(rules.deterministic.meta.messages).sort());
});
