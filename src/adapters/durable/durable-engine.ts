import { EntityId, OrchestrationRuntimeStatus, type DurableClient } from 'durable-functions';
import { z } from 'zod';
import { emptyGuard, guardEntityName, guardOperations, guardStateSchema } from '../../guard';
import { describeError, InvariantError, TransientError } from '../../kernel/errors';
import type { Engine, InstanceStatus } from '../../ports/engine';

const statusSchema = z.object({
  name: z.string(),
  instanceId: z.string(),
  runtimeStatus: z.enum([
    'Pending',
    'Running',
    'Completed',
    'ContinuedAsNew',
    'Failed',
    'Canceled',
    'Terminated',
    'Suspended',
  ]),
  customStatus: z.unknown(),
  createdTime: z.string(),
  lastUpdatedTime: z.string(),
});

const ended: ReadonlySet<InstanceStatus['runtimeStatus']> = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

/** The client's own request for a status, below `getStatus`. */
interface StatusRequests {
  getStatusInternal(options: {
    readonly instanceId: string;
    readonly showInput: boolean;
  }): Promise<{ readonly status: number; readonly data: unknown }>;
}

function hasStatusRequests(client: unknown): client is StatusRequests {
  return typeof (client as Partial<StatusRequests>).getStatusInternal === 'function';
}

function unavailable(what: string, error: unknown): TransientError {
  return new TransientError('EngineUnavailable', `${what}: ${describeError(error)}`, { cause: error });
}

/** `Engine` over the client that a function's durable binding gives. */
export function durableEngine(client: DurableClient): Engine {
  /**
   * `getStatus` of durable-functions 3.5.0 throws the same kind of error for "no such instance" and for "the engine is
   * down", told apart only by their wording. The request below it gives the status code. The package is pinned to that very
   * version; look here again when it changes.
   */
  async function status(instanceId: string): Promise<InstanceStatus | undefined> {
    if (!hasStatusRequests(client)) {
      throw new InvariantError('this version of durable-functions has no getStatusInternal; see durable-engine.ts');
    }
    const response = await client.getStatusInternal({ instanceId, showInput: false }).catch((error: unknown) => {
      throw unavailable('the durable engine does not answer', error);
    });
    switch (response.status) {
      case 200:
      case 202:
      case 400: // how the extension reports an instance that failed
        return statusSchema.parse(response.data);
      case 404:
        return undefined;
      default:
        throw unavailable('the durable engine answered', `status ${response.status}`);
    }
  }

  const isRunning = async (instanceId: string): Promise<boolean> => {
    const found = await status(instanceId);
    return found !== undefined && !ended.has(found.runtimeStatus);
  };

  return {
    status,

    async running(...orchestrators) {
      const statuses = [
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.ContinuedAsNew,
      ];
      const found = await client.getStatusBy({ runtimeStatus: statuses }).catch((error: unknown) => {
        throw unavailable('the durable engine does not answer', error);
      });
      const all = z.array(statusSchema).parse(found);
      return orchestrators.flatMap((orchestrator) => all.filter(({ name }) => name === orchestrator).slice(0, 100));
    },

    async start(orchestrator, instanceId, input) {
      // An instance that has ended could be started again under the same id, so its existence is asked for first. Two calls
      // at once are settled by the engine: one of them is refused, and finds the other's instance.
      if ((await status(instanceId)) !== undefined) {
        return 'exists';
      }
      try {
        await client.startNew(orchestrator, { instanceId, input });
        return 'started';
      } catch (error) {
        if ((await status(instanceId)) !== undefined) {
          return 'exists';
        }
        throw unavailable(`${instanceId} could not be started`, error);
      }
    },

    async guard(environment) {
      try {
        const answer = await client.readEntityState(new EntityId(guardEntityName, environment));
        return answer.entityExists ? guardStateSchema.parse(answer.entityState) : emptyGuard;
      } catch (error) {
        throw unavailable(`the guard of ${environment} cannot be read`, error);
      }
    },

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
        throw unavailable(`${instanceId} could not be woken`, error);
      }
    },

    async setKillSwitch(environment, order) {
      try {
        await client.signalEntity(new EntityId(guardEntityName, environment), guardOperations.setKillSwitch, order);
      } catch (error) {
        throw unavailable(`the guard of ${environment} cannot be reached`, error);
      }
    },

    async orderGuard(environment, operation, input) {
      try {
        await client.signalEntity(new EntityId(guardEntityName, environment), operation, input);
      } catch (error) {
        throw unavailable(`the guard of ${environment} cannot be reached`, error);
      }
    },
  };
}
