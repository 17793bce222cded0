import { app } from 'durable-functions';
import { createAzureScalables } from '../src/adapters/azure';
import { durableEngine } from '../src/adapters/durable';
import type { Reports } from '../src/ledger';
import type { Procedure } from '../src/runbooks';
import {
  createScaler,
  createScalingDesk,
  createScalingMemory,
  scalingProcedures,
  type Scaler,
  type ScalingDesk,
} from '../src/scaling';
import type { Foundation } from './foundation';

/** The parts of scaling: what looks and decides, how its runs act, and what is remembered. */
export interface Scaling {
  readonly scaler: Scaler;
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly desk: ScalingDesk;
}

/** Makes the parts of scaling. */
export function composeScaling(foundation: Foundation, { runs }: { readonly runs: Reports }): Scaling {
  const { clients, clock, config, documents, ledger, log, notifications, policies } = foundation;
  const scalables = createAzureScalables({ clients, endpoint: config.azure.armEndpoint, clock });
  const memory = createScalingMemory(documents);
  const { subscriptions } = config;
  const ports = { policies, scalables, memory, runs, ledger, notifications, subscriptions, clock, log };
  const desk = createScalingDesk({ memory, clock });
  return { scaler: createScaler(ports), procedures: scalingProcedures({ scalables }), desk };
}

/** Registers the look that decides how many there should be: every minute. */
export function registerScaling({ scaler }: Scaling): void {
  app.client.timer('scaling-look', {
    // Not at the full minute, when everything else looks.
    schedule: '20 * * * * *',
    handler: async (_timer, client) => {
      await scaler.look(durableEngine(client));
    },
  });
}
