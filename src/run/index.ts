export { runActivities, type Records, type RunActivities, type RunActivityPorts } from './activities';
export { applyContract, lookContract, observeContract, recordContract, settleContract } from './contract';
export { createCorrelations, type Correlations } from './correlation';
export { incidentIdOf } from './incident-order';
export { createEffectJournal, type EffectJournal } from './effect-journal';
export { incidentOrchestrator } from './incident.orchestrator';
export {
  createIntake,
  keptDecisionSchema,
  type Acceptance,
  type Intake,
  type IntakePorts,
  type KeptAction,
  type KeptDecision,
} from './intake';
export { efficacy, efficacySchema, judgedRunSchema, type Efficacy, type JudgedRun } from './efficacy.plan';
export { breakerLimit, budgetLimit, orderLimits } from './limits';
export * from './model';
export { createRecords, type IncidentRecords } from './records';
export { runOrchestrator } from './run.orchestrator';
