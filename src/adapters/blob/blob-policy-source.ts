import { BlobClient } from '@azure/storage-blob';
import type { TokenCredential } from '@azure/identity';
import { PermanentError } from '../../kernel/errors';
import type { PolicySource } from '../../ports/policy-source';
import { bodyOf } from './blob-container';
import { classify, failureOf } from './classify';

/** Time for one read of the policy. A door that needs a newer one waits for it, so it is short. Milliseconds. */
const readMillis = 5_000;

/** A policy document in a blob. Its version is the blob's ETag, so an unchanged document costs one small request. */
export function blobPolicySource(url: string, credential: TokenCredential): PolicySource {
  const blob = new BlobClient(url, credential, { retryOptions: { maxTries: 2, tryTimeoutInMs: readMillis } });
  return {
    async read(etag) {
      const abortSignal = AbortSignal.timeout(readMillis * 2);
      try {
        const answer = await blob.download(0, undefined, {
          abortSignal,
          ...(etag === undefined ? {} : { conditions: { ifNoneMatch: etag } }),
        });
        const text = (await bodyOf(answer.readableStreamBody, abortSignal)).toString('utf8');
        return { kind: 'document', text, etag: answer.etag ?? '' };
      } catch (error) {
        const { status } = failureOf(error);
        if (status === 304 && etag !== undefined) {
          return { kind: 'same' };
        }
        if (status === 404) {
          throw new PermanentError('PolicyMissing', `there is no policy document at ${url}; upload one`, {
            cause: error,
          });
        }
        throw classify(error, 'read policy');
      }
    },
  };
}
