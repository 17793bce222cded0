import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobStorage } from '../../src/adapters/blob';
import { backupCycleName, createCatalogue, type Catalogue, type ItemDocument } from '../../src/backup';
import type { ResourceId } from '../../src/kernel/resource-id';
import type { Documents } from '../../src/ports/documents';
import { backupPolicy } from './policy-text';
import { startLocalApp, testPolicy, type AppHost, type LocalApp } from '../support/local-app';

export const subscriptionId = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
export const vault = `/subscriptions/${subscriptionId}/resourcegroups/rg-platform-backup-weu-001`;

export function machine(environment: 'dev' | 'prod', number: number): ResourceId {
  return (`/subscriptions/${subscriptionId}/resourcegroups/rg-web-${environment}-weu-001/providers/microsoft.compute/` +
    `virtualmachines/vm-web-${environment}-weu-0${number}`) as ResourceId;
}

/** The platform with a backup policy beside the policy of actions. */
export interface BackupPlatform {
  readonly local: LocalApp;
  readonly policyFile: string;
  /** Runs one cycle, or any other orchestration of backups, to its end; gives its output. */
  run(app: AppHost, orchestrator?: string, more?: Record<string, unknown>): Promise<unknown>;
  documents(state: string): Documents;
  catalogue(state: string): Catalogue;
  item(state: string, item: ResourceId): Promise<ItemDocument>;
  setPolicy(text: string): void;
  stop(): Promise<void>;
}

let runs = 0;

export async function startBackupPlatform(): Promise<BackupPlatform> {
  const local = await startLocalApp();
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-backup-'));
  const policyFile = join(directory, 'caretaker.yaml');
  writeFileSync(policyFile, testPolicy);
  const setPolicy = (text: string): void => writeFileSync(join(directory, 'backup.yaml'), text);
  setPolicy(backupPolicy);
  const documents = (state: string): Documents =>
    createBlobStorage({
      account: { connectionString: local.blobs.connectionString },
      container: `s-${state}`,
    }).documents;
  return {
    local,
    policyFile,
    setPolicy,
    documents,
    catalogue: (state) => createCatalogue(documents(state)),
    async item(state, item) {
      const found = await createCatalogue(documents(state)).item(item);
      if (found === undefined) {
        throw new Error(`the catalogue has no ${item}`);
      }
      return found;
    },
    async run(app, orchestrator = backupCycleName, more = {}) {
      runs += 1;
      const cycle = `test-${runs}`;
      const input = { cycle, subscriptionId, ...more };
      const id = await app.host.startOrchestration(orchestrator, { instanceId: cycle, input });
      await app.host.runToQuiescence();
      const ended = app.host.instance(id);
      if (ended?.runtimeStatus !== 'Completed') {
        throw new Error(`${orchestrator} is ${ended?.runtimeStatus}: ${JSON.stringify(ended?.output)}`);
      }
      return ended.output;
    },
    async stop() {
      await local.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
