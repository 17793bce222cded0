export { backupActivities, type BackupActivities } from './activities';
export { createCatalogue, isGood, summaryOf, type Alter, type Catalogue } from './catalogue';
export {
  backupBatchName,
  backupCopiesName,
  backupCycleName,
  backupPruningName,
  backupReconcileName,
  backupSectionName,
  backupSettlingName,
  catalogueContract,
  copyContract,
  finishContract,
  planContract,
  pruneContract,
  reconcileContract,
  settleContract,
  surveyContract,
  takeContract,
  type CycleInput,
  type CycleReport,
} from './contract';
export { retained, withHold, withPoint, withProof } from './item.plan';
export * from './model';
export {
  backupBatchOrchestrator,
  backupCopiesOrchestrator,
  backupCycleOrchestrator,
  backupPruningOrchestrator,
  backupReconcileOrchestrator,
  backupSectionOrchestrator,
  backupSettlingOrchestrator,
} from './orchestrator';
export { paceEntityName, paceStateSchema, shareRequestSchema, takeFrom, takeShare, type PaceState } from './pace.plan';
export { backupPermissions, pruningPermissions } from './permissions';
export { dueOf, selectItems, vaultOf, type Glob, type ProtectedItem, type Selected } from './plan';
export { parseBackupPolicy } from './policy';
export { backupPolicyLocation, createBackupPolicies, type BackupPolicies } from './policy-store';
export type { BackupPolicy, Retention, Tier } from './policy.model';
export type { BackupPorts, Stops } from './ports';
export * from './recovery';
export { recoveryPage } from './recovery-page';
export { retain, type RetainedPoint, type Verdict } from './retention';
