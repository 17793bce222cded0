/** What a DNS server says. Values are as they stand in answers: names in lower case, texts whole. */
export type Lookup =
  | { readonly kind: 'answer'; readonly values: readonly LookupValue[] }
  /** The server says that there is nothing: no such name, or nothing of this type. */
  | { readonly kind: 'none'; readonly nameExists: boolean }
  /** It did not answer in time, refused, or failed. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface LookupValue {
  readonly content: string | null;
  readonly priority: number | null;
  readonly data: Readonly<Record<string, string | number>> | null;
}

/** DNS servers, asked one by one. Never throws: a server that does not answer is an answer too. */
export interface DnsResolvers {
  /** Asks one server, given by its address or its host name, for records of a type. */
  ask(server: string, name: string, type: string): Promise<Lookup>;
}
