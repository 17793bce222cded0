import { z } from 'zod';
import { InvariantError } from '../kernel/errors';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { GuestScripts, ScriptRun } from '../ports/guest-scripts';
import type { Subject } from '../ports/operations';
import { stepOf } from './hands';
import type { Facts, Step } from './model';
import { nameOnMachine, scriptOf } from './scripts';

/** A subject together with what a machine of the spoke says about it. */
export interface Probed<Sighting> {
  readonly seen: Sighting;
  /** Last run of the script that resolves the name; `null` when there was none. */
  readonly resolved: ScriptRun | null;
}

/** Asking a machine of the spoke to resolve a name. */
export const resolveChangeSchema = z.object({
  effect: z.literal('resolve'),
  probe: z.string(),
  name: z.string(),
  address: z.string(),
});
type ResolveChange = z.infer<typeof resolveChangeSchema>;

/** Parameters of the runbooks that verify from inside the spoke. */
export const probeParameters = {
  probe: z
    .string()
    .transform((text, context) => {
      const parsed = parseResourceId(text);
      if (parsed?.parts.type !== 'microsoft.compute/virtualmachines') {
        context.addIssue({ code: 'custom', message: 'is not the resource id of a virtual machine' });
        return z.NEVER;
      }
      return parsed.id;
    })
    .describe('Resource id of a machine of the spoke that resolves the name.'),
  name: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}$/, 'is a host name in lower case')
    .describe('The name whose address is private, as applications use it.'),
};

/** A subject whose outcome a machine of the spoke verifies. The fact `probe` of before says which. */
export function probed<Sighting, Change>(
  subject: Subject<Sighting, Change>,
  scripts: GuestScripts,
): Subject<Probed<Sighting>, Change | ResolveChange> {
  const isResolve = (change: Change | ResolveChange): change is ResolveChange =>
    (change as { readonly effect?: unknown }).effect === 'resolve';
  return {
    async observe(id, abort, before) {
      const probe = before?.['probe'];
      const [seen, resolved] = await Promise.all([
        subject.observe(id, abort, before),
        typeof probe === 'string' ? scripts.read(probe as ResourceId, nameOnMachine('resolve-name'), abort) : undefined,
      ]);
      return { seen, resolved: resolved ?? null };
    },
    start(id, change, requestId, abort) {
      if (!isResolve(change)) {
        return subject.start(id, change, requestId, abort);
      }
      const script = scriptOf('resolve-name', { name: change.name, address: change.address });
      if (script === undefined) {
        throw new InvariantError('there is no script that resolves names');
      }
      return scripts.start(change.probe as ResourceId, script, requestId, abort);
    },
    poll: (id, ticket, abort) =>
      ticket.operation === nameOnMachine('resolve-name')
        ? scripts.poll(id, ticket, abort)
        : subject.poll(id, ticket, abort),
  };
}

/** The last step of a repair: the name is resolved where it is used. The address is the one known right before. */
export function resolveStep(probe: string, name: string): Step {
  return stepOf('resolve', `Resolve ${name} from the spoke`, { effect: 'resolve', probe, name });
}

/** What the spoke says, in words; `undefined` when it says the right address after the change. */
export function unresolved(before: Facts, run: ScriptRun | null, actedAt: string): string | undefined {
  if (run === null || run.endedAt === null || Date.parse(run.endedAt) < Date.parse(actedAt)) {
    return 'nobody has resolved the name from the spoke since';
  }
  return run.state === 'succeeded'
    ? undefined
    : `from the spoke ${String(before['name'])} resolves to ${run.results['addresses'] ?? 'nothing'}`;
}

/** What looking and resolving from a machine of the spoke takes. */
export const probePermissions = [
  'Microsoft.Compute/virtualMachines/read',
  'Microsoft.Compute/virtualMachines/runCommands/read',
  'Microsoft.Compute/virtualMachines/runCommands/write',
] as const;
