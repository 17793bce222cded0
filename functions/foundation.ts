import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { createAzureClients, type AzureClients } from '../src/adapters/azure';
import { blobPolicySource, createBlobStorage, type BlobAccount } from '../src/adapters/blob';
import { filePolicySource } from '../src/adapters/file';
import { createChannels } from '../src/adapters/notify';
import { createApprovals, createLinks, type Approvals, type Links } from '../src/approvals';
import type { Config } from '../src/config';
import { scaledClock, systemClock, type Clock } from '../src/kernel/clock';
import { seconds } from '../src/kernel/duration';
import type { Log } from '../src/kernel/log';
import { createFieldDecisions, createLedger, type FieldDecisions, type Ledger } from '../src/ledger';
import { createOutbox, inBackground, type Outbox } from '../src/notify';
import type { Documents } from '../src/ports/documents';
import type { LedgerLogs } from '../src/ports/ledger-logs';
import type { PolicySource } from '../src/ports/policy-source';
import { createPolicyStore, type PolicyStore } from '../src/rules';
import { catalogue } from '../src/runbooks';
import { createConsoleLog } from '../src/telemetry';

/** What tests put in the place of the machine's own. */
export interface Given {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Where the built console is. */
  readonly consoleFolder?: string;
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
  /** The policy, read again when it is older than {@link documentMaxAge}. */
  readonly policies: PolicyStore;
  /** Tells people: kept at once, sent later. */
  readonly notifications: Outbox;
  /** What people are asked, and their answers; see docs/approvals.md. */
  readonly approvals: Approvals;
  /** Addresses of pages on which a person can answer. */
  readonly links: Links;
}

/** How old the policy, or another document that people write, may be before its source is asked again. */
export const documentMaxAge = seconds(30);

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
  const documentAt = (location: string): PolicySource =>
    /^https:\/\//.test(location) ? blobPolicySource(location, credential) : filePolicySource(location);
  const policies = createPolicyStore({
    source: documentAt(config.policyLocation),
    catalogue,
    log,
    clock,
    maxAge: documentMaxAge,
  });
  const { channels, linkKeys, publicUrl } = config.notifications;
  const links = createLinks({ keys: linkKeys, publicUrl, clock });
  const notifications = createOutbox({
    documents,
    settings: async () => (channels.size === 0 ? undefined : (await policies.current()).policy.notifications),
    channels: createChannels(channels),
    linkOf: (page) => links.to(page),
    clock,
    log,
    soon: inBackground(log),
  });
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
    documentAt,
    policies,
    notifications,
    approvals: createApprovals({ documents, ledger, notifications, clock, log }),
    links,
  };
}

function identity(clientId: string | undefined): TokenCredential {
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
