/** What drills, restores and exposure offer to the doors. */
export { createBackupDesk, orderedDrill, orderedRestore, type BackupDesk, type Due } from './desk';
export { drillActivities, type DrillActivities, type DrillPorts } from './drill/activities';
export { findLeftoversContract, planDrillContract, recordDrillContract, reportSweepContract } from './drill/contract';
export {
  drillGuard,
  drillOrchestratorName,
  drillOrderSchema,
  drillReportSchema,
  drillRule,
  sweepOrchestratorName,
  type DrillDocument,
  type DrillIndex,
  type DrillOrder,
  type DrillReport,
} from './drill/model';
export { drillOrchestrator, sweepOrchestrator } from './drill/orchestrator';
export { drillsDue, pickPoint } from './drill/plan';
export { createDrillRecords, type DrillRecords } from './drill/records';
export {
  plannedRestore,
  restoreActivities,
  restoreHash,
  type LimitsFor,
  type RestoreActivities,
  type RestorePorts,
} from './restore/activities';
export {
  noteRestoreContract,
  planRestoreContract,
  recordRestoreContract,
  stageContract,
  type Leave,
} from './restore/contract';
export {
  restoreOrchestratorName,
  restoreOrderSchema,
  restoreReportSchema,
  restoreRequestSchema,
  type PhaseEnd,
  type RestoreOrder,
  type RestorePlan,
  type RestoreReport,
  type RestoreRequest,
} from './restore/model';
export { restoreOrchestrator, restoreRule } from './restore/orchestrator';
export { restorePermissions } from './restore/permissions';
export { createRestoreRecords, type RestoreDocument, type RestoreRecords } from './restore/records';
export { stageActivity, type Leaves } from './restore/stages';
export type { Exposure } from './exposure/model';
export { exposureHistorySchema, historyWindows, type ExposureHistory, type HistoryWindow } from './exposure/peaks.plan';
export { createExposures, type Exposures, type ExposurePorts } from './exposure/sweep';
export { complianceHtml } from './report/html';
export { complianceSchema, measurementSchema, type Compliance, type Measurement } from './report/model';
