import type { z } from 'zod';
import type { Iso8601 } from '../../kernel/clock';
import type { ResourceId } from '../../kernel/resource-id';
import type { SecretValue } from '../../kernel/secret-value';
import type {
  AppPasswords,
  KeySlots,
  ManagedTokens,
  RotationHooks,
  SecretGenerator,
  Trial,
  Usage,
} from '../../ports/credentials';
import type { Secrets } from '../../ports/secrets';

/** What rotators are made over. */
export interface RotatorPorts {
  readonly secrets: Secrets;
  readonly storageKeys: KeySlots;
  readonly redisKeys: KeySlots;
  readonly tokens: ManagedTokens;
  readonly passwords: AppPasswords;
  readonly hooks: RotationHooks;
  readonly generator: SecretGenerator;
}

/** The secret that is rotated, and on which occasion. */
export interface Occasion {
  readonly vault: ResourceId;
  readonly secret: string;
  readonly rotationId: string;
  readonly abort: AbortSignal;
}

/** A new credential: its name at the provider, which is no secret, and its value, which is. */
export interface Issued {
  readonly credential: string;
  readonly value: SecretValue;
}

/**
 * How one kind of credential is changed at its provider. The order of steps, the vault's versions and tags, consumers, the guard and
 * the records are the same for all and are not the rotator's business.
 *
 * Each method may be called again for the same occasion, after it had its effect or not, and must then come to the same end.
 * Until `revoke` is called for it, no method may make the credential `current` invalid.
 */
export interface Rotator {
  /** What it would change, in words that {@link Standing} knows: `storage-account:<name>`, `application:<client id>`. */
  subjects(occasion: Occasion): Promise<readonly string[]>;
  /** Which credential of the provider a value is; null when it is none. */
  identify(value: SecretValue, occasion: Occasion): Promise<string | null>;
  /**
   * Makes a new credential beside `current`. When an earlier attempt made one and its value was lost with the answer, that one is
   * replaced: nobody can hold it.
   */
  issue(current: string, expiresAt: Iso8601 | null, occasion: Occasion): Promise<Issued>;
  /** Hands the value to the provider, where the provider did not make it. */
  install?(issued: Issued, occasion: Occasion): Promise<void>;
  /** Uses the new credential as a client would. */
  test(issued: Issued, occasion: Occasion): Promise<Trial>;
  /** Whether a credential was used since then. */
  usage(credential: string, since: Iso8601, occasion: Occasion): Promise<Usage>;
  /** Makes a credential invalid for ever. */
  revoke(credential: string, occasion: Occasion): Promise<void>;
  /** Gives up a credential that consumers never saw. */
  discard(credential: string, occasion: Occasion): Promise<void>;
}

/** A rotator as it is written down: its name in the policy, its settings, and how it is made. */
export interface RotatorSpec<Settings> {
  readonly kind: string;
  /** For people who choose one. */
  readonly summary: string;
  readonly settings: z.ZodType<Settings>;
  /** Names of other secrets of the vault that the rotator reads: none of them may be the one it rotates. */
  uses(settings: Settings): readonly string[];
  /** Null for what people rotate by hand. */
  make(settings: Settings, ports: RotatorPorts): Rotator | null;
}

/** A kind of rotator whose settings were checked. */
export interface BoundRotator {
  readonly uses: readonly string[];
  make(ports: RotatorPorts): Rotator | null;
}

/** A kind of rotator. Its settings are hidden: whoever holds one needs not know them. */
export interface RotatorKind {
  readonly kind: string;
  readonly summary: string;
  /** Checks settings as they stand in the policy. */
  bind(settings: unknown): { readonly bound: BoundRotator } | { readonly error: z.ZodError };
}

/** Makes a kind from its specification. */
export function defineRotator<Settings>(spec: RotatorSpec<Settings>): RotatorKind {
  const { kind, summary } = spec;
  return {
    kind,
    summary,
    bind(settings) {
      const parsed = spec.settings.safeParse(settings);
      return parsed.success
        ? { bound: { uses: spec.uses(parsed.data), make: (ports) => spec.make(parsed.data, ports) } }
        : { error: parsed.error };
    },
  };
}
