import { isRecordType, type RecordType } from './model';

/**
 * Records in one spelling, the way Cloudflare keeps them, so that what was written compares equal to what comes back. Pure.
 * Each function gives `undefined` for what Cloudflare would refuse.
 */

/** A host name: lower case, punycode, without the dot at its end. `*` and `_` may stand in it, `@` may not. */
export function normalHost(text: string): string | undefined {
  const bare = text.trim().replace(/\.$/, '').toLowerCase();
  if (bare === '' || bare.length > 253) {
    return undefined;
  }
  const ascii = /^[\x21-\x7e]+$/.test(bare) ? bare : punycode(bare);
  return ascii !== undefined &&
    ascii.split('.').every((label) => /^[a-z0-9_*-]{1,63}$/.test(label)) &&
    ascii.length <= 253
    ? ascii
    : undefined;
}

/** The URL standard's own conversion (UTS 46), which is what browsers and Cloudflare's API use. Label by label, because of `*` and `_`. */
function punycode(host: string): string | undefined {
  const labels: string[] = [];
  for (const label of host.normalize('NFC').split(/[.\u3002\uff0e\uff61]/)) {
    if (/^[\x21-\x7e]+$/.test(label)) {
      labels.push(label);
      continue;
    }
    const url = URL.parse(`http://${label}.invalid/`);
    if (url === null || !url.hostname.endsWith('.invalid')) {
      return undefined;
    }
    labels.push(url.hostname.slice(0, -'.invalid'.length));
  }
  return labels.join('.');
}

/** The full name of a record: `@` is the zone, and what does not end with the zone's name is taken as relative to it. */
export function normalName(zone: string, text: string): string | undefined {
  if (text.trim() === '@') {
    return zone;
  }
  const name = normalHost(text);
  if (name === undefined) {
    return undefined;
  }
  const absolute = name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
  const wild = absolute.split('.').lastIndexOf('*');
  return absolute.length <= 253 && wild <= 0 ? absolute : undefined;
}

/** Four numbers without leading zeros. */
export function normalIpv4(text: string): string | undefined {
  const parts = text.trim().split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
    ? parts.join('.')
    : undefined;
}

/** Lower case and compressed, as RFC 5952 has it; an embedded IPv4 address becomes hexadecimal digits. */
export function normalIpv6(text: string): string | undefined {
  const bare = text.trim().toLowerCase();
  if (!/^[0-9a-f:.]{2,45}$/.test(bare) || !bare.includes(':')) {
    return undefined;
  }
  return URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1);
}

/**
 * The text of a TXT record, whole: quoted pieces are joined and their escapes undone; text without quotes stands for itself.
 * Cloudflare quotes bare text and splits it into pieces of 255 bytes, so pieces mean nothing.
 */
export function normalText(content: string): string | undefined {
  const trimmed = content.trim();
  let text = trimmed;
  if (trimmed.startsWith('"')) {
    if (!/^"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*$/s.test(trimmed)) {
      return undefined;
    }
    text = [...trimmed.matchAll(/"((?:[^"\\]|\\.)*)"/gs)]
      .map(([, inner]) =>
        (inner as string).replace(/\\(\d{3}|.)/gs, (_, escaped: string) =>
          escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
        ),
      )
      .join('');
  }
  return text === '' || new TextEncoder().encode(text).length > 2048 ? undefined : text;
}

/** The text as it is sent: quoted, in pieces of at most 255 bytes. */
export function quotedText(text: string): string {
  const encoder = new TextEncoder();
  const pieces = [''];
  let room = 255;
  for (const character of text) {
    const size = encoder.encode(character).length;
    if (size > room) {
      pieces.push('');
      room = 255;
    }
    pieces[pieces.length - 1] += character;
    room -= size;
  }
  return pieces.map((piece) => `"${piece.replace(/["\\]/g, '\\$&')}"`).join(' ');
}

/** A target of MX or SRV: a host, or `.` for none. */
const normalTarget = (text: string): string | undefined => (text.trim() === '.' ? '.' : normalHost(text));

const small = (value: unknown, most: number): number | undefined => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isInteger(number) && number >= 0 && number <= most ? number : undefined;
};

/** What a record says, apart from its name, in one spelling; and the fields that say it to the API. */
export interface NormalValue {
  readonly value: string;
  readonly content: string | null;
  readonly priority: number | null;
  readonly data: Readonly<Record<string, string | number>> | null;
}

const simple = (content: string | undefined): NormalValue | undefined =>
  content === undefined ? undefined : { value: content, content, priority: null, data: null };

/** Normal form of what a record of a type says. `undefined` for what Cloudflare would refuse. */
export function normalValue(
  type: RecordType,
  given: {
    readonly content: string | null;
    readonly priority: number | null;
    readonly data: Readonly<Record<string, unknown>> | null;
  },
): NormalValue | undefined {
  const content = given.content ?? '';
  switch (type) {
    case 'A':
      return simple(normalIpv4(content));
    case 'AAAA':
      return simple(normalIpv6(content));
    case 'CNAME':
    case 'NS':
      return simple(normalHost(content));
    case 'TXT': {
      const text = normalText(content);
      return text === undefined ? undefined : { value: text, content: quotedText(text), priority: null, data: null };
    }
    case 'MX': {
      const exchange = normalTarget(content);
      const priority = small(given.priority, 65_535);
      return exchange === undefined || priority === undefined
        ? undefined
        : { value: `${priority} ${exchange}`, content: exchange, priority, data: null };
    }
    case 'CAA':
      return normalCaa(given.data ?? caaFrom(content));
    case 'SRV':
      return normalSrv(given.data ?? srvFrom(content, given.priority));
  }
}

function normalCaa(data: Readonly<Record<string, unknown>>): NormalValue | undefined {
  const flags = small(data['flags'], 255);
  const { tag, value } = data;
  if (flags === undefined || typeof tag !== 'string' || typeof value !== 'string' || !/^[a-z0-9]+$/i.test(tag)) {
    return undefined;
  }
  const normal = { flags, tag: tag.toLowerCase(), value };
  return { value: `${flags} ${normal.tag} ${value}`, content: null, priority: null, data: normal };
}

function normalSrv(data: Readonly<Record<string, unknown>>): NormalValue | undefined {
  const [priority, weight, port] = ['priority', 'weight', 'port'].map((name) => small(data[name], 65_535));
  const target = typeof data['target'] === 'string' ? normalTarget(data['target']) : undefined;
  if (priority === undefined || weight === undefined || port === undefined || target === undefined) {
    return undefined;
  }
  const normal = { priority, weight, port, target };
  return { value: `${priority} ${weight} ${port} ${target}`, content: null, priority: null, data: normal };
}

/** `0 issue "letsencrypt.org"`, as the API shows it beside the data. */
function caaFrom(content: string): Record<string, unknown> {
  const match = /^(\d{1,3})\s+(\w+)\s+"?(.*?)"?$/.exec(content.trim());
  return match === null ? {} : { flags: Number(match[1]), tag: match[2], value: match[3] };
}

/** `10 5 443 host` or, with the priority apart, `5 443 host`; tabs and spaces both separate. */
function srvFrom(content: string, priority: number | null): Record<string, unknown> {
  const parts = content.trim().split(/\s+/);
  const [own, weight, port, target] = parts.length === 4 ? parts : [String(priority ?? ''), ...parts];
  return { priority: own ?? '', weight: weight ?? '', port: port ?? '', target };
}

/** A record in a zone, in normal form. What Caretaker cannot read, it cannot own. */
export function readable(record: {
  readonly type: string;
  readonly content: string | null;
  readonly priority: number | null;
  readonly data: Readonly<Record<string, string | number>> | null;
}): NormalValue | undefined {
  return isRecordType(record.type) ? normalValue(record.type, record) : undefined;
}
