import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { InvalidInputError, PermanentError, TransientError, type InputProblem } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { Engine } from '../ports/engine';
import type { Incidents } from '../ports/incidents';
import type { CompiledPolicy, PolicyStore } from '../rules';
import { findingsOf, pathText, readJson } from '../signal';
import type { Access, Caller, OperatorRole } from './access';
import { answerTo, limitBody } from './door';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route takes and gives, beside its work: enough to describe it and to try it. */
export interface RouteDocument {
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Largest body in bytes; 64 KiB when left out. */
  readonly bodyLimit?: number;
  /** Request headers that it honours. */
  readonly headers?: readonly ('Idempotency-Key' | 'If-Match' | 'If-None-Match')[];
  /** What it answers when all is well, by status; null for an answer without a body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What kind of text it answers with when all is well; `application/json` when left out. */
  readonly media?: string;
  /** Statuses of refusals of its own, beside those that follow from what it takes (see {@link statusesOf}). */
  readonly refusals?: readonly number[];
}

/** One route of the operator API. */
export interface OperatorRoute {
  /** Registered function name. */
  readonly name: string;
  readonly route: string;
  readonly method: Method;
  /** The least role that is let through. */
  readonly role: OperatorRole;
  readonly document: RouteDocument;
  /** Answers; never throws. */
  readonly handle: (request: HttpRequest, engine: Engine, incidents: Incidents) => Promise<HttpResponseInit>;
}

/** A request that was let through, taken apart and checked. */
export interface Call<Query, Body> {
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  readonly engine: Engine;
  readonly incidents: Incidents;
  /** A parameter of the path. */
  param(name: string): string;
}

/** How a route is written down; {@link operatorRoute} makes it one. */
export interface RouteSpec<Query, Body> extends RouteDocument {
  readonly name: string;
  readonly method: Method;
  /** Below `operator/`. */
  readonly path: string;
  readonly role: OperatorRole;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly work: (call: Call<Query, Body>) => Promise<HttpResponseInit>;
}

const usualBodyLimit = 64 * 1024;

/** Makes a route: who calls is asked first, then what was sent is checked, then the work is done. */
export function operatorRoute<Query, Body>(
  deps: { readonly access: Access; readonly log: Log },
  spec: RouteSpec<Query, Body>,
): OperatorRoute {
  const { name, method, path, role, work, ...document } = spec;
  return {
    name: `operator-${name}`,
    route: `operator/${path}`,
    method,
    role,
    document,
    handle: async (request, engine, incidents) => {
      try {
        const admission = await deps.access.operator(request, role);
        if (admission.kind === 'refused') {
          return admission.answer;
        }
        const query = checked(spec.query ?? z.unknown(), Object.fromEntries(request.query.entries())) as Query;
        const body = (spec.body === undefined ? undefined : checked(spec.body, await bodyOf(request, spec))) as Body;
        const param = (one: string): string => request.params[one] ?? '';
        return await work({ request, caller: admission.caller, query, body, engine, incidents, param });
      } catch (error) {
        return answerTo(error, deps.log);
      }
    },
  };
}

/** Every status that a route answers with, in ascending order. */
export function statusesOf({ route, document }: OperatorRoute): readonly number[] {
  const { answers, body, query, headers, refusals = [] } = document;
  const taken = body !== undefined || query !== undefined || headers !== undefined;
  return [
    ...new Set([
      ...Object.keys(answers).map(Number),
      ...[401, 403, 503],
      ...(taken ? [400] : []),
      ...(body === undefined ? [] : [413]),
      ...(route.includes('{') ? [404] : []),
      ...refusals,
    ]),
  ].sort((left, right) => left - right);
}

/**
 * Checks a value that came from outside; `base` is where it stands in what came.
 * @throws InvalidInputError `BadRequest` with every problem.
 */
export function checked<Output>(schema: z.ZodType<Output>, value: unknown, base: readonly string[] = []): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = findingsOf(parsed.error, value).map(({ path, message }) => ({
    path: pathText([...base, ...path]),
    message,
  }));
  throw wrong('BadRequest', problems);
}

/** The error for input that is wrong in these places. */
export function wrong(code: string, problems: readonly InputProblem[]): InvalidInputError {
  const text = problems.map(({ path, message }) => `${path || 'the document'} ${message}`).join('; ');
  return new InvalidInputError(code, text, problems);
}

/** The thing, or a 404 that names it. */
export function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) {
    throw new PermanentError('NotFound', `${what} is not known here`);
  }
  return thing;
}

async function bodyOf(request: HttpRequest, { bodyLimit = usualBodyLimit }: RouteDocument): Promise<unknown> {
  const text = await request.text();
  limitBody(text, bodyLimit);
  return readJson(text);
}

/** Query of a route that lists. */
export const pageSchema = z.object({
  cursor: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});
export type Page = z.infer<typeof pageSchema>;

/** Lists the page that is asked for. A cursor that the storage does not know is the caller's mistake. */
export async function pageOf<Result>(
  { cursor, limit }: Page,
  list: (page: { readonly cursor?: string; readonly limit?: number }) => Promise<Result>,
): Promise<Result> {
  try {
    return await list({
      ...(cursor === undefined ? {} : { cursor }),
      ...(limit === undefined ? {} : { limit }),
    });
  } catch (error) {
    if (cursor !== undefined && error instanceof PermanentError && error.code === 'StorageRefused') {
      throw wrong('BadCursor', [{ path: 'cursor', message: 'is none that was given out; leave it out to begin anew' }]);
    }
    throw error;
  }
}

/** The policy in use. That there is none, because its document is refused, is no mistake of whoever asks here. */
export async function policyInUse(policies: PolicyStore): Promise<CompiledPolicy> {
  try {
    return await policies.current();
  } catch (error) {
    throw error instanceof InvalidInputError
      ? new TransientError('NoPolicy', `no policy is in use: ${error.message}`, { cause: error })
      : error;
  }
}
