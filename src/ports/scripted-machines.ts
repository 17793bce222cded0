import { z } from 'zod';
import type { ScriptRun } from './guest-scripts';
import type { MachineSighting } from './machines';
import type { Subject } from './operations';

/** A machine, and the last run of the script that is about it. */
export interface ScriptedSighting {
  readonly machine: MachineSighting;
  readonly run: ScriptRun | null;
}

export const scriptChangeSchema = z.object({
  effect: z.literal('run'),
  /** Name of a script of the repository; nothing else is ever run. */
  script: z.string(),
  /** Parameters as JSON, checked by the runbook. */
  parameters: z.string().max(512),
});
export type ScriptChange = z.infer<typeof scriptChangeSchema>;

/** Machines as places where a script of the repository is run. Before there is a fact `script`, no run is looked for. */
export type ScriptedMachines = Subject<ScriptedSighting, ScriptChange>;
