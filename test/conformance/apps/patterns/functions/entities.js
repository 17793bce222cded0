'use strict';
const df = require('durable-functions');

df.app.entity('Counter', (context) => {
  const value = context.df.getState(() => 0);
  switch (context.df.operationName) {
    case 'add':
      context.df.setState(value + context.df.getInput());
      context.df.return(value + context.df.getInput());
      break;
    case 'get':
      context.df.return(value);
      break;
    case 'delete':
      context.df.destructOnExit();
      break;
    case 'forward':
      context.df.signalEntity(new df.EntityId('Counter', context.df.getInput()), 'add', value);
      break;
    default:
      throw new Error(`no operation ${context.df.operationName}`);
  }
});

df.app.orchestration('entityCalls', function* (context) {
  const id = new df.EntityId('Counter', context.df.getInput());
  context.df.signalEntity(id, 'add', 1);
  const sums = [];
  for (let i = 0; i < 3; i++) sums.push(yield context.df.callEntity(id, 'add', 10));
  return sums;
});

df.app.orchestration('entityError', function* (context) {
  try {
    yield context.df.callEntity(new df.EntityId('Counter', 'bad'), 'nonsense');
    return 'not reached';
  } catch {
    return 'caught';
  }
});

df.app.orchestration('locked', function* (context) {
  const { from, to, amount } = context.df.getInput();
  const ids = [new df.EntityId('Counter', from), new df.EntityId('Counter', to)];
  const lock = yield context.df.lock(ids);
  const before = yield context.df.callEntity(ids[0], 'get');
  yield context.df.callEntity(ids[0], 'add', -amount);
  yield context.df.callEntity(ids[1], 'add', amount);
  lock.release();
  return before - amount;
});
