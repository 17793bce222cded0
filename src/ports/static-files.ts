/** A file that is served as it is. */
export interface StaticFile {
  readonly bytes: Uint8Array;
  /** Letters and digits that change whenever the bytes do. */
  readonly version: string;
  /** The same content compressed beforehand, by the name that HTTP has for the coding. */
  readonly compressed: { readonly br?: Uint8Array; readonly gzip?: Uint8Array };
}

/** Files by their path below the folder that they are in, with forward slashes: `assets/main.js`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** A folder of files that do not change while the application runs. */
export interface StaticFolder {
  /**
   * Everything that is in the folder; `undefined` when there is no such folder.
   * @throws TransientError when it cannot be read now.
   */
  read(): Promise<StaticFiles | undefined>;
}
