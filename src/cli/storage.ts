import { DefaultAzureCredential } from '@azure/identity';
import { createBlobStorage } from '../adapters/blob';
import { readConfig } from '../config';
import { systemClock } from '../kernel/clock';
import { createDecisionRecords, createIncidentDocuments, createLedger, createRunDocuments } from '../ledger';

/**
 * The storage that the function app's environment variables point to (CARETAKER_BLOB_URL or CARETAKER_BLOB_CONNECTION_STRING), for
 * reading. Touches the network only when something is read.
 */
export function openStorage(environment: string) {
  // Only the storage matters to a reader; the rest of the app's settings may be missing.
  const { storage } = readConfig({
    CARETAKER_ENVIRONMENT: environment,
    CARETAKER_POLICY_URL: '-',
    CARETAKER_SUBSCRIPTION_IDS: '00000000-0000-0000-0000-000000000000',
    ...process.env,
  });
  const account =
    storage.kind === 'identity'
      ? { url: storage.url, credential: new DefaultAzureCredential() }
      : { connectionString: storage.connectionString };
  const { ledgerLogs: logs } = createBlobStorage({ account, container: storage.ledgerContainer });
  const { documents } = createBlobStorage({ account, container: storage.stateContainer });
  return {
    logs,
    documents,
    ledger: createLedger({ logs, documents, clock: systemClock, environment }),
    decisions: createDecisionRecords({ documents, clock: systemClock }),
    runs: createRunDocuments({ documents }),
    incidents: createIncidentDocuments({ documents }),
  };
}
