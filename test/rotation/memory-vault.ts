import { isoOf, type Clock, type Iso8601 } from '../../src/kernel/clock';
import { PermanentError } from '../../src/kernel/errors';
import type { SecretValue } from '../../src/kernel/secret-value';
import type { Secrets, SecretVersion } from '../../src/ports/secrets';

interface Kept extends SecretVersion {
  readonly value: SecretValue;
}

/** Vaults in memory, with Key Vault's own refusals. */
export class MemoryVault implements Secrets {
  readonly kept = new Map<string, Kept[]>();
  readonly deleted = new Set<string>();
  private made = 0;

  constructor(private readonly clock: Clock) {}

  private of(vault: string, name: string): Kept[] {
    return this.kept.get(`${vault} ${name}`) ?? [];
  }

  async list(vault: string) {
    return [...this.kept].flatMap(([key, versions]) => {
      const [where, name] = key.split(' ');
      const newest = versions.at(-1);
      return where === vault && newest !== undefined ? [{ ...newest, name: name as string }] : [];
    });
  }

  async versions(vault: string, name: string) {
    return this.of(vault, name).map(({ value: _value, ...rest }) => rest);
  }

  async isDeleted(_vault: string, name: string) {
    return this.deleted.has(name);
  }

  async read(vault: string, name: string, version: string) {
    const found = this.of(vault, name).find((one) => one.version === version);
    if (found === undefined || !found.enabled) {
      throw new PermanentError(found === undefined ? 'SecretAbsent' : 'SecretDenied', 'not to be read');
    }
    return found.value;
  }

  async write(
    vault: string,
    name: string,
    value: SecretValue,
    properties: { enabled: boolean; tags: Readonly<Record<string, string>>; expiresAt: Iso8601 | null },
  ) {
    if (this.deleted.has(name)) {
      throw new PermanentError('SecretDeleted', 'the name is taken');
    }
    this.made += 1;
    const version = this.made.toString(16).padStart(32, '0');
    const kept: Kept = { version, createdAt: isoOf(this.clock.now()), value, ...properties };
    this.kept.set(`${vault} ${name}`, [...this.of(vault, name), kept]);
    return kept;
  }

  async change(
    vault: string,
    name: string,
    version: string,
    change: { enabled?: boolean; tags?: Readonly<Record<string, string>> },
  ) {
    const changed = this.of(vault, name).map((one) => (one.version === version ? { ...one, ...change } : one));
    this.kept.set(`${vault} ${name}`, changed);
  }
}
