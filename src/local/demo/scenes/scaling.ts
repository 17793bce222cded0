import { z } from 'zod';
import { check, type Scene, type Stage, type Story } from '../stage';

const scaleSet = 'vmss-web-prod-weu-001';
const minute = 60_000;

/** Load comes and goes; machines follow, and one thing is not believed: that no data is no load. */
export const scaling: Scene = {
  name: 'scaling',
  title: `Visitors come to ${scaleSet}, and go again just when its metric is lost.`,
  tell,
};

const statusSchema = z.object({
  last: z.object({ action: z.string(), from: z.number(), to: z.number(), reasons: z.array(z.string()) }).nullable(),
  decisions: z.array(
    z.object({
      at: z.string(),
      action: z.string(),
      from: z.number(),
      to: z.number(),
      remove: z.array(z.string()),
      reasons: z.array(z.string()),
    }),
  ),
});
type Decision = z.infer<typeof statusSchema>['decisions'][number];

async function tell(stage: Stage): Promise<Story> {
  const { control } = stage;
  const seen = new Set<string>();
  /** Newest first; each is shown once, when it says something new. */
  const decisions = async (): Promise<Decision[]> => {
    const { out } = await stage.caretaker('rae', 'scale', 'status', scaleSet, '--json');
    const parsed = statusSchema.safeParse(JSON.parse(out === '' ? '{}' : out));
    return parsed.success ? parsed.data.decisions : [];
  };
  const show = async (decision: Decision): Promise<void> => {
    const { action, from, to, reasons } = decision;
    const said = action === 'hold' ? `${from} stay` : `${from} to ${to}`;
    const text = `${said}: ${reasons.filter((reason) => !reason.startsWith('profile')).join('; ')}`;
    if (!seen.has(text)) {
      seen.add(text);
      await stage.at(`Scaler: ${text}`);
    }
  };
  const decided = (otherwise: string, fits: (one: Decision) => boolean, since: number): Promise<Decision> =>
    stage.until(otherwise, async () => {
      const found = (await decisions()).find((one) => Date.parse(one.at) >= since && fits(one));
      if (found !== undefined) {
        await show(found);
      }
      return found;
    });

  const before = await control.scaleSet(scaleSet);
  const begin = await control.now();
  await control.setLoad(scaleSet, 85 * before.capacity);
  await stage.at(`${before.capacity} machines at 85 % CPU; the policy wants 60 %`);
  const out = await decided('nothing was added', ({ action }) => action === 'out', begin);
  const grown = await stage.until('the new machines did not come to serve', async () => {
    const state = await control.scaleSet(scaleSet);
    return state.instances.filter(({ serving }) => serving).length === out.to ? state : undefined;
  });
  await stage.at(`${grown.instances.length} machines serve, in zones ${zonesOf(grown.instances)}`);

  const lostAt = await control.now();
  await control.setLoad(scaleSet, 35 * before.capacity);
  await control.loseMetric({ resourceId: before.id, from: lostAt, until: lostAt + 6 * minute });
  await stage.at('The visitors go. So does the metric, for six minutes');
  const blind = await decided(
    'nobody noticed that the metric was lost',
    ({ action, reasons }) => action === 'hold' && reasons.some((reason) => reason.includes('nothing is removed while')),
    lostAt,
  );
  const removed = await decided('nothing was removed', ({ action }) => action === 'in', lostAt);
  const shrunk = await stage.until('the machine was not taken away', async () => {
    const state = await control.scaleSet(scaleSet);
    return state.instances.some(({ name }) => removed.remove.includes(name)) ? undefined : state;
  });
  await stage.at(`${removed.remove.join(', ')} has drained and gone; zones ${zonesOf(shrunk.instances)}`);

  const replayed = await stage.caretaker('rae', 'scale', 'replay', scaleSet, '--since', '1h');
  stage.screen.say();
  stage.screen.say('caretaker scale replay --since 1h');
  stage.screen.say(replayed.out.trimEnd());
  await stage.until('the set did not come back to its size', async () => {
    const { capacity, instances } = await control.scaleSet(scaleSet);
    return capacity === before.capacity && instances.length === before.capacity ? true : undefined;
  });
  await stage.at(`${before.capacity} machines again`);
  await control.setLoad(scaleSet, null);

  const removedAfter = Math.round((Date.parse(removed.at) - lostAt) / minute);
  return {
    checks: [
      check(
        'machines were added for the load, as many as it takes',
        out.to === Math.ceil((85 * before.capacity) / 60),
        out.to,
      ),
      check('they were spread over the zones', spread(grown.instances) <= 1, zonesOf(grown.instances)),
      check(
        'nothing was removed while the metric was lost',
        blind.to === blind.from && removedAfter >= 6,
        `${removedAfter} min`,
      ),
      check(
        'then one was removed, and the zones stayed balanced',
        removed.from - removed.to === 1 && spread(shrunk.instances) <= 1,
        zonesOf(shrunk.instances),
      ),
      check('the recorded load can be replayed', replayed.code === 0, replayed.err || replayed.code),
    ],
    summary: {
      from: before.capacity,
      to: out.to,
      addedAfterSeconds: Math.round((Date.parse(out.at) - begin) / 1000),
      removedAfterMinutes: removedAfter,
    },
  };
}

interface Placed {
  readonly zone: string | null;
}

function counts(instances: readonly Placed[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { zone } of instances) {
    found.set(zone ?? '-', (found.get(zone ?? '-') ?? 0) + 1);
  }
  return found;
}

function spread(instances: readonly Placed[]): number {
  const all = [...counts(instances).values()];
  return Math.max(...all) - Math.min(...all);
}

function zonesOf(instances: readonly Placed[]): string {
  return [...counts(instances)]
    .toSorted()
    .map(([zone, count]) => `${zone}: ${count}`)
    .join(', ');
}
