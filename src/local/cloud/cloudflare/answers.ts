import { createHash } from 'node:crypto';
import type { Answer } from 'dns-packet';
import type { CloudflareRecord } from './model';
import { textStrings } from './records';
import type { Zone } from './zones';

/** Seconds that resolvers keep what is proxied, flattened or automatic. */
const automaticTtl = 300;

/** What a name server says to one question. */
export interface Said {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly answers: readonly Answer[];
}

/** Where proxied names lead: addresses of the edge, whatever the origin is. */
const edge = {
  A: ['104.16.132.229', '104.16.133.229'],
  AAAA: ['2606:4700::6810:84e5', '2606:4700::6810:85e5'],
} as const;

/** Hosts outside of our zones have one address each, always the same. */
function addressOf(host: string): string {
  const digest = createHash('sha256').update(host).digest();
  return `198.51.100.${digest.readUInt8(0)}`;
}

const ttlOf = ({ ttl }: CloudflareRecord): number => (ttl === 1 ? automaticTtl : ttl);

/** Answers questions about zones as they were at a time. */
export function answerFrom(zones: Iterable<Zone>, name: string, type: string, at: number): Said {
  const asked = name.toLowerCase().replace(/\.$/, '');
  const zone = [...zones]
    .filter((one) => asked === one.name || asked.endsWith(`.${one.name}`))
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (zone === undefined) return { code: 'REFUSED', answers: [] };
  const answers: Answer[] = [];
  let current = asked;
  for (let hops = 0; hops < 8; hops += 1) {
    const records = recordsFor(zone, current, at);
    if (records === undefined) {
      return hops === 0 ? { code: 'NXDOMAIN', answers: [] } : { code: 'NOERROR', answers };
    }
    const alias = records.find((record) => record.type === 'CNAME');
    const flat = alias !== undefined && (alias.proxied || current === zone.name);
    if (alias === undefined || flat || type === 'CNAME') {
      answers.push(...plainAnswers(zone, current, records, type, at));
      return { code: 'NOERROR', answers };
    }
    answers.push({ type: 'CNAME', name: current, ttl: ttlOf(alias), class: 'IN', data: alias.content });
    if (alias.content !== zone.name && !alias.content.endsWith(`.${zone.name}`)) {
      if (type === 'A') {
        answers.push({ type: 'A', name: alias.content, ttl: 60, class: 'IN', data: addressOf(alias.content) });
      }
      return { code: 'NOERROR', answers };
    }
    current = alias.content;
  }
  return { code: 'NOERROR', answers };
}

/** What stands at a name, or at the wildcard that covers it; `undefined` when the name does not exist. */
function recordsFor(zone: Zone, name: string, at: number): readonly CloudflareRecord[] | undefined {
  const own = zone.held(name, at);
  if (own.length > 0 || name === zone.name || zone.hasBelow(name, at)) return own;
  for (let rest = name; rest !== zone.name;) {
    rest = rest.slice(rest.indexOf('.') + 1);
    const wild = zone.held(`*.${rest}`, at);
    if (wild.length > 0) return wild;
    if (zone.held(rest, at).length > 0 || zone.hasBelow(rest, at)) return undefined;
  }
  return undefined;
}

function plainAnswers(
  zone: Zone,
  name: string,
  records: readonly CloudflareRecord[],
  type: string,
  at: number,
): Answer[] {
  const base = { name, class: 'IN' } as const;
  if (type === 'NS' && name === zone.name) {
    return zone.nameServers.map((data) => ({ ...base, type: 'NS', ttl: 86_400, data }));
  }
  if (type === 'SOA' && name === zone.name) {
    const data = {
      mname: zone.nameServers[0] ?? '',
      rname: 'dns.cloudflare.com',
      serial: 2_400_000_000,
      refresh: 10_000,
      retry: 2400,
      expire: 604_800,
      minimum: 1800,
    };
    return [{ ...base, type: 'SOA', ttl: 1800, data }];
  }
  if (type === 'A' || type === 'AAAA') {
    if (records.some(({ proxied }) => proxied)) {
      return edge[type].map((data) => ({ ...base, type, ttl: automaticTtl, data }));
    }
    const alias = records.find((record) => record.type === 'CNAME');
    if (alias !== undefined) {
      const inside = zone.held(alias.content, at).filter((record) => record.type === type);
      const found =
        inside.length > 0 ? inside.map(({ content }) => content) : type === 'A' ? [addressOf(alias.content)] : [];
      return found.map((data) => ({ ...base, type, ttl: Math.min(ttlOf(alias), 60), data }));
    }
  }
  // What is flattened or proxied is shown as addresses alone.
  return records
    .filter((record) => record.type === type && !(type === 'CNAME' && (record.proxied || name === zone.name)))
    .map((record) => ({ ...base, type, ttl: ttlOf(record), data: dataOf(record) }) as Answer);
}

function dataOf(record: CloudflareRecord): unknown {
  const { type, content, priority, data } = record;
  switch (type) {
    case 'TXT':
      return textStrings(content);
    case 'MX':
      return { preference: priority, exchange: content };
    case 'CAA':
      return data;
    case 'SRV':
      return data;
    default:
      return content;
  }
}
