'use strict';
const { app, HttpResponse } = require('@azure/functions');
const df = require('durable-functions');

/*
 * Everything about the durable client goes through these doors, so that the suite needs no key of the management API when it
 * is pointed at another host.
 */
const client = df.input.durableClient();

function door(name, route, methods, act) {
  app.http(name, {
    route,
    methods,
    authLevel: 'anonymous',
    extraInputs: [client],
    handler: async (request, context) => act(df.getClient(context), request, context),
  });
}

async function body(request) {
  const text = await request.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** The client throws plain errors; the caller of this door wants to see them. */
async function outcome(promise) {
  try {
    return { jsonBody: { value: (await promise) ?? null } };
  } catch (error) {
    return { status: 422, jsonBody: { error: error.message } };
  }
}

door('startNew', 'start/{name}/{id?}', ['POST'], async (durable, request) => {
  const { name, id } = request.params;
  const version = request.query.get('version') ?? undefined;
  return outcome(durable.startNew(name, { instanceId: id, input: await body(request), version }));
});
door('startAndLink', 'links/{name}', ['POST'], async (durable, request) => {
  const id = await durable.startNew(request.params.name, { input: await body(request) });
  return durable.createCheckStatusResponse(request, id);
});
door('startAndWait', 'wait/{name}', ['POST'], async (durable, request) => {
  const id = await durable.startNew(request.params.name, { input: await body(request) });
  return durable.waitForCompletionOrCreateCheckStatusResponse(request, id, {
    timeoutInMilliseconds: Number(request.query.get('timeout') ?? 10_000),
    retryIntervalInMilliseconds: 50,
  });
});
door('getStatus', 'status/{id}', ['GET'], (durable, request) => {
  const flag = (name) => request.query.get(name) === 'true';
  const showInput = request.query.get('showInput') !== 'false';
  return outcome(
    durable.getStatus(request.params.id, {
      showHistory: flag('showHistory'),
      showHistoryOutput: flag('showHistoryOutput'),
      showInput,
    }),
  );
});
door('raise', 'raise/{id}/{event}', ['POST'], async (durable, request) =>
  outcome(durable.raiseEvent(request.params.id, request.params.event, await body(request))),
);
door('control', 'control/{operation}/{id}', ['POST'], (durable, request) => {
  const { operation, id } = request.params;
  const reason = request.query.get('reason') ?? 'because';
  if (!['terminate', 'suspend', 'resume', 'rewind'].includes(operation)) return { status: 404 };
  return outcome(durable[operation](id, reason));
});
door('purge', 'purge/{id}', ['DELETE'], (durable, request) => outcome(durable.purgeInstanceHistory(request.params.id)));
door('purgeBy', 'purge', ['DELETE'], (durable, request) =>
  outcome(
    durable.purgeInstanceHistoryBy({
      createdTimeFrom: new Date(request.query.get('from')),
      createdTimeTo: request.query.has('to') ? new Date(request.query.get('to')) : undefined,
      runtimeStatus: request.query.get('status')?.split(','),
    }),
  ),
);
door('query', 'query', ['GET'], (durable, request) =>
  outcome(
    durable.getStatusBy({
      createdTimeFrom: request.query.has('from') ? new Date(request.query.get('from')) : undefined,
      createdTimeTo: request.query.has('to') ? new Date(request.query.get('to')) : undefined,
      runtimeStatus: request.query.get('status')?.split(','),
    }),
  ),
);
door('signalEntity', 'signal/{name}/{key}/{operation}', ['POST'], async (durable, request) => {
  const { name, key, operation } = request.params;
  return outcome(durable.signalEntity(new df.EntityId(name, key), operation, await body(request)));
});
door('readEntity', 'entity/{name}/{key}', ['GET'], (durable, request) =>
  outcome(durable.readEntityState(new df.EntityId(request.params.name, request.params.key))),
);
door('getLinks', 'payload/{id}', ['GET'], (durable, request) => ({
  jsonBody: durable.createHttpManagementPayload(request.params.id),
}));

/* Plain HTTP. */

app.http('inspect', {
  route: 'inspect/{*path}',
  methods: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
  authLevel: 'anonymous',
  handler: async (request) => ({
    jsonBody: {
      method: request.method,
      path: request.params.path ?? null,
      query: [...request.query.entries()],
      header: request.headers.get('x-test'),
      text: await request.text(),
    },
  }),
});
app.http('binary', {
  route: 'binary',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request) => {
    const bytes = Buffer.from(await request.arrayBuffer());
    return { body: bytes.reverse(), headers: { 'content-type': 'application/octet-stream' } };
  },
});
app.http('form', {
  route: 'form',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request) => {
    const form = await request.formData();
    return { jsonBody: Object.fromEntries(form.entries()) };
  },
});
app.http('typedRoute', {
  route: 'typed/{number:int}/{word:alpha:minlength(2)?}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => ({ jsonBody: request.params }),
});
app.http('typedExact', {
  route: 'typed/zero',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: 'exact' }),
});
app.http('cookies', {
  route: 'cookies',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({
    status: 201,
    body: 'ok',
    cookies: [
      { name: 'plain', value: 'a b' },
      { name: 'strict', value: '1', httpOnly: true, secure: true, sameSite: 'Strict', maxAge: 60, path: '/x' },
    ],
  }),
});
app.http('nothing', { route: 'nothing', methods: ['GET'], authLevel: 'anonymous', handler: () => undefined });
app.http('wrong', {
  route: 'wrong',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => {
    throw new Error('on purpose');
  },
});
app.http('native', {
  route: 'native',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => new HttpResponse({ status: 418, jsonBody: { tea: true }, headers: { 'x-pot': 'short' } }),
});
app.http('guarded', {
  route: 'guarded',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => ({ body: 'in' }),
});
app.http('forMaster', { route: 'for-master', methods: ['GET'], authLevel: 'admin', handler: () => ({ body: 'in' }) });

/* A job that takes two seconds: 202 with a place to ask at until it is done. */
app.http('beginJob', {
  route: 'jobs',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: (request) => ({
    status: 202,
    headers: { location: new URL(`jobs/${Date.now() + 2000}`, request.url).href, 'retry-after': '1' },
  }),
});
app.http('askJob', {
  route: 'jobs/{due:long}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => {
    if (Date.now() >= Number(request.params.due)) return { jsonBody: { key: request.headers.get('x-functions-key') } };
    return { status: 202, headers: { location: request.url, 'retry-after': '1' } };
  },
});
