/** What a token says about its bearer, once it is known to be genuine. */
export interface Bearer {
  /** Object id in the directory: the one thing about a caller that never changes. */
  readonly objectId: string;
  /** For people. An application has none of its own, so it is named by its id. */
  readonly name: string;
  readonly kind: 'person' | 'application';
  /** The application that asked for the token: for an application its own id. */
  readonly applicationId: string | undefined;
  readonly roles: readonly string[];
  /** Object ids of the groups that the token lists; `undefined` when they are too many to be listed. */
  readonly groups: readonly string[] | undefined;
}

/** What became of a token. `reason` is for people and holds nothing of the token. */
export type TokenVerdict =
  { readonly kind: 'genuine'; readonly bearer: Bearer } | { readonly kind: 'refused'; readonly reason: string };

/** Tells genuine bearer tokens from others. */
export interface Tokens {
  /**
   * Checks signature, issuer, tenant, audience and time.
   * Throws `TransientError` when it cannot be told, because the keys cannot be had: that is nothing the caller did.
   */
  check(token: string): Promise<TokenVerdict>;
}
