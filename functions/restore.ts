import type { InvocationContext } from '@azure/functions';
import { app, getClient, input, type DurableClient } from 'durable-functions';
import { createAzureRestoring } from '../src/adapters/azure';
import { durableEngine } from '../src/adapters/durable';
import {
  createDrillRecords,
  createRestoreRecords,
  drillActivities,
  drillOrchestrator,
  drillOrchestratorName,
  drillsDue,
  findLeftoversContract,
  noteRestoreContract,
  planDrillContract,
  planRestoreContract,
  recordDrillContract,
  recordRestoreContract,
  reportSweepContract,
  restoreActivities,
  restoreOrchestrator,
  restoreOrchestratorName,
  stageActivity,
  stageContract,
  sweepOrchestrator,
  sweepOrchestratorName,
  createBackupDesk,
  createExposures,
  type BackupDesk,
  type Leaves,
  type LimitsFor,
} from '../src/backup';
import { everywhere, fenceProblem, switchProblem } from '../src/guard';
import type { Clock } from '../src/kernel/clock';
import { resourceIdSchema } from '../src/kernel/schemas';
import type { EventHandler } from '../src/operator';
import { compileGlob, environmentOf, limitsOf } from '../src/rules';
import { orderLimits } from '../src/run';
import type { BackupParts } from './backup';
import type { Foundation } from './foundation';

/** What the doors take from drills and restores. */
export interface RestoreParts {
  readonly desk: BackupDesk;
  /** For events of the platform: what has come and is not protected is told at once, and not at the next sweep. */
  readonly handlers: Readonly<Record<string, EventHandler>>;
}

/** Measuring looks at everything there is. Milliseconds. */
const sweepLimit = 240_000;

/** Registers drills and restores: their orchestrations and activities, the schedule of drills, and the sweep for what they left. */
export function registerRestores(foundation: Foundation, backup: BackupParts): RestoreParts {
  const { config, clients, clock, documents, ledger, ledgerLogs, log, notifications, policies } = foundation;
  const { catalogue } = backup;
  const policy = () => backup.policies.current();
  const restoring = createAzureRestoring({ clients });
  const drills = createDrillRecords({ documents, clock });
  const restores = createRestoreRecords({ documents, clock });
  const { subscriptions, environment } = config;

  const limitsFor: LimitsFor = async (where, target) => {
    const rules = await policies.current();
    const { limits, patienceSeconds } = orderLimits(limitsOf(rules, where, { target, at: clock.now() }));
    // A person chose the point and others agreed: another point right after is a decision and no loop.
    return { limits: { ...limits, cooldownSeconds: 0 }, patienceSeconds };
  };
  const restoreHands = restoreActivities({
    catalogue,
    restoring,
    records: restores,
    ledger,
    notifications,
    limitsFor,
    clock,
  });
  const drillHands = drillActivities({
    policy,
    catalogue,
    restoring,
    records: drills,
    ledger,
    notifications,
    clock,
    subscriptions,
    environment,
  });
  const stage = stageActivity(restoring);

  app.orchestration(restoreOrchestratorName, restoreOrchestrator);
  app.orchestration(drillOrchestratorName, drillOrchestrator);
  app.orchestration(sweepOrchestratorName, sweepOrchestrator);
  app.activity(planRestoreContract.name, { handler: restoreHands.plan });
  app.activity(noteRestoreContract.name, { handler: restoreHands.note });
  app.activity(recordRestoreContract.name, { handler: restoreHands.record });
  app.activity(planDrillContract.name, { handler: drillHands.plan });
  app.activity(recordDrillContract.name, { handler: drillHands.record });
  app.activity(findLeftoversContract.name, { handler: drillHands.leftovers });
  app.activity(reportSweepContract.name, { handler: drillHands.swept });
  app.activity(stageContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) => stage(leaves(getClient(context), clock))(raw),
  });

  app.client.timer('drill-look', {
    // Not at the full minute, when everything else looks.
    schedule: '30 */15 * * * *',
    handler: async (_timer, client) => {
      const engine = durableEngine(client);
      await engine.start(sweepOrchestratorName, `drill-sweep-${Math.floor(clock.now() / 900_000)}`, {});
      const [rules, summaries, index, running, guarded] = await Promise.all([
        policy(),
        catalogue.summaries(),
        drills.index(),
        engine.running(drillOrchestratorName),
        policies.current(),
      ]);
      const room = (rules.drills?.atOnce ?? 0) - running.length;
      for (const { drillId, item, pick } of drillsDue(rules, summaries, index, clock.now()).slice(
        0,
        Math.max(0, room),
      )) {
        const askedBy = { id: null, name: 'schedule' };
        const where = environmentOf(guarded, item) ?? environment;
        await engine.start(drillOrchestratorName, drillId, {
          drillId,
          environment: where,
          item,
          pick,
          point: null,
          askedBy,
        });
      }
    },
  });
  const exposures = createExposures({
    policy,
    catalogue,
    drills,
    points: backup.points,
    documents,
    reports: ledgerLogs,
    notifications,
    glob: compileGlob,
    clock,
    log,
    subscriptions,
    environment,
    environmentOf: async (item) => environmentOf(await policies.current(), item) ?? environment,
  });
  app.client.timer('backup-exposure', {
    schedule: '10 */15 * * * *',
    handler: async () => {
      await exposures.sweep(AbortSignal.timeout(sweepLimit));
    },
  });
  app.client.timer('backup-report-daily', {
    schedule: '25 7 5 * * *',
    handler: async () => {
      await exposures.publish(AbortSignal.timeout(sweepLimit));
    },
  });
  const written: EventHandler = async (event) => {
    const parsed = resourceIdSchema.safeParse(event.subject);
    if (parsed.success && /\/microsoft[.]compute\/(?:virtualmachines|disks)\/[^/]+$/.test(parsed.data)) {
      await exposures.noticed(parsed.data, AbortSignal.timeout(sweepLimit));
    }
  };
  return {
    desk: createBackupDesk({ policy, catalogue, exposures, drills, restoring, records: restores, clock }),
    handlers: { 'Microsoft.Resources.ResourceWriteSuccess': written },
  };
}

/** The guards behind a leave: kill switches of everything, of the environment and of the rule in it, then the lease. */
function leaves(client: DurableClient, clock: Clock): Leaves {
  const engine = durableEngine(client);
  return {
    async problem({ guard, environment, target, token, rule }) {
      const [own, where, above] = await Promise.all([
        engine.guard(guard),
        guard === environment ? undefined : engine.guard(environment),
        engine.guard(everywhere),
      ]);
      const here = where ?? own;
      const off = Object.hasOwn(here.ruleSwitches, rule) ? here.ruleSwitches[rule] : undefined;
      return (
        switchProblem(above) ??
        switchProblem(here) ??
        (off?.engaged === true ? `the kill switch of ${rule} is engaged by ${off.by}: ${off.reason}` : undefined) ??
        (token === null ? undefined : fenceProblem(own, target, token, clock.now()))
      );
    },
  };
}
