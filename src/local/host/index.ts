export type {
  CommitHooks,
  DurableWrite,
  EntitySnapshot,
  HostApp,
  HostKeys,
  HostLog,
  HostLogEntry,
  HostOptions,
  HostStatistics,
  InstanceQuery,
  InstanceSnapshot,
  LogLevel,
  QuiescenceOptions,
  QuiescenceResult,
  RunningHost,
  RuntimeStatus,
  StartOrchestrationOptions,
} from './api';
export { createSystemClock, createVirtualClock } from './clock';
export type { ClockTimer, HostClock, VirtualClock } from './clock';
export { createFunctionsCore } from './core';
export type { FunctionBinding, FunctionMetadata, FunctionsCore, RegisteredFunction } from './core';
export { EventType, eventTypeName } from './durable/history';
export type { FailureDetails, HistoryEvent } from './durable/history';
export { runHostCommand, startHostCommand } from './command';
export type { CommandOutput, HostCommandOptions } from './command';
export { startHost } from './host';
export { createSeededRandom } from './random';
export type { Random } from './random';
export type { HostSpan } from './trace';
