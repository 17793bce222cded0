import { seconds } from '../../src/kernel/duration';
import { createLedger, createRecentEntries } from '../../src/ledger';
import { HandClock } from '../run/fixture';
import { MemoryStorage } from '../support/memory-storage';

function world(limits = { bytes: 1_000_000, lines: 1000 }, most = 100) {
  const { documents, ledgerLogs } = new MemoryStorage();
  const reads: { readonly path: string; readonly from?: number; readonly to?: number }[] = [];
  const logs: typeof ledgerLogs = {
    ...ledgerLogs,
    read: (path, range) => {
      reads.push({ path, ...range });
      return ledgerLogs.read(path, range);
    },
  };
  const clock = new HandClock();
  const ledger = createLedger({ logs: ledgerLogs, documents, clock, environment: 'test', limits });
  const recent = createRecentEntries({
    ...{ logs, documents, clock, environment: 'test', window: seconds(3600), most },
    fits: ({ subject }) => subject !== 'noise',
  });
  const enter = (...ids: string[]) =>
    ledger.append(ids.map((id) => ({ id, kind: 'operator.ordered', subject: id.replace(/\d+$/, ''), data: { id } })));
  const seen = async () => (await recent.look()).map(({ id }) => id);
  return { clock, ledger, enter, seen, reads };
}

it('gives what was entered within the window, newest first, and what came since', async () => {
  const { enter, seen, clock } = world();
  expect(await seen()).toEqual([]);
  await enter('a1', 'noise1');
  clock.pass(1800);
  await enter('a2');
  expect(await seen()).toEqual(['a2', 'a1']);
  await enter('a3', 'noise2', 'a4');
  expect(await seen()).toEqual(['a4', 'a3', 'a2', 'a1']);
  clock.pass(1801);
  expect(await seen()).toEqual(['a4', 'a3', 'a2']);
  await enter('a5');
  expect(await seen()).toEqual(['a5', 'a4', 'a3', 'a2']);
});

it('reads no line twice', async () => {
  const { enter, seen, reads, ledger } = world();
  await enter('a1', 'a2');
  await seen();
  const { length = 0 } = (await ledger.head()) ?? {};
  reads.length = 0;
  await seen();
  expect(reads).toEqual([]);
  await enter('a3');
  expect(await seen()).toEqual(['a3', 'a2', 'a1']);
  expect(reads).toMatchObject([{ from: length, to: (await ledger.head())?.length }]);
});

it('goes on over the end of a segment', async () => {
  const { enter, seen, ledger } = world({ bytes: 1_000_000, lines: 2 });
  const entered: string[] = [];
  for (let number = 1; number <= 7; number += 1) {
    await enter(`a${number}`);
    entered.unshift(`a${number}`);
    expect(await seen()).toEqual(entered);
  }
  expect((await ledger.head())?.segment).toBeGreaterThan(2);
});

it('keeps no more than it is told to, and looks of the same moment share one read', async () => {
  const { enter, seen, reads } = world(undefined, 3);
  await enter('a1', 'a2', 'a3', 'a4');
  expect(await Promise.all([seen(), seen()])).toEqual([
    ['a4', 'a3', 'a2'],
    ['a4', 'a3', 'a2'],
  ]);
  expect(reads.filter(({ to }) => to === undefined)).toHaveLength(1);
  await enter('a5');
  expect(await seen()).toEqual(['a5', 'a4', 'a3']);
});
