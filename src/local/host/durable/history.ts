/**
 * History events in the form that the `durable-functions` SDK reads. The numbers are those of the durable task framework
 * (`HistoryEventType` in durable-functions 3.5).
 */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionFailed: 2,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  HistoryState: 18,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

export type EventTypeCode = (typeof EventType)[keyof typeof EventType];

const names = new Map<number, string>(Object.entries(EventType).map(([name, code]) => [code, name]));

/** The name of an event type, as the management API shows it. */
export function eventTypeName(code: number): string {
  return names.get(code) ?? `Unknown(${code})`;
}

/** One recorded event. Which of the optional fields are there depends on `EventType`. */
export interface HistoryEvent {
  readonly EventType: EventTypeCode;
  /** Number of the step that it records, or -1 for what came from outside. */
  readonly EventId: number;
  /** ISO 8601, UTC. */
  readonly Timestamp: string;
  readonly Name?: string;
  readonly Version?: string;
  /** JSON text. */
  readonly Input?: string;
  /** JSON text. */
  readonly Result?: string;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  /** ISO 8601, UTC. */
  readonly FireAt?: string;
  readonly InstanceId?: string;
  readonly Reason?: string;
  readonly Details?: string;
  readonly FailureDetails?: FailureDetails;
  readonly OrchestrationStatus?: string;
  readonly ParentInstanceId?: string;
}

/** A failure as it travels from an activity to its orchestrator. */
export interface FailureDetails {
  readonly ErrorType: string;
  readonly ErrorMessage: string;
  readonly StackTrace?: string;
  readonly IsNonRetriable: boolean;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly InnerFailure?: FailureDetails;
}
