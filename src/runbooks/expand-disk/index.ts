import { z } from 'zod';
import type { ScriptRun } from '../../ports/guest-scripts';
import type { DiskSighting } from '../../ports/growing-disks';
import { stepOf } from '../hands';
import type { Effects, Facts, Runbook } from '../model';

/** Sizes at which disks get more speed (Azure documentation, "Managed disk types"), GiB: growing by less gains little. */
const sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_767] as const;

const parametersSchema = z.strictObject({
  capGb: z
    .number()
    .int()
    .min(32)
    .max(32_767)
    .describe('The largest size that may be taken, GiB: a disk never gets smaller again, and is paid for whole.'),
  line: z.number().min(50).max(99).default(85).describe('Used share in percent from which the disk grows.'),
});

/** A disk, and what the script said that makes its file system larger. */
export interface ExpandedSighting {
  readonly disk: DiskSighting;
  readonly run: ScriptRun | null;
}

function diskFacts({ disk, run }: ExpandedSighting, before: Facts = {}): Facts {
  const { exists, sizeGb, provisioningState, machine, lun, usedPercent, observedAt } = disk;
  return {
    ...before,
    exists,
    sizeGb,
    provisioningState,
    machine,
    lun,
    usedPercent: usedPercent === null ? null : Math.round(usedPercent.value),
    guestSizeGb: run?.results['size-gb'] ?? null,
    observedAt,
  };
}

/** Whether a step took effect whose answer never came. */
export const diskLanded: Effects<ExpandedSighting>['landed'] = (before, { disk, run }, step) => {
  if (step.effect === 'expand') {
    return disk.sizeGb >= Number(step.arguments?.['sizeGb'] ?? Number.POSITIVE_INFINITY) ? 'yes' : 'no';
  }
  const since = before['observedAt'];
  return run?.startedAt != null && typeof since === 'string' && run.startedAt >= since ? 'yes' : 'no';
};

/** Gives a disk that is nearly full the next size, and its file system the whole of it. */
export const expandDisk: Runbook<z.infer<typeof parametersSchema>, ExpandedSighting> = {
  name: 'expand-disk',
  version: 1,
  summary: 'Grow a disk that is nearly full to the next size within a cap, and its file system with it.',
  explanation: {
    preconditions: [
      'The disk is attached to a machine, and nobody is changing it.',
      'The guest says that it is used to `line` percent or more; where nothing is measured, nothing grows.',
      'There is a next size that is not above `capGb`. A disk never gets smaller again.',
    ],
    plan: 'The next size, without stopping the machine; then a script grows partition and file system.',
    verification: 'The disk has the size, and the guest sees it.',
    undo: 'Nothing: a disk cannot get smaller, and a larger one harms nobody.',
  },
  impact: 'none',
  resourceTypes: ['microsoft.compute/disks'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Compute/disks/read',
      'Microsoft.Compute/disks/write',
      'Microsoft.Compute/virtualMachines/read',
      'Microsoft.Compute/virtualMachines/runCommands/read',
      'Microsoft.Compute/virtualMachines/runCommands/write',
      'Microsoft.Insights/metrics/read',
    ],
    dataActions: [],
  },
  suits: ['used share of a disk over 85 percent'],
  operationLimitSeconds: 900,
  plan(sighting, { capGb, line }) {
    const { disk } = sighting;
    const impossible = (reason: string) => ({ kind: 'impossible' as const, reasons: [reason] });
    if (!disk.exists) {
      return impossible('the disk does not exist');
    }
    if (disk.machine === null || disk.lun === null) {
      return impossible('the disk is attached to no machine');
    }
    if (disk.provisioningState !== 'succeeded') {
      const reasons = [`another operation is running on the disk (${disk.provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    if (disk.usedPercent === null) {
      return impossible('nothing is measured: nobody knows how full the disk is');
    }
    const used = Math.round(disk.usedPercent.value);
    if (used < line) {
      return { kind: 'nothing-to-do', reasons: [`the disk is used to ${used} %`] };
    }
    const sizeGb = sizes.find((size) => size > disk.sizeGb);
    if (sizeGb === undefined || sizeGb > capGb) {
      return impossible(`the disk has ${disk.sizeGb} GiB, and the cap is ${capGb}`);
    }
    return {
      kind: 'act',
      summary: `Grow the disk to ${sizeGb} GiB`,
      reasons: [`the disk is used to ${used} %`],
      steps: [
        stepOf('expand', `Grow the disk to ${sizeGb} GiB`, { effect: 'expand', sizeGb }),
        stepOf('grow-file-system', 'Grow partition and file system', {
          effect: 'grow-file-system',
          machine: disk.machine,
          lun: disk.lun,
          sizeGb,
        }),
      ],
      before: { ...diskFacts(sighting), wantedGb: sizeGb },
      after: { sizeGb },
    };
  },
  verify(before, after, actedAt) {
    const facts = diskFacts(after, before);
    const { disk, run } = after;
    const wanted = Number(before['wantedGb']);
    if (!disk.exists) {
      return { verdict: 'worse', reasons: ['the disk no longer exists'], facts };
    }
    if (disk.sizeGb < wanted) {
      return { verdict: 'pending', reasons: [`the disk has ${disk.sizeGb} GiB`], facts };
    }
    if (run === null || run.endedAt === null || Date.parse(run.endedAt) < Date.parse(actedAt)) {
      return { verdict: 'pending', reasons: ['the guest has not been asked since'], facts };
    }
    const seen = Number(run.results['size-gb'] ?? Number.NaN);
    // Partition tables take a little of a disk.
    return run.state === 'succeeded' && seen >= wanted - 1
      ? { verdict: 'healthy', reasons: [`the guest sees ${seen} GiB`], facts }
      : { verdict: 'pending', reasons: [`the guest sees ${Number.isNaN(seen) ? 'nothing' : `${seen} GiB`}`], facts };
  },
  undo: () => [],
};
