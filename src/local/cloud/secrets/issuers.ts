import type { World } from '../world';
import type { CredentialState } from './model';

/** A key of a resource with two slots. A key may be shown and not be in use: then the data plane goes on with the old one. */
interface Slot {
  shown: string;
  effective: string;
  createdAt: number;
}

export interface AppPassword {
  keyId: string;
  displayName: string | null;
  hint: string;
  endDateTime: string | null;
  secretText: string;
  works: boolean;
}

export interface Application {
  id: string;
  appId: string;
  passwords: AppPassword[];
}

export interface HookService {
  name: string;
  /** What requests are signed with. */
  signingKey: string;
  secrets: Map<string, { value: string; works: boolean }>;
}

/** A token as the local Cloudflare keeps it, as far as it is looked at here. */
export interface KnownToken {
  readonly id: string;
  readonly value: string;
  readonly status: string;
}

/** Everybody who issues credentials, and what they accept. */
export class Issuers {
  readonly keyed = new Map<string, { kind: 'storage' | 'redis'; slots: Map<string, Slot> }>();
  readonly applications = new Map<string, Application>();
  readonly services = new Map<string, HookService>();
  /** Every value that was ever issued. */
  readonly everIssued = new Set<string>();
  /** Set when the local Cloudflare is there. */
  tokens: () => readonly KnownToken[] = () => [];
  private made = 0;

  constructor(private readonly world: Pick<World, 'random' | 'clock'>) {}

  /** A value nobody can have guessed; the same in every start of the cloud. */
  fresh(what: string, length = 64): string {
    const text = this.unlike(what, length);
    this.everIssued.add(text);
    return text;
  }

  /** Characters that are like no others, for ids. */
  unlike(what: string, length: number): string {
    const value = Buffer.from(this.world.random.hex(`${what} ${(this.made += 1)}`, 64), 'hex').toString('base64url');
    return value.repeat(Math.ceil(length / value.length)).slice(0, length);
  }

  addKeyed(id: string, kind: 'storage' | 'redis', slotNames: readonly string[]): void {
    const slots = slotNames.map((name): [string, Slot] => [name, this.slot(`${id} ${name}`, kind)]);
    this.keyed.set(id.toLowerCase(), { kind, slots: new Map(slots) });
  }

  private slot(what: string, kind: 'storage' | 'redis', keep?: string): Slot {
    // A storage key is 64 bytes in base64, because it signs; a Redis key is a text.
    const raw = this.unlike(what, 64);
    const value = kind === 'storage' ? Buffer.from(raw).toString('base64') : raw;
    this.everIssued.add(value);
    return { shown: value, effective: keep ?? value, createdAt: this.world.clock.now() };
  }

  /** A new key in a slot; with `inert`, one that is shown and does not work. */
  regenerate(id: string, slot: string, inert: boolean): boolean {
    const found = this.keyed.get(id.toLowerCase());
    const old = found?.slots.get(slot);
    if (found === undefined || old === undefined) return false;
    found.slots.set(slot, this.slot(`${id} ${slot}`, found.kind, inert ? old.effective : undefined));
    return true;
  }

  keyWorks(id: string, key: string): boolean {
    return [...(this.keyed.get(id.toLowerCase())?.slots.values() ?? [])].some(({ effective }) => effective === key);
  }

  addPassword(
    application: Application,
    displayName: string | null,
    endDateTime: string | null,
    works: boolean,
  ): AppPassword {
    const secretText = this.fresh(`password ${application.id}`, 40);
    const keyId = this.world.random.guid(`password ${application.id} ${this.made}`);
    const made = { keyId, displayName, hint: secretText.slice(0, 3), endDateTime, secretText, works };
    application.passwords.push(made);
    return made;
  }

  /** Whether anybody here accepts a value. */
  accepts(value: string): boolean {
    return (
      [...this.keyed.keys()].some((id) => this.keyWorks(id, value)) ||
      [...this.applications.values()].some(({ passwords }) =>
        passwords.some(({ secretText, works }) => works && secretText === value),
      ) ||
      [...this.services.values()].some(({ secrets }) =>
        [...secrets.values()].some((one) => one.works && one.value === value),
      ) ||
      this.tokens().some((token) => token.status === 'active' && token.value === value)
    );
  }

  states(): CredentialState[] {
    return [
      ...[...this.keyed].flatMap(([provider, { slots }]) =>
        [...slots].map(([credential, { shown, effective, createdAt: madeAt }]) => ({
          ...{ provider, credential, valid: shown === effective, madeAt },
        })),
      ),
      ...[...this.applications.values()].flatMap(({ id, passwords }) =>
        passwords.map(({ keyId, works }) => ({ provider: `application ${id}`, credential: keyId, valid: works })),
      ),
      ...[...this.services.values()].flatMap(({ name, secrets }) =>
        [...secrets].map(([credential, { works }]) => ({ provider: `service ${name}`, credential, valid: works })),
      ),
      ...this.tokens().map(({ id, status }) => ({
        provider: 'cloudflare',
        credential: id,
        valid: status === 'active',
      })),
    ];
  }
}
