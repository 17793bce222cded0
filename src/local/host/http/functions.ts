import type { ServerResponse } from 'node:http';
import type { HostKeys } from '../api';
import type { RegisteredFunction, TypedData } from '../core';
import type { Invoker } from '../invoker';
import { isAuthorized } from './keys';
import { sendResponse, type HostRequest } from './message';
import type { HttpStreams } from './streams';
import { compileRoute, type Route } from './route';

/** A function that HTTP requests can reach. */
export interface HttpFunction {
  readonly fn: RegisteredFunction;
  readonly route: Route;
  /** The path as a person would write it. */
  readonly template: string;
  readonly methods: ReadonlySet<string>;
  readonly authLevel: string;
}

interface RpcHttpResponse {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: TypedData | null;
}

interface RpcCookie {
  readonly name?: string;
  readonly value?: string;
  readonly domain?: { readonly value?: string };
  readonly path?: { readonly value?: string };
  readonly expires?: { readonly value?: { readonly seconds?: number } };
  readonly secure?: { readonly value?: boolean };
  readonly httpOnly?: { readonly value?: boolean };
  readonly sameSite?: string;
  readonly maxAge?: { readonly value?: number };
}

/** Compiles the routes of all HTTP functions, most specific first. */
export function httpFunctions(functions: Iterable<RegisteredFunction>, routePrefix: string): HttpFunction[] {
  const found: HttpFunction[] = [];
  for (const fn of functions) {
    if (fn.trigger.type.toLowerCase() !== 'httptrigger') continue;
    const { route, methods, authLevel } = fn.trigger;
    const own = (typeof route === 'string' ? route : fn.name).replace(/^\/+/, '');
    const template = routePrefix === '' ? own : `${routePrefix}/${own}`;
    const list = Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : [];
    found.push({
      fn,
      template,
      route: compileRoute(template),
      methods: new Set(list),
      authLevel: typeof authLevel === 'string' ? authLevel : 'anonymous',
    });
  }
  return found.sort((a, b) =>
    a.route.precedence < b.route.precedence ? -1 : a.route.precedence > b.route.precedence ? 1 : 0,
  );
}

/** Calls HTTP functions. */
export class HttpFunctionCaller {
  readonly #invoker: Invoker;
  readonly #keys: HostKeys;
  readonly #streams: HttpStreams | undefined;

  constructor(invoker: Invoker, keys: HostKeys, streams?: HttpStreams) {
    this.#invoker = invoker;
    this.#keys = keys;
    this.#streams = streams;
  }

  /** Answers the request; the caller has matched route and method. */
  async call(
    target: HttpFunction,
    params: Readonly<Record<string, string>>,
    request: HostRequest,
    raw: ServerResponse,
  ): Promise<void> {
    if (!isAuthorized(request, target.authLevel, this.#keys)) return sendResponse(raw, { status: 401 });
    if (this.#streams) return this.#streams.call(target.fn, params, request, raw);
    const body = await request.body();
    const http = {
      method: request.method,
      url: request.url.href,
      headers: request.headers,
      params,
      ...(body.length > 0 ? { body: { bytes: body } } : {}),
    };
    const { fn } = target;
    const { failure, returnValue } = await this.#invoker.call(fn, {
      data: { http },
      values: params,
      traceParent: request.headers.traceparent,
      traceState: request.headers.tracestate,
    });
    // As the real host: a function that throws answers 500 with no body; the log says why.
    if (failure) return sendResponse(raw, { status: 500 });
    const answer = returnValue?.http as RpcHttpResponse | undefined;
    if (!answer) return sendResponse(raw, { status: 204 });
    const cookies = (answer.cookies ?? []).map(serializeCookie);
    sendResponse(raw, {
      status: Number(answer.statusCode ?? 200),
      headers: { ...answer.headers, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) },
      body: answer.body?.bytes ?? answer.body?.string,
    });
  }
}

function serializeCookie(cookie: RpcCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value ?? '')}`];
  if (cookie.maxAge?.value !== undefined) parts.push(`max-age=${cookie.maxAge.value}`);
  if (cookie.domain?.value !== undefined) parts.push(`domain=${cookie.domain.value}`);
  if (cookie.path?.value !== undefined) parts.push(`path=${cookie.path.value}`);
  const expires = cookie.expires?.value?.seconds;
  if (expires !== undefined) parts.push(`expires=${new Date(expires * 1000).toUTCString()}`);
  if (cookie.secure?.value) parts.push('secure');
  if (cookie.httpOnly?.value) parts.push('httponly');
  if (cookie.sameSite === 'lax' || cookie.sameSite === 'strict') parts.push(`samesite=${cookie.sameSite}`);
  if (cookie.sameSite === 'explicitNone') parts.push('samesite=none');
  return parts.join('; ');
}
