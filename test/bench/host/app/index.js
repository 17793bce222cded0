'use strict';
const df = require('durable-functions');

df.app.activity('step', { handler: (input) => input + 1 });

df.app.orchestration('chain', function* (context) {
  let value = 0;
  for (let i = 0; i < context.df.getInput(); i++) value = yield context.df.callActivity('step', value);
  return value;
});

df.app.orchestration('fan', function* (context) {
  const tasks = [];
  for (let i = 0; i < context.df.getInput(); i++) tasks.push(context.df.callActivity('step', i));
  const results = yield context.df.Task.all(tasks);
  return results.length;
});
