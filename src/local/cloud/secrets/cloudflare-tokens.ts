import { invalid, noRoute, notAllowed } from '../cloudflare/errors';
import type { CloudflareRequest, CloudflareResult, CloudflareRoute } from '../cloudflare/routes';
import type { CloudflareToken } from '../cloudflare/model';
import type { CloudflareState } from '../cloudflare/state';
import type { Issuers } from './issuers';
import type { SecretUsers } from './users';

/** Name of the token that may manage tokens; the others may only look at themselves. */
export const managerName = 'token manager';

/** User tokens of Cloudflare's API: verify, list, get, create, delete. */
export function cloudflareTokenRoutes(issuers: Issuers, users: SecretUsers): readonly CloudflareRoute[] {
  const manages = ({ token }: CloudflareRequest): void => {
    if (token.name !== managerName) throw notAllowed();
  };
  const tokenAt = ({ state, parts }: CloudflareRequest) => {
    const found = state.tokens.get(parts[0] ?? '');
    if (found === undefined) throw noRoute('/user/tokens');
    return found;
  };
  const shown = (token: ReturnType<typeof tokenAt>) => {
    const used = users.usedAt(token.value);
    return {
      ...{ id: token.id, name: token.name, status: token.status },
      policies: token.grants.map(({ zone, permissions }) => ({
        id: `policy-${zone}`,
        effect: 'allow',
        resources: {
          [zone === '*' ? 'com.cloudflare.api.account.zone.*' : `com.cloudflare.api.account.zone.${zone}`]: '*',
        },
        permission_groups: permissions.map((name) => ({ id: name, name })),
      })),
      ...(token.expires_on === undefined ? {} : { expires_on: token.expires_on }),
      ...(used === undefined ? {} : { last_used_on: new Date(used).toISOString() }),
    };
  };
  return [
    {
      method: 'GET',
      path: /^\/user\/tokens\/verify$/,
      handle: ({ token }): CloudflareResult => ({ result: { id: token.id, status: token.status } }),
    },
    {
      method: 'GET',
      path: /^\/user\/tokens$/,
      handle(request) {
        manages(request);
        const all = [...request.state.tokens.values()];
        const page = Number(request.query.get('page') ?? '1');
        const perPage = Number(request.query.get('per_page') ?? '20');
        const result = all.slice((page - 1) * perPage, page * perPage).map(shown);
        return { result, result_info: { page, per_page: perPage, count: result.length, total_count: all.length } };
      },
    },
    {
      method: 'GET',
      path: /^\/user\/tokens\/([^/]+)$/,
      handle(request) {
        manages(request);
        return { result: shown(tokenAt(request)) };
      },
    },
    {
      method: 'POST',
      path: /^\/user\/tokens$/,
      handle(request) {
        manages(request);
        const { name, policies, expires_on } = (request.body ?? {}) as {
          name?: string;
          policies?: { resources: Record<string, string>; permission_groups: { id: string }[] }[];
          expires_on?: string;
        };
        if (typeof name !== 'string' || !Array.isArray(policies)) throw invalid(1001, 'name and policies are required');
        const grants = policies.map(({ resources, permission_groups }) => ({
          zone: (Object.keys(resources)[0] ?? '').split('.').at(-1) ?? '*',
          permissions: permission_groups.map(({ id }) => id as 'zone:read'),
        }));
        const value = issuers.fresh(`token ${name}`, 40);
        const made: CloudflareToken = {
          ...{ id: issuers.unlike(`token id ${name}`, 32), name, value, status: 'active', grants },
          issued_on: new Date(request.state.now()).toISOString(),
          ...(expires_on === undefined ? {} : { expires_on }),
        };
        request.state.tokens.set(made.id, made);
        users.check('Cloudflare made a token');
        return { result: { ...shown(made), value: made.value } };
      },
    },
    {
      method: 'DELETE',
      path: /^\/user\/tokens\/([^/]+)$/,
      handle(request) {
        manages(request);
        const { id } = tokenAt(request);
        request.state.tokens.delete(id);
        users.check('Cloudflare deleted a token');
        return { result: { id } };
      },
    },
  ];
}

/** Tells the issuers of the tokens that the local Cloudflare knows. */
export function watchTokens(issuers: Issuers, state: CloudflareState): void {
  issuers.tokens = () => [...state.tokens.values()].map(({ id, value, status }) => ({ id, value, status }));
}
