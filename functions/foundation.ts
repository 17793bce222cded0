import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { createAzureClients, type AzureClients } from '../src/adapters/azure';
import { blobPolicySource, createBlobStorage, type BlobAccount } from '../src/adapters/blob';
import { filePolicySource } from '../src/adapters/file';
import { createApprovals, type Approvals } from '../src/approvals';
import type { Config } from '../src/config';
import { scaledClock, systemClock, type Clock } from '../src/kernel/clock';
import type { Log } from '../src/kernel/log';
import { createFieldDecisions, createLedger, type FieldDecisions, type Ledger } from '../src/ledger';
import { logNotifications } from '../src/notify';
import type { Documents } from '../src/ports/documents';
import type { LedgerLogs } from '../src/ports/ledger-logs';
import type { PolicySource } from '../src/ports/policy-source';
import type { Notifications } from '../src/ports/notifications';
import { createConsoleLog } from '../src/telemetry';

/** What tests put in the place of the machine's own. */
export interface Given {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** What every part of the application stands on. Each is made once, so that clients and their connections are shared. */
export interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** The identity that observes and acts. */
  readonly credential: TokenCredential;
  /** The identity that deletes recovery points and does nothing else; the writer's own where none is configured. */
  readonly prunerCredential: TokenCredential;
  readonly clients: AzureClients;
  readonly account: BlobAccount;
  readonly documents: Documents;
  readonly ledgerLogs: LedgerLogs;
  readonly ledger: Ledger;
  /** A document that people write: the URL of a blob, or a file path on the local platform. */
  documentAt(location: string): PolicySource;
  /** Where automation writes down that it set a field which Terraform also knows, so that its drift is told from people's. */
  readonly fieldDecisions: FieldDecisions;
  readonly notifications: Notifications;
  /** What people are asked, and their answers; see docs/approvals.md. */
  readonly approvals: Approvals;
}

/** Makes what every part stands on. Touches the network only when something is used. */
export function layFoundation(config: Config, given: Given): Foundation {
  const log = given.log ?? createConsoleLog(config.logLevel);
  const clock = given.clock ?? (config.localClock === undefined ? systemClock : scaledClock(config.localClock));
  const { writerClientId, prunerClientId, armEndpoint } = config.azure;
  const credential = identity(writerClientId);
  const account: BlobAccount =
    config.storage.kind === 'identity'
      ? { url: config.storage.url, credential }
      : { connectionString: config.storage.connectionString };
  const { documents } = createBlobStorage({ account, container: config.storage.stateContainer });
  // The ledger's segments only grow, so their container can be made immutable; its head document is replaced and is kept with
  // the other documents.
  const { ledgerLogs } = createBlobStorage({ account, container: config.storage.ledgerContainer });
  const ledger = createLedger({ logs: ledgerLogs, documents, clock, environment: config.environment });
  const notifications = logNotifications(log);
  return {
    config,
    clock,
    log,
    credential,
    prunerCredential: prunerClientId === undefined ? credential : identity(prunerClientId),
    clients: createAzureClients({ credential, endpoint: armEndpoint }),
    account,
    documents,
    ledgerLogs,
    ledger,
    fieldDecisions: createFieldDecisions({ documents, ledger }),
    documentAt: (location) =>
      /^https:\/\//.test(location) ? blobPolicySource(location, credential) : filePolicySource(location),
    notifications,
    approvals: createApprovals({ documents, ledger, notifications, clock, log }),
  };
}

function identity(clientId: string | undefined): TokenCredential {
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
