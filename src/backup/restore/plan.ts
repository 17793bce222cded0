import { isoOf, type EpochMillis, type Iso8601 } from '../../kernel/clock';
import { formatDuration, type Seconds } from '../../kernel/duration';
import { hashOf } from '../../kernel/hash';
import type { ResourceId } from '../../kernel/resource-id';
import type { DiskShape, MachineShape, Owner, Slot, Stage } from '../../ports/restoring';
import type { PointPart, RecoveryPoint } from '../model';
import type { Phase, RestorePlan, RestoreRequest } from './model';

/** What a restore is planned from. */
export interface RestoreView {
  readonly point: RecoveryPoint;
  /** The machine as it is now; absent when it is gone, or when the item is a disk. */
  readonly machine: MachineShape | undefined;
  /** The snapshots to read, by id, as they are now. */
  readonly sources: ReadonlyMap<ResourceId, DiskShape>;
}

export type Planned =
  | { readonly kind: 'plan'; readonly plan: RestorePlan }
  /** The machine is on its way from one state to another; what it will be then cannot be told yet. */
  | { readonly kind: 'busy'; readonly reasons: readonly string[] }
  | { readonly kind: 'impossible'; readonly reasons: readonly string[] };

/** Longest that the parts of a restore may take before it is given up, in seconds. Disks are read in the background. */
const limits = { disks: 3600, stop: 900, exchange: 900, machine: 1800, ready: 1200 } as const;

/** What was made is meant to be there this long; then it stands in the list of what a person should look at. Seconds. */
const keptSeconds = 30 * 86_400;

const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const groupOf = (id: string): ResourceId => id.split('/').slice(0, 5).join('/') as ResourceId;

/** Id of a resource below a group. */
export function idIn(group: ResourceId, type: string, name: string): ResourceId {
  return `${group}/providers/${type}/${name}` as ResourceId;
}

/** Which snapshots hold a point's disks in a region: its own, or those of a copy there. `undefined` when there are none. */
export function partsIn(point: RecoveryPoint, location: string): readonly PointPart[] | undefined {
  if (point.location === location) {
    return point.parts;
  }
  const copy = point.copies.find((one) => one.location === location && one.state === 'complete');
  if (copy === undefined) {
    return undefined;
  }
  return point.parts.flatMap((part) => {
    const copied = copy.parts.find(({ source }) => source === part.snapshot);
    return copied === undefined ? [] : [{ ...part, snapshot: copied.snapshot }];
  });
}

/** A disk made from one part of a point. */
export function diskStage(
  part: PointPart,
  source: DiskShape,
  made: {
    readonly id: ResourceId;
    readonly location: string;
    readonly zone: string | null;
    readonly system: 'linux' | 'windows' | null;
  },
): Extract<Stage, { kind: 'disk' }> {
  const { id, location, zone, system } = made;
  return {
    kind: 'disk',
    id,
    location,
    zone,
    snapshot: part.snapshot,
    sku: part.sku === '' ? 'Premium_LRS' : part.sku,
    generation: source.generation,
    security: source.security,
    encryptionSet: part.encryptionSet,
    system: part.place === 'os' ? (source.system ?? system) : null,
  };
}

/** Name of what is made from a disk: short, and the same whenever the same restore is planned. */
export function madeName(work: string, disk: string): string {
  return `${nameOf(disk).slice(0, 40)}-${hashOf([work, disk]).slice(0, 8)}`;
}

/** The parts of a point with the stages that make disks of them; or what stands in the way. */
function disksOf(
  parts: readonly PointPart[],
  view: RestoreView,
  place: { readonly group: ResourceId; readonly location: string; readonly zone: string | null },
  work: string,
): {
  readonly made: readonly { part: PointPart; stage: Extract<Stage, { kind: 'disk' }> }[];
  readonly missing: string[];
} {
  const missing: string[] = [];
  const made = parts.flatMap((part) => {
    const source = view.sources.get(part.snapshot);
    if (source === undefined) {
      missing.push(`the snapshot ${nameOf(part.snapshot)} is not there`);
      return [];
    }
    const id = idIn(place.group, 'microsoft.compute/disks', madeName(work, part.disk));
    const system = view.machine?.system ?? source.system ?? 'linux';
    return [{ part, stage: diskStage(part, source, { id, location: place.location, zone: place.zone, system }) }];
  });
  return { made, missing };
}

const slotsOf = (made: readonly { part: PointPart; stage: { readonly id: ResourceId } }[]): Slot[] =>
  made.flatMap(({ part, stage }) => (typeof part.place === 'number' ? [{ lun: part.place, disk: stage.id }] : []));

/**
 * Plans a restore. Pure: the same view, request and work give the same plan, names included.
 *
 * In place, disks are made while the machine still runs, then it is stopped, its disks are exchanged in one request, and it is
 * started: it is down for the exchange and not for the copying.
 */
export function planRestore(request: RestoreRequest, view: RestoreView, work: string, now: EpochMillis): Planned {
  const { point, machine } = view;
  const impossible = (...reasons: string[]): Planned => ({ kind: 'impossible', reasons });
  if (point.state !== 'complete') {
    return impossible(`point ${point.id} is ${point.state}: ${point.problem ?? 'it cannot be read'}`);
  }
  if (request.kind === 'in-place' && Object.keys(request.placement).length > 0) {
    return impossible('placement is for restores beside the machine; leave it out in place');
  }
  const location = request.placement.location ?? machine?.location ?? point.location;
  const located = partsIn(point, location);
  if (located === undefined) {
    const there = [
      point.location,
      ...point.copies.filter(({ state }) => state === 'complete').map((one) => one.location),
    ];
    return impossible(`point ${point.id} is not in ${location}; it is in ${there.join(', ')}`);
  }
  const parts =
    request.kind === 'disk' && request.disk !== undefined
      ? located.filter(({ disk }) => disk === request.disk)
      : located;
  if (parts.length === 0) {
    return impossible(
      `point ${point.id} holds no such disk; it holds ${point.parts.map(({ disk }) => nameOf(disk)).join(', ')}`,
    );
  }
  if (request.kind === 'disk' && parts.length > 1) {
    return impossible(
      `point ${point.id} holds ${parts.length} disks; name one: ${parts.map(({ disk }) => disk).join(', ')}`,
    );
  }
  const owner: Owner = { work, until: isoOf((now + keptSeconds * 1000) as EpochMillis) };
  // Another region has other zones: none is assumed there.
  const moved = machine !== undefined && location !== machine.location;
  const zone = request.placement.zone !== undefined ? request.placement.zone : moved ? null : (machine?.zone ?? null);
  const group = request.placement.resourceGroup ?? groupOf(request.item);
  const { made, missing } = disksOf(parts, view, { group, location, zone }, work);
  if (missing.length > 0) {
    return impossible(...missing);
  }
  const lost = lossOf(point.takenAt, now);
  const proof = proofText(point);
  const disks: Phase = { name: 'disks', stages: made.map(({ stage }) => stage), limitSeconds: limits.disks };
  const makes = made.map(({ stage }) => stage.id);
  const shared = { item: request.item, point: point.id, takenAt: point.takenAt, owner };
  const makingDisks = made.map(({ part, stage }) => `make disk ${nameOf(stage.id)} from ${nameOf(part.snapshot)}`);

  if (request.kind === 'disk') {
    const [only] = makes as [ResourceId];
    const named =
      request.placement.name === undefined ? only : idIn(group, 'microsoft.compute/disks', request.placement.name);
    const stages = disks.stages.map((stage) => ({ ...stage, id: named }));
    const plan: RestorePlan = {
      kind: 'disk',
      ...shared,
      target: named,
      summary: `make disk ${nameOf(named)} from ${nameOf(parts[0]?.disk ?? '')} as of ${point.takenAt}`,
      steps: [
        `make disk ${nameOf(named)} in ${location}${zone === null ? '' : `, zone ${zone}`}; attach it to nothing`,
      ],
      reasons: [proof],
      phases: [{ ...disks, stages }],
      makes: [named],
      before: null,
      wasRunning: false,
    };
    return { kind: 'plan', plan };
  }
  if (machine === undefined) {
    return impossible(
      `${nameOf(request.item)} is not a machine that is there: restore its disks one by one, with kind disk`,
    );
  }
  const system = made.find(({ part }) => part.place === 'os');
  if (system === undefined) {
    return impossible(`point ${point.id} holds no system disk of ${nameOf(machine.id)}`);
  }
  const dataDisks = slotsOf(made);
  if (request.kind === 'side-by-side') {
    return besideIt(
      request,
      { ...shared, disks, makes, makingDisks, zone, location, group, system: system.stage.id, dataDisks, proof },
      machine,
    );
  }

  if (isChanging(machine)) {
    return busy(machine);
  }
  const wasRunning = machine.power === 'running';
  const before = { systemDisk: machine.systemDisk, dataDisks: machine.dataDisks };
  const covered = new Set(parts.map(({ disk }) => disk));
  const uncovered = machine.dataDisks.filter(({ disk }) => !covered.has(disk));
  // A disk that is younger than the point is not part of it: it stays attached, unless its slot is taken.
  const staying = uncovered.filter(({ lun }) => !dataDisks.some((one) => one.lun === lun));
  const exchanged = [...dataDisks, ...staying].sort((left, right) => left.lun - right.lun);
  const steps = [
    ...makingDisks,
    ...(machine.power === 'deallocated' ? [] : [`stop ${nameOf(machine.id)}`]),
    `exchange the disks of ${nameOf(machine.id)} in one request; the old ones stay, detached`,
    ...(wasRunning ? [`start ${nameOf(machine.id)} and wait until it answers`] : []),
  ];
  const plan: RestorePlan = {
    kind: 'in-place',
    ...shared,
    target: machine.id,
    summary: `set ${nameOf(machine.id)} back to ${point.takenAt}`,
    steps,
    reasons: [
      `what was written in the last ${lost} is no longer on the machine; it stays on the old disks`,
      proof,
      ...staying.map(({ disk }) => `${nameOf(disk)} is not part of the point and stays attached as it is`),
    ],
    phases: [disks, ...exchangePhases(machine.id, { systemDisk: system.stage.id, dataDisks: exchanged }, wasRunning)],
    makes,
    before,
    wasRunning,
  };
  return { kind: 'plan', plan };
}

/** Whether a machine is just being started, stopped or altered: one that restarts is not to be left off afterwards. */
const isChanging = ({ power, provisioning }: MachineShape): boolean =>
  power === 'changing' || provisioning === 'changing';

const busy = ({ id }: MachineShape): Planned => ({
  kind: 'busy',
  reasons: [`${nameOf(id)} is just being changed by something else; it is planned when that is over`],
});

/** From a machine in whatever state to one with these disks, running if it ran. */
export function exchangePhases(
  machine: ResourceId,
  disks: { readonly systemDisk: ResourceId; readonly dataDisks: readonly Slot[] },
  run: boolean,
): Phase[] {
  return [
    { name: 'stop', stages: [{ kind: 'stop', id: machine }], limitSeconds: limits.stop },
    {
      name: 'exchange',
      stages: [{ kind: 'exchange', id: machine, systemDisk: disks.systemDisk, dataDisks: [...disks.dataDisks] }],
      limitSeconds: limits.exchange,
    },
    ...(run
      ? [
          { name: 'start', stages: [{ kind: 'start' as const, id: machine }], limitSeconds: limits.machine },
          { name: 'boot', stages: [{ kind: 'ready' as const, id: machine }], limitSeconds: limits.ready },
        ]
      : []),
  ];
}

interface Beside {
  readonly item: ResourceId;
  readonly point: string;
  readonly takenAt: Iso8601;
  readonly owner: Owner;
  readonly disks: Phase;
  readonly makes: readonly ResourceId[];
  readonly makingDisks: readonly string[];
  readonly zone: string | null;
  readonly location: string;
  readonly group: ResourceId;
  readonly system: ResourceId;
  readonly dataDisks: readonly Slot[];
  readonly proof: string;
}

function besideIt(request: RestoreRequest, beside: Beside, machine: MachineShape): Planned {
  const { owner, disks, makes, location, zone, group, system, dataDisks } = beside;
  const { subnet, name = madeName(owner.work, machine.id) } = request.placement;
  if (subnet === undefined) {
    return {
      kind: 'impossible',
      reasons: ['placement.subnet is missing: say where the new machine has its interface'],
    };
  }
  const target = idIn(group, 'microsoft.compute/virtualmachines', name);
  if (target === machine.id) {
    return { kind: 'impossible', reasons: [`placement.name is that of the machine itself`] };
  }
  const nic = idIn(group, 'microsoft.network/networkinterfaces', `nic-${name}`);
  const plan: RestorePlan = {
    kind: 'side-by-side',
    item: beside.item,
    target,
    point: beside.point,
    takenAt: beside.takenAt,
    summary: `make ${name} beside ${nameOf(machine.id)} as of ${beside.takenAt}`,
    steps: [
      ...beside.makingDisks,
      `make machine ${name} in ${location}${zone === null ? '' : `, zone ${zone}`}, on ${nameOf(subnet)}`,
      `wait until ${name} answers`,
    ],
    reasons: [
      beside.proof,
      'the new machine has the identity, host name and keys of the old one: keep it off what the old one serves',
    ],
    phases: [
      { ...disks, stages: [...disks.stages, { kind: 'interface', id: nic, location, subnet }] },
      {
        name: 'machine',
        stages: [
          {
            kind: 'machine',
            id: target,
            location,
            zone,
            size: machine.size,
            systemDisk: system,
            system: machine.system,
            dataDisks: [...dataDisks],
            interface: nic,
            security: machine.security,
          },
        ],
        limitSeconds: limits.machine,
      },
      { name: 'boot', stages: [{ kind: 'ready', id: target }], limitSeconds: limits.ready },
    ],
    owner,
    makes: [target, nic, ...makes],
    before: null,
    wasRunning: true,
  };
  return { kind: 'plan', plan };
}

/** Plans the way back from an in-place restore: the disks that it took off, in the slots where they were. */
export function planUndo(
  plan: RestorePlan,
  machine: MachineShape | undefined,
  work: string,
  now: EpochMillis,
): Planned {
  const impossible = (reason: string): Planned => ({ kind: 'impossible', reasons: [reason] });
  if (plan.kind !== 'in-place' || plan.before === null) {
    return impossible('only a restore in place is undone; what was made beside it can be removed');
  }
  if (machine === undefined) {
    return impossible(`${nameOf(plan.target)} is not there`);
  }
  const restored = plan.phases.flatMap(({ stages }) => stages).find((stage) => stage.kind === 'exchange');
  if (restored === undefined || machine.systemDisk !== restored.systemDisk) {
    return impossible(`${nameOf(plan.target)} does not have the disks of that restore any more`);
  }
  if (isChanging(machine)) {
    return busy(machine);
  }
  const { before } = plan;
  const undo: RestorePlan = {
    ...plan,
    summary: `give ${nameOf(plan.target)} back the disks it had before ${plan.owner.work}`,
    steps: [
      ...(machine.power === 'deallocated' ? [] : [`stop ${nameOf(machine.id)}`]),
      `exchange the disks of ${nameOf(machine.id)} in one request; the restored ones stay, detached`,
      ...(machine.power === 'running' ? [`start ${nameOf(machine.id)} and wait until it answers`] : []),
    ],
    reasons: ['what was written since the restore is no longer on the machine; it stays on the restored disks'],
    phases: exchangePhases(machine.id, before, machine.power === 'running'),
    owner: { work, until: isoOf((now + keptSeconds * 1000) as EpochMillis) },
    makes: [],
    before: { systemDisk: machine.systemDisk, dataDisks: machine.dataDisks },
    wasRunning: machine.power === 'running',
  };
  return { kind: 'plan', plan: undo };
}

/** What makes a plan the plan it is: not the words, and not when it was looked at. */
export function restoreIdentity({ kind, target, point, phases, before }: RestorePlan): unknown {
  return { kind, target, point, phases, before };
}

function lossOf(takenAt: Iso8601, now: EpochMillis): string {
  return formatDuration(Math.max(0, Math.round((now - Date.parse(takenAt)) / 1000)) as Seconds);
}

function proofText({ id, proof }: RecoveryPoint): string {
  if (proof === null) {
    return `no drill has tried point ${id} yet`;
  }
  return proof.verdict === 'proven'
    ? `point ${id} was proven by ${proof.drill} at ${proof.at}`
    : `point ${id} FAILED in ${proof.drill} at ${proof.at}: ${proof.reason}`.slice(0, 512);
}

/** In the order in which ARM lets them go: a machine before what it uses, an interface before its network. */
const removalOrder: readonly (readonly string[])[] = [
  ['microsoft.compute/virtualmachines'],
  ['microsoft.network/networkinterfaces', 'microsoft.compute/disks'],
  ['microsoft.network/virtualnetworks'],
  ['microsoft.network/networksecuritygroups'],
];

const typeOf = (id: string): string => (id.split('/providers/').at(-1) ?? '').split('/').slice(0, 2).join('/');

/** Phases that remove these, whatever is left of them. */
export function removalPhases(ids: readonly ResourceId[]): Phase[] {
  return removalOrder.flatMap((types, index) => {
    const stages = ids.filter((id) => types.includes(typeOf(id))).map((id) => ({ kind: 'remove' as const, id }));
    return stages.length === 0 ? [] : [{ name: `remove-${index + 1}`, stages, limitSeconds: limits.machine }];
  });
}
