import Cloudflare from 'cloudflare';
import type { Clock } from '../../kernel/clock';
import { AutomationError, TransientError } from '../../kernel/errors';
import type { BatchResult, DnsZones, RecordBatch, ZoneInfo } from '../../ports/dns-zones';
import { classify, failureOf, ownError } from './classify';
import { RequestBudget } from './request-budget';

type ZoneRecord = Awaited<ReturnType<DnsZones['records']>>[number];
type RecordInput = RecordBatch['posts'][number];

export interface CloudflareOptions {
  /** `https://api.cloudflare.com/client/v4` */
  readonly endpoint: string;
  /** Gives the token for each request, so that a renewed one is used at once. `refresh` after one was refused. */
  readonly token: (refresh: boolean) => Promise<string>;
  readonly clock: Clock;
  /** Records in one answer; the API gives at most 5,000. */
  readonly pageSize?: number;
}

/** One request may take so long, in milliseconds: a batch of 3,500 changes takes some time. */
const patience = 60_000;

/** So often a listing is begun anew because the zone changed while its pages were read. */
const mostListings = 3;

/** Zones and records at Cloudflare, through its own SDK. Its own retries are off: whoever waits does so in durable timers. */
export function createCloudflareZones(options: CloudflareOptions): DnsZones {
  const { endpoint, token, clock, pageSize = 5000 } = options;
  const budget = new RequestBudget(clock);
  let made: { readonly token: string; readonly client: Cloudflare } | undefined;

  const counted: typeof fetch = async (input, init) => {
    budget.take();
    const response = await fetch(input, init);
    budget.note(response.headers);
    return honest(response, (init?.method ?? 'GET').toUpperCase() === 'GET');
  };

  async function client(refresh: boolean): Promise<Cloudflare> {
    const value = await token(refresh);
    if (made === undefined || made.token !== value) {
      made = {
        token: value,
        client: new Cloudflare({
          apiToken: value,
          baseURL: endpoint,
          maxRetries: 0,
          timeout: patience,
          fetch: counted,
        }),
      };
    }
    return made.client;
  }

  /** Does it, and once more with a fresh token when this one is refused: it may have been renewed a moment ago. */
  async function authenticated<Result>(work: (client: Cloudflare) => Promise<Result>): Promise<Result> {
    try {
      return await work(await client(false));
    } catch (error) {
      if (ownError(error) !== undefined || failureOf(error).status !== 401) {
        throw error;
      }
      return await work(await client(true));
    }
  }

  async function listed(zone: ZoneInfo): Promise<ZoneRecord[] | undefined> {
    const found = new Map<string, ZoneRecord>();
    let expected: number | undefined;
    for (let page = 1; ; page += 1) {
      const answer = await authenticated((one) =>
        one.dns.records.list({ zone_id: zone.id, page, per_page: pageSize, order: 'name', direction: 'asc' }),
      );
      const info = answer.result_info as { readonly total_count?: number; readonly total_pages?: number };
      for (const record of answer.result) {
        found.set(record.id, recordFrom(record as unknown as RawRecord));
      }
      if (expected !== undefined && info.total_count !== undefined && info.total_count !== expected) {
        return undefined;
      }
      expected = info.total_count;
      if (answer.result.length === 0 || page >= (info.total_pages ?? 1)) {
        return expected === undefined || found.size === expected ? [...found.values()] : undefined;
      }
    }
  }

  return {
    async find(name) {
      try {
        const answer = await authenticated((one) => one.zones.list({ name }));
        const zone = answer.result.find((each) => each.name === name);
        if (zone === undefined) {
          return undefined;
        }
        const plan = (zone as { readonly plan?: { readonly legacy_id?: string } }).plan?.legacy_id ?? 'free';
        return {
          id: zone.id,
          name: zone.name,
          free: plan === 'free',
          // Source: Cloudflare, "Batch record changes".
          batchSize: plan === 'free' ? 200 : 3500,
          nameServers: zone.name_servers ?? [],
        };
      } catch (error) {
        throw classify(error, `looking for zone ${name}`);
      }
    },

    async records(zone) {
      for (let attempt = 0; attempt < mostListings; attempt += 1) {
        try {
          const records = await listed(zone);
          if (records !== undefined) {
            return records;
          }
        } catch (error) {
          throw classify(error, `reading ${zone.name}`);
        }
      }
      throw new TransientError('DnsUnsteady', `${zone.name} kept changing while its records were read`);
    },

    async apply(zone, batch) {
      try {
        await authenticated((one) =>
          one.dns.records.batch({
            zone_id: zone.id,
            deletes: batch.deletes.map((id) => ({ id })),
            puts: batch.puts.map(({ id, record }) => ({ id, ...bodyOf(record) })),
            posts: batch.posts.map(bodyOf),
          } as unknown as Parameters<typeof one.dns.records.batch>[0]),
        );
        return { kind: 'applied' };
      } catch (error) {
        return notApplied(error, `changing ${zone.name}`);
      }
    },
  };
}

/** What a failed batch means. Throws when the request may have been heard. */
function notApplied(error: unknown, what: string): BatchResult {
  const own = ownError(error);
  if (own instanceof TransientError && own.code === 'DnsBudget') {
    return { kind: 'later', retryAfterSeconds: own.retryAfterSeconds ?? 60, reason: own.message };
  }
  if (own instanceof AutomationError) {
    throw own;
  }
  const { status, code, message, retryAfterSeconds } = failureOf(error);
  if (status === 429) {
    return { kind: 'later', retryAfterSeconds: retryAfterSeconds ?? 60, reason: `throttled: ${message}` };
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return { kind: 'refused', code: `Cloudflare${code}`, message: message.slice(0, 400) };
  }
  throw classify(error, what);
}

interface RawRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content?: string;
  readonly ttl: number;
  readonly proxied?: boolean;
  readonly priority?: number;
  readonly data?: Readonly<Record<string, string | number>>;
  readonly comment?: string | null;
  readonly tags?: readonly string[];
}

function recordFrom(raw: RawRecord): ZoneRecord {
  const own = raw.type === 'CAA' || raw.type === 'SRV';
  return {
    id: raw.id,
    type: raw.type,
    name: raw.name,
    content: raw.content ?? '',
    ttl: raw.ttl,
    proxied: raw.proxied ?? false,
    priority: raw.type === 'MX' ? (raw.priority ?? null) : null,
    data: own && raw.data !== undefined ? { ...raw.data } : null,
    comment: raw.comment === undefined || raw.comment === '' ? null : raw.comment,
    tags: [...(raw.tags ?? [])],
  };
}

/** A record as the API takes it: CAA and SRV by their data, everything else by its content. */
function bodyOf(record: RecordInput) {
  const { type, name, content, ttl, proxied, priority, data, comment, tags } = record;
  return {
    type,
    name,
    ttl,
    proxied,
    comment: comment ?? '',
    ...(tags.length === 0 ? {} : { tags }),
    ...(data === null || (type !== 'CAA' && type !== 'SRV') ? { content } : { data }),
    ...(priority === null ? {} : { priority }),
  };
}

/**
 * Some answers say 200 and `success: false`: they get a status that says so, before the SDK takes them for a success. A change
 * was refused then; a look may be tried again.
 */
async function honest(response: Response, isLook: boolean): Promise<Response> {
  if (!response.ok) {
    return response;
  }
  const text = await response.text();
  const failed = /"success"\s*:\s*false/.test(text) && (JSON.parse(text) as { success?: unknown }).success === false;
  const { headers } = response;
  return new Response(text, { status: failed ? (isLook ? 502 : 422) : response.status, headers });
}
