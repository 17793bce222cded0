import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, startHost, type HostOptions, type RunningHost } from '../../../src/local/host';
import { createSeededRandom } from '../../../src/local/host/random';
import { functionsCore } from '../../support/functions-core';

/** A start time for virtual clocks: a Monday, 2026-03-02T08:00:00Z. */
export const START = Date.parse('2026-03-02T08:00:00Z');

/** Starts hosts on state files of their own and takes everything away again. */
export class HostBench {
  readonly #folders: string[] = [];
  readonly #hosts: RunningHost[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'local-host-'));
    this.#folders.push(folder);
    return folder;
  }

  /** A host in virtual time over what this test file registered. */
  async start(options: Partial<HostOptions> = {}): Promise<RunningHost> {
    const host = await startHost({
      app: { core: functionsCore },
      stateFile: join(this.folder(), 'state.db'),
      clock: createVirtualClock(START),
      random: createSeededRandom(7),
      schedules: false,
      ...options,
    });
    this.#hosts.push(host);
    return host;
  }

  async close(): Promise<void> {
    for (const host of this.#hosts.splice(0)) await host.stop();
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}
