import { z } from 'zod';
import { resourceIdSchema } from '../../kernel/schemas';
import type { ResourceId } from '../../kernel/resource-id';
import type {
  DiskShape,
  MachineShape,
  OwnedResource,
  Owner,
  Restoring,
  Slot,
  Stage,
  StageBeginning,
  StageSight,
  StageState,
} from '../../ports/restoring';
import { armResources, type Asked } from './arm-resources';
import type { AzureClients } from './azure-clients';
import { desired, markOf, securityGroupOf } from './restored-bodies';

const statusSchema = z.object({ code: z.string().optional(), displayStatus: z.string().optional() });
const referenceSchema = z.object({ id: z.string() });
const machineSchema = z.object({
  id: z.string(),
  location: z.string(),
  zones: z.array(z.string()).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({
    provisioningState: z.string(),
    hardwareProfile: z.object({ vmSize: z.string() }),
    storageProfile: z.object({
      osDisk: z.looseObject({ osType: z.string().optional(), managedDisk: referenceSchema }),
      dataDisks: z.array(z.looseObject({ lun: z.number(), managedDisk: referenceSchema })).nullish(),
    }),
    networkProfile: z.object({ networkInterfaces: z.array(referenceSchema).nullish() }).nullish(),
    securityProfile: z.object({ securityType: z.string().nullish() }).nullish(),
    instanceView: z
      .object({
        statuses: z.array(statusSchema).nullish(),
        vmAgent: z.object({ statuses: z.array(statusSchema).nullish() }).nullish(),
      })
      .nullish(),
  }),
});
type Machine = z.infer<typeof machineSchema>;

const diskSchema = z.object({
  id: z.string(),
  location: z.string().nullish(),
  zones: z.array(z.string()).nullish(),
  sku: z.object({ name: z.string() }).nullish(),
  managedBy: z.string().nullish(),
  properties: z.object({
    osType: z.string().nullish(),
    hyperVGeneration: z.string().nullish(),
    securityProfile: z.object({ securityType: z.string().nullish() }).nullish(),
    encryption: z.object({ diskEncryptionSetId: z.string().nullish() }).nullish(),
  }),
});

const madeSchema = z.object({
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({ provisioningState: z.string().nullish() }).nullish(),
});

const commandSchema = z.object({
  properties: z.object({
    provisioningState: z.string().nullish(),
    instanceView: z
      .object({
        executionState: z.string().nullish(),
        executionMessage: z.string().nullish(),
        exitCode: z.number().nullish(),
        output: z.string().nullish(),
        error: z.string().nullish(),
      })
      .nullish(),
  }),
});

const done: Extract<StageState, { kind: 'done' }> = { kind: 'done', script: null };
const absent: StageSight = { kind: 'absent' };
const running = (retryAfterSeconds: number): Extract<StageState, { kind: 'running' }> => ({
  kind: 'running',
  retryAfterSeconds,
});
const failed = (code: string, message: string): Extract<StageState, { kind: 'failed' }> => ({
  kind: 'failed',
  code,
  message: message.slice(0, 1024),
});

/** Words of a script's output that are kept. */
const outputKept = 1000;

/** How often the platform is asked about what takes minutes, and about what takes seconds. */
const slow = 10;
const quick = 5;

/** `Restoring` over Azure Resource Manager. A look costs one read, two for a network; a beginning costs one write. */
export function createAzureRestoring({ clients }: { readonly clients: AzureClients }): Restoring {
  const arm = armResources(clients.arm);

  const machineAt = (id: ResourceId, abort: AbortSignal): Promise<Machine | undefined> =>
    arm.get(id, machineSchema, abort, { $expand: 'instanceView' });

  /** What was made by us: its own provisioning state tells how far it is. */
  async function made(id: ResourceId, owner: Owner, abort: AbortSignal): Promise<StageSight> {
    const found = await arm.get(id, madeSchema, abort);
    if (found === undefined) {
      return absent;
    }
    if (markOf(found.tags)?.work !== owner.work) {
      return failed('NotOurs', `${id} exists and does not carry the mark of ${owner.work}`);
    }
    return byProvisioning(found.properties?.provisioningState, id);
  }

  async function look(stage: Stage, owner: Owner, abort: AbortSignal): Promise<StageSight> {
    switch (stage.kind) {
      case 'network': {
        const group = await made(securityGroupOf(stage.id), owner, abort);
        return group.kind === 'done' ? made(stage.id, owner, abort) : group;
      }
      case 'interface':
      case 'disk':
      case 'machine':
        return made(stage.id, owner, abort);
      case 'probe':
        return probed(stage, abort);
      case 'remove': {
        const found = await arm.get(stage.id, madeSchema, abort);
        const state = found?.properties?.provisioningState?.toLowerCase();
        // What is still being made, or is on its way out, is waited for: a request in between is refused, or lost in it.
        return found === undefined ? done : state === undefined || isFinal(state) ? absent : running(quick);
      }
      case 'stop':
      case 'start':
      case 'ready':
      case 'exchange': {
        const machine = await machineAt(stage.id, abort);
        return machine === undefined
          ? failed('NotFound', `${stage.id} is not there`)
          : ofMachine(stage, shapeOf(stage.id, machine));
      }
    }
  }

  async function probed(stage: Extract<Stage, { kind: 'probe' }>, abort: AbortSignal): Promise<StageSight> {
    const command = await arm.get(`${stage.id}/runcommands/${stage.name}`, commandSchema, abort, {
      $expand: 'instanceView',
    });
    if (command === undefined) {
      return absent;
    }
    const { provisioningState, instanceView } = command.properties;
    const { executionState, exitCode, output, error, executionMessage } = instanceView ?? {};
    switch (executionState?.toLowerCase()) {
      case 'succeeded':
      case 'failed':
      case 'timedout':
      case 'canceled': {
        const said = [output, error, executionMessage].filter((text) => text != null && text !== '').join('\n');
        // A script that did not come to its end has no exit code; 124 is what timeout(1) gives.
        const code = exitCode ?? (executionState?.toLowerCase() === 'succeeded' ? 0 : 124);
        return { kind: 'done', script: { exitCode: code, output: said.slice(0, outputKept) } };
      }
      default:
        return provisioningState?.toLowerCase() === 'failed'
          ? failed('ScriptNotRun', executionMessage ?? 'the platform could not run the script')
          : running(quick);
    }
  }

  async function begin(stage: Stage, owner: Owner, requestId: string, abort: AbortSignal): Promise<StageBeginning> {
    const request = { requestId, abort };
    const put = async (id: string, body: unknown): Promise<StageBeginning> =>
      begun(await arm.ask('put', id, { ...request, body }));
    switch (stage.kind) {
      case 'network': {
        const group = securityGroupOf(stage.id);
        const state = await made(group, owner, abort);
        return state.kind === 'absent'
          ? put(group, desired.securityGroup(stage, owner))
          : state.kind === 'done'
            ? put(stage.id, desired.network(stage, owner))
            : state.kind === 'running'
              ? { ...state, begun: false }
              : state;
      }
      case 'interface':
        return put(stage.id, desired.networkInterface(stage, owner));
      case 'disk':
        return put(stage.id, desired.disk(stage, owner));
      case 'machine':
        return put(stage.id, desired.machine(stage, owner));
      case 'probe':
        return put(`${stage.id}/runcommands/${stage.name}`, desired.command(stage));
      case 'stop':
      case 'start': {
        const type = 'microsoft.compute/virtualmachines';
        const path = `${stage.id}/${stage.kind === 'stop' ? 'deallocate' : 'start'}`;
        return begun(await arm.ask('post', path, { ...request, type }));
      }
      case 'exchange': {
        const machine = await machineAt(stage.id, abort);
        return machine === undefined
          ? failed('NotFound', `${stage.id} is not there`)
          : begun(
              await arm.ask('patch', stage.id, {
                ...request,
                body: desired.exchange(stage, machine.properties.storageProfile.osDisk),
              }),
            );
      }
      case 'remove': {
        const found = await arm.get(stage.id, madeSchema, abort);
        if (found === undefined) {
          return done;
        }
        return markOf(found.tags)?.work === owner.work
          ? begun(await arm.ask('delete', stage.id, request))
          : failed('NotOurs', `${stage.id} does not carry the mark of ${owner.work} and is left alone`);
      }
      case 'ready':
        return { kind: 'running', retryAfterSeconds: slow, begun: false };
    }
  }

  return {
    async machine(id, abort) {
      const machine = await machineAt(id, abort);
      return machine === undefined ? undefined : shapeOf(id, machine);
    },
    async disk(id, abort): Promise<DiskShape | undefined> {
      const disk = await arm.get(id, diskSchema, abort);
      if (disk === undefined) {
        return undefined;
      }
      const { osType, hyperVGeneration, securityProfile, encryption } = disk.properties;
      const reference = (text: string | null | undefined): ResourceId | null =>
        text == null || text === '' ? null : resourceIdSchema.parse(text);
      return {
        id,
        location: disk.location ?? '',
        zone: disk.zones?.[0] ?? null,
        sku: disk.sku?.name ?? 'Premium_LRS',
        attachedTo: reference(disk.managedBy),
        system: osType == null ? null : osType.toLowerCase() === 'windows' ? 'windows' : 'linux',
        generation: hyperVGeneration ?? null,
        security: securityProfile?.securityType ?? null,
        encryptionSet: reference(encryption?.diskEncryptionSetId),
      };
    },
    look,
    begin,
    async owned(resourceGroup, abort) {
      return (await arm.inGroup(resourceGroup, abort)).flatMap(({ id, tags }): OwnedResource[] => {
        const owner = markOf(tags);
        const parsed = resourceIdSchema.safeParse(id);
        return owner === undefined || !parsed.success ? [] : [{ id: parsed.data, owner }];
      });
    },
  };
}

const isFinal = (state: string): boolean => ['succeeded', 'failed', 'canceled'].includes(state);

/** What the provisioning state of something that was made says. */
function byProvisioning(state: string | null | undefined, id: string): StageSight {
  switch (state?.toLowerCase()) {
    case 'succeeded':
    case undefined:
      return done;
    case 'failed':
    case 'canceled':
      return failed('ProvisioningFailed', `${id}: the provisioning state is ${state}`);
    // Somebody else's removal of what had the same name; it is made when that is over.
    default:
      return running(slow);
  }
}

function begun(asked: Asked): StageBeginning {
  switch (asked.kind) {
    case 'asked':
      return { kind: 'running', retryAfterSeconds: quick, begun: true };
    case 'later':
      return { kind: 'running', retryAfterSeconds: Math.max(1, Math.min(3600, asked.retryAfterSeconds)), begun: false };
    case 'refused':
      return failed(asked.refusal.code, asked.refusal.message);
  }
}

/** How far a change of a machine that was there before is. */
function ofMachine(
  stage: Extract<Stage, { kind: 'stop' | 'start' | 'ready' | 'exchange' }>,
  machine: MachineShape,
): StageSight {
  if (machine.provisioning === 'changing' || machine.power === 'changing') {
    return running(slow);
  }
  switch (stage.kind) {
    case 'stop':
      return machine.power === 'deallocated' ? done : absent;
    case 'start':
      return machine.power === 'running' ? done : absent;
    case 'ready':
      return machine.power === 'running' && machine.agentReady ? done : running(slow);
    case 'exchange': {
      const same = (left: readonly Slot[], right: readonly Slot[]): boolean =>
        left.length === right.length &&
        left.every(({ lun, disk }) => right.some((one) => one.lun === lun && one.disk === disk));
      return machine.systemDisk === stage.systemDisk && same(machine.dataDisks, stage.dataDisks) ? done : absent;
    }
  }
}

const finalPower: Readonly<Record<string, MachineShape['power']>> = {
  running: 'running',
  stopped: 'stopped',
  deallocated: 'deallocated',
};

function shapeOf(id: ResourceId, machine: Machine): MachineShape {
  const { properties, location, zones } = machine;
  const { storageProfile, hardwareProfile, networkProfile, securityProfile, instanceView } = properties;
  const power = (instanceView?.statuses ?? [])
    .map(({ code }) => /^powerstate\/(.+)$/i.exec(code ?? '')?.[1]?.toLowerCase())
    .find((state) => state !== undefined);
  const agents = instanceView?.vmAgent?.statuses ?? [];
  const provisioning = properties.provisioningState.toLowerCase();
  return {
    id,
    location,
    zone: zones?.[0] ?? null,
    size: hardwareProfile.vmSize,
    power: finalPower[power ?? ''] ?? 'changing',
    provisioning: provisioning === 'succeeded' || provisioning === 'failed' ? provisioning : 'changing',
    agentReady: agents.length > 0 && agents.every(({ code }) => code?.toLowerCase() === 'provisioningstate/succeeded'),
    systemDisk: resourceIdSchema.parse(storageProfile.osDisk.managedDisk.id),
    system: storageProfile.osDisk.osType?.toLowerCase() === 'windows' ? 'windows' : 'linux',
    dataDisks: (storageProfile.dataDisks ?? []).map(({ lun, managedDisk }) => ({
      lun,
      disk: resourceIdSchema.parse(managedDisk.id),
    })),
    interfaces: (networkProfile?.networkInterfaces ?? []).map((one) => resourceIdSchema.parse(one.id)),
    security: securityProfile?.securityType ?? null,
  };
}
