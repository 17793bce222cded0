import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { operatorApi, statusesOf } from '../../src/operator';
import { doors } from './support';

it('is a valid OpenAPI document, as it is stored and as it is served', async () => {
  const stored = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8')) as object;
  expect(stored).toEqual(JSON.parse(JSON.stringify(operatorApi())));
  const served = await doors().call('openapi');
  expect(served.body).toEqual(stored);
  const result = await new Validator().validate(stored as Record<string, unknown>);
  expect(result).toMatchObject({ valid: true });
});

it('a document that is not valid would be noticed', async () => {
  const broken = structuredClone(operatorApi()) as unknown as { paths: Record<string, Record<string, object>> };
  broken.paths['/operator/status'] = { get: { responses: { twohundred: {} } } };
  expect((await new Validator().validate(broken as never)).valid).toBe(false);
});

it('has every route with its statuses, and refers to nothing that is not there', () => {
  const document = operatorApi();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  const { routes } = doors();
  expect(operations.map(([name]) => name).sort()).toEqual(routes.map((one) => `${one.method} /${one.route}`).sort());
  for (const route of routes) {
    const operation = operations.find(([name]) => name === `${route.method} /${route.route}`)?.[1];
    expect(Object.keys((operation as { responses: object }).responses).map(Number)).toEqual(statusesOf(route));
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to]) => to);
  expect(new Set(references)).toEqual(new Set(['#/components/schemas/Problem']));
});

it('describes the limits that are checked', () => {
  const { get } = operatorApi().paths['/operator/incidents'] as { get: { parameters: object[] } };
  expect(get.parameters.slice(0, 2)).toEqual([
    { name: 'cursor', in: 'query', schema: { type: 'string', maxLength: 1024 } },
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
  ]);
});
