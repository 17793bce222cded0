import type { Documents } from '../../ports/documents';
import type { LedgerLogs } from '../../ports/ledger-logs';
import { BlobContainer, type BlobAccount, type Patience } from './blob-container';
import { BlobDocuments } from './blob-documents';
import { BlobLedgerLogs } from './blob-ledger-logs';

export type { BlobAccount, Patience } from './blob-container';
export { blobPolicySource } from './blob-policy-source';

/** The ports over one container of Azure Blob Storage. */
export interface BlobStorage {
  readonly documents: Documents;
  readonly ledgerLogs: LedgerLogs;
  /** Makes sure that the container is there. The first operation does it too; calling it at start finds a bad account early. */
  ensure(): Promise<void>;
}

/**
 * Documents and ledger logs in a container. Connects when first used. An operation is tried twice, 5 s each unless told
 * otherwise; what fails then is a `TransientError`.
 *
 * @throws InvalidInputError for a name that no container can have, Error from the SDK for a connection string or URL that cannot be read.
 */
export function createBlobStorage(options: {
  readonly account: BlobAccount;
  readonly container: string;
  readonly patience?: Patience;
}): BlobStorage {
  const container = new BlobContainer(options.account, options.container, options.patience);
  return {
    documents: new BlobDocuments(container),
    ledgerLogs: new BlobLedgerLogs(container),
    ensure: () => container.ensure(),
  };
}
