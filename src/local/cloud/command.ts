import { Readable } from 'node:stream';
import { AzuriteOptions, RunningAzurite, startAzurite } from './azurite';
import { CloudOptions, RunningCloud } from './model';
import { startCloud } from './start';

export interface CloudCommandOptions extends CloudOptions {
  /** Blob storage beside the cloud. Absent: none. */
  azurite?: AzuriteOptions;
  /** Default: standard input. The cloud stops when it ends. */
  input?: Readable;
  /** Default: standard output. */
  write?: (line: string) => void;
}

/** The line that is printed when everything answers. */
export interface CloudReady {
  armEndpoint: string;
  identityEndpoint: string;
  controlEndpoint: string;
  issuer: string;
  tenantId: string;
  caFile: string;
  /** For a child process with Caretaker's identity. */
  environment: Record<string, string>;
  blob?: { connectionString: string; url: string; pid: number };
}

/**
 * Runs the local cloud as a process of its own: prints one JSON line (`CloudReady`) when ready, and resolves when it has
 * stopped, which SIGTERM, SIGINT or the end of standard input makes it do. The end of standard input means that whoever
 * started it has died, so nothing is left behind.
 */
export async function runCloud(options: CloudCommandOptions): Promise<void> {
  const input = options.input ?? process.stdin;
  let stop: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
  });
  process.on('SIGTERM', stop).on('SIGINT', stop);
  input.once('end', stop).once('close', stop).once('error', stop).resume();
  let cloud: RunningCloud | undefined;
  let azurite: RunningAzurite | undefined;
  try {
    cloud = await startCloud(options);
    azurite = options.azurite === undefined ? undefined : await startAzurite(options.azurite);
    const ready: CloudReady = {
      armEndpoint: cloud.armEndpoint,
      identityEndpoint: cloud.identityEndpoint,
      controlEndpoint: cloud.controlEndpoint,
      issuer: cloud.issuer,
      tenantId: cloud.tenantId,
      caFile: cloud.caFile,
      environment: cloud.environment(),
      ...(azurite === undefined
        ? {}
        : { blob: { connectionString: azurite.connectionString, url: azurite.url, pid: azurite.pid } }),
    };
    const write = options.write ?? ((line: string) => void process.stdout.write(line));
    write(`${JSON.stringify(ready)}\n`);
    await ended;
  } finally {
    await Promise.all([cloud?.stop(), azurite?.stop()]);
    process.off('SIGTERM', stop).off('SIGINT', stop);
    input.off('end', stop).off('close', stop).off('error', stop).pause();
  }
}
