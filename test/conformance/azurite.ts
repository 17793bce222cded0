import { spawn, type ChildProcess } from 'node:child_process';

// The emulator's published key.
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azurite on free ports, in memory, in a process of its own. */
export class AzuriteProcess {
  #child: ChildProcess | undefined;
  connectionString = '';

  async start(): Promise<void> {
    const script = require.resolve('azurite/dist/src/azurite.js');
    const ports = ['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'];
    const args = [script, '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', ...ports];
    const child = spawn(process.execPath, args);
    this.#child = child;
    let text = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        text += chunk.toString();
        const blob = /Blob service successfully listens on (\S+)|Blob service is successfully listening at (\S+)/i.exec(
          text,
        );
        const queue =
          /Queue service successfully listens on (\S+)|Queue service is successfully listening at (\S+)/i.exec(text);
        const [blobUrl, queueUrl] = [blob?.[1] ?? blob?.[2], queue?.[1] ?? queue?.[2]];
        if (!blobUrl || !queueUrl) return;
        const account = 'devstoreaccount1';
        this.connectionString =
          `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${KEY};` +
          `BlobEndpoint=${blobUrl}/${account};QueueEndpoint=${queueUrl}/${account};`;
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`Azurite ended with ${String(code)}:\n${text}`)));
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }
}
