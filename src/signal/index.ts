export { commonAlertSchemaId, maximumTargets, parseAzureMonitorAlert } from './azure-monitor';
export { maximumEvents, parsePlatformEvents, type PlatformEvent } from './event-grid';
export { maximumJsonLength, readJson } from './json';
export {
  conditionSchema,
  severitySchema,
  signalKindSchema,
  signalSchema,
  signalSourceSchema,
  type Condition,
  type Severity,
  type Signal,
} from './model';
export { findingsOf, pathText, shown, unsafePathMessage, valueAt, type Finding } from './problems';
export { parseStackRun, stackRunSignatures, type StackRunOptions, type StackRunSource } from './stack-runs';
