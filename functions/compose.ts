import { app } from '@azure/functions';
import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { createAzureClients, createAzureMachines } from '../src/adapters/azure';
import { blobPolicySource, createBlobStorage } from '../src/adapters/blob';
import { createEntraTokens } from '../src/adapters/entra';
import { filePolicySource } from '../src/adapters/file';
import type { Config } from '../src/config';
import { scaledClock, systemClock, type Clock } from '../src/kernel/clock';
import type { Log } from '../src/kernel/log';
import { seconds } from '../src/kernel/duration';
import { describeError, InvalidInputError } from '../src/kernel/errors';
import {
  createDeadLetters,
  createDecisionRecords,
  createIncidentDocuments,
  createLedger,
  createRunDocuments,
  verifyLedger,
} from '../src/ledger';
import { keyAccess, tokenAccess, type Access } from '../src/operator';
import { createPolicyStore } from '../src/rules';
import { createEffectJournal, createIntake, createRecords, runActivities } from '../src/run';
import { catalogue, procedures } from '../src/runbooks';
import { createConsoleLog } from '../src/telemetry';
import { registerAlerts } from './alerts';
import { registerOperator } from './operator';
import { registerOrchestrations } from './orchestrations';
import { registerSchedules } from './schedules';

/** How old the policy in memory may be before its source is asked again. */
const policyMaxAge = seconds(30);

/** What tests put in the place of the machine's own. */
export interface Given {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Makes adapters from the configuration and registers every function. Touches the network only when something runs. */
export function compose(config: Config, given: Given = {}): void {
  const log = given.log ?? createConsoleLog(config.logLevel);
  const access = accessOf(config, log);
  const clock = given.clock ?? (config.localClock === undefined ? systemClock : scaledClock(config.localClock));
  const { writerClientId, armEndpoint } = config.azure;
  const credential: TokenCredential =
    writerClientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: writerClientId });

  const account =
    config.storage.kind === 'identity'
      ? { url: config.storage.url, credential }
      : { connectionString: config.storage.connectionString };
  const state = createBlobStorage({ account, container: config.storage.stateContainer });
  // The ledger's segments only grow, so their container can be made immutable; its head document is replaced and is kept with
  // the other documents.
  const { ledgerLogs } = createBlobStorage({ account, container: config.storage.ledgerContainer });
  const { documents } = state;

  const ledger = createLedger({
    logs: ledgerLogs,
    documents,
    clock,
    environment: config.environment,
  });
  const decisions = createDecisionRecords({ documents, clock });
  const deadLetters = createDeadLetters({ documents });
  const runs = createRunDocuments({ documents });
  const incidents = createIncidentDocuments({ documents });
  const records = createRecords({ documents, ledger, runs, incidents, clock });

  const source = /^https:\/\//.test(config.policyLocation)
    ? blobPolicySource(config.policyLocation, credential)
    : filePolicySource(config.policyLocation);
  const policies = createPolicyStore({ source, catalogue, log, clock, maxAge: policyMaxAge });

  const machines = createAzureMachines({ clients: createAzureClients({ credential, endpoint: armEndpoint }), clock });
  const hands = procedures({ machines });
  const activities = runActivities({
    procedures: hands,
    journal: createEffectJournal(documents, clock),
    records,
    clock,
  });
  const intake = createIntake({ policies, catalogue, decisions, ledger, records, documents, clock, log });

  app.hook.appStart(async () => {
    try {
      await policies.load();
    } catch (error) {
      // A document that is wrong stops the start, with every problem listed. A source that cannot be reached does not: doors
      // answer 503 until it can.
      if (error instanceof InvalidInputError) {
        const listed = error.problems.map(
          ({ path, message, line, column }) => `  ${line ?? 1}:${column ?? 1} ${path}: ${message}`,
        );
        throw new InvalidInputError(
          error.code,
          [`${config.policyLocation}: ${error.message}`, ...listed].join('\n'),
          error.problems,
        );
      }
      log.warn('the policy cannot be read yet', { error: describeError(error) });
    }
  });

  registerOrchestrations({ activities, clock });
  registerAlerts({ intake, deadLetters, subscriptions: config.subscriptions, clock, log }, access);
  registerSchedules({ intake, clock });
  registerOperator({
    access,
    policies,
    decisions,
    runs,
    incidents,
    deadLetters,
    intake,
    subscriptions: config.subscriptions,
    procedures: hands,
    verifyLedger: () => verifyLedger({ logs: ledgerLogs, documents, environment: config.environment }),
    clock,
    log,
  });
}

/** Function keys guard the operator API on the local platform alone: elsewhere nobody could tell who gave an order. */
function accessOf({ api, storage }: Config, log: Log): Access {
  if (api.tokens !== undefined) {
    const { tenantId, audiences, issuer } = api.tokens;
    const tokens = createEntraTokens({ tenantId, audiences, ...(issuer === undefined ? {} : { issuer }) });
    return tokenAccess({ tokens, log });
  }
  if (storage.kind === 'identity') {
    const message = "is missing; set it to the application's client id and identifier URI, separated by a comma";
    const path = 'CARETAKER_API_AUDIENCE';
    throw new InvalidInputError('BadConfiguration', `${path} ${message}`, [{ path, message }]);
  }
  return keyAccess();
}
