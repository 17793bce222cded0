import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobStorage, type BlobStorage } from '../../src/adapters/blob';
import { startAzurite, type RunningAzurite } from '../../src/local/cloud/azurite';
import { MemoryStorage } from '../support/memory-storage';
import { documentsContract } from './documents-contract';
import { ledgerLogsContract } from './ledger-logs-contract';

let folders = 0;
const freshFolder = (): string => {
  folders += 1;
  return `case-${folders}`;
};

describe('in memory', () => {
  const open = (): MemoryStorage & { readonly folder: string } =>
    Object.assign(new MemoryStorage(), { folder: 'case' });
  describe('documents', () => documentsContract(open));
  describe('ledger logs', () => ledgerLogsContract(open));
});

describe('in Azure Blob Storage (Azurite)', () => {
  let directory: string;
  let azurite: RunningAzurite;
  let storage: BlobStorage;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caretaker-storage-'));
    azurite = await startAzurite({ directory });
    storage = createBlobStorage({ account: { connectionString: azurite.connectionString }, container: 'contract' });
  });
  afterAll(async () => {
    await azurite?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const open = (): BlobStorage & { readonly folder: string } => ({ ...storage, folder: freshFolder() });
  describe('documents', () => documentsContract(open));
  describe('ledger logs', () => ledgerLogsContract(open));
});
