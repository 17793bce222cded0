import { badRequest, resourceNotFound } from '../errors';
import { runScript, type ScriptEnd } from '../guests';
import type { Machine } from '../machines';
import type { ArmCall, Router } from '../router';
import type { World } from '../world';
import { endInWorld } from '../guest-commands';
import { computeApiVersions } from './compute';
import { computePolicies } from './compute-policies';

const template =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{vmName}/runCommands/{name}';

interface RunCommand {
  startedAt: number;
  endsAt: number;
  body: Record<string, unknown>;
  end: ScriptEnd;
}

/** How long a script takes in a guest, beside the time to bring it there. Milliseconds. */
const scriptTime = 10_000;

/** Managed Run Command: a script as a resource of a machine, run by its agent. Without the agent it stays pending. */
export function registerRunCommands(router: Router, world: World): void {
  const commands = new Map<string, RunCommand>();
  const machineOf = (call: ArmCall): Machine => {
    const id = call.resourceId.slice(0, call.resourceId.toLowerCase().lastIndexOf('/runcommands/'));
    const machine = world.machines.byId(id);
    if (machine !== undefined) return machine;
    throw resourceNotFound(
      'Microsoft.Compute/virtualMachines',
      call.params['vmName'] ?? '',
      call.params['resourceGroup'] ?? '',
    );
  };
  const show = (id: string, name: string, command: RunCommand, machine: Machine, expanded: boolean) => {
    const now = world.clock.now();
    const silent = world.machines.agent(machine) !== 'ready' && now < command.endsAt;
    const over = now >= command.endsAt && !silent;
    const { exitCode, output } = command.end;
    return {
      id,
      name,
      type: 'Microsoft.Compute/virtualMachines/runCommands',
      location: machine.seed.location,
      properties: {
        ...command.body,
        provisioningState: over ? 'Succeeded' : 'Creating',
        ...(expanded
          ? {
              instanceView: {
                executionState: over ? (exitCode === 0 ? 'Succeeded' : 'Failed') : 'Running',
                ...(over ? { exitCode, output, error: '', endTime: new Date(command.endsAt).toISOString() } : {}),
                startTime: new Date(command.startedAt).toISOString(),
              },
            }
          : {}),
      },
    };
  };
  router.add(
    {
      method: 'PUT',
      template,
      action: 'Microsoft.Compute/virtualMachines/runCommands/write',
      apiVersions: computeApiVersions,
      policy: computePolicies.updateMachine,
      handle(call) {
        const machine = machineOf(call);
        const { properties = {} } = (call.body ?? {}) as {
          properties?: { source?: { script?: unknown }; parameters?: { name: string; value: string }[] };
        };
        const script = properties.source?.script;
        if (typeof script !== 'string') {
          throw badRequest('InvalidParameter', 'Required parameter source.script is missing (null).');
        }
        const key = call.resourceId.toLowerCase();
        const now = world.clock.now();
        const agent = world.machines.agent(machine);
        const disks = [machine.seed.osDiskId, ...(machine.seed.dataDiskIds ?? [])].flatMap(
          (id) => world.storage.disks.get(id)?.content ?? [],
        );
        const given = Object.fromEntries((properties.parameters ?? []).map(({ name, value }) => [name, value]));
        const effect = call.fault?.effect.kind;
        const failed: ScriptEnd | undefined =
          effect === 'fail-late' || effect === 'allocation-failed' ? { exitCode: 1, output: '' } : undefined;
        const known = commands.has(key);
        const command: RunCommand = {
          startedAt: now,
          // A guest whose agent is silent never hears of it.
          endsAt: agent === 'ready' && effect !== 'accept-and-do-nothing' ? now + scriptTime : Number.POSITIVE_INFINITY,
          body: properties,
          end: failed ?? endInWorld(world, machine, script, given) ?? runScript(disks, script),
        };
        commands.set(key, command);
        return {
          status: known ? 200 : 201,
          headers: { 'Retry-After': String(world.timing.retryAfterSeconds) },
          body: show(call.resourceId, call.params['name'] ?? '', command, machine, false),
        };
      },
    },
    {
      method: 'GET',
      template,
      action: 'Microsoft.Compute/virtualMachines/runCommands/read',
      apiVersions: computeApiVersions,
      policy: computePolicies.getMachine,
      handle(call) {
        const machine = machineOf(call);
        const command = commands.get(call.resourceId.toLowerCase());
        if (command === undefined) {
          throw resourceNotFound(
            'Microsoft.Compute/virtualMachines/runCommands',
            call.params['name'] ?? '',
            call.params['resourceGroup'] ?? '',
          );
        }
        const expanded = call.query.get('$expand')?.toLowerCase() === 'instanceview';
        return {
          status: 200,
          body: show(call.resourceId, call.params['name'] ?? '', command, machine, expanded),
        };
      },
    },
  );
  // A machine made anew under an old name has no commands of the one before.
  world.machines.onChange((machine) => {
    if (machine.removedAt === undefined) return;
    const prefix = `${machine.id.toLowerCase()}/runcommands/`;
    for (const key of commands.keys()) if (key.startsWith(prefix)) commands.delete(key);
  });
}
