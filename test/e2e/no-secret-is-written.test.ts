import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startLocalApp } from '../support/local-app';

// Every suite over the whole app ends with a search for secrets in all that was written; here it is seen to find one.
it('ends a suite in failure when a secret was written, also compressed and encoded', async () => {
  const local = await startLocalApp();
  const [secret] = await local.cloud.control.secretValues();
  if (secret === undefined) {
    throw new Error('the local cloud has no secret to look for');
  }
  const text = JSON.stringify({ note: Buffer.from(`a key: ${secret}`).toString('base64') });
  writeFileSync(join(local.directory, 'leak.bin'), gzipSync(text));
  await expect(local.stop()).rejects.toThrow(/secrets were written: .*leak\.bin/);
}, 60_000);
