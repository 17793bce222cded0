import type { SeededRandom } from './random';

export interface OperationError {
  code: string;
  message: string;
}

/** One long-running operation. Its status is a function of the clock: nothing has to happen for it to end. */
export interface OperationRecord {
  id: string;
  /** The namespace that answers for it, for example `Microsoft.Compute`. */
  provider: string;
  subscriptionId: string;
  location: string;
  action: string;
  /** Who started it: may always ask how far it is. */
  principal: string;
  resourceId: string;
  startedAt: number;
  endsAt: number;
  /** Absent: it succeeds. */
  error?: OperationError;
}

export interface OperationStore {
  start(operation: Omit<OperationRecord, 'id'>): OperationRecord;
  find(provider: string, subscriptionId: string, id: string): OperationRecord | undefined;
  /** The operation that is under way on a resource. */
  runningOn(resourceId: string): OperationRecord | undefined;
}

/** The platform forgets an operation after a while; a day here. */
const rememberedFor = 86_400_000;
const forgetEvery = 1_000;

export function createOperationStore(options: { now: () => number; random: SeededRandom }): OperationStore {
  const operations = new Map<string, OperationRecord>();
  const running = new Map<string, OperationRecord>();
  let started = 0;
  const forget = (): void => {
    const before = options.now() - rememberedFor;
    for (const known of [operations, running]) {
      for (const [key, { endsAt }] of known) if (endsAt < before) known.delete(key);
    }
  };
  return {
    start(operation) {
      const record = { ...operation, id: options.random.guid(`operation ${started}`) };
      started += 1;
      if (started % forgetEvery === 0) forget();
      operations.set(record.id, record);
      running.set(record.resourceId.toLowerCase(), record);
      return record;
    },
    find(provider, subscriptionId, id) {
      const record = operations.get(id.toLowerCase());
      return record?.provider === provider && record.subscriptionId === subscriptionId ? record : undefined;
    },
    runningOn(resourceId) {
      const record = running.get(resourceId.toLowerCase());
      return record !== undefined && options.now() < record.endsAt ? record : undefined;
    },
  };
}

export function operationStatus(record: OperationRecord, now: number): 'InProgress' | 'Succeeded' | 'Failed' {
  if (now < record.endsAt) return 'InProgress';
  return record.error === undefined ? 'Succeeded' : 'Failed';
}

/** The body of the operation resource that `Azure-AsyncOperation` points at. */
export function operationBody(record: OperationRecord, now: number): Record<string, unknown> {
  const status = operationStatus(record, now);
  return {
    startTime: new Date(record.startedAt).toISOString(),
    ...(status === 'InProgress' ? {} : { endTime: new Date(record.endsAt).toISOString() }),
    status,
    ...(status === 'Failed' && record.error !== undefined ? { error: record.error } : {}),
    name: record.id,
  };
}
