import { CloudControlError } from '../errors';
import type { World } from '../world';
import type { SecretState } from './model';

/** Key Vault tells of an expiry so long before it, whatever anybody wants (Microsoft Learn, "Azure Key Vault as Event Grid source"). */
const nearExpiryMillis = 30 * 86_400_000;

export interface StoredVersion {
  version: string;
  value: string;
  enabled: boolean;
  /** Epoch seconds. */
  created: number;
  updated: number;
  expires?: number;
  tags: Record<string, string>;
}

export interface StoredSecret {
  name: string;
  deleted: boolean;
  versions: StoredVersion[];
}

/** What a write sets. */
export interface SecretAttributes {
  readonly enabled?: boolean;
  readonly expires?: number;
  readonly tags?: Record<string, string>;
}

/** The vaults of the estate, by name, with their secrets. Everything that happens in one is told to Event Grid. */
export class Vaults {
  private readonly vaults = new Map<string, Map<string, StoredSecret>>();
  /** Every value that was ever stored. */
  readonly everStored = new Set<string>();
  private made = 0;

  constructor(private readonly world: Pick<World, 'clock' | 'random' | 'estate' | 'schedule' | 'events'>) {
    for (const { type, name } of world.estate.resources) {
      if (type.toLowerCase() === 'microsoft.keyvault/vaults') this.vaults.set(name, new Map());
    }
  }

  /** Forgets every secret. */
  clear(): void {
    for (const secrets of this.vaults.values()) secrets.clear();
  }

  names(): string[] {
    return [...this.vaults.keys()];
  }

  /** @throws CloudControlError for a vault that is not in the estate. */
  secretsOf(vault: string): Map<string, StoredSecret> {
    const found = this.vaults.get(vault);
    if (found === undefined) throw new CloudControlError(`no vault of the estate is named '${vault}'`);
    return found;
  }

  idOf(vault: string): string {
    return this.world.estate.resources.find(({ name }) => name === vault)?.id ?? '';
  }

  find(vault: string, name: string): StoredSecret | undefined {
    return this.secretsOf(vault).get(name.toLowerCase());
  }

  newest(vault: string, name: string): StoredVersion | undefined {
    const found = this.find(vault, name);
    return found === undefined || found.deleted ? undefined : found.versions.at(-1);
  }

  write(
    vault: string,
    name: string,
    value: string,
    { enabled = true, expires, tags = {} }: SecretAttributes,
  ): StoredVersion {
    const secrets = this.secretsOf(vault);
    const secret = secrets.get(name.toLowerCase()) ?? { name, deleted: false, versions: [] };
    secrets.set(name.toLowerCase(), secret);
    const now = Math.floor(this.world.clock.now() / 1000);
    const version = this.world.random.hex(`version ${vault} ${name} ${(this.made += 1)}`, 32);
    const stored: StoredVersion = {
      ...{ version, value, enabled, created: now, updated: now, tags },
      ...(expires === undefined ? {} : { expires }),
    };
    secret.versions.push(stored);
    this.everStored.add(value);
    this.tell('SecretNewVersionCreated', vault, secret.name, stored);
    this.foretell(vault, secret, stored);
    return stored;
  }

  change(
    vault: string,
    secret: StoredSecret,
    stored: StoredVersion,
    change: SecretAttributes & { expires?: number },
  ): void {
    if (change.enabled !== undefined) stored.enabled = change.enabled;
    if (change.tags !== undefined) stored.tags = change.tags;
    if (change.expires !== undefined && change.expires !== stored.expires) {
      stored.expires = change.expires;
      this.foretell(vault, secret, stored);
    }
    stored.updated = Math.floor(this.world.clock.now() / 1000);
  }

  /** Has the events of an expiry told when their time comes, if they still hold then. Disabled secrets are told of as well. */
  private foretell(vault: string, secret: StoredSecret, stored: StoredVersion): void {
    const { expires } = stored;
    if (expires === undefined) return;
    const when = (type: string, at: number): void =>
      this.world.schedule.at(Math.max(at, this.world.clock.now()), () => {
        const isNewest = secret.versions.at(-1) === stored && !secret.deleted;
        if (isNewest && stored.expires === expires) this.tell(type, vault, secret.name, stored);
      });
    when('SecretNearExpiry', expires * 1000 - nearExpiryMillis);
    when('SecretExpired', expires * 1000);
  }

  private tell(type: string, vault: string, name: string, { version, expires }: StoredVersion): void {
    this.world.events.raise({
      topic: this.idOf(vault),
      subject: name,
      eventType: `Microsoft.KeyVault.${type}`,
      data: {
        ...{
          Id: `https://${vault}.vault.azure.net/secrets/${name}/${version}`,
          VaultName: vault,
          ObjectType: 'Secret',
        },
        ...{ ObjectName: name, Version: version, NBF: null, EXP: expires ?? null },
      },
    });
  }

  state(vault: string, { name, deleted, versions }: StoredSecret): SecretState {
    return {
      ...{ vault, name, deleted },
      versions: versions.map(({ version, enabled, created, expires, tags }) => ({
        ...{ version, enabled, created, tags: { ...tags } },
        ...(expires === undefined ? {} : { expires }),
      })),
    };
  }
}
