import type { Machines } from '../../src/ports/machines';
import type { RunbookPorts } from '../../src/runbooks';

/** The world of runbooks with machines alone: whoever reaches for anything else finds out at once. */
export function onlyMachines(machines: Machines): RunbookPorts {
  const nothing = (name: string): never =>
    new Proxy(
      {},
      {
        get: (_, member) => (): never => {
          throw new Error(`${name}.${String(member)} is not here`);
        },
      },
    ) as never;
  return {
    machines,
    instances: nothing('instances'),
    scripts: nothing('scripts'),
    disks: nothing('disks'),
    caches: nothing('caches'),
    endpoints: nothing('endpoints'),
    dnsLinks: nothing('dnsLinks'),
    isolation: nothing('isolation'),
    diagnosed: nothing('diagnosed'),
  };
}
