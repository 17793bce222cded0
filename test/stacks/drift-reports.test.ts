import type { EpochMillis } from '../../src/kernel/clock';
import { createFieldDecisions, createLedger, type FieldDecision } from '../../src/ledger';
import type { Engine } from '../../src/ports/engine';
import { createDrifts, driftOrchestratorName, parseManifest, type ReportedDrift } from '../../src/stacks';
import { MemoryStorage } from '../support/memory-storage';
import { manifestText } from './manifests';

const { manifest } = parseManifest(manifestText({ units: 2, projects: 1 }));
const commit = 'a'.repeat(40);
const rae = { name: 'Rae', id: 'rae' };
type Field = ReportedDrift['fields'][number];
const human: Field = {
  address: 'x.a',
  field: 'size',
  class: 'human',
  owner: 'terraform',
  reason: 'changed',
  decision: null,
};
const claimed = { id: 'D1', resource: '/subscriptions/S/vmss/Web', field: 'instances' };
const automation: Field = {
  ...{
    address: 'x.set',
    field: 'instances',
    class: 'automation',
    owner: 'scaler',
    reason: 'said so',
    decision: claimed,
  },
};

function world() {
  const storage = new MemoryStorage();
  const { documents } = storage;
  let now = Date.parse('2026-03-02T08:00:00Z');
  const clock = { now: () => now as EpochMillis };
  const ledger = createLedger({ logs: storage.ledgerLogs, documents, clock, environment: 'test' });
  const fieldDecisions = createFieldDecisions({ documents, ledger });
  const drifts = createDrifts({ documents, ledger, fieldDecisions, clock });
  const started = new Map<string, unknown>();
  const woken: string[] = [];
  const engine = {
    start: async (name: string, id: string, input: unknown) => {
      expect(name).toBe(driftOrchestratorName);
      const isNew = !started.has(id);
      started.set(id, input);
      return isNew ? 'started' : 'exists';
    },
    wake: async (id: string) => {
      woken.push(id);
      return 'woken';
    },
  } as unknown as Engine;
  return {
    ...{ drifts, fieldDecisions, started, woken },
    pass: (millis: number) => void (now += millis),
    take: (...fields: Field[]) => drifts.take(manifest, 'unit-0-prod', { commit, fields }, rae, engine),
    answer: (record: { instanceId: string | null; hash: string }, kind: string) =>
      drifts.settle({
        ...{ stack: 'unit-0-prod', instanceId: record.instanceId, hash: record.hash, kind, reasons: ['because'] },
        by: kind === 'approved' ? ['Ava', 'Ada'] : [],
      }),
    kinds: async () => {
      const kinds: string[] = [];
      for await (const { kind } of ledger.read()) {
        kinds.push(kind);
      }
      return kinds;
    },
  };
}

const decision = (more: Partial<FieldDecision> = {}): FieldDecision => ({
  ...{ ...claimed, resource: claimed.resource.toUpperCase(), value: 6, sentence: 'scaled out to 6' },
  at: '2026-03-02T07:00:00Z' as FieldDecision['at'],
  ...more,
});

it('closes what automation did, with the decision that is on record, and asks nobody', async () => {
  const { take, fieldDecisions, started, kinds } = world();
  await fieldDecisions.record(decision());
  const record = await take(automation);
  expect(record).toMatchObject({ state: 'closed', reasons: ['D1: scaled out to 6'], instanceId: null });
  expect(started.size).toBe(0);
  expect(await kinds()).toEqual(['field.set', 'drift.found']);
});

it('believes no claim that is not on record: people are asked', async () => {
  const { take, started } = world();
  const record = await take(automation);
  expect(record).toMatchObject({ state: 'asked', fields: [{ class: 'unknown', decision: null }] });
  expect([...started.values()]).toMatchObject([
    { stack: 'unit-0-prod', steps: ['put back x.set.instances'], terms: { stages: [{ need: [{ count: 2 }] }, {}] } },
  ]);
});

it('asks once about the same drift, starts again what a crash kept from starting, and supersedes another', async () => {
  const { take, started, woken, pass } = world();
  const first = await take(human);
  pass(3_600_000);
  expect(await take(human)).toEqual(first);
  expect(started.size).toBe(1);
  const second = await take(human, { ...human, address: 'x.b' });
  expect(second.instanceId).not.toBe(first.instanceId);
  expect(woken).toEqual([first.instanceId]);
});

it('keeps an approval for a day, and a rejection until it is another drift', async () => {
  const { take, answer, drifts, pass, kinds } = world();
  const asked = await take(human);
  await answer(asked, 'approved');
  expect(await drifts.find('unit-0-prod')).toMatchObject({ state: 'approved', by: ['Ava', 'Ada'] });
  pass(86_400_000 - 1);
  expect(await take(human)).toMatchObject({ state: 'approved' });
  pass(2);
  const again = await take(human);
  expect(again).toMatchObject({ state: 'asked' });
  expect(again.instanceId).not.toBe(asked.instanceId);
  await answer(again, 'rejected');
  pass(30 * 86_400_000);
  expect(await take(human)).toMatchObject({ state: 'rejected' });
  expect(await take()).toMatchObject({ state: 'none' });
  expect(await kinds()).toEqual(['drift.found', 'drift.settled', 'drift.found', 'drift.settled']);
});

it('counts an answer only for the drift that it was about', async () => {
  const { take, answer, drifts } = world();
  const first = await take(human);
  const second = await take(human, { ...human, address: 'x.b' });
  await answer(first, 'approved');
  expect(await drifts.find('unit-0-prod')).toEqual(second);
});

it('asks again after nobody answered', async () => {
  const { take, answer, pass } = world();
  const first = await take(human);
  await answer(first, 'expired');
  pass(1000);
  expect(await take(human)).toMatchObject({ state: 'asked', since: '2026-03-02T08:00:01.000Z' });
});

it('knows nothing of what no stack can be called', async () => {
  expect(await world().drifts.find('../secrets')).toBeUndefined();
});

it('keeps the later of two decisions about a field, whichever comes first', async () => {
  const { fieldDecisions } = world();
  await fieldDecisions.record(decision({ id: 'D2', at: '2026-03-02T07:30:00Z' as FieldDecision['at'] }));
  await fieldDecisions.record(decision());
  expect(await fieldDecisions.last(claimed.resource, 'instances')).toMatchObject({ id: 'D2' });
  expect((await fieldDecisions.list()).decisions).toHaveLength(1);
});
