import { createRestError, type Client, type PathUncheckedResponse } from '@azure-rest/core-client';
import type { z } from 'zod';
import { discreetly } from './discreet';

/**
 * One request to ARM whose answer may hold secrets; gives the body that a success has, read by a schema.
 * @throws what {@link discreetly} makes of everything else.
 */
export async function armBody<Body>(
  arm: Client,
  method: 'get' | 'post' | 'put',
  path: string,
  apiVersion: string,
  schema: z.ZodType<Body>,
  abort: AbortSignal,
  body?: unknown,
): Promise<Body> {
  const what = `ARM, ${method.toUpperCase()} ${path.split('/').slice(-2).join('/')}`;
  let response: PathUncheckedResponse;
  try {
    response = await arm.pathUnchecked(path)[method]({
      queryParameters: { 'api-version': apiVersion },
      abortSignal: abort,
      ...(body === undefined ? {} : { body, contentType: 'application/json' }),
    });
  } catch (error) {
    throw discreetly(error, what);
  }
  if (!/^20\d$/.test(response.status)) {
    throw discreetly(createRestError(response), what);
  }
  const parsed = schema.safeParse(response.body);
  if (!parsed.success) {
    throw discreetly({ statusCode: 502, code: 'UnexpectedBody' }, what);
  }
  return parsed.data;
}
