import { CloudControlError } from '../errors';
import type { World } from '../world';
import type { Issuers } from './issuers';
import type { ConsumerManner, ConsumerState, CredentialViolation } from './model';
import type { Vaults } from './vaults';

/** Who uses a secret of a vault. */
export interface SecretUser {
  name: string;
  vault: string;
  secret: string;
  /** How it hears of a new version: the site and setting, the machine, or its webhook. */
  place:
    | { kind: 'site'; siteId: string; setting: string }
    | { kind: 'machine'; machineId: string }
    | { kind: 'webhook'; signingKey: string }
    /** Loads the secret when it starts, and is told by a person. */
    | { kind: 'manual' };
  manner: ConsumerManner;
  version: string;
  value: string;
  told: number;
  /** Whether anybody accepts or refuses its value: false for secrets of third parties that are not simulated. */
  checked: boolean;
}

/**
 * Those who use secrets. Each holds the value of one version and uses it all the time; told of news, it loads what the vault gives
 * then. After everything that changes a credential it is looked whether all of them can still work.
 */
export class SecretUsers {
  private readonly users = new Map<string, SecretUser>();
  private violations: CredentialViolation[] = [];
  private readonly lastUsed = new Map<string, number>();

  constructor(
    private readonly world: Pick<World, 'clock'>,
    private readonly vaults: Vaults,
    private readonly issuers: Issuers,
  ) {}

  add(user: Pick<SecretUser, 'name' | 'vault' | 'secret' | 'place'> & { checked?: boolean }): void {
    const newest = this.vaults.newest(user.vault, user.secret);
    const held = { version: newest?.version ?? '', value: newest?.value ?? '' };
    this.users.set(user.name, { ...user, ...held, manner: 'prompt', told: 0, checked: user.checked ?? true });
  }

  /** Forgets every consumer. */
  clear(): void {
    this.users.clear();
    this.violations = [];
  }

  all(): SecretUser[] {
    return [...this.users.values()];
  }

  require(name: string): SecretUser {
    const found = this.users.get(name);
    if (found === undefined) {
      throw new CloudControlError(`no consumer is named '${name}'; there are ${[...this.users.keys()].join(', ')}`);
    }
    return found;
  }

  /** Tells a consumer that there is news. */
  tell(user: SecretUser): void {
    user.told += 1;
    if (user.manner !== 'lags') this.load(user);
  }

  setManner(name: string, manner: ConsumerManner): SecretUser {
    const user = this.require(name);
    user.manner = manner;
    // One that was told while it lagged takes the news now.
    if (manner !== 'lags' && user.told > 0) this.load(user);
    return user;
  }

  private load(user: SecretUser): void {
    const newest = this.vaults.newest(user.vault, user.secret);
    if (newest === undefined || !newest.enabled) return;
    this.lastUsed.set(user.value, this.world.clock.now());
    user.version = newest.version;
    user.value = newest.value;
    this.check(`${user.name} loaded a version`);
  }

  /** When a value was last used by anybody; undefined when never. Epoch milliseconds. */
  usedAt(value: string): number | undefined {
    return this.all().some((user) => user.value === value) ? this.world.clock.now() : this.lastUsed.get(value);
  }

  /** Notes whoever has no credential that works, after something changed. */
  check(after: string): void {
    const at = this.world.clock.now();
    for (const { name, vault, secret, value, checked } of this.all()) {
      if (!checked) continue;
      if (!this.issuers.accepts(value)) this.violations.push({ at, consumer: name, what: 'holds', after });
      const newest = this.vaults.newest(vault, secret);
      const loads = newest !== undefined && newest.enabled && this.issuers.accepts(newest.value);
      if (!loads) this.violations.push({ at, consumer: name, what: 'loads', after });
    }
  }

  state({ name, vault, secret, manner, version, value, told }: SecretUser): ConsumerState {
    return { name, vault, secret, manner, version, told, valid: this.issuers.accepts(value) };
  }

  violated(): CredentialViolation[] {
    return [...this.violations];
  }

  clearViolations(): void {
    this.violations = [];
  }
}
