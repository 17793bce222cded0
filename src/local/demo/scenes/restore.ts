import { z } from 'zod';
import { check, type Scene, type Stage, type Story } from '../stage';

/** The machine that is set back. The drill's scene leaves it with a proven recovery point. */
const name = 'vm-web-prod-weu-05';
const item = `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg-web-prod-weu-001/providers/Microsoft.Compute/virtualMachines/${name}`;

/** A machine is set back in place, which takes somebody else's yes, and then given back what it had. */
export const restore: Scene = {
  name: 'restore',
  title: `${name} is set back to its newest good recovery point, which takes another person's yes; then its own disks are wanted back.`,
  tell,
};

const pointsSchema = z.looseObject({
  document: z.looseObject({ points: z.array(z.looseObject({ state: z.string() })) }),
});
const planSchema = z.looseObject({
  plan: z.looseObject({ summary: z.string(), steps: z.array(z.string()), reasons: z.array(z.string()) }),
});
const startedSchema = z.looseObject({ restoreId: z.string() });
const approvalsSchema = z.looseObject({ waiting: z.array(z.looseObject({ id: z.string(), planHash: z.string() })) });
const reportSchema = z.looseObject({
  result: z.string(),
  reasons: z.array(z.string()),
  restoreSeconds: z.number().nullable(),
  kept: z.array(z.string()),
});
const restoreSchema = z.looseObject({ record: z.looseObject({ report: reportSchema.nullable() }).nullable() });
type Report = z.infer<typeof reportSchema>;

async function tell(stage: Stage): Promise<Story> {
  const { control, screen } = stage;
  await stage.caretaker('omar', 'backup', 'run');
  await stage.until(`there is no recovery point of ${name}`, async () => {
    const { code, out } = await stage.caretaker('rae', 'backup', 'points', item, '--json');
    const points = code === 0 ? pointsSchema.parse(JSON.parse(out)).document.points : [];
    return points.some(({ state }) => state === 'complete') ? true : undefined;
  });
  const { plan } = planSchema.parse(JSON.parse((await stage.caretaker('rae', 'restore', 'plan', item, '--json')).out));
  await stage.at(`What it would do: ${plan.summary}`);
  for (const line of [...plan.steps, ...plan.reasons]) {
    screen.say(`             ${line}`);
  }

  const started = await stage.caretaker('omar', 'restore', 'start', item, '--json');
  const { restoreId } = startedSchema.parse(JSON.parse(started.out));
  await stage.at(`Omar orders it: ${restoreId}`);
  const own = await agree(stage, restoreId);
  const restored = await ended(stage, restoreId);
  await stage.at(`${restored.result.toUpperCase()} after ${restored.restoreSeconds} s; kept: ${shortNames(restored)}`);
  // The alert about the time in which it was stopped may lead to a restart of its own; that takes a minute more.
  const healthyAfter = await stage.until('it did not become healthy on the restored disks', async () =>
    (await control.machine(name)).healthy ? true : undefined,
  );

  const undoing = await stage.caretaker('omar', 'restore', 'undo', restoreId, '--json');
  const { restoreId: undoId } = startedSchema.parse(JSON.parse(undoing.out));
  await stage.at(`Omar wants the disks back that it had: ${undoId}`);
  await agree(stage, undoId);
  const undone = await ended(stage, undoId);
  await stage.at(`${undone.result.toUpperCase()} after ${undone.restoreSeconds} s`);
  return {
    checks: [
      check('whoever ordered it may not agree to it', own !== 0, own),
      check('the machine came up from the restored disks', restored.result === 'restored', restored.reasons.join('; ')),
      check('it was healthy on them', healthyAfter, healthyAfter),
      check('its own disks were kept', restored.kept.length > 0, restored.kept.length),
      check('it got them back, and is healthy', undone.result === 'restored', undone.reasons.join('; ')),
    ],
    summary: { restoreId, undoId, restoreSeconds: restored.restoreSeconds, undoSeconds: undone.restoreSeconds },
  };
}

const shortNames = ({ kept }: Report): string => kept.map((id) => id.split('/').at(-1) ?? id).join(', ');

/** Waits until people are asked about it; the one who ordered it is refused, Ava agrees. Gives the exit code of the refusal. */
async function agree(stage: Stage, id: string): Promise<number> {
  const waiting = await stage.until('nobody was asked', async () => {
    const { out } = await stage.caretaker('rae', 'approvals', '--json');
    return approvalsSchema.parse(JSON.parse(out)).waiting.find((one) => one.id.startsWith(id));
  });
  const argv = [waiting.id, '--plan', waiting.planHash.slice(0, 16), '--reason', 'the release has to go back'];
  const own = await stage.caretaker('omar', 'approve', ...argv);
  const answer = await stage.caretaker('ava', 'approve', ...argv);
  await stage.at(`$ caretaker approve (ava): ${(answer.out || answer.err).trim()} [${answer.code}]`);
  return own.code;
}

async function ended(stage: Stage, id: string): Promise<Report> {
  return stage.until(`${id} did not end`, async () => {
    const { out } = await stage.caretaker('rae', 'restore', 'show', id, '--json');
    const parsed = restoreSchema.safeParse(out === '' ? null : JSON.parse(out));
    return (parsed.success ? parsed.data.record?.report : undefined) ?? undefined;
  });
}
