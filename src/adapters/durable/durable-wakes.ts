import type { DurableClient } from 'durable-functions';
import { describeError, TransientError } from '../../kernel/errors';
import type { InstanceStatus } from '../../ports/engine';
import type { Wakes } from '../../ports/wakes';
import { durableEngine } from './durable-engine';

const ended: ReadonlySet<InstanceStatus['runtimeStatus']> = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

/** `Wakes` over the client that a function's durable binding gives. */
export function durableWakes(client: DurableClient): Wakes {
  const engine = durableEngine(client);
  const isRunning = async (instanceId: string): Promise<boolean> => {
    const status = await engine.status(instanceId);
    return status !== undefined && !ended.has(status.runtimeStatus);
  };
  return {
    async wake(instanceId, event) {
      if (!(await isRunning(instanceId))) {
        return 'none';
      }
      try {
        await client.raiseEvent(instanceId, event, {});
        return 'woken';
      } catch (error) {
        if (!(await isRunning(instanceId))) {
          return 'none';
        }
        throw new TransientError('NotWoken', `${instanceId} could not be woken: ${describeError(error)}`, {
          cause: error,
        });
      }
    },
  };
}
