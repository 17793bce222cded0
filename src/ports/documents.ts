import type { Json } from '../kernel/canonical-json';

/** A stored document and the version it was read at. */
export interface StoredDocument {
  readonly value: unknown;
  /** Opaque name of this version; changes with every replacement. */
  readonly etag: string;
}

/** One page of a listing. */
export interface DocumentPage {
  /** Full paths, in ascending order of their code units. */
  readonly paths: readonly string[];
  /** Where the next page starts; absent on the last page. Opaque, and good only for the same prefix. */
  readonly cursor?: string;
}

/**
 * Small JSON documents (up to 4 MiB each as text) under paths such as `decisions/4f2a.json`, with optimistic concurrency.
 * Every write is all or nothing and is seen by every read that starts after it was answered.
 *
 * A path is 1 to 900 characters of `A-Z a-z 0-9 . _ - /`, with no empty, `.` or `..` part and none that ends with a dot.
 *
 * Every operation throws `TransientError` when the storage cannot be reached, is throttled or fails (with
 * `retryAfterSeconds` when it said), `PermanentError` when it refuses (no permission, no such account), and
 * `InvariantError` for a path or a value that breaks the rules above. After a `TransientError` a write may or may not
 * have happened; a write that is answered with `exists` or `conflict` was certainly not made by this call.
 */
export interface Documents {
  /** The document, or `undefined` when there is none. */
  get(path: string): Promise<StoredDocument | undefined>;
  /** Creates a document; `exists` when there is one already, and nothing is changed. */
  create(
    path: string,
    value: Json,
  ): Promise<{ readonly kind: 'created'; readonly etag: string } | { readonly kind: 'exists' }>;
  /** Replaces the version that was read; `conflict` when it has changed or gone, and nothing is changed. */
  replace(
    path: string,
    value: Json,
    etag: string,
  ): Promise<{ readonly kind: 'replaced'; readonly etag: string } | { readonly kind: 'conflict' }>;
  /** Removes a document; `absent` when there is none: removing twice is no error. */
  remove(path: string): Promise<'removed' | 'absent'>;
  /**
   * Paths that start with `prefix`, a page at a time. A document written or removed during a listing may or may not be in it;
   * every other one is in it exactly once. A page may be shorter than `limit` (1 to 5,000, 1,000 when not given) and still
   * not be the last: only a missing cursor says so.
   */
  list(prefix: string, options?: { readonly cursor?: string; readonly limit?: number }): Promise<DocumentPage>;
}
