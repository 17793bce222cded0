import type { IncidentAnswer } from '../client';
import { check, type Scene, type Stage, type Story } from '../stage';

const scaleSet = 'vmss-web-prod-weu-001';

/** An instance dies in a zone without room; its successor is made where the policy allows. */
export const replaceInstance: Scene = {
  name: 'replace-instance',
  title: `An instance of ${scaleSet} dies while its zone has no room: it is drained, deleted, and its successor made in another zone.`,
  tell: async (stage) => {
    const { control } = stage;
    try {
      return await tell(stage);
    } finally {
      await control.setRepairs(scaleSet, 'Running');
      for (const zone of ['1', '2', '3']) {
        await control.setZoneCapacity({ zone, available: null });
      }
    }
  },
};

async function tell(stage: Stage): Promise<Story> {
  const { control } = stage;
  const before = await control.scaleSet(scaleSet);
  const victim = before.instances.find(({ zone }) => zone !== null);
  if (victim?.zone == null) {
    throw new Error(`${scaleSet} has no instance in a zone`);
  }
  const { name, zone } = victim;
  // The platform's own repairs would be waited for; here they are suspended, as during an upgrade.
  await control.setRepairs(scaleSet, 'Suspended');
  // An instance that leaves gives its room back; somebody else is before us.
  await control.setZoneCapacity({ zone, available: -1 });
  await control.breakMachine(name, { kind: 'guest-hung', healedBy: 'replace' });
  await stage.at(`${name} in zone ${zone} stops answering; automatic repairs are suspended`);

  const reader = await stage.as('rae');
  const open = await stage.until('no incident was opened about the instance', async () =>
    (await reader.openIncidents()).find(({ custom }) => custom?.target.endsWith(name.toLowerCase()) === true),
  );
  await stage.at(`Incident ${open.id} opened; ladder: ${open.custom?.ladder.join(' -> ') ?? ''}`);
  const answer = await stage.until('the incident was not closed', async (): Promise<IncidentAnswer | undefined> => {
    const seen = await reader.incident(open.id);
    return seen.incident === null ? undefined : seen;
  });
  const { incident, runs } = answer;
  const last = runs.at(-1);
  for (const { text } of (last?.events ?? []).filter(({ stage: at }) => at === 'apply')) {
    await stage.at(text.slice(0, 150));
  }
  const outcome = last?.result.kind === 'applied' ? last.result.outcome : (last?.result.why ?? 'none');
  await stage.at(`replace-instance: ${outcome.toUpperCase()} (${last?.reasons.join('; ') ?? ''})`);

  const after = await control.scaleSet(scaleSet);
  const successor = after.instances.find((one) => before.instances.every((old) => old.name !== one.name));
  await stage.at(
    `${after.instances.length} instances; the successor ${successor?.name ?? '?'} is in zone ${successor?.zone ?? '?'}`,
  );
  const refused = last?.events.some(({ text }) => text.includes('ZonalAllocationFailed')) === true;
  return {
    checks: [
      check('the incident is repaired', incident?.end === 'repaired', incident?.end),
      check('the replacement is verified', outcome === 'verified', outcome),
      check('the zone of the instance had no room, and the run says so', refused, refused),
      check(
        'the instance is gone',
        after.instances.every((one) => one.name !== name),
        name,
      ),
      check('there are as many instances as before', after.capacity === before.capacity, after.capacity),
      check(
        'the successor is in another zone, and healthy',
        successor?.healthy === true && successor.zone !== zone,
        successor?.zone,
      ),
    ],
    summary: {
      incident: incident?.id ?? null,
      end: incident?.end ?? null,
      outcome,
      zone,
      successorZone: successor?.zone ?? null,
      timeToRepairSeconds: incident?.timeToRepairSeconds ?? null,
    },
  };
}
