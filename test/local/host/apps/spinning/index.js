'use strict';
const df = require('durable-functions');

/* What never gives back control, in each kind of function; and something that has nothing to do with it. */

function spin() {
  for (;;);
}

df.app.activity('echo', { handler: (input) => input });
df.app.activity('spin', { handler: spin });
df.app.entity('Spinner', spin);

df.app.orchestration('activity', function* (context) {
  try {
    return yield context.df.callActivity('spin');
  } catch (error) {
    return error.message.split('\n')[0].trim();
  }
});
df.app.orchestration('orchestrator', function* (context) {
  yield context.df.callActivity('echo', 1);
  spin();
});
df.app.orchestration('entity', function* (context) {
  try {
    return yield context.df.callEntity(new df.EntityId('Spinner', 'k'), 'run');
  } catch (error) {
    return error.message;
  }
});
df.app.orchestration('other', function* (context) {
  return yield context.df.waitForExternalEvent('go');
});
