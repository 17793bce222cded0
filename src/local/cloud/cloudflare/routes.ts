import { invalid, noRoute, notAllowed } from './errors';
import type { CloudflareRecord, CloudflareToken, DnsRecordInput, TokenPermission } from './model';
import type { CloudflareState } from './state';
import { batchLimits, type Batch, type Zone } from './zones';

/** One call, taken apart. */
export interface CloudflareRequest {
  readonly state: CloudflareState;
  readonly token: CloudflareToken;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** What the parentheses of the route's pattern matched. */
  readonly parts: readonly string[];
  /** A broken transaction: only the first half is carried out. */
  readonly half: boolean;
}

/** What a call answers in its envelope. */
export interface CloudflareResult {
  readonly result: unknown;
  readonly result_info?: Record<string, number>;
}

export interface CloudflareRoute {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: (request: CloudflareRequest) => CloudflareResult;
}

/** The zone, when the token may do this to it. A zone it may not see is refused as one that does not exist. */
export function zoneFor({ state, token, parts }: CloudflareRequest, permission: TokenPermission): Zone {
  const id = parts[0] ?? '';
  const zone = state.zones.get(id);
  const mine = token.grants.filter((grant) => grant.zone === '*' || grant.zone === id);
  const all = mine.flatMap(({ permissions }) => permissions);
  const may = all.includes(permission) || (permission === 'dns:read' && all.includes('dns:edit'));
  if (zone === undefined) throw noRoute(`/zones/${id}`);
  if (!may) throw notAllowed();
  return zone;
}

function pageOf<Item>(items: readonly Item[], query: URLSearchParams, usual: number, most: number) {
  const number = (name: string, otherwise: number): number => {
    const value = Number(query.get(name) ?? otherwise);
    if (!Number.isInteger(value) || value < 1) throw invalid(1004, `${name} must be a positive integer`);
    return value;
  };
  const page = number('page', 1);
  const perPage = Math.min(number('per_page', usual), most);
  const result = items.slice((page - 1) * perPage, page * perPage);
  const total_pages = Math.ceil(items.length / perPage);
  return {
    result,
    result_info: { page, per_page: perPage, count: result.length, total_count: items.length, total_pages },
  };
}

const zoneBody = (zone: Zone) => ({
  id: zone.id,
  name: zone.name,
  status: 'active',
  paused: false,
  type: 'full',
  name_servers: zone.nameServers,
  account: { id: zone.accountId, name: 'Local account' },
  plan: { id: zone.plan, name: zone.plan, legacy_id: zone.plan },
});

const onlyObject = (body: unknown): Record<string, unknown> => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(9207, 'Request body is invalid.');
  }
  return body as Record<string, unknown>;
};

function listRecords(request: CloudflareRequest): CloudflareResult {
  const { query } = request;
  const zone = zoneFor(request, 'dns:read');
  const name = query.get('name') ?? query.get('name.exact');
  const type = query.get('type');
  const found = zone
    .all()
    .filter((record) => (name === null || record.name === name) && (type === null || record.type === type))
    .sort(byName);
  return pageOf(found, query, 100, 5000);
}

const byName = (left: CloudflareRecord, right: CloudflareRecord): number =>
  left.name === right.name ? (left.id < right.id ? -1 : 1) : left.name < right.name ? -1 : 1;

function batchOf(body: unknown, zone: Zone): Batch {
  const given = onlyObject(body);
  const list = <Item>(name: string): Item[] => {
    const value = given[name] ?? [];
    if (!Array.isArray(value)) throw invalid(9207, `${name} must be a list.`);
    return value as Item[];
  };
  const batch: Batch = { deletes: list('deletes'), patches: list('patches'), puts: list('puts'), posts: list('posts') };
  const size = batch.deletes.length + batch.patches.length + batch.puts.length + batch.posts.length;
  if (size > batchLimits[zone.plan]) {
    throw invalid(9300, `A batch may have at most ${batchLimits[zone.plan]} operations on this plan.`);
  }
  return batch;
}

const one = (request: CloudflareRequest, batch: Partial<Batch>): CloudflareResult => {
  const zone = zoneFor(request, 'dns:edit');
  const done = zone.batch({ deletes: [], patches: [], puts: [], posts: [], ...batch });
  return { result: [...done.deletes, ...done.patches, ...done.puts, ...done.posts][0] };
};

const zonePath = '/zones/([^/]+)';

/** The part of the API that DNS needs. */
export const dnsRoutes: readonly CloudflareRoute[] = [
  {
    method: 'GET',
    path: /^\/zones$/,
    handle: ({ state, token, query }) => {
      const granted = new Set(token.grants.filter(({ permissions }) => permissions.length > 0).map(({ zone }) => zone));
      const name = query.get('name');
      const zones = [...state.zones.values()].filter(
        (zone) => (granted.has('*') || granted.has(zone.id)) && (name === null || zone.name === name),
      );
      return pageOf(zones.map(zoneBody), query, 20, 50);
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^${zonePath}$`),
    handle: (request) => ({ result: zoneBody(zoneFor(request, 'zone:read')) }),
  },
  { method: 'GET', path: new RegExp(`^${zonePath}/dns_records$`), handle: listRecords },
  {
    method: 'POST',
    path: new RegExp(`^${zonePath}/dns_records/batch$`),
    handle: (request) => {
      const zone = zoneFor(request, 'dns:edit');
      const batch = batchOf(request.body, zone);
      const size = batch.deletes.length + batch.patches.length + batch.puts.length + batch.posts.length;
      const done = zone.batch(batch, request.half ? Math.floor(size / 2) : Infinity);
      if (request.half) throw invalid(9999, 'Some of the operations could not be carried out.');
      return { result: done };
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^${zonePath}/dns_records/([^/]+)$`),
    handle: (request) => ({ result: zoneFor(request, 'dns:read').find(request.parts[1] ?? '') }),
  },
  {
    method: 'POST',
    path: new RegExp(`^${zonePath}/dns_records$`),
    handle: (request) => one(request, { posts: [onlyObject(request.body) as unknown as DnsRecordInput] }),
  },
  {
    method: 'PUT',
    path: new RegExp(`^${zonePath}/dns_records/([^/]+)$`),
    handle: (request) =>
      one(request, {
        puts: [{ ...(onlyObject(request.body) as unknown as DnsRecordInput), id: request.parts[1] ?? '' }],
      }),
  },
  {
    method: 'PATCH',
    path: new RegExp(`^${zonePath}/dns_records/([^/]+)$`),
    handle: (request) => one(request, { patches: [{ ...onlyObject(request.body), id: request.parts[1] ?? '' }] }),
  },
  {
    method: 'DELETE',
    path: new RegExp(`^${zonePath}/dns_records/([^/]+)$`),
    handle: (request) => one(request, { deletes: [{ id: request.parts[1] ?? '' }] }),
  },
];
