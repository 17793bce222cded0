import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transformFileSync } from '@swc/core';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../../../src/local/cloud';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'azurite-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('takes blobs, keeps them over a restart, and leaves no process', async () => {
  const first = await startAzurite({ directory });
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
  const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient('ledger');
  await container.create();
  await container.getBlockBlobClient('one').upload('written', 7);
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await startAzurite({ directory });
  const again = BlobServiceClient.fromConnectionString(second.connectionString).getContainerClient('ledger');
  expect((await again.getBlockBlobClient('one').downloadToBuffer()).toString()).toBe('written');
  await second.stop();
  await second.stop();
  expect(isAlive(second.pid)).toBe(false);
});

it('says why when its port is taken', async () => {
  const first = await startAzurite({ directory });
  const port = Number(new URL(first.url).port);
  await expect(startAzurite({ directory: join(directory, 'second'), port })).rejects.toThrow(
    /Azurite .*(EADDRINUSE|ended)/,
  );
  await first.stop();
});

it('ends when the process that started it is killed', async () => {
  const source = join(__dirname, '../../../src/local/cloud/azurite.ts');
  const { code } = transformFileSync(source, {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const script = `${code}; startAzurite({ directory: process.argv[1] }).then((a) => console.log(a.pid));setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', script, directory], {
    cwd: join(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await gone(pid);
  expect(existsSync(directory)).toBe(true);
});

/** Waits until the process has ended; the test's own time limit is the limit. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
