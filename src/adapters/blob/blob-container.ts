import { setTimeout as delay } from 'node:timers/promises';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { TokenCredential } from '@azure/identity';
import { InvalidInputError, InvariantError, TransientError } from '../../kernel/errors';
import { classify, failureOf } from './classify';

/** Where the storage is, and how to get in. */
export type BlobAccount =
  | { readonly connectionString: string }
  /** `https://<account>.blob.core.windows.net` */
  | { readonly url: string; readonly credential: TokenCredential };

/** How long an operation may take. A door answers within 30 s, and may need two operations one after the other. */
export interface Patience {
  readonly tries: number;
  readonly tryMillis: number;
  readonly pauseMillis: number;
}
const defaultPatience: Patience = { tries: 2, tryMillis: 5_000, pauseMillis: 250 };

/** What one try is told. */
export interface Try {
  /** Aborts when the try has taken too long; goes to every call of the SDK. */
  readonly abortSignal: AbortSignal;
  /** An earlier try of the same operation got no clear answer: what is found now may be its work. */
  readonly again: boolean;
}

/** A container, its creation on first use, and the one place where operations are tried again. */
export class BlobContainer {
  readonly client: ContainerClient;
  private ensuring: Promise<void> | undefined;

  constructor(
    account: BlobAccount,
    container: string,
    private readonly limits: Patience = defaultPatience,
  ) {
    if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(container)) {
      throw new InvalidInputError('ContainerNameInvalid', `${JSON.stringify(container)} cannot be a container's name`, [
        { path: 'container', message: 'use 3 to 63 small letters, digits and single hyphens between them' },
      ]);
    }
    // The SDK's own retries cannot tell us whether an earlier try may have taken effect, so that they are switched off.
    const options = { retryOptions: { maxTries: 1 } };
    const service =
      'connectionString' in account
        ? BlobServiceClient.fromConnectionString(account.connectionString, options)
        : new BlobServiceClient(account.url, account.credential, options);
    this.client = service.getContainerClient(container);
  }

  /** Makes sure that the container is there. Asked once; after a failure, again. */
  ensure(): Promise<void> {
    this.ensuring ??= this.attempt('ensure container', async ({ abortSignal }) => {
      // Looked for first: an identity that may write blobs need not be allowed to create containers.
      if (!(await this.client.exists({ abortSignal }))) {
        await this.client.createIfNotExists({ abortSignal });
      }
    }).catch((error: unknown) => {
      this.ensuring = undefined;
      throw error;
    });
    return this.ensuring;
  }

  /** Carries out an operation in the container, which is created before the first one. */
  async run<Result>(operation: string, work: (one: Try) => Promise<Result>): Promise<Result> {
    await this.ensure();
    return this.attempt(operation, work);
  }

  private async attempt<Result>(operation: string, work: (one: Try) => Promise<Result>): Promise<Result> {
    const { tries, tryMillis, pauseMillis } = this.limits;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work({ abortSignal: AbortSignal.timeout(tryMillis), again: attempt > 1 });
      } catch (thrown) {
        const error = classify(thrown, operation);
        const wait = error instanceof TransientError ? (error.retryAfterSeconds ?? 0) * 1000 : Number.POSITIVE_INFINITY;
        if (attempt >= tries || wait > tryMillis / 2) {
          throw error;
        }
        await delay(Math.max(wait, pauseMillis));
      }
    }
  }
}

const pathPattern = /^(?!.*\.(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/** @throws InvariantError for a path that the ports do not permit. */
export function checkedPath(path: string): string {
  if (path.length > 900 || !pathPattern.test(path)) {
    throw new InvariantError(`not a path for the storage: ${JSON.stringify(path.slice(0, 200))}`);
  }
  return path;
}

/** Whether the storage answered with one of these codes. */
export function answered(error: unknown, ...codes: readonly string[]): boolean {
  const { status, code } = failureOf(error);
  return status !== undefined && code !== undefined && codes.includes(code);
}

/** Collects a downloaded body. */
export async function bodyOf(stream: NodeJS.ReadableStream | undefined, abortSignal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) {
    abortSignal.throwIfAborted();
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return Buffer.concat(chunks);
}
