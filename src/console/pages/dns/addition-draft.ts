/** A record as it is typed. */
export interface DraftRecord {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  /** MX alone. */
  readonly priority: string;
  /** Seconds; empty leaves it to Cloudflare. */
  readonly ttl: string;
}

/** Types that a form is for; the rarer ones are put by the command line. */
export const additionTypes = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'NS'] as const;

export const blankRecord: DraftRecord = { name: '', type: 'CNAME', content: '', priority: '10', ttl: '' };

/** A typed record as the API takes it. */
export function writtenOf({ name, type, content, priority, ttl }: DraftRecord): Readonly<Record<string, unknown>> {
  return {
    ...{ name: name.trim(), type, content: content.trim() },
    ...(type === 'MX' ? { priority: Number(priority) } : {}),
    ...(ttl.trim() === '' ? {} : { ttl: Number(ttl) }),
  };
}

const said = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);

/** A written record in one line: `www CNAME lb.example.net, ttl 60`. */
export function recordText(record: Readonly<Record<string, unknown>>): string {
  const { name, type, content, contents, ttl, proxied, ...rest } = record;
  const parts = [
    ...(rest['priority'] === undefined ? [] : [said(rest['priority'])]),
    ...(content === undefined ? [] : [said(content)]),
    ...(Array.isArray(contents) ? [contents.join(', ')] : []),
    ...['weight', 'port', 'target', 'flags', 'tag', 'value'].flatMap((field) =>
      rest[field] === undefined ? [] : [said(rest[field])],
    ),
  ].join(' ');
  const more = [
    ...(ttl === undefined || ttl === 'auto' ? [] : [`ttl ${said(ttl)}`]),
    ...(proxied === true ? ['proxied'] : []),
  ];
  return [`${said(name)} ${said(type)} ${parts}`, ...more].join(', ');
}
