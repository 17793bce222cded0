import type { Clock, EpochMillis } from '../../../src/kernel/clock';
import { resourceIdSchema } from '../../../src/kernel/schemas';
import { createAzureClients, createAzureMachines } from '../../../src/adapters/azure';
import type { Fault } from '../../../src/local/cloud';
import type { Machines, OperationTicket } from '../../../src/ports/machines';
import { managedIdentityToken, startTestCloud, VM_ID, type TestCloud } from '../../local/cloud/support/cloud';

export { START, PLATFORM, SANDBOX, DEV, VM, VM_ID, type TestCloud } from '../../local/cloud/support/cloud';

export const vm = resourceIdSchema.parse(VM_ID);
export const requestId = '00000000-0000-8000-8000-000000000001';

export interface AzureTest {
  readonly cloud: TestCloud;
  /** An adapter with clients of its own, as another process has it. */
  machines(principal?: string): Machines;
  /** Lets time pass in the cloud and for the adapters. */
  pass(seconds: number): void;
  /** Makes the cloud fail at the operations that match. */
  fault(fault: Fault): Promise<string>;
  /** A long time limit, in real time. */
  abort(): AbortSignal;
  stop(): Promise<void>;
}

/** The local cloud on a clock that stands still, and adapters on the same clock. Without the cloud's own alert monitor. */
export async function startAzureTest(): Promise<AzureTest> {
  const cloud = await startTestCloud({ monitor: false });
  const clock: Clock = { now: () => cloud.clock.now() as EpochMillis };
  return {
    cloud,
    machines: (principal = 'caretaker') =>
      createAzureMachines({
        clients: createAzureClients({
          credential: { getToken: () => managedIdentityToken(cloud.cloud, principal) },
          endpoint: cloud.cloud.armEndpoint,
        }),
        clock,
      }),
    pass: (seconds) => cloud.clock.advance(seconds * 1000),
    fault: (fault) => cloud.cloud.control.addFault(fault),
    abort: () => AbortSignal.timeout(20_000),
    stop: () => cloud.stop(),
  };
}

/** The ticket of an operation that has to have started. */
export function ticketOf(result: Awaited<ReturnType<Machines['start']>>): OperationTicket {
  if (result.kind !== 'started') {
    throw new Error(`not started: ${JSON.stringify(result)}`);
  }
  return result.ticket;
}
