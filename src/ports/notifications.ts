/** Something that people should hear about. Holds no secret, because channels keep what they are told. */
export interface Notification {
  /**
   * What it is about, so that it is told once: `approval:<id>`, `rotation-laggard:<secret>:<consumer>`. A second notification
   * with the same key within a channel's window is dropped, whatever its words are.
   */
  readonly key: string;
  /** What routes go by, beside environment and severity. */
  readonly kind: 'approval' | 'incident' | 'guard' | 'scaling' | 'backup' | 'rotation' | 'dns' | 'stacks' | 'system';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly environment: string;
  /** One line without markup, at most 200 characters. */
  readonly title: string;
  /** A few sentences without markup: what happened, and what the reader should do. At most 2,000 characters. */
  readonly text: string;
  /** Short facts in the order to show them. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[];
  /** Pages that help, absolute URLs without any key in them. */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  /** Name of the one channel that is told, whatever the routes say: a person's own. */
  readonly channel?: string;
  /**
   * A page on which one person can answer. Its address is made when the message is sent, because it carries a token, and a
   * token is not kept.
   */
  readonly page?: {
    readonly kind: 'approval';
    readonly approvalId: string;
    readonly planHash: string;
    readonly personId: string;
    readonly name: string;
    /** The address is good until then. */
    readonly until: string;
  };
}

/** Tells people. */
export interface Notifications {
  /**
   * Takes a notification over and answers when it is safely kept; delivery happens later, is retried, and its failure is no
   * matter of the caller's. Idempotent by key. Throws `TransientError` only when it cannot be kept.
   */
  tell(notification: Notification): Promise<void>;
}
