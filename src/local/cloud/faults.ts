import { CloudControlError } from './errors';
import { matchesGlob } from './glob';
import type { ActiveFault, Fault } from './model';

export interface FaultCall {
  operation: string;
  resource: string;
  principal: string;
}

/** Faults in the order they were added; the first that matches and is not used up acts. */
export interface FaultStore {
  add(fault: Fault): string;
  remove(id: string): void;
  list(): ActiveFault[];
  clear(): void;
  /** Takes the fault for this call, counting it as used. */
  take(call: FaultCall): ActiveFault | undefined;
}

export function createFaultStore(): FaultStore {
  let sequence = 0;
  let faults: ActiveFault[] = [];
  return {
    add(fault) {
      const id = `fault-${++sequence}`;
      faults.push({ ...fault, id, used: 0, skipped: 0 });
      return id;
    },
    remove(id) {
      if (!faults.some((fault) => fault.id === id)) throw new CloudControlError(`no fault has the id '${id}'`);
      faults = faults.filter((fault) => fault.id !== id);
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults = [];
    },
    take(call) {
      for (const fault of faults) {
        if (fault.operation !== undefined && !matchesGlob(fault.operation, call.operation)) continue;
        if (fault.resource !== undefined && !matchesGlob(fault.resource, call.resource)) continue;
        if (fault.principal !== undefined && fault.principal !== call.principal) continue;
        if (fault.skipped < (fault.skip ?? 0)) {
          fault.skipped += 1;
          continue;
        }
        if (fault.used >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
        fault.used += 1;
        return fault;
      }
      return undefined;
    },
  };
}
