import { quarantineGroup, scaleSetId, scenarios, type Scenario } from './scenarios';
import { setStage, type Stage } from './stage';

// What others have decided is left as it is, and the reason is on record.

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());

const scenario = (name: string): Scenario => {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`there is no scenario ${name}`);
  }
  return found;
};
/** Changes that ARM was asked for; what is read as a POST is none. */
const asked = async (): Promise<(string | undefined)[]> =>
  (await stage.local.cloud.control.journal())
    .filter(({ method }) => method !== 'GET')
    .map(({ operation }) => operation);

test.each(['reimage-instance', 'replace-instance'])(
  '%s leaves an instance alone that somebody locked against deletion',
  async (name) => {
    const { control } = stage.local.cloud;
    const { outcome, report, target } = await stage.play(scenario(name), (id) =>
      control.lock({ scope: id, level: 'CanNotDelete', name: 'keep-for-audit' }),
    );
    expect(outcome).toBe('impossible');
    expect(report.reasons.join()).toContain('keep-for-audit');
    expect(await asked()).toEqual([]);
    await control.unlock(target);
  },
);

test('a lock against changes is no reason to ask again and again: the restart is refused once, with ARM’s own code', async () => {
  const { control } = stage.local.cloud;
  const { outcome, report, target } = await stage.play(scenario('restart-vm'), (id) =>
    control.lock({ scope: id, level: 'ReadOnly', name: 'frozen' }),
  );
  expect(outcome).toBe('refused');
  expect(report.reasons.join()).toContain('ScopeLocked');
  expect(await asked()).toHaveLength(1);
  await control.unlock(target);
});

test('the set’s own repair is waited for, and when it has come nothing else is done', async () => {
  const { control } = stage.local.cloud;
  const { report, target } = await stage.play(scenario('replace-instance'), async () => {
    await control.setRepairs('vmss-web-prod-weu-001', 'Running');
  });
  expect(report.events[0]?.text).toContain('busy: the scale set repairs unhealthy instances by itself');
  expect(report).toMatchObject({ result: { kind: 'not-applied' }, reasons: ['the instance does not exist'] });
  expect(await asked()).toEqual([]);
  stage.local.clock.advanceBy(600_000);
  const { instances } = await control.scaleSet(scaleSetId);
  expect(instances.map(({ healthy }) => healthy)).toEqual([true, true, true]);
  expect(instances.some(({ name }) => target.endsWith(name))).toBe(false);
});

test('without room in its zone, and without leave for another one, the set is left as it can be, and it says so', async () => {
  const { control } = stage.local.cloud;
  const { outcome, report } = await stage.play(
    { ...scenario('replace-instance'), parameters: { otherZones: false } },
    async (id) => {
      const { instances } = await control.scaleSet(scaleSetId);
      const zone = instances.find(({ name }) => id.endsWith(name))?.zone ?? '';
      await control.setZoneCapacity({ zone, available: -1 });
    },
  );
  expect(outcome).toBe('harmful, not undone');
  expect(report.undo?.text).toContain('ZonalAllocationFailed');
  for (const zone of ['1', '2', '3']) {
    await control.setZoneCapacity({ zone, available: null });
  }
});

test('a group that lets others in isolates nobody: nothing is done, and the rule is named', async () => {
  const { control } = stage.local.cloud;
  const { outcome, report } = await stage.play(scenario('quarantine-vm'), async () => {
    const rules = quarantineGroup.properties['securityRules'] as { name: string; properties: { priority: number } }[];
    const open = { ...rules[0], name: 'AllowWeb' } as (typeof rules)[number];
    open.properties = { ...open.properties, priority: 200, sourceAddressPrefix: 'Internet' } as typeof open.properties;
    await control.setResource(quarantineGroup.id, { properties: { securityRules: [...rules, open] } });
  });
  expect(outcome).toBe('impossible');
  expect(report.reasons.join()).toContain('AllowWeb lets Internet through');
  expect(await asked()).toEqual([]);
});

test('what a script prints is in the evidence without its secrets, and not in the history', async () => {
  const { runId, report, outcome } = await stage.play(scenario('run-command-on-vm'));
  expect(outcome).toBe('verified');
  expect(report.verification?.facts).toMatchObject({ 'result-used-percent': '61' });
  expect(JSON.stringify(stage.app.host.history(runId))).not.toContain('hunter2');
  expect(typeof report.verification?.facts['evidence']).toBe('string');
});

test.each([
  ['a script that is not of the repository', { script: 'rm -rf /' }, 'parameters.script'],
  [
    'a service that is a command',
    { script: 'restart-service', arguments: { service: 'nginx; reboot' } },
    'parameters.arguments.service',
  ],
  [
    'a parameter that the script has not',
    { script: 'free-disk-space', arguments: { path: '/' } },
    'parameters.arguments',
  ],
])('%s is refused at the door', async (_, parameters, path) => {
  const target = (await stage.local.cloud.control.machine('vm-web-prod-weu-02')).id;
  const answer = await stage.app.operator('POST', 'runs', {
    key: 'k',
    runbook: 'run-command-on-vm',
    target,
    parameters,
  });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(path);
});

test('an instance that is healthy when it is looked at is left alone', async () => {
  const healthy: Scenario = {
    ...scenario('reimage-instance'),
    async prepare(given) {
      await given.setRepairs('vmss-web-prod-weu-001', 'Suspended');
      const { instances } = await given.scaleSet(scaleSetId);
      return (await given.machine(instances[0]?.name ?? '')).id;
    },
  };
  expect((await stage.play(healthy)).outcome).toBe('nothing-to-do');
  expect(await asked()).toEqual([]);
});
