import type { InvocationContext } from '@azure/functions';
import { app, getClient, input, type DurableClient, type EntityContext } from 'durable-functions';
import { createAzureClients, createAzureDiskRemoval, createAzureDisks } from '../src/adapters/azure';
import { durableEngine } from '../src/adapters/durable';
import {
  backupActivities,
  backupBatchName,
  backupBatchOrchestrator,
  backupCopiesName,
  backupCopiesOrchestrator,
  backupCycleName,
  backupCycleOrchestrator,
  backupPolicyLocation,
  backupPruningName,
  backupPruningOrchestrator,
  backupReconcileName,
  backupReconcileOrchestrator,
  backupSectionName,
  backupSectionOrchestrator,
  backupSettlingName,
  backupSettlingOrchestrator,
  catalogueContract,
  copyContract,
  createBackupPolicies,
  createCatalogue,
  finishContract,
  paceEntityName,
  paceStateSchema,
  planContract,
  pruneContract,
  reconcileContract,
  settleContract,
  shareRequestSchema,
  surveyContract,
  takeContract,
  takeFrom,
  takeShare,
  type BackupPolicies,
  type BackupPorts,
  type Catalogue,
  type PaceState,
  type Stops,
} from '../src/backup';
import { everywhere, switchProblem } from '../src/guard';
import type { Clock } from '../src/kernel/clock';
import { compileGlob, environmentOf } from '../src/rules';
import { documentMaxAge, type Foundation } from './foundation';

/** What drills, restores and the operator API take from backups. */
export interface BackupParts {
  readonly catalogue: Catalogue;
  readonly policies: BackupPolicies;
  readonly points: BackupPorts['points'];
}

/** An instance that has not ended by then was left behind by a crash of the engine; another may start beside it. */
const longestCycleMillis = 6 * 3_600_000;

/** Registers backups: the schedule, the orchestrations with their activities, and the pace at which ARM is asked. */
export function registerBackup(foundation: Foundation): BackupParts {
  const { config, clock, log, documents, ledger, clients, prunerCredential } = foundation;
  const policies = createBackupPolicies({
    source: foundation.documentAt(backupPolicyLocation(config.policyLocation)),
    clock,
    log,
    maxAge: documentMaxAge,
  });
  const catalogue = createCatalogue(documents);
  const points = createAzureDisks({ clients });
  const removers = createAzureClients({ credential: prunerCredential, endpoint: config.azure.armEndpoint });
  const activities = backupActivities({
    points,
    removal: createAzureDiskRemoval({ clients: removers }),
    catalogue,
    documents,
    ledger,
    policy: () => policies.current(),
    glob: compileGlob,
    clock,
    log,
  });

  app.orchestration(backupCycleName, backupCycleOrchestrator);
  app.orchestration(backupSectionName, backupSectionOrchestrator);
  app.orchestration(backupBatchName, backupBatchOrchestrator);
  app.orchestration(backupSettlingName, backupSettlingOrchestrator);
  app.orchestration(backupCopiesName, backupCopiesOrchestrator);
  app.orchestration(backupPruningName, backupPruningOrchestrator);
  app.orchestration(backupReconcileName, backupReconcileOrchestrator);
  registerPace(clock);

  const stopsFor = (context: InvocationContext): Stops => stops(foundation, getClient(context));
  app.activity(surveyContract.name, { handler: activities.survey });
  app.activity(planContract.name, { handler: activities.plan });
  app.activity(settleContract.name, { handler: activities.settle });
  app.activity(catalogueContract.name, { handler: activities.catalogue });
  app.activity(finishContract.name, { handler: activities.finish });
  app.activity(reconcileContract.name, { handler: activities.reconcile });
  const acting = { extraInputs: [input.durableClient()] };
  app.activity(takeContract.name, {
    ...acting,
    handler: (raw: unknown, context: InvocationContext) => activities.take(stopsFor(context))(raw),
  });
  app.activity(copyContract.name, {
    ...acting,
    handler: (raw: unknown, context: InvocationContext) => activities.copy(stopsFor(context))(raw),
  });
  app.activity(pruneContract.name, {
    ...acting,
    handler: (raw: unknown, context: InvocationContext) => activities.prune(stopsFor(context))(raw),
  });

  registerSchedule(foundation);
  return { catalogue, policies, points };
}

/** The entity that keeps step with ARM's buckets. */
function registerPace(clock: Clock): void {
  app.entity<PaceState | null>(paceEntityName, (context: EntityContext<PaceState | null>) => {
    const { df } = context;
    if (df.operationName !== takeShare) {
      throw new RangeError(`the pace has no operation "${df.operationName ?? ''}"; it has ${takeShare}`);
    }
    const stored = paceStateSchema.nullish().parse(df.getState()) ?? undefined;
    const { state, from } = takeFrom(stored, shareRequestSchema.parse(df.getInput()), clock.now());
    df.setState(state);
    df.return(from);
  });
}

/**
 * Backups change nothing of a machine, so they need no lease of it; kill switches hold for them as for everything: that of the
 * environment a resource lies in, and the one above all.
 */
function stops({ policies }: Foundation, client: DurableClient): Stops {
  const engine = durableEngine(client);
  return async (items) => {
    const policy = await policies.current();
    const environments = new Map(items.map((item) => [item, environmentOf(policy, item)]));
    const names = [...new Set([everywhere, ...environments.values()])].filter((name) => name !== undefined);
    const reasons = new Map(
      await Promise.all(names.map(async (name) => [name, switchProblem(await engine.guard(name))] as const)),
    );
    return new Map(
      items.flatMap((item) => {
        const reason = reasons.get(everywhere) ?? reasons.get(environments.get(item) ?? everywhere);
        return reason === undefined ? [] : [[item, reason] as const];
      }),
    );
  };
}

/** Looks every five minutes what is due; once a day the catalogue is held against the cloud. */
function registerSchedule({ config, clock }: Foundation): void {
  const start = async (client: DurableClient, orchestrator: string, prefix: string): Promise<void> => {
    const engine = durableEngine(client);
    const running = await engine.running(orchestrator);
    for (const subscriptionId of config.subscriptions) {
      const id = `${prefix}-${subscriptionId.slice(0, 8)}-`;
      const busy = running.some(
        ({ instanceId, createdTime }) =>
          instanceId.startsWith(id) && clock.now() - Date.parse(createdTime) < longestCycleMillis,
      );
      if (busy) {
        continue;
      }
      // Two ticks of one minute mean one instance, whichever host gave them.
      const instance = `${id}${Math.floor(clock.now() / 60_000)}`;
      await engine.start(orchestrator, instance, { cycle: instance, subscriptionId });
    }
  };
  app.client.timer('backup-look', {
    // Not at the full minute, when everything else looks.
    schedule: '40 */5 * * * *',
    handler: async (_timer, client) => {
      await start(client, backupCycleName, 'backup');
      await start(client, backupCopiesName, 'backup-copies');
      await start(client, backupPruningName, 'backup-pruning');
    },
  });
  app.client.timer('backup-reconcile-daily', {
    schedule: '50 17 3 * * *',
    handler: (_timer, client) => start(client, backupReconcileName, 'backup-reconcile'),
  });
}
