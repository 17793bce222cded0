import type { IncidentReport } from '../../src/run';
import { incidentIdOf, keptDecisionSchema, type Acceptance } from '../../src/run';
import type { Signal } from '../../src/signal';
import { Crash } from './fixture';
import { intakeWorld, policyText, signalOf } from './intake-world';

const fired = signalOf('metric-fired');
const vm = fired.target;
const of = (type: string, name: string) =>
  vm.replace(/microsoft\.compute\/virtualmachines\/[^/]+$/, `${type}/${name}`) as Signal['target'];
const scaleSet = of('microsoft.compute/virtualmachinescalesets', 'vmss');
const other = of('microsoft.compute/virtualmachines', 'vm-other');
const stranger = of('microsoft.compute/virtualmachines', 'vm-stranger');
const disk = of('microsoft.compute/disks', 'disk-other');
const extension = `${other}/extensions/agent` as Signal['target'];

type World = ReturnType<typeof world>;

/** A scale set of two machines, one of them with a disk, and a machine that belongs to nothing. */
function world(policy = policyText) {
  const made = intakeWorld({ read: async () => ({ kind: 'document', text: policy, etag: '1' }) });
  const common = { tags: {}, location: 'westeurope', zones: [] };
  made.resources.push(
    { ...common, id: vm, owner: scaleSet },
    { ...common, id: other, owner: scaleSet },
    { ...common, id: disk, owner: other },
    { ...common, id: stranger, owner: null },
  );
  return made;
}

const signal = (number: number, target = vm): Signal => {
  const digits = number.toString(16).padStart(32, '0');
  return { ...fired, id: digits, correlation: digits, target };
};
const resolvedOf = (one: Signal): Signal => ({ ...one, id: `f${one.id.slice(1)}`, condition: 'resolved' });
const accept = (made: World, one: Signal): Promise<Acceptance> => made.start().intake.accept(one, made.incidents);
const opened = (made: World): string[] => [...made.incidents.orders.keys()];
const incident = (number: number): string => incidentIdOf(signal(number).correlation);

/** The report of an incident that ended, as far as its end depends on it. */
function ended(made: World, number: number, end: IncidentReport['end'] = 'repaired'): IncidentReport {
  const id = incident(number);
  made.incidents.ended.add(id);
  const order = made.incidents.orders.get(id) as IncidentReport['order'];
  const at = made.clock.text();
  return { id, order, openedAt: at, closedAt: at, end, reasons: [], timeToRepairSeconds: null, runs: [] };
}
const close = (made: World, report: IncidentReport) => made.start().intake.close(report, made.incidents);

it.each([
  ['the same resource', vm, 'it is about the same resource'],
  ['another machine of the scale set', other, 'vm-other and vm-web-1 are both part of vmss'],
  ['a disk of another machine of it', disk, 'disk-other and vm-web-1 are both part of vmss'],
  ['an extension of another machine of it', extension, 'agent and vm-web-1 are both part of vmss'],
])('a signal about %s joins the incident that is open, and its decision says so', async (_, target, why) => {
  const made = world();
  expect(await accept(made, signal(1))).toMatchObject({ action: 'open-incident', incidentId: incident(1) });
  const joined = await accept(made, signal(2, target));
  expect(joined).toMatchObject({ action: 'joined', incidentId: incident(1), duplicate: false });
  expect(joined.sentence).toContain(why);
  expect(opened(made)).toEqual([incident(1)]);
  expect(await made.decisions.find(signal(2).id)).toMatchObject({ state: 'done', decision: { action: 'joined' } });
  expect(await accept(made, signal(2, target))).toMatchObject({ action: 'joined', duplicate: true });
  expect(await made.entries()).toEqual([`signal.decided ${signal(1).id}`, `signal.decided ${signal(2).id}`]);
});

it('a signal about something else opens its own; with the policy against it, so does any', async () => {
  const made = world();
  await accept(made, signal(1));
  expect(await accept(made, signal(2, stranger))).toMatchObject({ action: 'open-incident' });
  const only = (correlate: string) =>
    world(policyText.replace('version: 1', `version: 1\ndefaults: { correlate: ${correlate} }`));
  const same = only('resource');
  await accept(same, signal(1));
  expect(await accept(same, signal(2, other))).toMatchObject({ action: 'open-incident' });
  expect(await accept(same, signal(3))).toMatchObject({ action: 'joined' });
  const none = only('none');
  await accept(none, signal(1));
  expect(await accept(none, signal(2))).toMatchObject({ action: 'open-incident' });
});

it('one that could act does not join one that only proposes', async () => {
  const made = world(
    policyText.replace(
      'rules:',
      'rules:\n  - { name: by-person, match: { alertRule: [vm-unavailable], severity: [Sev4] }, mode: suggest, ladder: [{ runbook: restart-vm }] }',
    ),
  );
  expect(await accept(made, { ...signal(1), severity: 'Sev4' })).toMatchObject({ action: 'suggest' });
  expect(await accept(made, { ...signal(2), severity: 'Sev1' })).toMatchObject({ action: 'open-incident' });
  expect(await accept(made, { ...signal(3), severity: 'Sev4' })).toMatchObject({
    action: 'joined',
    incidentId: incident(2),
  });
});

it('after the end a new signal opens its own, also when the end was never told', async () => {
  const told = world();
  await accept(told, signal(1));
  await close(told, ended(told, 1));
  expect(await accept(told, signal(2))).toMatchObject({ action: 'open-incident' });
  const lost = world();
  await accept(lost, signal(1));
  lost.incidents.ended.add(incident(1));
  expect(await accept(lost, signal(2, other))).toMatchObject({ action: 'open-incident', incidentId: incident(2) });
});

describe('at the end of an incident', () => {
  it('those about other resources get one of their own, one at a time', async () => {
    const made = world();
    await accept(made, signal(1));
    await accept(made, signal(2));
    await accept(made, signal(3, other));
    await accept(made, signal(4, disk));
    const report = ended(made, 1);
    expect(await made.start().intake.joinedIn(report)).toEqual([2, 3, 4].map((number) => signal(number).id));
    await close(made, report);
    expect(opened(made)).toEqual([incident(1), incident(3)]);
    expect(made.incidents.orders.get(incident(3))).toMatchObject({ target: other, signalId: signal(3).id });
    // Whoever comes now joins the one that followed.
    expect(await accept(made, signal(5))).toMatchObject({ action: 'joined', incidentId: incident(3) });
    await close(made, ended(made, 3));
    expect(opened(made)).toEqual([incident(1), incident(3), incident(4)]);
    await close(made, report);
    expect(opened(made)).toHaveLength(3);
  });

  it('one whose alert is resolved by then gets none', async () => {
    const made = world();
    await accept(made, signal(1));
    await accept(made, signal(2, other));
    const told = await accept(made, resolvedOf(signal(2, other)));
    expect(told).toMatchObject({ action: 'close-incident', incidentId: incident(1) });
    expect(made.incidents.told.map(({ id }) => id)).toEqual([]);
    await close(made, ended(made, 1));
    expect(opened(made)).toEqual([incident(1)]);
  });

  it('one about the same resource gets its own when only the first alert was resolved', async () => {
    const made = world();
    await accept(made, signal(1));
    await accept(made, signal(2));
    await close(made, ended(made, 1, 'resolved'));
    expect(opened(made)).toEqual([incident(1), incident(2)]);
  });

  it('one that came after the last look gets its own', async () => {
    const made = world();
    await accept(made, signal(1));
    const report = ended(made, 1);
    made.incidents.ended.clear();
    made.clock.pass(1);
    await accept(made, signal(2));
    await close(made, report);
    expect(opened(made)).toEqual([incident(1), incident(2)]);
  });

  it.each(['before', 'after'] as const)(
    'told again after a crash %s any act, nobody is lost and nobody comes twice',
    async (when) => {
      for (let act = 1; act < 60; act += 1) {
        const made = world();
        await accept(made, signal(1));
        await accept(made, signal(2, other));
        const report = ended(made, 1);
        made.breaker.breakOnce(act, when);
        const crashed = await close(made, report).then(
          () => false,
          (error: unknown) => error instanceof Crash,
        );
        if (!crashed) {
          expect(act).toBeGreaterThan(3);
          return;
        }
        await close(made, report);
        expect(opened(made)).toEqual([incident(1), incident(2)]);
        expect((await made.entries()).filter((entry) => entry.startsWith('incident.opened'))).toHaveLength(1);
      }
    },
  );
});

it('a door that crashed right after it opened is finished by whoever joins', async () => {
  for (let act = 1; act < 60; act += 1) {
    const made = world();
    made.breaker.breakOnce(act, 'after');
    const crashed = await accept(made, signal(1)).then(
      () => false,
      () => true,
    );
    if (!crashed) {
      expect(act).toBeGreaterThan(5);
      return;
    }
    const acceptance = await accept(made, signal(2, other));
    await made.start().intake.sweep(made.incidents, made.clock.now());
    await accept(made, signal(1));
    expect([act, opened(made).length]).toEqual([act, 1]);
    // Either may have been first; then the other joined.
    expect([incident(1), incident(2)]).toContain(acceptance.incidentId);
  }
});

it('of a hundred at once about two machines of one scale set, one opens and all have one decision', async () => {
  const made = world();
  const intakes = [made.start().intake, made.start().intake];
  const signals = Array.from({ length: 100 }, (_, index) => signal(index + 1, index % 2 === 0 ? vm : other));
  const waiting = [...signals];
  // A sender that is sent away comes again.
  for (let round = 0; waiting.length > 0 && round < 50; round += 1) {
    const results = await Promise.allSettled(
      waiting.map((one, index) => intakes[index % 2]?.accept(one, made.incidents)),
    );
    const again = waiting.filter((_, index) => results[index]?.status === 'rejected');
    waiting.splice(0, waiting.length, ...again);
  }
  expect(waiting).toEqual([]);
  expect(opened(made)).toHaveLength(1);
  const [only = ''] = opened(made);
  const kept = await Promise.all(
    signals.map(async ({ id }) => keptDecisionSchema.parse((await made.decisions.find(id))?.decision)),
  );
  expect(kept.filter(({ action }) => action === 'open-incident')).toHaveLength(1);
  expect(kept.filter(({ join }) => join?.incidentId === only)).toHaveLength(99);
});

it('where the inventory cannot be read, what the id says is enough to join', async () => {
  const made = world();
  made.resources.splice(0);
  await accept(made, signal(1, other));
  expect(await accept(made, signal(2, extension))).toMatchObject({ action: 'joined', incidentId: incident(1) });
  expect(await accept(made, signal(3, vm))).toMatchObject({ action: 'open-incident' });
});
