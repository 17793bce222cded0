import { CloudControlError } from '../errors';
import { matchesGlob } from '../glob';
import type { World } from '../world';
import type {
  CloudflareCall,
  CloudflareFault,
  CloudflareFaultEffect,
  CloudflareToken,
  DnsRecordInput,
  OriginState,
  Plan,
  TokenPermission,
} from './model';
import { Zone } from './zones';

/** Requests of one user in five minutes, whoever of them makes it. */
const quota = 1200;
const windowSeconds = 300;

type ActiveFault = CloudflareFault & { id: string; used: number; skipped: number };

/** What the shared budget says about one more request. */
export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** Everything the local Cloudflare knows, in memory. */
export class CloudflareState {
  readonly zones = new Map<string, Zone>();
  readonly tokens = new Map<string, CloudflareToken>();
  readonly calls: CloudflareCall[] = [];
  readonly origins = new Map<string, OriginState>();
  propagationSeconds = 0;
  private faults: ActiveFault[] = [];
  private sequence = 0;
  private window = { from: 0, used: 0 };

  constructor(private readonly world: World) {
    for (const { id, name, accountId, records } of world.estate.dnsZones) {
      const zone = this.makeZone({ id, name, accountId, plan: 'pro' });
      zone.seed(records);
    }
  }

  now(): number {
    return this.world.clock.now();
  }

  makeZone(given: { id?: string; name: string; accountId?: string; plan?: Plan }): Zone {
    const { random } = this.world;
    const id = given.id ?? random.hex(`zone ${given.name}`, 32);
    const accountId = given.accountId ?? this.world.estate.dnsZones[0]?.accountId ?? random.hex('account', 32);
    const servers = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'];
    const zone = new Zone(id, given.name, accountId, given.plan ?? 'pro', servers, random, () => this.now());
    this.zones.set(id, zone);
    return zone;
  }

  zoneNamed(name: string): Zone {
    const found = [...this.zones.values()].find((zone) => zone.name === name || zone.id === name);
    if (found === undefined) throw new CloudControlError(`no zone is named '${name}'`);
    return found;
  }

  addToken(name: string, grants: { zone: string; permissions: TokenPermission[] }[]): CloudflareToken {
    const { random } = this.world;
    const key = `cloudflare token ${name} ${this.tokens.size}`;
    const token: CloudflareToken = {
      id: random.hex(key, 32),
      name,
      value: `local-${random.hex(`${key} value`, 34)}`,
      status: 'active',
      issued_on: new Date(this.now()).toISOString(),
      grants,
    };
    this.tokens.set(token.id, token);
    return token;
  }

  /** As a person changes a record: no token and no request of the budget. */
  put(zoneName: string, record: DnsRecordInput, id?: string) {
    const zone = this.zoneNamed(zoneName);
    const empty = { deletes: [], patches: [], puts: [], posts: [] };
    const result = zone.batch(
      id === undefined ? { ...empty, posts: [record] } : { ...empty, puts: [{ id, ...record }] },
    );
    const made = [...result.posts, ...result.puts][0];
    if (made === undefined) throw new CloudControlError('nothing was written');
    return made;
  }

  addFault(fault: CloudflareFault): string {
    const id = `cloudflare-fault-${(this.sequence += 1)}`;
    this.faults.push({ ...fault, id, used: 0, skipped: 0 });
    return id;
  }

  clearFaults(): void {
    this.faults = [];
  }

  takeFault(call: string): { readonly id: string; readonly effect: CloudflareFaultEffect } | undefined {
    for (const fault of this.faults) {
      if (fault.call !== undefined && !matchesGlob(fault.call, call)) continue;
      if (fault.skipped < (fault.skip ?? 0)) {
        fault.skipped += 1;
        continue;
      }
      if (fault.used >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      fault.used += 1;
      return fault;
    }
    return undefined;
  }

  /** Takes requests from the shared budget, a fixed window of five minutes. */
  spend(requests: number): Allowance {
    const now = this.now();
    if (now >= this.window.from + windowSeconds * 1000) this.window = { from: now, used: 0 };
    const allowed = this.window.used + requests <= quota;
    this.window.used = Math.min(quota, this.window.used + requests);
    const resetSeconds = Math.max(1, Math.ceil((this.window.from + windowSeconds * 1000 - now) / 1000));
    return { allowed, remaining: quota - this.window.used, resetSeconds };
  }

  static headers({ remaining, resetSeconds }: Allowance): Record<string, string> {
    return {
      Ratelimit: `"default";r=${remaining};t=${resetSeconds}`,
      'Ratelimit-Policy': `"default";q=${quota};w=${windowSeconds}`,
    };
  }

  record(call: Omit<CloudflareCall, 'sequence' | 'at'>): void {
    this.calls.push({ sequence: this.calls.length + 1, at: this.now(), ...call });
  }
}
