import type { ActiveFault, Principal } from './model';
import type { ProviderPolicy } from './throttling';

/** A call on its way to a handler: authenticated, authorized, throttled, and known to be within an existing group. */
export interface ArmCall {
  method: string;
  /** `https://host:port`, for absolute links in answers. */
  origin: string;
  path: string;
  /** Path parameters by name; `scope` is the resource id in front of an extension resource. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: unknown;
  principal: Principal;
  subscriptionId: string;
  /** What the authorization was asked for. */
  resourceId: string;
  /** A fault that changes what the operation does, for the handler to obey. */
  fault?: ActiveFault;
}

export interface ArmAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One route of a resource provider. */
export interface ArmRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/subscriptions/{subscriptionId}/.../{vmName}/restart`, or starting with `{+scope}` for extension resources. */
  template: string;
  /** The authorization action, or none for what every authenticated caller may read. */
  action?: string;
  /** The handler asks for the authorization itself, because it depends on more than the path. */
  authorizesItself?: true;
  /** Versions the route answers to. */
  apiVersions: readonly string[];
  /** What the provider counts the call against, if it throttles. */
  policy?: ProviderPolicy;
  handle(call: ArmCall): ArmAnswer;
}

export interface RouteMatch {
  route: ArmRoute;
  params: Record<string, string>;
  /** The path up to the last parameter: what the call is about. */
  resourceId: string;
}

export interface Router {
  add(...routes: ArmRoute[]): void;
  match(method: string, path: string): RouteMatch | undefined;
  /** Whether some route knows this path by another method. */
  knows(path: string): boolean;
}

interface CompiledRoute {
  route: ArmRoute;
  segments: string[];
  scoped: boolean;
}

export function createRouter(): Router {
  const routes: CompiledRoute[] = [];
  return {
    add(...added) {
      for (const route of added) {
        const segments = split(route.template);
        const scoped = segments[0] === '{+scope}';
        routes.push({ route, segments: scoped ? segments.slice(1) : segments, scoped });
      }
    },
    match(method, path) {
      const segments = split(path);
      for (const compiled of routes) {
        if (compiled.route.method !== method) continue;
        const found = matchRoute(compiled, segments);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    knows: (path) => routes.some((compiled) => matchRoute(compiled, split(path)) !== undefined),
  };
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matchRoute(compiled: CompiledRoute, segments: string[]): RouteMatch | undefined {
  const { route, scoped } = compiled;
  const skipped = scoped ? segments.length - compiled.segments.length : 0;
  if (skipped < 0 || segments.length - skipped !== compiled.segments.length) return undefined;
  const params: Record<string, string> = {};
  let last = skipped;
  for (const [index, expected] of compiled.segments.entries()) {
    const actual = segments[skipped + index] ?? '';
    if (expected.startsWith('{')) {
      params[expected.slice(1, -1)] = decodeURIComponent(actual);
      last = skipped + index + 1;
    } else if (expected.toLowerCase() !== actual.toLowerCase()) {
      return undefined;
    }
  }
  if (scoped) {
    if (skipped < 2) return undefined;
    params['scope'] = `/${segments.slice(0, skipped).join('/')}`;
    const subscriptionId = segments[0]?.toLowerCase() === 'subscriptions' ? segments[1] : undefined;
    if (subscriptionId !== undefined) params['subscriptionId'] = subscriptionId;
    return { route, params, resourceId: params['scope'] };
  }
  return { route, params, resourceId: `/${segments.slice(0, last).join('/')}` };
}
