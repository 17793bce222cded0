'use strict';
const { app, input, output } = require('@azure/functions');

/** What has happened, in order; the suite reads it through the door below. */
const seen = [];

app.http('seen', {
  route: 'seen',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: seen }),
});

app.eventGrid('gridOne', {
  handler: (event) => {
    if (event.subject === 'fail' || event.source === 'fail') throw new Error('on purpose');
    seen.push({ kind: 'gridOne', id: event.id, type: event.eventType ?? event.type });
  },
});

app.generic('gridMany', {
  trigger: { type: 'eventGridTrigger', name: 'events', cardinality: 'many' },
  handler: (events) => {
    seen.push({ kind: 'gridMany', ids: events.map(({ id }) => id) });
  },
});

const copy = output.storageBlob({ path: 'done/{queueTrigger}.txt', connection: 'AzureWebJobsStorage' });
const notify = output.storageQueue({ queueName: 'notes', connection: 'AzureWebJobsStorage' });
app.storageQueue('worker', {
  queueName: '%WORK_QUEUE%',
  connection: 'AzureWebJobsStorage',
  extraOutputs: [copy, notify],
  handler: (message, context) => {
    const { dequeueCount } = context.triggerMetadata;
    seen.push({ kind: 'worker', message, dequeueCount: Number(dequeueCount) });
    if (message === 'bad') throw new Error('on purpose');
    context.extraOutputs.set(copy, `content of ${message}`);
    context.extraOutputs.set(notify, [`${message}-1`, { note: `${message}-2` }]);
  },
});
app.storageQueue('noted', {
  queueName: 'notes',
  connection: 'AzureWebJobsStorage',
  handler: (message) => {
    seen.push({ kind: 'noted', message });
  },
});
app.storageQueue('poisoned', {
  queueName: 'work-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message) => {
    seen.push({ kind: 'poisoned', message });
  },
});

const source = input.storageBlob({ path: 'done/{name}.txt', connection: 'AzureWebJobsStorage' });
app.http('read', {
  route: 'read/{name}',
  methods: ['GET'],
  authLevel: 'anonymous',
  extraInputs: [source],
  handler: (request, context) => ({ jsonBody: { content: context.extraInputs.get(source) ?? null } }),
});
app.http('enqueue', {
  route: 'enqueue',
  methods: ['POST'],
  authLevel: 'anonymous',
  extraOutputs: [output.storageQueue({ name: 'job', queueName: '%WORK_QUEUE%', connection: 'AzureWebJobsStorage' })],
  handler: async (request, context) => {
    context.extraOutputs.set('job', await request.text());
    return { status: 202 };
  },
});

// Listed before others: a real host takes the first route that fits, so a rest has to leave to the others what is theirs.
app.http('another', {
  route: '{*path:regex(^(?!(seen|read|enqueue|hooked|admin|runtime)(/|$)))=home}',
  methods: ['GET', 'HEAD'],
  authLevel: 'anonymous',
  handler: (request) => ({ jsonBody: request.params }),
});

app.timer('tick', {
  schedule: '%TICK%',
  handler: (timer) => {
    seen.push({ kind: 'tick', isPastDue: timer.isPastDue });
  },
});
app.timer('atStart', {
  schedule: '0 0 0 1 1 *',
  runOnStartup: true,
  handler: () => {
    seen.push({ kind: 'atStart' });
  },
});
let tries = 0;
app.timer('stubborn', {
  schedule: '0 0 0 1 1 *',
  retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 0 } },
  handler: (_timer, context) => {
    seen.push({ kind: 'stubborn', retry: context.retryContext?.retryCount ?? 0 });
    if (++tries < 3) throw new Error(`try ${tries}`);
  },
});

app.warmup('warm', {
  handler: () => {
    seen.push({ kind: 'warm' });
  },
});

app.hook.appStart(() => {
  seen.push({ kind: 'appStart' });
});
app.hook.preInvocation((context) => {
  if (context.invocationContext.functionName !== 'hooked') return;
  context.hookData.order = ['pre'];
  const { functionHandler } = context;
  context.functionHandler = (...args) => {
    context.hookData.order.push('wrapped');
    return functionHandler(...args);
  };
});
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName !== 'hooked') return;
  context.result = { jsonBody: [...context.hookData.order, 'post', context.result.jsonBody] };
});
app.http('hooked', {
  route: 'hooked',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: 'handler' }),
});
