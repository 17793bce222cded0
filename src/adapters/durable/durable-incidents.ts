import type { DurableClient } from 'durable-functions';
import { describeError, TransientError } from '../../kernel/errors';
import type { InstanceStatus } from '../../ports/engine';
import type { Incidents } from '../../ports/incidents';
import { durableEngine } from './durable-engine';

const ended: ReadonlySet<InstanceStatus['runtimeStatus']> = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

/** `Incidents` as durable orchestration instances. */
export function durableIncidents(
  client: DurableClient,
  names: { readonly orchestrator: string; readonly resolvedEvent: string },
): Incidents {
  const engine = durableEngine(client);
  const state = async (incidentId: string): Promise<'running' | 'ended' | 'none'> => {
    const status = await engine.status(incidentId);
    return status === undefined ? 'none' : ended.has(status.runtimeStatus) ? 'ended' : 'running';
  };
  const isRunning = async (incidentId: string): Promise<boolean> => (await state(incidentId)) === 'running';

  return {
    state,

    async open(incidentId, order) {
      return (await engine.start(names.orchestrator, incidentId, order)) === 'started' ? 'opened' : 'exists';
    },

    async resolve(incidentId, news) {
      if (!(await isRunning(incidentId))) {
        return 'none';
      }
      try {
        await client.raiseEvent(incidentId, names.resolvedEvent, news);
        return 'told';
      } catch (error) {
        if (!(await isRunning(incidentId))) {
          return 'none';
        }
        throw new TransientError('IncidentNotTold', `the incident could not be told: ${describeError(error)}`, {
          cause: error,
        });
      }
    },
  };
}
