import { z } from 'zod';
import { InvariantError } from '../kernel/errors';
import { operatorRoles } from './access';
import { json } from './door';
import { operatorRoute, statusesOf, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

type JsonSchema = Readonly<Record<string, unknown>>;

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', description: 'urn:caretaker:problem:<code>; the code is stable.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    problems: {
      type: 'array',
      description: 'Every field that is wrong, and how to mend it.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const refusals: Readonly<Record<number, string>> = {
  400: 'Something in the request is not valid; the answer names each field.',
  401: 'No token, or one that is not good.',
  403: 'The token has no role that is enough.',
  404: 'There is no such thing.',
  409: 'It is in no state for that.',
  412: 'It was changed since: If-Match names another version.',
  413: 'The body is too large.',
  422: 'What was sent is well-formed and cannot be done as it is; the answer says why.',
  503: 'Caretaker cannot do it right now; nothing was lost, send it again.',
};

const descriptions: Readonly<Record<number, string>> = {
  202: 'It was taken; it goes on by itself.',
  204: 'Done.',
  304: 'It is as it was: nothing but what time changes has changed.',
};

const headersOf: Readonly<Record<number, Readonly<Record<string, object>>>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  503: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
};

const requestHeaders = {
  'Idempotency-Key': {
    description: 'The same key with the same content starts the same thing once.',
    schema: { type: 'string', minLength: 1, maxLength: 120 },
  },
  'If-Match': { description: 'The ETag that was seen; or *.', schema: { type: 'string' } },
  'If-None-Match': {
    description: 'The ETag that is had; the answer is 304 while it stays.',
    schema: { type: 'string' },
  },
} as const;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
}

function parametersOf({ route, document: { query, headers = [] } }: OperatorRoute): object[] {
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const properties = query === undefined ? {} : (schemaOf(query, 'input')['properties'] as Record<string, object>);
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
  return [...inPath, ...inQuery, ...headers.map((name) => ({ name, in: 'header', ...requestHeaders[name] }))];
}

function responseOf({ document: { answers, media = 'application/json' } }: OperatorRoute, status: number): object {
  const headers = headersOf[status] === undefined ? {} : { headers: headersOf[status] };
  const answer = answers[status];
  if (answer === undefined) {
    const description = refusals[status];
    if (description === undefined) {
      throw new InvariantError(`status ${status} of a refusal is described nowhere`);
    }
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    return { description, ...headers, content };
  }
  const description = descriptions[status] ?? 'The answer.';
  return answer === null
    ? { description, ...headers }
    : { description, ...headers, content: { [media]: { schema: schemaOf(answer, 'output') } } };
}

/** OpenAPI 3.1 description of these routes, made from the very schemas that they check with. */
export function openApiDocument(routes: readonly OperatorRoute[]) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const { name, method, role, document } = route;
    const parameters = parametersOf(route);
    const operation = {
      operationId: name.replace(/^operator-/, ''),
      summary: document.summary,
      description: `Least role: ${role}.`,
      tags: [route.route.split('/')[1]],
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(document.body === undefined
        ? {}
        : {
            requestBody: {
              required: true,
              content: { 'application/json': { schema: schemaOf(document.body, 'input') } },
            },
          }),
      responses: Object.fromEntries(statusesOf(route).map((status) => [String(status), responseOf(route, status)])),
    };
    (paths[`/${route.route}`] ??= {})[method.toLowerCase()] = operation;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Caretaker operator API',
      version: '1',
      description: `What people and programs ask of Caretaker. App roles: ${operatorRoles.join(', ')}.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    security: [{ entra: [] }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        entra: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of Entra ID.' },
      },
    },
  };
}

/** The route that serves the description of all routes, itself among them. */
export function withOpenApi(deps: OperatorDeps, routes: readonly OperatorRoute[]): readonly OperatorRoute[] {
  const all: readonly OperatorRoute[] = [
    ...routes,
    operatorRoute(deps, {
      name: 'openapi',
      method: 'GET',
      path: 'openapi.json',
      role: 'Caretaker.Reader',
      summary: 'This description',
      answers: { 200: z.looseObject({ openapi: z.string() }) },
      work: async () => json(200, openApiDocument(all)),
    }),
  ];
  return all;
}
