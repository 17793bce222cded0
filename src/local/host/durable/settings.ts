/** What `extensions.durableTask` of host.json sets, with the real extension's defaults where it has them. */
export interface DurableSettings {
  readonly hubName: string;
  readonly maxConcurrentActivityFunctions: number;
  readonly maxEntityOperationBatchSize: number;
  /** Turns that one commit may carry. */
  readonly maxTurnsPerCommit: number;
  /** Whether an instance that has not ended may be replaced by a new one of the same id. */
  readonly overridableExistingInstanceStates: 'NonRunningStates' | 'AnyState';
  readonly defaultAsyncRequestSleepMs: number;
  readonly replay: 'auto' | 'always';
}

/** Reads `extensions.durableTask`; throws an error that names the field when a value cannot be used. */
export function readDurableSettings(
  section: Readonly<Record<string, unknown>>,
  replay: 'auto' | 'always',
): DurableSettings {
  const http = (section.httpSettings ?? {}) as Record<string, unknown>;
  const hubName = section.hubName ?? 'TestHubName';
  if (typeof hubName !== 'string' || !/^[a-z][a-z0-9]{2,49}$/i.test(hubName)) {
    throw new Error(
      'host.json: extensions.durableTask.hubName must be 3 to 50 letters and digits and begin with a letter.',
    );
  }
  const states = section.overridableExistingInstanceStates ?? 'NonRunningStates';
  if (states !== 'NonRunningStates' && states !== 'AnyState') {
    throw new Error(
      'host.json: extensions.durableTask.overridableExistingInstanceStates must be "NonRunningStates" or "AnyState".',
    );
  }
  return {
    hubName,
    // The real default is ten times the number of processors; a fixed number makes runs comparable between machines.
    maxConcurrentActivityFunctions: positive(
      section.maxConcurrentActivityFunctions,
      'maxConcurrentActivityFunctions',
      100,
    ),
    maxEntityOperationBatchSize: positive(section.maxEntityOperationBatchSize, 'maxEntityOperationBatchSize', 50),
    maxTurnsPerCommit: 512,
    overridableExistingInstanceStates: states,
    defaultAsyncRequestSleepMs: positive(
      http.defaultAsyncRequestSleepTimeMilliseconds,
      'httpSettings.defaultAsyncRequestSleepTimeMilliseconds',
      30_000,
    ),
    replay,
  };
}

function positive(value: unknown, name: string, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new Error(`host.json: extensions.durableTask.${name} must be a whole number above 0.`);
  }
  return value;
}
