import { z } from 'zod';
import { CloudControlError } from '../errors';
import { CloudflareRefusal } from './errors';
import type { DnsControl } from './model';
import type { NameServer } from './name-server';
import type { CloudflareState } from './state';

const text = z.string().min(1);
const count = z.number().int().min(0);
const record = z.strictObject({
  type: text,
  name: text,
  content: z.string().optional(),
  ttl: z.number().optional(),
  proxied: z.boolean().optional(),
  priority: z.number().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  comment: z.string().optional(),
  tags: z.array(z.string()).optional(),
});
const permission = z.enum(['zone:read', 'dns:read', 'dns:edit']);
const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('success-false'), code: count.optional(), message: text.optional() }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    code: count.optional(),
    message: text.optional(),
    retryAfterSeconds: count.optional(),
  }),
  z.strictObject({ kind: z.literal('half-batch') }),
  z.strictObject({ kind: z.literal('timeout-after-effect') }),
  z.strictObject({ kind: z.literal('connection-reset') }),
  z.strictObject({ kind: z.literal('accept-and-do-nothing') }),
]);
const behaviour = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('honest') }),
  z.strictObject({ kind: z.literal('lies'), address: z.ipv4() }),
  z.strictObject({ kind: z.literal('silent') }),
  z.strictObject({ kind: z.literal('refuses') }),
  z.strictObject({ kind: z.literal('fails') }),
  z.strictObject({ kind: z.literal('holds-on'), seconds: count }),
]);

/** What each lever takes, checked where it is pulled from another process. */
export const dnsParameters: Record<keyof DnsControl, z.ZodType<unknown[]>> = {
  dnsRecords: z.tuple([text]),
  addDnsZone: z.tuple([
    z.strictObject({
      name: text,
      plan: z.enum(['free', 'pro', 'business', 'enterprise']).optional(),
      records: z.array(record).optional(),
    }),
  ]),
  putDnsRecord: z.tuple([z.strictObject({ zone: text, id: text.optional(), record })]),
  removeDnsRecord: z.tuple([z.strictObject({ zone: text, id: text })]),
  setDnsPropagation: z.tuple([z.strictObject({ seconds: count })]),
  setResolver: z.tuple([z.strictObject({ server: text, behaviour })]),
  setOrigin: z.tuple([
    z.strictObject({
      address: text,
      healthy: z.boolean(),
      seenBy: z.record(z.string(), z.boolean()).optional(),
    }),
  ]),
  addCloudflareFault: z.tuple([
    z.strictObject({ effect, call: text.optional(), skip: count.optional(), times: count.optional() }),
  ]),
  clearCloudflareFaults: z.tuple([]),
  useCloudflareBudget: z.tuple([z.strictObject({ requests: count })]),
  cloudflareCalls: z.union([z.tuple([]), z.tuple([z.strictObject({ after: count.optional() })])]),
  addCloudflareToken: z.tuple([
    z.strictObject({
      name: text,
      grants: z.array(z.strictObject({ zone: text, permissions: z.array(permission) })),
    }),
  ]),
  setCloudflareToken: z.tuple([z.strictObject({ id: text, status: z.enum(['active', 'disabled', 'expired']) })]),
  notifyCloudflare: z.tuple([
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      secret: z.string().optional(),
      body: z.record(z.string(), z.unknown()),
    }),
  ]),
};

/** The levers, over the state and the running servers. */
export function dnsLevers(state: CloudflareState, servers: readonly NameServer[]): DnsControl {
  /** A refusal of Cloudflare's becomes the lever's own: whoever pulls it is no client of the API. */
  const pulled = <Value>(act: () => Value): Promise<Value> =>
    new Promise((resolve) => {
      try {
        resolve(act());
      } catch (error) {
        throw error instanceof CloudflareRefusal ? new CloudControlError(error.message) : error;
      }
    });
  const nothing = { deletes: [], patches: [], puts: [], posts: [] };
  return {
    dnsRecords: (zone) => pulled(() => state.zoneNamed(zone).all()),
    addDnsZone: ({ name, plan, records = [] }) =>
      pulled(() => {
        const zone = state.makeZone({ name, ...(plan === undefined ? {} : { plan }) });
        zone.batch({ ...nothing, posts: records });
        return { id: zone.id };
      }),
    putDnsRecord: ({ zone, id, record: given }) => pulled(() => state.put(zone, given, id)),
    removeDnsRecord: ({ zone, id }) =>
      pulled(() => {
        state.zoneNamed(zone).batch({ ...nothing, deletes: [{ id }] });
      }),
    setDnsPropagation: ({ seconds }) =>
      pulled(() => {
        state.propagationSeconds = seconds;
      }),
    setResolver: ({ server, behaviour: next }) =>
      pulled(() => {
        const found = servers.find(({ name }) => name === server);
        if (found === undefined) {
          throw new CloudControlError(
            `no server is named '${server}'; there are ${servers.map((one) => one.name).join(', ')}`,
          );
        }
        found.behave(next);
      }),
    setOrigin: (origin) => pulled(() => void state.origins.set(origin.address, origin)),
    addCloudflareFault: (fault) => pulled(() => state.addFault(fault)),
    clearCloudflareFaults: () => pulled(() => state.clearFaults()),
    useCloudflareBudget: ({ requests }) => pulled(() => void state.spend(requests)),
    cloudflareCalls: ({ after = 0 } = {}) => pulled(() => state.calls.filter(({ sequence }) => sequence > after)),
    addCloudflareToken: ({ name, grants }) =>
      pulled(() => {
        const { id, value } = state.addToken(name, grants);
        return { id, value };
      }),
    setCloudflareToken: ({ id, status }) =>
      pulled(() => {
        const token = state.tokens.get(id);
        if (token === undefined) throw new CloudControlError(`no token has the id '${id}'`);
        token.status = status;
      }),
    async notifyCloudflare({ url, secret, body }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(secret === undefined ? {} : { 'cf-webhook-auth': secret }) },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    },
  };
}
