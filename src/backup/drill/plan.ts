import { isoOf, type EpochMillis } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import type { ResourceId } from '../../kernel/resource-id';
import type { DiskShape, MachineShape, Stage } from '../../ports/restoring';
import type { ItemDocument, ItemSummary, RecoveryPoint } from '../model';
import type { BackupPolicy } from '../policy.model';
import type { Phase, PhaseEnd } from '../restore/model';
import { diskStage, idIn, madeName, partsIn } from '../restore/plan';
import type { DrillIndex, DrillOrder, DrillPlan, DrillResult, Pick } from './model';
import type { Probe } from './policy.model';

/** An address range that no network of ours has. A drill's network is peered with nothing, so that all drills can have the same. */
const isolatedPrefix = '10.255.255.0/24';

/** Beyond its time a drill's machine is an orphan. Room for the time limits of all its phases and for the teardown. Seconds. */
const clearingSeconds = 3600;

/** How long a drill waits for its turn in the budget. Seconds. */
const patienceSeconds = 3600;

const day = 86_400;

/**
 * The point that a drill tries. `random` is drawn by the drill's id, so that the same drill tries the same point however often
 * it is planned; old points are as likely as new ones, because what nobody looks at is what rots. `undefined` when there is none.
 */
export function pickPoint(
  document: ItemDocument,
  pick: Pick,
  named: string | null,
  drillId: string,
): RecoveryPoint | undefined {
  const there = document.points.filter(({ state, tombstone }) => state === 'complete' && tombstone === null);
  if (pick === 'named') {
    return there.find(({ id }) => id === named);
  }
  const good = there.filter(({ proof }) => proof?.verdict !== 'failed');
  return pick === 'latest'
    ? good.at(-1)
    : good[Number.parseInt(hashOf(['random point', drillId]).slice(0, 8), 16) % Math.max(1, good.length)];
}

/** A probe as the script that is run in the machine. */
export function probeScript(
  probe: Probe,
  system: 'linux' | 'windows',
): { readonly name: string; readonly script: string } {
  if ('script' in probe) {
    return { name: `script-${hashOf(probe.script).slice(0, 8)}`, script: probe.script };
  }
  if ('tcp' in probe) {
    const script =
      system === 'linux'
        ? `timeout 10 bash -c 'exec 3<>/dev/tcp/127.0.0.1/${probe.tcp}'`
        : `if (-not (Test-NetConnection 127.0.0.1 -Port ${probe.tcp} -InformationLevel Quiet)) { exit 1 }`;
    return { name: `tcp-${probe.tcp}`, script };
  }
  if ('http' in probe) {
    const { port, path, status, tls } = probe.http;
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;
    const script =
      system === 'linux'
        ? // The certificate is for the machine's public name; that it is served at all is what is asked.
          `test "$(curl -sS -k -m 15 -o /dev/null -w '%{http_code}' '${url}')" = "${status}"`
        : `if ((Invoke-WebRequest -UseBasicParsing -SkipHttpErrorCheck -SkipCertificateCheck -TimeoutSec 15 '${url}').StatusCode -ne ${status}) { exit 1 }`;
    return { name: `http-${port}`, script };
  }
  const folder = probe.checksum.slice(0, probe.checksum.lastIndexOf('/')) || '/';
  const script =
    system === 'linux'
      ? `cd '${folder}' && sha256sum --check --strict --quiet '${probe.checksum}'`
      : `exit (Get-Content '${probe.checksum}' | Where-Object { $s, $f = $_ -split '\\s+', 2; (Get-FileHash $f).Hash -ne $s }).Count`;
  return { name: `checksum-${hashOf(probe.checksum).slice(0, 8)}`, script };
}

export interface DrillView {
  readonly document: ItemDocument;
  readonly point: RecoveryPoint;
  /** The source machine, for its size and slots; absent when it is gone. */
  readonly machine: MachineShape | undefined;
  readonly sources: ReadonlyMap<ResourceId, DiskShape>;
}

export type DrillPlanned =
  | { readonly kind: 'plan'; readonly plan: DrillPlan }
  /** `point`: it is the point's fault that nothing can be made from it. */
  | { readonly kind: 'impossible'; readonly fault: 'point' | 'drill'; readonly reasons: readonly string[] };

/** A size for a machine whose source is gone. */
const spareSize = 'Standard_D2s_v5';

/** Plans a drill. Pure: names follow from the drill's id. */
export function planDrill(order: DrillOrder, view: DrillView, policy: BackupPolicy, now: EpochMillis): DrillPlanned {
  const { document, point, machine, sources } = view;
  const no = (fault: 'point' | 'drill', ...reasons: string[]): DrillPlanned => ({ kind: 'impossible', fault, reasons });
  const tier = policy.tiers[document.tier];
  if (tier === undefined) {
    return no('drill', `the policy has no tier "${document.tier}"`);
  }
  const group = policy.drills?.groups[point.location];
  if (policy.drills === undefined || group === undefined) {
    return no('drill', `the policy names no resource group for drills in ${point.location}; set drills.groups`);
  }
  const { probes = [], timeLimit = 1800 } = tier.drill ?? {};
  const { drillId } = order;
  const inGroup = (type: string, name: string): ResourceId =>
    idIn(
      `${document.item.split('/').slice(0, 3).join('/')}/resourcegroups/${group.toLowerCase()}` as ResourceId,
      type,
      name,
    );
  const { location } = point;
  const zone = machine?.zone ?? null;
  const owner = {
    work: drillId,
    until: isoOf((now + (patienceSeconds + 6 * timeLimit + clearingSeconds) * 1000) as EpochMillis),
  };

  const missing: string[] = [];
  const disks = (partsIn(point, location) ?? []).flatMap((part) => {
    const source = sources.get(part.snapshot);
    if (source === undefined) {
      missing.push(`the snapshot ${part.snapshot.slice(part.snapshot.lastIndexOf('/') + 1)} is not there`);
      return [];
    }
    const id = inGroup('microsoft.compute/disks', madeName(drillId, part.disk));
    return [{ part, stage: diskStage(part, source, { id, location, zone, system: machine?.system ?? 'linux' }) }];
  });
  if (missing.length > 0 || disks.length === 0) {
    return no('point', ...(missing.length > 0 ? missing : [`point ${point.id} holds no disk`]));
  }
  const shared = {
    tier: document.tier,
    point: point.id,
    takenAt: point.takenAt,
    promisedSeconds: tier.rto,
    owner,
    limits: {
      leaseSeconds: 1800,
      cooldownSeconds: 0,
      budgets: [{ name: 'drills', windowSeconds: day, maxResources: policy.drills.perDay }],
    },
    patienceSeconds,
  };
  const diskIds = disks.map(({ stage }) => stage.id);
  const system = disks.find(({ part }) => part.place === 'os');
  if (system === undefined) {
    // Disks without a system prove themselves by being readable: there is nothing to boot.
    const phases: Phase[] = [{ name: 'disks', stages: disks.map(({ stage }) => stage), limitSeconds: timeLimit }];
    return { kind: 'plan', plan: { ...shared, target: diskIds[0] as ResourceId, phases, makes: diskIds } };
  }

  const network = inGroup('microsoft.network/virtualnetworks', `vnet-${drillId}`);
  const networkGroup = inGroup('microsoft.network/networksecuritygroups', `vnet-${drillId}`);
  const nic = inGroup('microsoft.network/networkinterfaces', `nic-${drillId}`);
  const vm = inGroup('microsoft.compute/virtualmachines', `vm-${drillId}`);
  const os = machine?.system ?? system.stage.system ?? 'linux';
  const made: Stage = {
    kind: 'machine',
    id: vm,
    location,
    zone,
    size: machine?.size ?? spareSize,
    systemDisk: system.stage.id,
    system: os,
    dataDisks: disks.flatMap(({ part, stage }) =>
      typeof part.place === 'number' ? [{ lun: part.place, disk: stage.id }] : [],
    ),
    interface: nic,
    security: machine?.security ?? sources.get(system.part.snapshot)?.security ?? null,
  };
  const asked = probes.map((probe): Stage => {
    const { name, script } = probeScript(probe, os);
    return { kind: 'probe', id: vm, location, name, script, timeLimitSeconds: Math.min(timeLimit, 600) };
  });
  const phase = (name: string, stages: Stage[]): Phase => ({ name, stages, limitSeconds: timeLimit });
  return {
    kind: 'plan',
    plan: {
      ...shared,
      target: vm,
      phases: [
        phase('network', [{ kind: 'network', id: network, location, prefix: isolatedPrefix }]),
        phase('disks', [
          ...disks.map(({ stage }) => stage),
          { kind: 'interface', id: nic, location, subnet: `${network}/subnets/isolated` as ResourceId },
        ]),
        phase('machine', [made]),
        phase('boot', [{ kind: 'ready', id: vm }]),
        ...(asked.length === 0 ? [] : [phase('probes', asked)]),
      ],
      makes: [vm, nic, ...diskIds, network, networkGroup],
    },
  };
}

/** Problems that are about room, rights or our own say, and never about the point. */
const notThePoint: ReadonlySet<string> = new Set([
  'AllocationFailed',
  'ZonalAllocationFailed',
  'OverconstrainedAllocationRequest',
  'OverconstrainedZonalAllocationRequest',
  'SkuNotAvailable',
  'QuotaExceeded',
  'OperationNotAllowed',
  'NotAllowed',
  'NotOurs',
  'AzureDenied',
  'AuthorizationFailed',
  'LinkedAuthorizationFailed',
  'ResourceGroupNotFound',
]);

/** What the phases say about the point. */
export function judge(ends: readonly PhaseEnd[]): { readonly result: DrillResult; readonly reasons: string[] } {
  const broken = ends.find(({ problem }) => problem !== null);
  if (broken !== undefined && broken.problem !== null) {
    const { code, message } = broken.problem;
    const text = `${broken.name}: ${code}: ${message}`.slice(0, 1024);
    const aboutPoint =
      !notThePoint.has(code) &&
      (broken.name === 'boot' || broken.name === 'probes' || (broken.name === 'disks' && code !== 'TimeLimit'));
    return { result: aboutPoint ? 'failed' : 'inconclusive', reasons: [text] };
  }
  const bad = ends.flatMap(({ scripts }) => scripts).filter(({ exitCode }) => exitCode !== 0);
  return bad.length === 0
    ? { result: 'proven', reasons: ['a machine came up from the point and every probe answered'] }
    : {
        result: 'failed',
        reasons: bad.map(({ name, exitCode, output }) =>
          `probe ${name} ended with ${exitCode}: ${output.trim()}`.slice(0, 1024),
        ),
      };
}

/** Time from the first disk to the last probe. The network is the drill's own affair: a restore has one. */
export function restoreSecondsOf(ends: readonly PhaseEnd[]): number {
  const sum = ends.filter(({ name }) => name !== 'network').reduce((before, { seconds }) => before + seconds, 0);
  return Math.round(sum * 10) / 10;
}

export interface DrillDue {
  readonly item: ResourceId;
  readonly pick: 'latest' | 'random';
  readonly drillId: string;
  /** Since when, for the order and for people. */
  readonly dueSince: EpochMillis;
}

/**
 * Scheduled drills that are due, the longest overdue first. Each resource alternates between its latest point and a random one.
 * The id follows from the resource and its last drill, so that two schedules at once order one drill. A drill that told nothing
 * is tried again after an hour.
 */
export function drillsDue(
  policy: BackupPolicy,
  summaries: readonly ItemSummary[],
  index: DrillIndex,
  now: EpochMillis,
): DrillDue[] {
  if (policy.drills === undefined) {
    return [];
  }
  return summaries
    .flatMap((summary): DrillDue[] => {
      const every = policy.tiers[summary.tier]?.drill?.every;
      if (every === undefined || summary.newest === null || summary.orphanedAt !== null) {
        return [];
      }
      const drills = index.items[summary.item]?.drills ?? [];
      const last = drills.at(-1);
      const conclusive = drills.filter(({ result }) => result !== 'inconclusive');
      const wait = last?.result === 'inconclusive' ? Math.min(every, 3600) : every;
      // Spread over the first period, so that a thousand new resources are not all drilled on one day.
      const spread = (Number.parseInt(hashOf(['drill', summary.item]).slice(0, 6), 16) / 0xff_ffff) * every;
      const dueSince =
        last === undefined ? Date.parse(summary.firstSeenAt) + spread * 1000 : Date.parse(last.at) + wait * 1000;
      if (dueSince > now) {
        return [];
      }
      const pick = conclusive.at(-1)?.pick === 'latest' ? 'random' : 'latest';
      const drillId = `drill-${hashOf(['scheduled drill', summary.item, last?.id ?? null]).slice(0, 16)}`;
      return [{ item: summary.item, pick, drillId, dueSince: dueSince as EpochMillis }];
    })
    .sort((left, right) => left.dueSince - right.dueSince || (left.item < right.item ? -1 : 1));
}
