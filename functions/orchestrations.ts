import type { InvocationContext } from '@azure/functions';
import { app, getClient, input, type EntityContext } from 'durable-functions';
import { durableFences, durableIncidents } from '../src/adapters/durable';
import { applyGuardOperation, guardEntityName, type StoredGuardState } from '../src/guard';
import type { Clock } from '../src/kernel/clock';
import {
  applyContract,
  incidentNames,
  incidentOrchestrator,
  incidentOrchestratorName,
  lookContract,
  observeContract,
  recordContract,
  runOrchestrator,
  runOrchestratorName,
  settleContract,
  type RunActivities,
} from '../src/run';

export interface OrchestrationDeps {
  readonly activities: RunActivities;
  readonly clock: Clock;
}

/** Registers orchestrators, the guard's entity, and the activities of the loop. */
export function registerOrchestrations({ activities, clock }: OrchestrationDeps): void {
  app.orchestration(incidentOrchestratorName, incidentOrchestrator);
  app.orchestration(runOrchestratorName, runOrchestrator);

  app.entity<StoredGuardState>(guardEntityName, (context: EntityContext<StoredGuardState>) => {
    const { df } = context;
    const { stored, answer } = applyGuardOperation(df.getState(), df.operationName ?? '', df.getInput(), clock);
    df.setState(stored);
    df.return(answer);
  });

  app.activity(observeContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) =>
      activities.observe(durableFences(getClient(context), clock))(raw),
  });
  app.activity(settleContract.name, { handler: activities.settle });
  app.activity(lookContract.name, { handler: activities.look });
  app.activity(recordContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) =>
      activities.record(durableIncidents(getClient(context), incidentNames))(raw),
  });
  app.activity(applyContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) =>
      activities.apply(durableFences(getClient(context), clock))(raw),
  });
}
