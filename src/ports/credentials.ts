import type { Iso8601 } from '../kernel/clock';
import type { ResourceId } from '../kernel/resource-id';
import type { SecretValue } from '../kernel/secret-value';

/*
 * What rotators need of those who issue credentials. Every method throws `TransientError` when it cannot be told whether the
 * request had its effect, or that it certainly had none and may be sent again; `PermanentError` when it was refused. No error
 * carries a value.
 */

/** Whether a credential is accepted, found out by using it. `reason` is safe to read for anyone. */
export type Trial = { readonly works: true } | { readonly works: false; readonly reason: string };

/** Whether a credential was used lately, as its issuer tells. */
export type Usage =
  | { readonly kind: 'unused' }
  | { readonly kind: 'used'; readonly lastUsedAt: Iso8601 }
  /** The issuer keeps no such record. */
  | { readonly kind: 'unknown' };

/** A resource with two keys that are valid side by side. */
export interface KeySlots {
  /** The keys by slot: exactly two. */
  keys(resource: ResourceId, abort: AbortSignal): Promise<Readonly<Record<string, SecretValue>>>;
  /** Makes a new key in a slot; the old one is dead from then on. Asking twice makes two. */
  regenerate(resource: ResourceId, slot: string, abort: AbortSignal): Promise<void>;
  /** Uses a key as a client of the resource would. */
  attempt(resource: ResourceId, key: SecretValue, abort: AbortSignal): Promise<Trial>;
}

/** Tokens of a service that are made by another token, which has leave to manage them. */
export interface ManagedTokens {
  /** Which token this is; `undefined` when it is none that is valid. */
  identify(token: SecretValue, abort: AbortSignal): Promise<string | undefined>;
  /** Tokens by name, with ids. */
  named(manager: SecretValue, name: string, abort: AbortSignal): Promise<readonly string[]>;
  /** Makes a token with the policy and the conditions of another one. */
  createLike(
    manager: SecretValue,
    like: string,
    name: string,
    expiresAt: Iso8601 | null,
    abort: AbortSignal,
  ): Promise<{ readonly id: string; readonly token: SecretValue }>;
  /** When a token was last used; null when never. */
  lastUsed(manager: SecretValue, id: string, abort: AbortSignal): Promise<Iso8601 | null>;
  /** Deletes a token. Idempotent. */
  remove(manager: SecretValue, id: string, abort: AbortSignal): Promise<void>;
}

/** Client secrets of an application of the directory, which may overlap. */
export interface AppPasswords {
  /** The application's client id, and its secrets: id of each, and the name that it was given. */
  application(
    id: string,
    abort: AbortSignal,
  ): Promise<{
    readonly clientId: string;
    readonly passwords: readonly {
      readonly id: string;
      readonly name: string | null;
      /** The first characters, which the directory shows so that people can tell secrets apart. */
      readonly hint: string | null;
    }[];
  }>;
  add(
    id: string,
    name: string,
    expiresAt: Iso8601 | null,
    abort: AbortSignal,
  ): Promise<{ readonly id: string; readonly secret: SecretValue }>;
  /** Removes a secret. Idempotent. */
  remove(id: string, password: string, abort: AbortSignal): Promise<void>;
  /** Signs in as the application. */
  attempt(clientId: string, secret: SecretValue, abort: AbortSignal): Promise<Trial>;
  /** When a secret was last used to sign in, as the sign-in logs tell. */
  lastUsed(clientId: string, password: string, abort: AbortSignal): Promise<Usage>;
}

/**
 * The rotation hook of a service in the house: HTTPS, JSON, signed with HMAC-SHA256 over time stamp and body. The service takes
 * a new secret beside the old one, tries it, and drops one by its name. Every request may come twice.
 */
export interface RotationHooks {
  install(hook: Hook, credential: string, value: SecretValue, abort: AbortSignal): Promise<void>;
  /** The name under which the service takes a value; null when it takes no such value. */
  identify(hook: Hook, value: SecretValue, abort: AbortSignal): Promise<string | null>;
  usage(hook: Hook, credential: string, since: Iso8601, abort: AbortSignal): Promise<Usage>;
  revoke(hook: Hook, credential: string, abort: AbortSignal): Promise<void>;
}

export interface Hook {
  readonly url: string;
  /** Signs what is sent. */
  readonly signingKey: SecretValue;
}

/** Makes values that nobody can guess. */
export interface SecretGenerator {
  /** So many characters of `A-Z a-z 0-9 - _`; each is worth six bits. */
  generate(length: number): SecretValue;
}
