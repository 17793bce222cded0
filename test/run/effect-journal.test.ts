import { createEffectJournal, type EffectJournal } from '../../src/run';
import type { Step } from '../../src/runbooks';
import { MemoryStorage } from '../support/memory-storage';
import { HandClock, vm } from './fixture';

const step: Step = { id: 'restart', effect: 'restart', summary: 'Restart' };
const ticket = (token: string) => ({
  operation: 'restart',
  token,
  startedAt: '2026-05-04T08:00:00.000Z' as never,
  retryAfterSeconds: 10,
});

let clock: HandClock;
let storage: MemoryStorage;
let journal: EffectJournal;

beforeEach(() => {
  clock = new HandClock();
  storage = new MemoryStorage();
  journal = createEffectJournal(storage.documents, clock);
});

const intend = () => journal.intend('run-1', vm, step, { exists: true });
async function newEtag(): Promise<string> {
  const intention = await intend();
  if (intention.kind !== 'new') {
    throw new Error(intention.kind);
  }
  return intention.etag;
}

it('keeps the intention with the pre-image before anything is asked', async () => {
  await newEtag();
  expect((await storage.documents.get('effects/run-1/restart.json'))?.value).toEqual({
    state: 'intended',
    runId: 'run-1',
    step: 'restart',
    effect: 'restart',
    target: vm,
    intendedAt: '2026-05-04T08:00:00.000Z',
    before: { exists: true },
    ticket: null,
  });
});

it('tells whoever comes next since when nobody knows', async () => {
  await newEtag();
  clock.pass(20);
  expect(await intend()).toMatchObject({ kind: 'unknown', intendedAt: '2026-05-04T08:00:00.000Z' });
});

it('gives the ticket of what was started, and keeps the first', async () => {
  await newEtag();
  await journal.started('run-1', step, ticket('first'));
  await journal.started('run-1', step, ticket('second'));
  expect(await intend()).toEqual({ kind: 'started', ticket: ticket('first') });
});

it('lets what was withdrawn be intended anew, at a new time', async () => {
  await journal.withdraw('run-1', step, await newEtag());
  clock.pass(100);
  await newEtag();
  expect(await intend()).toMatchObject({ kind: 'unknown', intendedAt: '2026-05-04T08:01:40.000Z' });
});

it('lets one attempt take over an intention, and no other', async () => {
  const etag = await newEtag();
  clock.pass(61);
  const taken = await journal.again('run-1', step, etag);
  expect(taken).toBeDefined();
  expect(await journal.again('run-1', step, etag)).toBeUndefined();
  expect(await intend()).toMatchObject({ kind: 'unknown', etag: taken, intendedAt: '2026-05-04T08:01:01.000Z' });
});

it('does not lose a ticket to whoever took the intention over or back', async () => {
  const etag = await newEtag();
  clock.pass(61);
  const taken = await journal.again('run-1', step, etag);
  await journal.withdraw('run-1', step, taken as string);
  await journal.started('run-1', step, ticket('late'));
  expect(await intend()).toEqual({ kind: 'started', ticket: ticket('late') });
});

it('takes back only the version that was read', async () => {
  const etag = await newEtag();
  await journal.started('run-1', step, ticket('first'));
  await journal.withdraw('run-1', step, etag);
  expect(await intend()).toMatchObject({ kind: 'started' });
});

it('keeps steps and runs apart', async () => {
  await newEtag();
  expect((await journal.intend('run-2', vm, step, {})).kind).toBe('new');
  expect((await journal.intend('run-1', vm, { ...step, id: 'undo-start' }, {})).kind).toBe('new');
});

it('says so when an intention vanished, or when others keep changing it', async () => {
  await newEtag();
  await storage.documents.remove('effects/run-1/restart.json');
  await expect(journal.started('run-1', step, ticket('x'))).rejects.toMatchObject({ code: 'Invariant' });
  await newEtag();
  const contended = createEffectJournal({ ...storage.documents, replace: async () => ({ kind: 'conflict' }) }, clock);
  await expect(contended.started('run-1', step, ticket('x'))).rejects.toMatchObject({ code: 'EffectContended' });
});

it('refuses a document that is none of its own', async () => {
  await storage.documents.create('effects/run-1/restart.json', { state: 'done' });
  await expect(intend()).rejects.toThrow();
});
