import { judge, pickPoint, probeScript } from '../../../src/backup/drill/plan';
import { complianceHtml, recoveryPointSchema, type ItemDocument, type RecoveryPoint } from '../../../src/backup';
import { complianceOf } from '../../../src/backup/report/plan';
import type { Measurement } from '../../../src/backup/report/model';
import { partsIn, planRestore, planUndo, removalPhases } from '../../../src/backup/restore/plan';
import type { PhaseEnd } from '../../../src/backup/restore/model';
import type { EpochMillis, Iso8601 } from '../../../src/kernel/clock';
import type { ResourceId } from '../../../src/kernel/resource-id';
import type { DiskShape, MachineShape } from '../../../src/ports/restoring';
import { machine } from '../platform';

const vm = machine('prod', 1);
const group = vm.slice(0, vm.indexOf('/providers/'));
const disk = (name: string) => `${group}/providers/microsoft.compute/disks/${name}` as ResourceId;
const snapshot = (name: string) => `${group}/providers/microsoft.compute/snapshots/${name}` as ResourceId;
const now = Date.parse('2026-03-02T09:00:00Z') as EpochMillis;

const part = (name: string, place: 'os' | number) => ({
  disk: disk(name),
  snapshot: snapshot(`snap-${name}`),
  place,
  sizeBytes: 2 ** 30,
  sku: 'Premium_LRS',
  encryptionSet: null,
  previous: null,
});
const pointOf = (id: string, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  ...recoveryPointSchema.parse({
    id,
    kind: 'snapshots',
    consistency: 'crash',
    tier: 'gold',
    state: 'complete',
    takenAt: '2026-03-02T08:00:00Z',
    settledAt: '2026-03-02T08:01:00Z',
    spreadSeconds: 0,
    location: 'westeurope',
    parts: [part('os', 'os'), part('data', 0)],
    problem: null,
    copies: [],
    proof: null,
    hold: null,
    tombstone: null,
  }),
  ...more,
});
const shape: MachineShape = {
  id: vm,
  location: 'westeurope',
  zone: '1',
  size: 'Standard_D4s_v5',
  power: 'running',
  provisioning: 'succeeded',
  agentReady: true,
  systemDisk: disk('os'),
  system: 'linux',
  dataDisks: [
    { lun: 0, disk: disk('data') },
    { lun: 3, disk: disk('younger') },
  ],
  interfaces: [],
  security: 'TrustedLaunch',
};
const source = (id: ResourceId): DiskShape => ({
  id,
  location: 'westeurope',
  zone: null,
  sku: 'Standard_ZRS',
  attachedTo: null,
  system: null,
  generation: 'V2',
  security: 'TrustedLaunch',
  encryptionSet: null,
});
const sources = new Map([snapshot('snap-os'), snapshot('snap-data')].map((id) => [id, source(id)]));
const inPlace = { kind: 'in-place' as const, item: vm, placement: {} };

it('plans a restore in place: disks first, one exchange, and a disk that is younger than the point stays where it is', () => {
  const planned = planRestore(inPlace, { point: pointOf('aaaaaaaaaaaa'), machine: shape, sources }, 'restore-1', now);
  if (planned.kind !== 'plan') {
    throw new Error(planned.reasons.join());
  }
  const { plan } = planned;
  expect(plan.phases.map(({ name }) => name)).toEqual(['disks', 'stop', 'exchange', 'start', 'boot']);
  const exchange = plan.phases[2]?.stages[0];
  expect(exchange).toMatchObject({ kind: 'exchange', dataDisks: [{ lun: 0 }, { lun: 3, disk: disk('younger') }] });
  expect(plan.before).toEqual({ systemDisk: disk('os'), dataDisks: shape.dataDisks });
  expect(plan.reasons[0]).toBe(
    'what was written in the last 1h is no longer on the machine; it stays on the old disks',
  );
  expect(plan.phases[0]?.stages).toMatchObject([
    { kind: 'disk', zone: '1', sku: 'Premium_LRS', security: 'TrustedLaunch', system: 'linux' },
    { kind: 'disk', zone: '1', system: null },
  ]);
  expect(planRestore(inPlace, { point: pointOf('aaaaaaaaaaaa'), machine: shape, sources }, 'restore-1', now)).toEqual(
    planned,
  );
});

it('plans nothing for a machine that is just being changed: one that restarts would be left off', () => {
  const view = { point: pointOf('aaaaaaaaaaaa'), sources };
  for (const change of [{ power: 'changing' }, { provisioning: 'changing' }] as const) {
    const planned = planRestore(inPlace, { ...view, machine: { ...shape, ...change } }, 'restore-1', now);
    expect(planned).toEqual({ kind: 'busy', reasons: [expect.stringMatching(/is just being changed by something/)] });
  }
  const done = planRestore(inPlace, { ...view, machine: shape }, 'restore-1', now);
  const plan = done.kind === 'plan' ? done.plan : undefined;
  const exchange = plan?.phases[2]?.stages[0];
  const systemDisk = exchange?.kind === 'exchange' ? exchange.systemDisk : shape.systemDisk;
  const undone = (power: MachineShape['power']) =>
    plan === undefined ? undefined : planUndo(plan, { ...shape, systemDisk, power }, 'restore-2', now);
  expect(undone('changing')).toMatchObject({ kind: 'busy' });
  expect(undone('running')).toMatchObject({ kind: 'plan', plan: { wasRunning: true } });
  expect(undone('deallocated')).toMatchObject({ kind: 'plan', plan: { wasRunning: false } });
});

it('says why not, in words that name what to do', () => {
  const reasons = (...given: Parameters<typeof planRestore>) => {
    const planned = planRestore(...given);
    return planned.kind === 'impossible' ? planned.reasons.join() : 'possible';
  };
  const view = { point: pointOf('aaaaaaaaaaaa'), machine: shape, sources };
  expect(reasons(inPlace, { ...view, point: pointOf('aaaaaaaaaaaa', { state: 'lost' }) }, 'r', now)).toMatch(/is lost/);
  expect(reasons(inPlace, { ...view, sources: new Map() }, 'r', now)).toBe(
    'the snapshot snap-os is not there,the snapshot snap-data is not there',
  );
  expect(reasons(inPlace, { ...view, machine: undefined }, 'r', now)).toMatch(/one by one, with kind disk/);
  expect(reasons({ ...inPlace, kind: 'disk' }, view, 'r', now)).toMatch(/holds 2 disks; name one/);
  expect(reasons({ ...inPlace, kind: 'side-by-side' }, view, 'r', now)).toMatch(/placement.subnet is missing/);
});

it('reads a point in another region from its copy there, when that is complete', () => {
  const parts = [part('os', 'os'), part('data', 0)].map((one) => ({
    source: one.snapshot,
    snapshot: `${one.snapshot}-neu` as ResourceId,
  }));
  const copy = { location: 'northeurope', parts, startedAt: null, completedAt: null, attempts: 1 };
  const copied = pointOf('aaaaaaaaaaaa', { copies: [{ ...copy, problem: null, leftovers: [], state: 'complete' }] });
  expect(partsIn(copied, 'northeurope')?.map((one) => one.snapshot)).toEqual(parts.map((one) => one.snapshot));
  expect(
    partsIn(
      pointOf('aaaaaaaaaaaa', { copies: [{ ...copy, problem: null, leftovers: [], state: 'copying' }] }),
      'northeurope',
    ),
  ).toBeUndefined();
});

it('removes a machine before what it uses, and a network before its security group', () => {
  const network = (type: string) => `${group}/providers/microsoft.network/${type}/x` as ResourceId;
  const ids = [
    network('networksecuritygroups'),
    network('virtualnetworks'),
    disk('x'),
    network('networkinterfaces'),
    vm,
  ];
  expect(removalPhases(ids).map(({ stages }) => stages.map(({ id }) => id))).toEqual([
    [vm],
    [disk('x'), network('networkinterfaces')],
    [network('virtualnetworks')],
    [network('networksecuritygroups')],
  ]);
});

it('tries the newest good point, any good one, or the one that is named; never one that has to go', () => {
  const failed = { verdict: 'failed' as const, at: '' as Iso8601, drill: 'd', restoreSeconds: null, reason: '' };
  const tombstone = { at: '' as Iso8601, reason: '', deleteAfter: '' as Iso8601 };
  const points = [
    pointOf('111111111111', { tombstone }),
    pointOf('222222222222'),
    pointOf('333333333333'),
    pointOf('444444444444', { proof: failed }),
  ];
  const document = { points } as unknown as ItemDocument;
  expect(pickPoint(document, 'latest', null, 'drill-1')?.id).toBe('333333333333');
  expect(pickPoint(document, 'named', '444444444444', 'drill-1')?.id).toBe('444444444444');
  expect(pickPoint(document, 'named', '111111111111', 'drill-1')).toBeUndefined();
  const drawn = new Set(Array.from({ length: 40 }, (_, n) => pickPoint(document, 'random', null, `drill-${n}`)?.id));
  expect([...drawn].sort()).toEqual(['222222222222', '333333333333']);
});

const end = (name: string, code?: string, exitCode = 0): PhaseEnd => ({
  name,
  startedAt: '2026-03-02T08:00:00.000Z' as Iso8601,
  seconds: 1,
  problem: code === undefined ? null : { code, message: 'x' },
  scripts: name === 'probes' ? [{ name: 'tcp-22', exitCode, output: 'refused' }] : [],
});
it.each([
  [[end('disks'), end('machine'), end('boot'), end('probes')], 'proven'],
  [[end('disks'), end('machine'), end('boot'), end('probes', undefined, 1)], 'failed'],
  [[end('disks'), end('machine'), end('boot', 'TimeLimit')], 'failed'],
  [[end('disks', 'ProvisioningFailed')], 'failed'],
  [[end('disks', 'TimeLimit')], 'inconclusive'],
  [[end('disks', 'QuotaExceeded')], 'inconclusive'],
  [[end('disks'), end('machine', 'AllocationFailed')], 'inconclusive'],
  [[end('disks'), end('machine'), end('boot', 'NotAllowed')], 'inconclusive'],
] as const)('judges what the phases of drill %# say', (ends, result) => {
  expect(judge(ends).result).toBe(result);
});

it('writes probes as scripts that fail when there is no answer', () => {
  const script = (probe: Parameters<typeof probeScript>[0]) => probeScript(probe, 'linux').script;
  expect(script({ tcp: 22 })).toBe("timeout 10 bash -c 'exec 3<>/dev/tcp/127.0.0.1/22'");
  expect(script({ http: { port: 443, path: '/health', status: 204, tls: true } })).toBe(
    `test "$(curl -sS -k -m 15 -o /dev/null -w '%{http_code}' 'https://127.0.0.1:443/health')" = "204"`,
  );
  expect(script({ checksum: '/data/canary.sha256' })).toBe(
    "cd '/data' && sha256sum --check --strict --quiet '/data/canary.sha256'",
  );
});

it('puts names of resources into the page as text, and draws a gap where nothing is known', () => {
  const tier = { tier: 'gold', resources: 1, kept: 1, atRisk: 0, breached: 0, proven: 0 };
  const measurement = {
    version: 1,
    at: '2026-03-02T09:00:00.000Z',
    tiers: [
      {
        ...tier,
        worst: 0.5,
        rpoSeconds: 3600,
        rtoSeconds: 3600,
        recoveryTime: { promisedSeconds: 3600, drills: 0, p50Seconds: null, p95Seconds: null, standing: 'unmeasured' },
        drillsProven: 0,
        drillsFailed: 0,
      },
    ],
    resources: [],
    unprotected: [{ item: vm, reason: '<script>alert(1)</script>' }],
    excluded: [],
  } as unknown as Measurement;
  const sample = (hour: number, worst: number | null, breached = 0) => ({
    at: `2026-03-02T0${hour}:00:00.000Z` as Iso8601,
    tiers: [{ ...tier, worst, breached }],
    unprotected: 0,
  });
  const report = complianceOf(
    measurement,
    [sample(1, 0.2), sample(2, null), sample(3, 1.5, 1), sample(4, 0.3)],
    'prod',
  );
  expect(report.keptShare).toEqual({ gold: 0.75 });
  const page = complianceHtml(report);
  expect(page).not.toContain('<script>');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toMatch(/https?:\/\//);
  expect(/<path d="([^"]*)"/.exec(page)?.[1]?.match(/M/g)).toHaveLength(2);
});
