import { app } from 'durable-functions';
import { durableIncidents } from '../src/adapters/durable';
import { after, seconds } from '../src/kernel/duration';
import type { Clock } from '../src/kernel/clock';
import { incidentNames, type Intake } from '../src/run';

export interface ScheduleDeps {
  readonly intake: Intake;
  readonly clock: Clock;
}

/** A decision this old that is not finished was left by a crash: no door takes nearly as long. */
const leftBehind = seconds(-120);

/** Registers what runs by the clock. */
export function registerSchedules({ intake, clock }: ScheduleDeps): void {
  app.client.timer('sweep-decisions', {
    schedule: '0 */5 * * * *',
    handler: async (_timer, client) => {
      await intake.sweep(durableIncidents(client, incidentNames), after(clock.now(), leftBehind));
    },
  });
}
