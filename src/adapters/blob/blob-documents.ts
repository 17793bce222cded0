import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { Json } from '../../kernel/canonical-json';
import { InvariantError, PermanentError } from '../../kernel/errors';
import type { DocumentPage, Documents, StoredDocument } from '../../ports/documents';
import { answered, bodyOf, checkedPath, type BlobContainer, type Try } from './blob-container';

/** Largest document, in bytes of its JSON. */
const documentLimit = 4 * 1024 * 1024;

/**
 * Documents as block blobs. Each write carries an id of its own as metadata: when a write that got no answer is tried again and
 * finds the blob changed, the id tells whether it was changed by the very same write.
 */
export class BlobDocuments implements Documents {
  constructor(private readonly container: BlobContainer) {}

  async get(path: string): Promise<StoredDocument | undefined> {
    const blob = this.blob(path);
    return this.container.run('read document', async ({ abortSignal }) => {
      try {
        const answer = await blob.download(0, undefined, { abortSignal });
        const body = await bodyOf(answer.readableStreamBody, abortSignal);
        return { value: parse(body.toString('utf8'), path), etag: answer.etag as string };
      } catch (error) {
        if (answered(error, 'BlobNotFound')) {
          return undefined;
        }
        throw error;
      }
    });
  }

  async create(path: string, value: Json): Promise<{ kind: 'created'; etag: string } | { kind: 'exists' }> {
    const write = this.write(path, value, { ifNoneMatch: '*' });
    return this.container.run('create document', async (one) => {
      const etag = await write(one);
      return etag === undefined ? { kind: 'exists' } : { kind: 'created', etag };
    });
  }

  async replace(
    path: string,
    value: Json,
    etag: string,
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'conflict' }> {
    const write = this.write(path, value, { ifMatch: etag });
    return this.container.run('replace document', async (one) => {
      const written = await write(one);
      return written === undefined ? { kind: 'conflict' } : { kind: 'replaced', etag: written };
    });
  }

  async remove(path: string): Promise<'removed' | 'absent'> {
    const blob = this.blob(path);
    return this.container.run('remove document', async ({ abortSignal, again }) => {
      try {
        await blob.delete({ abortSignal });
        return 'removed';
      } catch (error) {
        if (answered(error, 'BlobNotFound')) {
          return again ? 'removed' : 'absent';
        }
        throw error;
      }
    });
  }

  async list(
    prefix: string,
    options: { readonly cursor?: string; readonly limit?: number } = {},
  ): Promise<DocumentPage> {
    const maxPageSize = Math.max(1, Math.min(options.limit ?? 1000, 5000));
    return this.container.run('list documents', async ({ abortSignal }) => {
      const pages = this.container.client
        .listBlobsFlat({ prefix, abortSignal })
        .byPage({ maxPageSize, ...(options.cursor === undefined ? {} : { continuationToken: options.cursor }) });
      const page = await pages.next();
      if (page.done === true) {
        return { paths: [] };
      }
      const paths = page.value.segment.blobItems.map((item) => item.name);
      const cursor = page.value.continuationToken;
      return cursor === undefined || cursor === '' ? { paths } : { paths, cursor };
    });
  }

  private blob(path: string): BlockBlobClient {
    return this.container.client.getBlockBlobClient(checkedPath(path));
  }

  /** One conditional write, for any number of tries. Gives the new etag, or `undefined` when the condition did not hold. */
  private write(
    path: string,
    value: Json,
    conditions: { readonly ifNoneMatch?: string; readonly ifMatch?: string },
  ): (one: Try) => Promise<string | undefined> {
    const blob = this.blob(path);
    const body = Buffer.from(JSON.stringify(value), 'utf8');
    if (body.length > documentLimit) {
      throw new InvariantError(`a document of ${body.length} bytes at ${path}; the limit is ${documentLimit}`);
    }
    const writeId = randomUUID();
    return async ({ abortSignal, again }) => {
      try {
        const answer = await blob.upload(body, body.length, {
          abortSignal,
          conditions,
          metadata: { writeid: writeId },
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
        return answer.etag;
      } catch (error) {
        if (!answered(error, 'BlobAlreadyExists', 'ConditionNotMet', 'BlobNotFound')) {
          throw error;
        }
        return again ? writtenBy(blob, writeId, abortSignal) : undefined;
      }
    };
  }
}

/** The etag of the blob when its present version was written by this write. */
async function writtenBy(
  blob: BlockBlobClient,
  writeId: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { metadata, etag } = await blob.getProperties({ abortSignal });
    return metadata?.['writeid'] === writeId ? etag : undefined;
  } catch (error) {
    if (answered(error, 'BlobNotFound')) {
      return undefined;
    }
    throw error;
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PermanentError('DocumentUnreadable', `the document ${path} is not JSON`, {
      details: { path },
      cause: error,
    });
  }
}
