import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import type { DnsResolvers, Lookup, LookupValue } from '../../ports/dns-resolvers';

export interface ResolverOptions {
  /** Where servers really listen, by name or address: for the local platform. `127.0.0.1:5353` */
  readonly locations?: ReadonlyMap<string, string>;
  /** For one question; asked twice. Milliseconds. */
  readonly timeout?: number;
}

const plain = (content: string): LookupValue => ({ content, priority: null, data: null });

/** How each type is asked for, and what its answers look like. */
const askers: Readonly<Record<string, (resolver: dns.Resolver, name: string) => Promise<LookupValue[]>>> = {
  A: async (resolver, name) => (await resolver.resolve4(name)).map(plain),
  AAAA: async (resolver, name) => (await resolver.resolve6(name)).map(plain),
  CNAME: async (resolver, name) => (await resolver.resolveCname(name)).map(plain),
  NS: async (resolver, name) => (await resolver.resolveNs(name)).map(plain),
  TXT: async (resolver, name) =>
    (await resolver.resolveTxt(name)).map((pieces) => plain(pieces.map((piece) => JSON.stringify(piece)).join(' '))),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => ({
      content: exchange || '.',
      priority,
      data: null,
    })),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(({ priority, weight, port, name: target }) => ({
      content: null,
      priority: null,
      data: { priority, weight, port, target: target || '.' },
    })),
  CAA: async (resolver, name) =>
    (await resolver.resolveCaa(name)).map(({ critical, ...rest }) => {
      const [tag, value] = Object.entries(rest).find(([key]) => key !== 'type') ?? ['', ''];
      return { content: null, priority: null, data: { flags: critical, tag, value: String(value) } };
    }),
};

/** DNS servers through Node's resolver (c-ares), a fresh one for every question, so that nothing is kept on our side. */
export function createNodeResolvers(options: ResolverOptions = {}): DnsResolvers {
  const { locations = new Map<string, string>(), timeout = 2000 } = options;

  async function addressesOf(server: string): Promise<string[]> {
    const known = locations.get(server) ?? (isIP(server) !== 0 ? server : undefined);
    return known === undefined ? await dns.resolve4(server) : [known];
  }

  return {
    async ask(server, name, type) {
      const asker = askers[type];
      if (asker === undefined) {
        return { kind: 'failed', reason: `cannot ask for ${type}` };
      }
      const resolver = new dns.Resolver({ timeout, tries: 2 });
      try {
        resolver.setServers(await addressesOf(server));
        return { kind: 'answer', values: await asker(resolver, name) };
      } catch (error) {
        return failed(error);
      } finally {
        resolver.cancel();
      }
    },
  };
}

function failed(error: unknown): Lookup {
  const code = (error as { readonly code?: string }).code ?? '';
  if (code === 'ENOTFOUND') {
    return { kind: 'none', nameExists: false };
  }
  return code === 'ENODATA' ? { kind: 'none', nameExists: true } : { kind: 'failed', reason: code || String(error) };
}
