import { controlMethods } from './control-schemas';
import { CloudControlError } from './errors';
import { createFleetControl } from './fleet-control';
import type { Machine } from './machines';
import type { CloudControl, DnsControl, MachineState } from './model';
import type { Monitor } from './monitor/monitor';
import type { SecretControl } from './secrets/model';
import { personToken } from './people-tokens';
import { sameId } from './resource-id';
import { resourceLevers } from './resource-control';
import { scaleSetLevers } from './scale-set-control';
import { storageControl } from './storage/control';
import type { World } from './world';

/** The levers, in process. */
export function createControl(
  world: World,
  monitor: Monitor,
  dns: DnsControl,
  secrets: SecretControl,
  issuer: string,
): CloudControl {
  const settled = <T>(act: () => T): Promise<T> =>
    new Promise((resolve) => {
      world.schedule.settle();
      resolve(act());
    });
  const onMachine = (idOrName: string, act: (machine: Machine) => void): Promise<MachineState> =>
    settled(() => {
      const machine = world.machines.require(idOrName);
      act(machine);
      return world.machines.state(machine);
    });
  return {
    ...scaleSetLevers(world, settled),
    ...resourceLevers(world, settled),
    ...dns,
    ...secrets,
    ...storageControl(world, settled),
    ...createFleetControl(world),
    now: () => settled(() => world.clock.now()),
    machines: () => settled(() => world.machines.all().map((machine) => world.machines.state(machine))),
    machine: (idOrName) => onMachine(idOrName, () => undefined),
    setMachine: (idOrName, state) =>
      onMachine(idOrName, (machine) => {
        if (state.power !== undefined) world.machines.setPower(machine, state.power);
        if (state.tags !== undefined) world.machines.setTags(machine, state.tags);
      }),
    breakMachine: (idOrName, breakage) => onMachine(idOrName, (machine) => world.machines.break(machine, breakage)),
    healMachine: (idOrName) => onMachine(idOrName, (machine) => world.machines.heal(machine)),
    replaceMachine: (idOrName) => onMachine(idOrName, (machine) => world.machines.replace(machine)),
    addFault: (fault) => settled(() => world.faults.add(fault)),
    removeFault: (id) => settled(() => world.faults.remove(id)),
    faults: () => settled(() => world.faults.list()),
    clearFaults: () => settled(() => world.faults.clear()),
    injectMetric: (injection) => settled(() => void world.injections.push(injection)),
    clearMetrics: () => settled(() => void world.injections.splice(0)),
    journal: (filter) => settled(() => world.journal.list(filter)),
    counts: (filter) => settled(() => world.journal.counts(filter)),
    clearJournal: () => settled(() => world.journal.clear()),
    evaluateAlerts: () => settled(() => monitor.evaluate()),
    alertStates: () => settled(() => monitor.states()),
    raiseAlert: (alert) => settled(() => monitor.raise(alert)),
    setWebhook: ({ url, actionGroupId }) =>
      settled(() => {
        const groups = world.estate.actionGroups.filter(
          (group) => actionGroupId === undefined || sameId(group.id, actionGroupId),
        );
        if (groups.length === 0) throw new CloudControlError(`no action group has the id '${actionGroupId}'`);
        for (const group of groups) for (const webhook of group.webhooks) webhook.serviceUri = url;
      }),
    deliveries: () => settled(() => monitor.deliveries.list()),
    messages: () => settled(() => world.inbox.messages()),
    setEventWebhook: ({ url }) => world.events.subscribe(url),
    raiseEvent: (event) => settled(() => world.events.raise(event)),
    events: () => settled(() => world.events.events()),
    eventDeliveries: () => settled(() => world.events.deliveries()),
    token: (request) => settled(() => personToken(world, request, issuer)),
    assignRole: (assignment) => settled(() => world.access.assign(assignment)),
    removeRole: (assignment) => settled(() => world.access.remove(assignment)),
  };
}

/**
 * The same levers from another process. `controlEndpoint` as in `RunningCloud`. Errors carry the cloud's message.
 */
export function connectCloudControl(controlEndpoint: string): CloudControl {
  const call = async (method: string, parameters: unknown[]): Promise<unknown> => {
    const response = await fetch(`${controlEndpoint}/_local/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(parameters),
    });
    const text = await response.text();
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    if (response.ok) return value;
    const message = (value as { error?: { message?: string } } | undefined)?.error?.message;
    throw new CloudControlError(message ?? `the local cloud answered ${response.status} to ${method}`);
  };
  const control = Object.fromEntries(
    controlMethods.map((method) => [method, (...parameters: unknown[]) => call(method, parameters)]),
  );
  return control as unknown as CloudControl;
}
