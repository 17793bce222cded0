import type { z } from 'zod';
import type { Machines } from '../ports/machines';
import { machineEffects } from './machine-effects';
import { procedure, type Declaration, type Procedure } from './model';
import { redeployVm } from './redeploy-vm';
import { restartVm } from './restart-vm';

/** The declarations of every runbook, without hands: enough to check a policy, to describe the library and to make the role. */
export const runbooks = [restartVm, redeployVm] as const;

/** Looks up declarations by name, for checking a policy document. */
export const catalogue = {
  names: runbooks.map(({ name }) => name) as readonly string[],
  has: (name: string): boolean => runbooks.some((one) => one.name === name),
  find: (name: string): Declaration | undefined => runbooks.find((one) => one.name === name),
  parameters: (name: string): z.ZodType | undefined => runbooks.find((one) => one.name === name)?.parameters,
};
export type Catalogue = typeof catalogue;

/** The world as runbooks need it. */
export interface RunbookPorts {
  readonly machines: Machines;
}

/** Every runbook bound to its hands, by name. */
export function procedures(ports: RunbookPorts): ReadonlyMap<string, Procedure> {
  const machine = machineEffects(ports.machines);
  return new Map(runbooks.map((runbook) => [runbook.name, procedure(runbook, machine)]));
}
