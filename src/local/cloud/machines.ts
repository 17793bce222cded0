import { CloudControlError } from './errors';
import type { Breakage, CloudTiming, MachineAction, MachineSeed, MachineState, PowerState } from './model';
import type { SeededRandom } from './random';
import { machineId, sameId } from './resource-id';
import type { Schedule } from './schedule';

/** What the metrics of a machine are drawn from, in force from `at` on. */
export interface MachineMoment {
  at: number;
  power: PowerState;
  rebooting: boolean;
  breakage?: Breakage;
}

/** A virtual machine in the simulated world. Changed only through `Machines`. */
export interface Machine {
  id: string;
  vmId: string;
  seed: MachineSeed;
  createdAt: number;
  power: PowerState;
  powerSince: number;
  provisioning: 'Succeeded' | 'Updating' | 'Failed';
  provisioningSince: number;
  provisioningError?: { code: string; message: string };
  rebooting: boolean;
  /** When the agent reports again after a boot. */
  agentReadyAt: number;
  /** Deallocated since it last ran: starting it means another host. */
  moved: boolean;
  breakage?: Breakage;
  /** Counts breakages, so that one that heals by time does not heal its successor. */
  breakageNumber: number;
  tags: Record<string, string>;
  version: number;
  effects: Record<MachineAction, number>;
  history: MachineMoment[];
  /** When it was deleted; its history stays for the metrics of what it was part of. */
  removedAt?: number;
}

/** What is told of every change of a machine, after it. */
export type MachineListener = (machine: Machine, at: number) => void;

const strength = { restart: 1, redeploy: 2, replace: 3 } as const;
export type Remedy = keyof typeof strength;

export interface Machines {
  all(): Machine[];
  /** Puts a new machine into the world. It boots until `bootsUntil`; without that it has always been there, and runs. */
  add(seed: MachineSeed, bootsUntil?: number): Machine;
  /** Takes a machine out of the world at once. */
  remove(machine: Machine, at: number): void;
  /** A machine that is deleted serves nothing any more, and is gone at `endsAt`. */
  deleteBy(machine: Machine, endsAt: number): void;
  /** Gives a machine a fresh system disk; it boots until `endsAt`. */
  reimage(machine: Machine, endsAt: number): void;
  onChange(listener: MachineListener): void;
  byId(id: string): Machine | undefined;
  /** By name or id; throws an error that names what is missing or ambiguous. */
  require(idOrName: string): Machine;
  break(machine: Machine, breakage: Breakage): void;
  heal(machine: Machine): void;
  replace(machine: Machine): void;
  setPower(machine: Machine, power: PowerState): void;
  setTags(machine: Machine, tags: Record<string, string>): void;
  /** Carries out an action that takes from now until `endsAt`. */
  carryOut(machine: Machine, action: MachineAction, endsAt: number, tags?: Record<string, string>): void;
  /** An operation that is carried out by name only: the platform stamps its beginning and end, and nothing else has changed. */
  pretend(machine: Machine, endsAt: number): void;
  /** An operation that ends in failure, with the machine otherwise as it was. */
  failLate(machine: Machine, endsAt: number, error: { code: string; message: string }): void;
  state(machine: Machine): MachineState;
  agent(machine: Machine): MachineState['agent'];
  healthy(machine: Machine): boolean;
}

export function createMachines(options: {
  seeds: MachineSeed[];
  now: () => number;
  random: SeededRandom;
  schedule: Schedule;
  timing: CloudTiming;
}): Machines {
  const { now, random, schedule, timing } = options;
  const machines = options.seeds.map((seed) => fromSeed(seed, now(), random));
  const listeners: MachineListener[] = [];

  const remember = (machine: Machine, at: number): void => {
    machine.history.push({
      at,
      power: machine.power,
      rebooting: machine.rebooting,
      ...(machine.breakage === undefined ? {} : { breakage: machine.breakage }),
    });
  };
  const change = (machine: Machine, at: number, alter: () => void): void => {
    const { power, provisioning } = machine;
    alter();
    if (machine.power !== power) machine.powerSince = at;
    if (machine.provisioning !== provisioning) machine.provisioningSince = at;
    machine.version += 1;
    remember(machine, at);
    for (const listener of listeners) listener(machine, at);
  };
  const remove = (machine: Machine, at: number): void => {
    const index = machines.indexOf(machine);
    if (index < 0) return;
    machines.splice(index, 1);
    change(machine, at, () => {
      machine.removedAt = at;
    });
  };
  const remedy = (machine: Machine, kind: Remedy): void => {
    const healedBy = machine.breakage?.healedBy;
    if (healedBy === undefined || healedBy === 'nothing' || healedBy === 'time') return;
    if (strength[kind] >= strength[healedBy]) delete machine.breakage;
  };
  const boot = (machine: Machine, at: number, kind: Remedy): void => {
    machine.power = 'running';
    machine.rebooting = false;
    machine.moved = false;
    machine.agentReadyAt = at + timing.agentReady;
    remedy(machine, kind);
  };
  const begin: Record<MachineAction, (machine: Machine, at: number, endsAt: number) => void> = {
    restart: (machine) => {
      machine.rebooting = true;
    },
    redeploy: (machine, at, endsAt) => {
      machine.power = 'stopping';
      machine.rebooting = true;
      schedule.at(at + Math.floor((endsAt - at) / 3), (time) =>
        change(machine, time, () => {
          machine.power = 'starting';
        }),
      );
    },
    start: (machine) => {
      machine.power = 'starting';
    },
    powerOff: (machine) => {
      machine.power = 'stopping';
    },
    deallocate: (machine) => {
      machine.power = 'deallocating';
    },
    update: () => undefined,
  };
  const end: Record<MachineAction, (machine: Machine, at: number) => void> = {
    restart: (machine, at) => boot(machine, at, 'restart'),
    redeploy: (machine, at) => boot(machine, at, 'redeploy'),
    start: (machine, at) => boot(machine, at, machine.moved ? 'redeploy' : 'restart'),
    powerOff: (machine) => {
      machine.power = 'stopped';
    },
    deallocate: (machine) => {
      machine.power = 'deallocated';
      machine.moved = true;
    },
    update: () => undefined,
  };
  const healthy = (machine: Machine): boolean =>
    machine.power === 'running' && !machine.rebooting && machine.breakage === undefined && agent(machine) === 'ready';
  const agent = (machine: Machine): MachineState['agent'] => {
    if (machine.power === 'deallocated' || machine.power === 'stopped') return 'absent';
    const silent = machine.breakage !== undefined && machine.breakage.kind !== 'memory-exhausted';
    return machine.power === 'running' && !machine.rebooting && !silent && now() >= machine.agentReadyAt
      ? 'ready'
      : 'not-ready';
  };

  return {
    all: () => machines,
    add(seed, bootsUntil) {
      const machine = fromSeed(seed, now(), random);
      machines.push(machine);
      if (bootsUntil === undefined) return machine;
      machine.history.length = 0;
      change(machine, now(), () => {
        machine.power = 'starting';
        machine.provisioning = 'Updating';
      });
      schedule.at(bootsUntil, (time) => {
        if (machine.removedAt !== undefined) return;
        change(machine, time, () => {
          machine.provisioning = 'Succeeded';
          boot(machine, time, 'replace');
        });
      });
      return machine;
    },
    remove,
    deleteBy(machine, endsAt) {
      change(machine, now(), () => {
        machine.power = 'stopping';
        machine.provisioning = 'Updating';
      });
      schedule.at(endsAt, (time) => remove(machine, time));
    },
    reimage(machine, endsAt) {
      change(machine, now(), () => {
        machine.provisioning = 'Updating';
        delete machine.provisioningError;
        machine.rebooting = true;
      });
      schedule.at(endsAt, (time) => {
        if (machine.removedAt !== undefined) return;
        change(machine, time, () => {
          machine.provisioning = 'Succeeded';
          boot(machine, time, 'replace');
        });
      });
    },
    onChange: (listener) => void listeners.push(listener),
    byId: (id) => machines.find((machine) => sameId(machine.id, id)),
    require(idOrName) {
      const found = machines.filter(
        (machine) => sameId(machine.id, idOrName) || machine.seed.name.toLowerCase() === idOrName.toLowerCase(),
      );
      const [first, second] = found;
      if (first === undefined) throw new CloudControlError(`no virtual machine has the name or id '${idOrName}'`);
      if (second !== undefined) {
        throw new CloudControlError(`'${idOrName}' names several machines, give the id: ${first.id}, ${second.id}`);
      }
      return first;
    },
    break(machine, breakage) {
      machine.breakageNumber += 1;
      const number = machine.breakageNumber;
      change(machine, now(), () => {
        machine.breakage = breakage;
      });
      if (breakage.healedBy === 'time') {
        schedule.at(now() + (breakage.healsAfter ?? 60_000), (time) => {
          if (machine.breakageNumber === number) change(machine, time, () => delete machine.breakage);
        });
      }
    },
    heal: (machine) => change(machine, now(), () => delete machine.breakage),
    replace: (machine) =>
      change(machine, now(), () => {
        machine.vmId = random.guid(`${machine.vmId} replaced`);
        machine.provisioning = 'Succeeded';
        delete machine.provisioningError;
        boot(machine, now(), 'replace');
      }),
    setPower: (machine, power) =>
      change(machine, now(), () => {
        machine.power = power;
        machine.rebooting = false;
        if (power === 'deallocated') machine.moved = true;
      }),
    setTags: (machine, tags) =>
      change(machine, now(), () => {
        machine.tags = { ...tags };
      }),
    carryOut(machine, action, endsAt, tags) {
      const at = now();
      change(machine, at, () => {
        machine.provisioning = 'Updating';
        delete machine.provisioningError;
        begin[action](machine, at, endsAt);
      });
      schedule.at(endsAt, (time) =>
        change(machine, time, () => {
          machine.provisioning = 'Succeeded';
          if (tags !== undefined) machine.tags = { ...tags };
          end[action](machine, time);
          machine.effects[action] += 1;
        }),
      );
    },
    pretend(machine, endsAt) {
      change(machine, now(), () => {
        machine.provisioning = 'Updating';
        delete machine.provisioningError;
      });
      schedule.at(endsAt, (time) =>
        change(machine, time, () => {
          machine.provisioning = 'Succeeded';
        }),
      );
    },
    failLate(machine, endsAt, error) {
      change(machine, now(), () => {
        machine.provisioning = 'Updating';
      });
      schedule.at(endsAt, (time) =>
        change(machine, time, () => {
          machine.provisioning = 'Failed';
          machine.provisioningError = error;
        }),
      );
    },
    state: (machine) => ({
      id: machine.id,
      name: machine.seed.name,
      resourceGroup: machine.seed.resourceGroup,
      power: machine.power,
      provisioning: machine.provisioning,
      agent: agent(machine),
      healthy: healthy(machine),
      ...(machine.breakage === undefined ? {} : { breakage: { ...machine.breakage } }),
      tags: { ...machine.tags },
      effects: { ...machine.effects },
      ...(machine.seed.zone === undefined ? {} : { zone: machine.seed.zone }),
      ...(machine.seed.scaleSetId === undefined ? {} : { scaleSetId: machine.seed.scaleSetId }),
    }),
    agent,
    healthy,
  };
}

function fromSeed(seed: MachineSeed, at: number, random: SeededRandom): Machine {
  const id = machineId(seed.subscriptionId, seed.resourceGroup, seed.name);
  const power = seed.power ?? 'running';
  return {
    id,
    vmId: random.guid(`vm ${id.toLowerCase()}`),
    seed,
    createdAt: at,
    power,
    powerSince: at,
    provisioning: 'Succeeded',
    provisioningSince: at,
    rebooting: false,
    agentReadyAt: at,
    moved: power === 'deallocated',
    breakageNumber: 0,
    tags: { ...seed.tags },
    version: 1,
    effects: { restart: 0, redeploy: 0, start: 0, powerOff: 0, deallocate: 0, update: 0 },
    // A machine that is there at the start has always been as it is.
    history: [{ at: Number.NEGATIVE_INFINITY, power, rebooting: false }],
  };
}
