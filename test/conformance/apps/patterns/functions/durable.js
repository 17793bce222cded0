'use strict';
const df = require('durable-functions');

/*
 * One orchestrator per pattern. Each result depends on its input alone, so that the same assertions hold on any host.
 */

df.app.activity('greet', { handler: (name) => `${process.env.CONFORMANCE_GREETING} ${name}` });
df.app.activity('echo', { handler: (input) => input });
df.app.activity('size', { handler: (text) => text.length });
df.app.activity('big', { handler: (length) => 'x'.repeat(length) });
df.app.activity('boom', {
  handler: (message) => {
    throw new Error(message);
  },
});
df.app.activity('notJson', {
  handler: () => {
    const circular = {};
    circular.self = circular;
    return circular;
  },
});

// Fails as often as it is told to; counts in the module, so at least that often.
const failures = new Map();
df.app.activity('flaky', {
  handler: ({ key, times }) => {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    if (count <= times) throw new Error(`failure ${count}`);
    return count;
  },
});

df.app.orchestration('sequence', function* (context) {
  const out = [];
  for (const name of context.df.getInput() ?? []) out.push(yield context.df.callActivity('greet', name));
  return out;
});

df.app.orchestration('fanOut', function* (context) {
  const tasks = [];
  for (let i = 0; i < context.df.getInput(); i++) tasks.push(context.df.callActivity('echo', i));
  const results = yield context.df.Task.all(tasks);
  return results.reduce((sum, value) => sum + value, 0);
});

df.app.orchestration('anyOf', function* (context) {
  const slow = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
  const fast = context.df.callActivity('echo', 'fast');
  const winner = yield context.df.Task.any([slow, fast]);
  slow.cancel();
  return winner === fast ? fast.result : 'slow';
});

df.app.orchestration('retry', function* (context) {
  const { key, times, attempts } = context.df.getInput();
  const options = new df.RetryOptions(50, attempts);
  options.backoffCoefficient = 2;
  return yield context.df.callActivityWithRetry('flaky', options, { key, times });
});

df.app.orchestration('catching', function* (context) {
  try {
    yield context.df.callActivity('boom', 'on purpose');
    return 'not reached';
  } catch (error) {
    return error.message.split('\n')[0].trim();
  }
});

df.app.orchestration('timer', function* (context) {
  const start = context.df.currentUtcDateTime.getTime();
  yield context.df.createTimer(new Date(start + context.df.getInput()));
  return context.df.currentUtcDateTime.getTime() - start >= context.df.getInput();
});

df.app.orchestration('events', function* (context) {
  const seen = [];
  for (let i = 0; i < context.df.getInput(); i++) seen.push(yield context.df.waitForExternalEvent('item'));
  return seen;
});

df.app.orchestration('approval', function* (context) {
  const deadline = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + context.df.getInput()));
  const approval = context.df.waitForExternalEvent('approval');
  const winner = yield context.df.Task.any([approval, deadline]);
  if (winner === deadline) return 'expired';
  deadline.cancel();
  return approval.result;
});

df.app.orchestration('parent', function* (context) {
  const named = yield context.df.callSubOrchestrator('sequence', ['one'], `${context.df.instanceId}-child`);
  const unnamed = yield context.df.callSubOrchestrator('sequence', ['two']);
  return [...named, ...unnamed];
});

df.app.orchestration('failingChild', function* (context) {
  try {
    yield context.df.callSubOrchestrator('throwing', 'child trouble');
    return 'not reached';
  } catch (error) {
    return error.message.includes('child trouble');
  }
});

df.app.orchestration('eternal', function* (context) {
  const sum = context.df.getInput() ?? 0;
  const value = yield context.df.waitForExternalEvent('add');
  if (value === 0) return sum;
  context.df.continueAsNew(sum + value);
});

df.app.orchestration('counted', function* (context) {
  const left = context.df.getInput();
  context.df.setCustomStatus({ left });
  yield context.df.callActivity('echo', left);
  if (left > 0) context.df.continueAsNew(left - 1);
  return 'done';
});

df.app.orchestration('status', function* (context) {
  context.df.setCustomStatus('waiting');
  yield context.df.waitForExternalEvent('finish');
  context.df.setCustomStatus({ step: 'finished' });
  return null;
});

df.app.orchestration('large', function* (context) {
  const text = yield context.df.callActivity('big', context.df.getInput());
  return yield context.df.callActivity('size', text);
});

df.app.orchestration('hugeOutput', function* (context) {
  return yield context.df.callActivity('big', context.df.getInput());
});

df.app.orchestration('guids', function* (context) {
  const first = context.df.newGuid(context.df.instanceId);
  yield context.df.callActivity('echo', first);
  const second = context.df.newGuid(context.df.instanceId);
  return first !== second && /^[0-9a-f-]{36}$/.test(first);
});

df.app.orchestration('http', function* (context) {
  const response = yield context.df.callHttp({ method: 'GET', url: context.df.getInput() });
  return { status: response.statusCode, content: response.content };
});

df.app.orchestration('polling', function* (context) {
  const begun = context.df.currentUtcDateTime.getTime();
  const headers = { 'x-functions-key': 'for the first request alone' };
  const response = yield context.df.callHttp({ method: 'POST', url: context.df.getInput(), headers });
  const waited = context.df.currentUtcDateTime.getTime() - begun;
  return { status: response.statusCode, content: response.content, waited: waited >= 2000 };
});

df.app.orchestration('versioned', function* (context) {
  return context.df.version ?? 'none';
});

/* Bad orchestrators. */

df.app.orchestration('throwing', function* (context) {
  throw new Error(String(context.df.getInput()));
});

df.app.orchestration('neverYields', function* () {
  return 'at once';
});

df.app.orchestration('yieldsText', function* () {
  yield 'not a task';
});

df.app.orchestration('callsUnknown', function* (context) {
  return yield context.df.callActivity('nobody', 1);
});

df.app.orchestration('outputNotJson', function* (context) {
  yield context.df.callActivity('echo', 1);
  return { big: 1n };
});

df.app.orchestration('activityNotJson', function* (context) {
  return yield context.df.callActivity('notJson', 1);
});

df.app.orchestration('changesItsMind', function* (context) {
  // What the rules forbid: a decision that differs when the orchestrator is replayed.
  yield context.df.callActivity(context.df.isReplaying ? 'greet' : 'echo', 'a');
  return yield context.df.callActivity('echo', 'b');
});

/** Fails until its flag is set: what rewind is for. */
const flags = new Set();
df.app.activity('needsFlag', {
  handler: (name) => {
    if (!flags.has(name)) throw new Error(`flag ${name} is not set`);
    return name;
  },
});
df.app.activity('setFlag', {
  handler: (name) => {
    flags.add(name);
    return null;
  },
});
df.app.orchestration('rewindable', function* (context) {
  const first = yield context.df.callActivity('echo', 'before');
  const second = yield context.df.callActivity('needsFlag', context.df.instanceId);
  return [first, second];
});
df.app.orchestration('flagSetter', function* (context) {
  return yield context.df.callActivity('setFlag', context.df.getInput());
});
