/**
 * Rotation of secrets: from a new credential that waits, over its use by every consumer, to the revoked old one. Key Vault is the
 * truth; no value of a secret leaves the two adapters between which it travels.
 */
export { rotationActivities, type RotationActivities, type RotationActivityPorts } from './activities';
export { createConsumers, type ConsumerPorts, type Consumers } from './consumers';
export * from './contract';
export { createRotationDesk, type RotationDesk, type RotationLimits, type SecretName } from './desk';
export type { Standing } from './facts';
export {
  modeSchema as rotationModeSchema,
  rotationOrchestratorName,
  rotationReportSchema,
  type Binding,
  type Mode as RotationMode,
  type RotationOrder,
  type RotationProgress,
  type RotationReport,
} from './model';
export { rotationPermissions } from './permissions';
export {
  createRotationPolicies,
  parseRotationPolicy,
  rotationPolicyLocation,
  type RotationBook,
  type RotationPolicies,
} from './policy';
export { createRotationRecords, type RotationRecords } from './records';
export type { SecretLine } from './report.plan';
export { rotationOrchestrator } from './rotation.orchestrator';
export { rotatorNames, rotatorSummaries, type RotatorPorts } from './rotators';
