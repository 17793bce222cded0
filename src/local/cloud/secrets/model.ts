/** Levers on secrets, those who issue them, and those who use them. Types only. */

export interface VaultVersionState {
  version: string;
  enabled: boolean;
  /** Epoch seconds, as Key Vault has them. */
  created: number;
  expires?: number;
  tags: Record<string, string>;
}

export interface SecretState {
  vault: string;
  name: string;
  deleted: boolean;
  versions: VaultVersionState[];
}

/**
 * How a consumer takes a new version when it is told.
 * - `prompt`: at once.
 * - `lags`: not until it is set to something else.
 * - `fails`: it loads the new version and says that it cannot work with it.
 */
export type ConsumerManner = 'prompt' | 'lags' | 'fails';

export interface ConsumerState {
  name: string;
  vault: string;
  secret: string;
  manner: ConsumerManner;
  /** The version whose value it holds. */
  version: string;
  /** Whether whoever issued the value it holds accepts it now. */
  valid: boolean;
  /** How often it was told. */
  told: number;
}

/** A moment in which somebody who needs a credential had none that works. */
export interface CredentialViolation {
  at: number;
  consumer: string;
  /** `holds`: the value it holds is dead. `loads`: what the vault would give it now is dead, disabled or absent. */
  what: 'holds' | 'loads';
  after: string;
}

export interface CredentialState {
  provider: string;
  /** Slot or id. */
  credential: string;
  /** Whether it is accepted. */
  valid: boolean;
  /** Epoch milliseconds of the key in a slot; absent for what has an id of its own. */
  madeAt?: number;
}

export interface SecretControl {
  /** Every secret of a vault (by name), without values. */
  secrets(vault: string): Promise<SecretState[]>;
  /** Makes a version as a person would. A value is made up when none is given. Times in epoch milliseconds. */
  putSecret(secret: {
    vault: string;
    name: string;
    value?: string;
    expiresAt?: number;
    enabled?: boolean;
    tags?: Record<string, string>;
  }): Promise<SecretState>;
  /** Changes the newest version as a person would; `null` takes the expiry away. */
  changeSecret(change: {
    vault: string;
    name: string;
    enabled?: boolean;
    expiresAt?: number | null;
  }): Promise<SecretState>;
  /** Soft-deletes a secret. */
  deleteSecret(secret: { vault: string; name: string }): Promise<void>;
  secretConsumers(): Promise<ConsumerState[]>;
  setConsumer(name: string, manner: ConsumerManner): Promise<ConsumerState>;
  credentials(): Promise<CredentialState[]>;
  credentialViolations(): Promise<CredentialViolation[]>;
  clearCredentialViolations(): Promise<void>;
  /** Brings vaults, issuers and consumers back to what they were at the start, with new values. */
  resetSecrets(): Promise<void>;
  /** Every value that was ever a secret here: what a search must not find anywhere else. */
  secretValues(): Promise<string[]>;
}
