import type { Json } from '../../src/kernel/canonical-json';
import { InvariantError } from '../../src/kernel/errors';
import type { DocumentPage, Documents, StoredDocument } from '../../src/ports/documents';
import type { LedgerLogs, LogText } from '../../src/ports/ledger-logs';

/** The storage ports in memory, for tests. Held to the same contract suites as the real ones. */
export class MemoryStorage {
  readonly stored = new Map<string, { text: string; etag: string }>();
  readonly appended = new Map<string, Buffer>();
  readonly documents: Documents = {
    get: async (path) => this.get(path),
    create: async (path, value) => {
      if (this.stored.has(checked(path))) {
        return { kind: 'exists' };
      }
      return { kind: 'created', etag: this.put(path, value) };
    },
    replace: async (path, value, etag) => {
      if (this.stored.get(checked(path))?.etag !== etag) {
        return { kind: 'conflict' };
      }
      return { kind: 'replaced', etag: this.put(path, value) };
    },
    remove: async (path) => (this.stored.delete(checked(path)) ? 'removed' : 'absent'),
    list: async (prefix, options) => this.page(prefix, options),
  };
  readonly ledgerLogs: LedgerLogs = {
    append: async (path, text, expectedLength) => {
      const before = this.appended.get(checked(path)) ?? Buffer.alloc(0);
      if (text === '') {
        throw new InvariantError('an append of 0 bytes');
      }
      if (before.length !== expectedLength) {
        return { kind: 'conflict' };
      }
      this.appended.set(path, Buffer.concat([before, Buffer.from(text)]));
      return { kind: 'appended', length: (this.appended.get(path) as Buffer).length };
    },
    read: async (path, range) => this.read(path, range),
    list: (prefix) => this.logs(prefix),
  };
  private versions = 0;

  private get(path: string): StoredDocument | undefined {
    const stored = this.stored.get(checked(path));
    return stored === undefined ? undefined : { value: JSON.parse(stored.text) as unknown, etag: stored.etag };
  }

  private put(path: string, value: Json): string {
    this.versions += 1;
    const etag = `"${this.versions}"`;
    this.stored.set(path, { text: JSON.stringify(value), etag });
    return etag;
  }

  private page(prefix: string, options: { readonly cursor?: string; readonly limit?: number } = {}): DocumentPage {
    const { cursor = '', limit = 1000 } = options;
    const rest = [...this.stored.keys()].filter((path) => path.startsWith(prefix) && path > cursor).sort();
    const paths = rest.slice(0, limit);
    return rest.length > limit ? { paths, cursor: paths[paths.length - 1] as string } : { paths };
  }

  private read(
    path: string,
    { from = 0, to }: { readonly from?: number; readonly to?: number } = {},
  ): LogText | undefined {
    const log = this.appended.get(checked(path));
    return log === undefined ? undefined : { text: log.subarray(from, to).toString('utf8'), length: log.length };
  }

  private async *logs(prefix: string): AsyncGenerator<string> {
    yield* [...this.appended.keys()].filter((path) => path.startsWith(prefix)).sort();
  }
}

function checked(path: string): string {
  if (path.length > 900 || path.split('/').some((part) => !/^[A-Za-z0-9._-]*[A-Za-z0-9_-]$/.test(part))) {
    throw new InvariantError(`not a path for the storage: ${path}`);
  }
  return path;
}
