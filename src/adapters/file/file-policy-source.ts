import { readFile } from 'node:fs/promises';
import { TransientError } from '../../kernel/errors';
import { sha256 } from '../../kernel/hash';
import type { PolicySource } from '../../ports/policy-source';

/** A policy document in a file, for the local platform. Its version is the hash of its text. */
export function filePolicySource(path: string): PolicySource {
  return {
    async read(etag) {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        throw new TransientError('PolicyUnreadable', `the policy file ${path} cannot be read`, { cause: error });
      }
      const version = sha256(text);
      return version === etag ? { kind: 'same' } : { kind: 'document', text, etag: version };
    },
  };
}
