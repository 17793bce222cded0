/** What a policy source answers: the document, or that it is the one whose tag was given. */
export type PolicyRead =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'document';
      readonly text: string;
      /** Changes whenever the text does; opaque. */
      readonly etag: string;
    };

/** Where the policy document is kept. */
export interface PolicySource {
  /**
   * Reads the document, or says that it still has the given tag. Never answers `same` when no tag was given.
   * Must come to an end by itself within seconds: whoever decides waits for it.
   *
   * @throws TransientError when the source cannot be reached now; PermanentError when there is no document or no access.
   */
  read(etag?: string): Promise<PolicyRead>;
}
