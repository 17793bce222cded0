export { affected, earlierOf, isPartOfModule, lostStacks, type AffectedStack, type LostStack } from './affected';
export { missingApprovals, planApprovalSchema, type PlanApproval } from './approval';
export {
  classifyDrift,
  ownershipSchema,
  readDecisions,
  type DriftedField,
  type DriftReport,
  type Ownership,
  type RefreshPlan,
} from './drift';
export {
  driftInstanceId,
  takeDrift,
  driftRecordSchema,
  driftReportSchema,
  driftSupersededEvent,
  driftOrchestratorName,
  type DriftOrder,
  type DriftRecord,
  type ReportedDrift,
} from './drift.plan';
export { settleDriftContract } from './drift.contract';
export { driftOrchestrator } from './drift.orchestrator';
export { createDrifts, type Drifts } from './drift.activities';
export { dependents, downstream, findCycle, upstream, waves, type Node } from './graph';
export { generateKeyPair, publicKeyFor } from './hpke';
export { parseManifest, type ReadManifest, type Report } from './manifest';
export { checkProjects } from './manifest-checks';
export { createManifestStore, type ManifestStore } from './manifest-store';
export * from './model';
export { mermaid, tree } from './picture';
export {
  expressionOf,
  feed,
  knownOf,
  literal,
  plannedOutputs,
  unknownPaths,
  type Fed,
  type Known,
  type PlannedOutput,
  type PlannedOutputs,
} from './plan-feed';
export {
  digestOf,
  entryProblems,
  evidenceSchema,
  promote,
  promotionSchema,
  type Candidate,
  type Evidence,
  type Promotion,
} from './promotion';
export { renderManifest, schemaOfManifest } from './render';
export {
  bindingDigest,
  bindingSchema,
  deviations,
  inputDigests,
  openPlan,
  parseSealedPlan,
  sealPlan,
  sha256Of,
  type Binding,
  type Present,
  type SealedPlan,
} from './sealed-plan';
