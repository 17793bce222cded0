import { z } from 'zod';
import { check, type Check, type Scene, type Stage, type Story } from '../stage';

/** The machine whose recovery points are tried. */
const name = 'vm-web-prod-weu-05';
const item = `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg-web-prod-weu-001/providers/Microsoft.Compute/virtualMachines/${name}`;

const pointsSchema = z.looseObject({
  document: z.looseObject({
    points: z.array(
      z.looseObject({
        id: z.string(),
        takenAt: z.string(),
        state: z.string(),
        parts: z.array(z.looseObject({ snapshot: z.string(), place: z.unknown() })),
        proof: z.looseObject({ verdict: z.string(), reason: z.string() }).nullable(),
      }),
    ),
  }),
  retention: z.array(z.object({ id: z.string(), keep: z.boolean(), reasons: z.array(z.string()) })),
});
type Points = z.infer<typeof pointsSchema>;

const promiseSchema = z.looseObject({
  newestPoint: z.string().nullable(),
  ageSeconds: z.number(),
  breachAt: z.string(),
});
const drillSchema = z.looseObject({
  report: z
    .looseObject({
      result: z.string(),
      reasons: z.array(z.string()),
      restoreSeconds: z.number().nullable(),
      promisedSeconds: z.number().nullable(),
      phases: z.array(z.looseObject({ name: z.string(), seconds: z.number() })),
      left: z.array(z.string()),
    })
    .nullable(),
  promise: z.looseObject({ before: promiseSchema, after: promiseSchema }).nullable(),
});
type Drill = z.infer<typeof drillSchema>;

/** A recovery point is proven by a drill; the next one is silently damaged, and the drill finds it. */
export const drill: Scene = {
  name: 'drill',
  title: `A recovery point of ${name} is restored on trial and proven; the next one is damaged where nobody sees it.`,
  tell,
};

async function tell(stage: Stage): Promise<Story> {
  const { control } = stage;
  // By the schedule it would be looked at within five minutes; ordering it saves the wait.
  await stage.caretaker('omar', 'backup', 'run');
  const first = await newPoint(stage, 'no recovery point was taken');
  await stage.at(`${name}: recovery point ${first.id} is complete`);
  const proven = await tried(stage, first.id);
  await stage.at(
    `Drill: ${proven.report?.result}; a machine in an isolated network came up and answered after ${proven.report?.restoreSeconds} s (promised ${proven.report?.promisedSeconds} s): ${phasesOf(proven)}`,
  );

  await stage.at('The next point is due when 60 % of the objective of an hour has passed ...');
  const second = await newPoint(stage, 'no second recovery point was taken', first.takenAt);
  const system = second.parts.find(({ place }) => place === 'os')?.snapshot ?? '';
  await control.setSnapshot(system, { damaged: true });
  await stage.at(`${name}: recovery point ${second.id} is complete, and some of it is not what was written`);
  const failed = await tried(stage, second.id);
  const { before, after } = failed.promise ?? {};
  await stage.at(`Drill: ${failed.report?.result}: ${failed.report?.reasons.join('; ').trim()}`);
  await stage.at(
    `Promise: newest good point was ${before?.newestPoint} (${Math.round(before?.ageSeconds ?? 0)} s old), is ${after?.newestPoint} (${Math.round(after?.ageSeconds ?? 0)} s old); breach expected ${after?.breachAt}`,
  );
  const points = await look(stage);
  const verdict = points?.retention.find(({ id }) => id === first.id);
  await stage.at(`Retention: ${first.id} ${verdict?.keep === true ? 'stays' : 'goes'}: ${verdict?.reasons.join('; ')}`);
  const machines = await control.machines();
  const left = machines.filter(({ resourceGroup }) => resourceGroup.toLowerCase().includes('drills'));
  return {
    checks: checksOf(first.id, second.id, proven, failed, points, left.length),
    summary: {
      restoreSeconds: proven.report?.restoreSeconds ?? null,
      promisedSeconds: proven.report?.promisedSeconds ?? null,
      damagedPoint: { id: second.id, result: failed.report?.result ?? null, reasons: failed.report?.reasons ?? [] },
      newestGoodPoint: { before: before?.newestPoint ?? null, after: after?.newestPoint ?? null },
      protectedPoint: { id: first.id, reasons: verdict?.reasons ?? [] },
    },
  };
}

const phasesOf = ({ report }: Drill): string =>
  (report?.phases ?? [])
    .filter(({ name: phase }) => !phase.startsWith('remove'))
    .map(({ name: phase, seconds }) => `${phase} ${seconds} s`)
    .join(', ');

/** The points of the machine, by the real command line; `undefined` while there are none. */
async function look(stage: Stage): Promise<Points | undefined> {
  const { code, out } = await stage.caretaker('rae', 'backup', 'points', item, '--json');
  return code === 0 ? pointsSchema.parse(JSON.parse(out)) : undefined;
}

/** The newest complete point that was taken after another one; earlier scenes may have left some behind. */
async function newPoint(stage: Stage, otherwise: string, after = '') {
  return stage.until(otherwise, async () => {
    const points = (await look(stage))?.document.points ?? [];
    return points.findLast(({ state, takenAt }) => state === 'complete' && takenAt > after);
  });
}

/** Orders a drill of a point and waits for its end. */
async function tried(stage: Stage, point: string): Promise<Drill> {
  const started = await stage.caretaker('omar', 'drill', 'start', item, '--point', point, '--json');
  const { drillId } = z.looseObject({ drillId: z.string() }).parse(JSON.parse(started.out));
  return stage.until(`${drillId} did not end`, async () => {
    // Exit code 2 says that the point failed: an outcome like another.
    const { out } = await stage.caretaker('rae', 'drill', 'show', drillId, '--json');
    const parsed = drillSchema.safeParse(out === '' ? null : JSON.parse(out));
    return parsed.success && parsed.data.report !== null ? parsed.data : undefined;
  });
}

function checksOf(
  first: string,
  second: string,
  proven: Drill,
  failed: Drill,
  points: Points | undefined,
  machinesLeft: number,
): Check[] {
  const proofOf = (id: string) => points?.document.points.find((one) => one.id === id)?.proof?.verdict;
  const kept = points?.retention.find(({ id }) => id === first);
  const { restoreSeconds = null, promisedSeconds = null } = proven.report ?? {};
  return [
    check('a machine came up from the first point, and it is proven', proofOf(first) === 'proven', proofOf(first)),
    check(
      'the measured restore keeps the promised time',
      restoreSeconds !== null && promisedSeconds !== null && restoreSeconds <= promisedSeconds,
      `${restoreSeconds} s of ${promisedSeconds} s`,
    ),
    check(
      'the drill found the damaged point by its checksum, and it is marked as failed',
      proofOf(second) === 'failed' && failed.report?.reasons.some((reason) => reason.includes('checksum')) === true,
      `${proofOf(second)}: ${failed.report?.reasons.join('; ')}`,
    ),
    check(
      'the promise is measured from the older point again',
      failed.promise?.before.newestPoint === second && failed.promise.after.newestPoint === first,
      `${failed.promise?.before.newestPoint} -> ${failed.promise?.after.newestPoint}`,
    ),
    check(
      'retention keeps the older, proven point',
      kept?.keep === true && kept.reasons.some((reason) => reason.includes('proven')),
      kept?.reasons.join('; '),
    ),
    check(
      'nothing of the drills is left',
      machinesLeft === 0 && proven.report?.left.length === 0 && failed.report?.left.length === 0,
      `${machinesLeft} machine(s)`,
    ),
  ];
}
