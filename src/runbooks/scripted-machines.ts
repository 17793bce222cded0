import { InvariantError } from '../kernel/errors';
import type { GuestScripts } from '../ports/guest-scripts';
import type { Machines } from '../ports/machines';
import type { ScriptedMachines } from '../ports/scripted-machines';
import { nameOnMachine, scriptOf } from './scripts';

/** Machines together with the scripts that may be run inside. */
export function scriptedMachines(machines: Machines, scripts: GuestScripts): ScriptedMachines {
  return {
    async observe(id, abort, before) {
      const script = before?.['script'];
      const [machine, run] = await Promise.all([
        machines.observe(id, abort),
        typeof script === 'string' ? scripts.read(id, nameOnMachine(script), abort) : undefined,
      ]);
      return { machine, run: run ?? null };
    },
    start(id, { script, parameters }, requestId, abort) {
      const found = scriptOf(script, JSON.parse(parameters));
      if (found === undefined) {
        throw new InvariantError(`there is no script "${script}"`);
      }
      return scripts.start(id, found, requestId, abort);
    },
    poll: (id, ticket, abort) => scripts.poll(id, ticket, abort),
  };
}
