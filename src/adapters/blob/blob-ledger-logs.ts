import type { AppendBlobClient } from '@azure/storage-blob';
import { InvariantError } from '../../kernel/errors';
import type { LedgerLogs, LogText } from '../../ports/ledger-logs';
import { answered, bodyOf, checkedPath, type BlobContainer } from './blob-container';

/** Largest block that every version of the service takes. */
const appendLimit = 4 * 1024 * 1024;

/** Logs as append blobs: a block is appended whole or not at all, and only where the writer believes the end to be. */
export class BlobLedgerLogs implements LedgerLogs {
  constructor(private readonly container: BlobContainer) {}

  async append(
    path: string,
    text: string,
    expectedLength: number,
  ): Promise<{ kind: 'appended'; length: number } | { kind: 'conflict' }> {
    const blob = this.blob(path);
    const body = Buffer.from(text, 'utf8');
    if (body.length === 0 || body.length > appendLimit) {
      throw new InvariantError(`an append of ${body.length} bytes to ${path}; it takes 1 to ${appendLimit}`);
    }
    return this.container.run('append to log', async ({ abortSignal }) => {
      if (expectedLength === 0) {
        await createWhenAbsent(blob, abortSignal);
      }
      try {
        await blob.appendBlock(body, body.length, { abortSignal, conditions: { appendPosition: expectedLength } });
        return { kind: 'appended', length: expectedLength + body.length };
      } catch (error) {
        if (answered(error, 'AppendPositionConditionNotMet', 'BlobNotFound')) {
          return { kind: 'conflict' };
        }
        throw error;
      }
    });
  }

  async read(path: string, range: { readonly from?: number; readonly to?: number } = {}): Promise<LogText | undefined> {
    const blob = this.blob(path);
    const from = range.from ?? 0;
    const count = range.to === undefined ? undefined : range.to - from;
    return this.container.run('read log', async ({ abortSignal }) => {
      try {
        if (count === undefined || count > 0) {
          const answer = await blob.download(from, count, { abortSignal });
          const body = await bodyOf(answer.readableStreamBody, abortSignal);
          // `bytes 0-41/42`; without a range the length is the body's.
          const total = answer.contentRange?.split('/')[1];
          return { text: body.toString('utf8'), length: total === undefined ? body.length : Number(total) };
        }
      } catch (error) {
        if (answered(error, 'BlobNotFound')) {
          return undefined;
        }
        if (!answered(error, 'InvalidRange')) {
          throw error;
        }
      }
      return lengthOf(blob, abortSignal);
    });
  }

  async *list(prefix: string): AsyncGenerator<string, void, void> {
    let cursor: string | undefined;
    do {
      const page = await this.container.run('list logs', async ({ abortSignal }) => {
        const pages = this.container.client
          .listBlobsFlat({ prefix, abortSignal })
          .byPage(cursor === undefined ? {} : { continuationToken: cursor });
        for await (const first of pages) {
          return first;
        }
        return undefined;
      });
      cursor = page?.continuationToken === '' ? undefined : page?.continuationToken;
      for (const item of page?.segment.blobItems ?? []) {
        yield item.name;
      }
    } while (cursor !== undefined);
  }

  private blob(path: string): AppendBlobClient {
    return this.container.client.getAppendBlobClient(checkedPath(path));
  }
}

/** Two instances may create the same log at the same time; both then find it empty, and one of them appends. */
async function createWhenAbsent(blob: AppendBlobClient, abortSignal: AbortSignal): Promise<void> {
  try {
    await blob.create({
      abortSignal,
      conditions: { ifNoneMatch: '*' },
      blobHTTPHeaders: { blobContentType: 'application/x-ndjson' },
    });
  } catch (error) {
    if (!answered(error, 'BlobAlreadyExists')) {
      throw error;
    }
  }
}

async function lengthOf(blob: AppendBlobClient, abortSignal: AbortSignal): Promise<LogText | undefined> {
  try {
    const { contentLength } = await blob.getProperties({ abortSignal });
    return { text: '', length: contentLength ?? 0 };
  } catch (error) {
    if (answered(error, 'BlobNotFound')) {
      return undefined;
    }
    throw error;
  }
}
