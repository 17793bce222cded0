import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { invalid } from './errors';
import type { DnsRecordInput } from './model';

/** What a record is made of once Cloudflare has taken it: one spelling for each meaning. */
export interface TakenRecord {
  type: string;
  name: string;
  content: string;
  ttl: number;
  proxied: boolean;
  priority?: number;
  data?: Record<string, unknown>;
  comment: string | null;
  tags: string[];
}

export const types = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'CAA', 'SRV', 'NS', 'PTR'];
const proxiable = new Set(['A', 'AAAA', 'CNAME']);
export const isProxiable = (type: string): boolean => proxiable.has(type);

/** Lower case, punycode, without the last dot. */
function host(text: string, code: number, type: string): string {
  const bare = text.trim().replace(/\.$/, '');
  const labels = bare
    .split('.')
    .map((label) => (/^[\x21-\x7e]+$/.test(label) ? label.toLowerCase() : domainToASCII(label)));
  if (bare === '' || labels.some((label) => label === '' || label.length > 63)) {
    throw invalid(code, `Content for ${type} record is invalid.`);
  }
  return labels.join('.');
}

/** Full name within the zone: `@` and what does not end with the zone's name are taken as relative. */
export function nameIn(zone: string, text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') throw invalid(9000, 'DNS name is invalid.');
  if (text === '@') return zone;
  const name = host(text, 9000, 'name');
  return name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
}

/** Compressed and lower case, as RFC 5952 has it. */
function ipv6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** The strings of a TXT record's content: quoted ones as they are, bare text as one. */
export function textStrings(content: string): string[] {
  if (!content.startsWith('"')) return [content];
  const strings = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner]) =>
    (inner ?? '').replace(/\\(["\\])/g, '$1'),
  );
  return strings.length === 0 ? [content] : strings;
}

/** Quoted, in pieces of at most 255 bytes. */
function text(content: string): string {
  if (content === '') throw invalid(9005, 'Content for TXT record is invalid.');
  const whole = textStrings(content).join('');
  if (Buffer.byteLength(whole) > 2048) {
    throw invalid(9208, 'Content for TXT record is too long; at most 2048 characters.');
  }
  const pieces = [''];
  for (const character of whole) {
    const piece = (pieces.at(-1) ?? '') + character;
    if (Buffer.byteLength(piece) > 255) pieces.push(character);
    else pieces[pieces.length - 1] = piece;
  }
  return pieces.map((piece) => `"${piece.replace(/["\\]/g, '\\$&')}"`).join(' ');
}

function numberIn(data: Record<string, unknown>, name: string, most: number): number {
  const value = Number(data[name]);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw invalid(9101, `${name} is a required data field.`);
  }
  return value;
}

function textIn(data: Record<string, unknown>, name: string): string {
  const value = data[name];
  if (typeof value !== 'string' || value === '') throw invalid(9101, `${name} is a required data field.`);
  return value;
}

/** Takes what was sent for a record, with Cloudflare's own corrections, or refuses it as Cloudflare does. */
export function take(zone: string, input: DnsRecordInput): TakenRecord {
  const type = String(input.type ?? '').toUpperCase();
  if (!types.includes(type)) throw invalid(9009, `DNS record type ${type || '(none)'} is invalid.`);
  const ttl = input.ttl ?? 1;
  if (!Number.isInteger(ttl) || (ttl !== 1 && (ttl < 60 || ttl > 86_400))) {
    throw invalid(9021, 'TTL must be between 60 and 86400 seconds, or 1 for Automatic.');
  }
  const proxied = input.proxied ?? false;
  if (proxied && !isProxiable(type)) throw invalid(9004, 'This record type cannot be proxied.');
  const comment = input.comment ?? null;
  if (comment !== null && comment.length > 500) throw invalid(9330, 'The comment is too long.');
  const base = {
    type,
    name: nameIn(zone, input.name),
    ttl: proxied ? 1 : ttl,
    proxied,
    comment: comment === '' ? null : comment,
    tags: [...(input.tags ?? [])],
  };
  const content = typeof input.content === 'string' ? input.content.trim() : '';
  const data = input.data ?? {};
  switch (type) {
    case 'A':
      if (!isIPv4(content)) throw invalid(9005, 'Content for A record must be a valid IPv4 address.');
      return { ...base, content };
    case 'AAAA':
      if (!isIPv6(content)) throw invalid(9006, 'Content for AAAA record must be a valid IPv6 address.');
      return { ...base, content: ipv6(content) };
    case 'CNAME': {
      const target = host(content, 9007, type);
      if (target === base.name) throw invalid(9039, 'CNAME content cannot reference itself.');
      return { ...base, content: target };
    }
    case 'NS':
    case 'PTR':
      return { ...base, content: host(content, 9008, type) };
    case 'MX': {
      const priority = numberIn({ priority: input.priority }, 'priority', 65_535);
      return { ...base, content: content === '.' ? '.' : host(content, 9009, type), priority };
    }
    case 'TXT':
      return { ...base, content: text(content) };
    case 'CAA': {
      const flags = numberIn(data, 'flags', 255);
      const tag = textIn(data, 'tag').toLowerCase();
      const value = textIn(data, 'value');
      return { ...base, content: `${flags} ${tag} "${value}"`, data: { flags, tag, value } };
    }
    default: {
      const priority = numberIn(data, 'priority', 65_535);
      const weight = numberIn(data, 'weight', 65_535);
      const port = numberIn(data, 'port', 65_535);
      const target = textIn(data, 'target') === '.' ? '.' : host(textIn(data, 'target'), 9007, type);
      return {
        ...base,
        content: `${weight} ${port} ${target}`,
        priority,
        data: { priority, weight, port, target },
      };
    }
  }
}
