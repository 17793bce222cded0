import { app } from '@azure/functions';
import {
  azureCallMeter,
  createAzureLibrary,
  createAzureMetrics,
  createAzureResourceGroups,
} from '../src/adapters/azure';
import { createEntraTokens } from '../src/adapters/entra';
import type { Config } from '../src/config';
import { systemClock } from '../src/kernel/clock';
import type { Log } from '../src/kernel/log';
import { describeError, InvalidInputError } from '../src/kernel/errors';
import { createInventory } from '../src/inventory';
import {
  createDeadLetters,
  createDecisionRecords,
  createEvidence,
  createIncidentDocuments,
  createRunDocuments,
  verifyLedger,
} from '../src/ledger';
import {
  createRecentChanges,
  createRecentHistory,
  joinHandlers,
  keyAccess,
  tokenAccess,
  type Access,
} from '../src/operator';
import { createCorrelations, createEffectJournal, createIntake, createRecords, runActivities } from '../src/run';
import { catalogue, procedures } from '../src/runbooks';
import { fieldsSetByScaling } from '../src/scaling';
import { registerAlerts } from './alerts';
import { registerApprovals } from './approvals';
import { registerBackup } from './backup';
import { registerConsole } from './console';
import { registerDns } from './dns';
import { registerEvents } from './events';
import { documentMaxAge, layFoundation, type Given } from './foundation';
import { registerOperator } from './operator';
import { registerOrchestrations } from './orchestrations';
import { registerRotation } from './rotation';
import { composeScaling, registerScaling } from './scaling';
import { registerRestores } from './restore';
import { registerSchedules } from './schedules';
import { registerStacks } from './stacks';

/** Makes adapters from the configuration and registers every function. Touches the network only when something runs. */
export function compose(config: Config, given: Given = {}): void {
  const foundation = layFoundation(config, given);
  const { log, clock, clients, documents, ledger, ledgerLogs, policies } = foundation;
  const access = accessOf(config, log);

  const decisions = createDecisionRecords({ documents, clock });
  const deadLetters = createDeadLetters({ documents });
  const runs = createRunDocuments({ documents });
  const incidents = createIncidentDocuments({ documents });
  const records = createRecords({
    documents,
    ledger,
    runs,
    incidents,
    fields: { decisions: foundation.fieldDecisions, setBy: fieldsSetByScaling },
    clock,
    notifications: foundation.notifications,
  });

  const evidence = createEvidence({ documents, clock });
  const hands = procedures(
    createAzureLibrary({ clients, endpoint: config.azure.armEndpoint, documents, evidence, clock }),
  );
  const scaling = composeScaling(foundation, { runs });
  const resources = createAzureResourceGroups({ arm: clients.arm, endpoint: config.azure.armEndpoint });
  const inventory = createInventory({ groups: resources, documents, clock, log });
  const correlations = createCorrelations({ documents, clock });
  const intake = createIntake({
    policies,
    catalogue,
    decisions,
    ledger,
    records,
    documents,
    inventory,
    correlations,
    notifications: foundation.notifications,
    clock,
    log,
  });
  const activities = runActivities({
    procedures: new Map([...hands, ...scaling.procedures]),
    journal: createEffectJournal(documents, clock),
    records,
    closing: intake,
    tags: resources,
    meter: azureCallMeter,
    clock,
  });

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
  const rotation = registerRotation(foundation);
  const restores = registerRestores(foundation, registerBackup(foundation));
  const eventHandlers = joinHandlers([rotation.handlers, restores.handlers]);
  const { subscriptions } = config;
  registerEvents({ handlers: eventHandlers, deadLetters, subscriptions, clock, log }, access, {
    queue: config.eventDelivery === 'queue',
  });
  const stacks = registerStacks(foundation, { intake, deadLetters, manifestMaxAge: documentMaxAge });
  const dns = registerDns(foundation);
  registerApprovals(foundation);
  registerSchedules({ intake, clock });
  registerScaling(scaling);
  registerConsole(foundation, given.consoleFolder);
  const account = { logs: ledgerLogs, documents, environment: config.environment, clock };
  registerOperator({
    access,
    policies,
    decisions,
    runs,
    incidents,
    deadLetters,
    eventHandlers,
    intake,
    subscriptions: config.subscriptions,
    procedures: hands,
    verifyLedger: () => verifyLedger({ logs: ledgerLogs, documents, environment: config.environment }),
    ledger,
    recentChanges: createRecentChanges(account),
    recentHistory: createRecentHistory(account),
    documents,
    tags: resources,
    inventory,
    evidence,
    metrics: createAzureMetrics({ clients }),
    approvals: foundation.approvals,
    outbox: foundation.notifications,
    scaling: scaling.desk,
    backup: restores.desk,
    dns,
    rotation: rotation.desk,
    stacks,
    deployment: { environment: config.environment, clockSpeed: config.localClock?.speed ?? 1 },
    clock,
    log,
  });
}

/** Function keys guard the operator API on the local platform alone: elsewhere nobody could tell who gave an order. */
function accessOf({ api, storage }: Config, log: Log): Access {
  if (api.tokens !== undefined) {
    const { tenantId, audiences, issuer, appService } = api.tokens;
    const tokens = createEntraTokens({ tenantId, audiences, ...(issuer === undefined ? {} : { issuer }) });
    return tokenAccess({
      tokens,
      log,
      ...(appService ? { appService: { tenantId, audiences, clock: systemClock } } : {}),
    });
  }
  if (storage.kind === 'identity') {
    const message = "is missing; set it to the application's client id and identifier URI, separated by a comma";
    const path = 'CARETAKER_API_AUDIENCE';
    throw new InvalidInputError('BadConfiguration', `${path} ${message}`, [{ path, message }]);
  }
  return keyAccess();
}
