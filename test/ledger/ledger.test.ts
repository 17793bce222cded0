import { createHash } from 'node:crypto';
import { verifyLedger } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import {
  collect,
  draft,
  faulty,
  idsOf,
  ManualClock,
  openLedger,
  overwrite,
  segmentPathOf,
  textOf,
  type Operation,
} from './fixture';

const verify = (storage: MemoryStorage): ReturnType<typeof verifyLedger> =>
  verifyLedger({ logs: storage.ledgerLogs, documents: storage.documents, environment: 'test' });

/** Segments of three lines, so that a few entries make several of them. */
const small = { bytes: 1_000_000, lines: 3 };

describe('appending', () => {
  test('stores an entry as one line of canonical JSON with the hash of its other members', async () => {
    const storage = new MemoryStorage();
    const [receipt] = await openLedger(storage).append([
      { id: 'run.finished:r1', kind: 'run.finished', subject: '/vm/1', data: { outcome: 'verified', attempts: 2 } },
    ]);
    // Written out by hand: sorted keys, no white space, 64 zeros before the first entry.
    const unhashed =
      `{"at":"2026-03-01T12:00:00.000Z","data":{"attempts":2,"outcome":"verified"},"environment":"test",` +
      `"id":"run.finished:r1","kind":"run.finished","previous":"${'0'.repeat(64)}","sequence":1,"subject":"/vm/1"}`;
    const hash = createHash('sha256').update(unhashed).digest('hex');
    expect(receipt).toEqual({ id: 'run.finished:r1', sequence: 1, hash });
    expect(textOf(storage, 1)).toBe(`${unhashed.replace('"id":', `"hash":"${hash}","id":`)}\n`);
  });

  test('links each entry to the one before, over calls and instances', async () => {
    const storage = new MemoryStorage();
    const [first, second] = await openLedger(storage).append([draft('a'), draft('b')]);
    const [third] = await openLedger(storage).append([draft('c')]);
    const entries = await collect(openLedger(storage));
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(entries.map(({ previous }) => previous)).toEqual(['0'.repeat(64), first?.hash, second?.hash]);
    expect(await openLedger(storage).head()).toMatchObject({ sequence: 3, hash: third?.hash, segment: 1, lines: 3 });
    expect(await verify(storage)).toMatchObject({
      valid: true,
      entries: 3,
      beyondHead: 0,
      end: { sequence: 3, hash: third?.hash },
    });
  });

  test('writes calls that come together as one block, and answers each with its own', async () => {
    const storage = new MemoryStorage();
    const operations: Operation[] = [];
    const ledger = openLedger(faulty(storage, (operation) => void operations.push(operation)));
    const receipts = await Promise.all(Array.from({ length: 50 }, (_, n) => ledger.append([draft(`${n}`)])));
    expect(receipts.map(([receipt]) => receipt?.sequence)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(operations.filter(({ name }) => name === 'append')).toHaveLength(1);
    expect(operations.filter(({ name }) => name === 'replace')).toHaveLength(1);
  });

  test('does not enter an id twice in one process, and gives its receipt again', async () => {
    const storage = new MemoryStorage();
    const ledger = openLedger(storage);
    const [first] = await ledger.append([draft('a')]);
    const [again, other, twice] = await ledger.append([draft('a'), draft('b'), draft('b')]);
    expect(again).toEqual(first);
    expect(twice).toEqual(other);
    expect(textOf(storage, 1).split('\n')).toHaveLength(3);
  });

  test('appending needs no more operations in a long ledger than in a short one', async () => {
    const storage = new MemoryStorage();
    const clock = new ManualClock();
    for (let n = 0; n < 40; n += 1) {
      await openLedger(storage, clock, small).append([draft(`${n}`)]);
    }
    const operations: Operation[] = [];
    await openLedger(
      faulty(storage, (one) => void operations.push(one)),
      clock,
      small,
    ).append([draft('new')]);
    // The head, the end of the last segment, at most one closing entry, the entry, the head again.
    expect(operations.length).toBeLessThanOrEqual(5);
  });

  test('refuses what does not fit, naming the field, and writes nothing', async () => {
    const storage = new MemoryStorage();
    const ledger = openLedger(storage);
    const big = draft('big', { data: 'x'.repeat(40_000) });
    const problems = async (drafts: Parameters<typeof ledger.append>[0]): Promise<readonly string[]> =>
      ledger.append(drafts).then(
        () => [],
        (error: { problems: readonly { path: string }[] }) => error.problems.map(({ path }) => path),
      );
    expect(await problems([draft('a'), big])).toEqual(['[1].data']);
    expect(await problems([draft('')])).toEqual(['[0].id']);
    expect(await problems([{ ...draft('a'), kind: 'something' as 'run.finished' }])).toEqual(['[0].kind']);
    expect(await problems([draft('a', { data: JSON.parse('{"__proto__":{"x":1}}') as object as never })])).toEqual([
      '[0].data',
    ]);
    expect(await problems(Array.from({ length: 31 }, (_, n) => draft(`${n}`)))).toEqual(['']);
    expect(storage.appended.size).toBe(0);
  });
});

describe('segments', () => {
  test('a full segment is closed and the next one continues the chain', async () => {
    const storage = new MemoryStorage();
    const ledger = openLedger(storage, new ManualClock(), small);
    for (let n = 1; n <= 7; n += 1) {
      await ledger.append([draft(`${n}`)]);
    }
    expect([...storage.appended.keys()].sort()).toEqual([1, 2, 3].map(segmentPathOf));
    // Three entries and the closing one; a reader does not see the latter.
    expect(textOf(storage, 1).trimEnd().split('\n')).toHaveLength(4);
    expect(textOf(storage, 1)).toContain('"kind":"ledger.segment-closed"');
    expect(await idsOf(ledger)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect((await verify(storage)).problems).toEqual([]);
  });

  test('a new day begins a new segment; a clock that runs behind does not', async () => {
    const storage = new MemoryStorage();
    const clock = new ManualClock(Date.UTC(2026, 2, 1, 23, 59, 59));
    await openLedger(storage, clock).append([draft('a')]);
    clock.advance(2);
    await openLedger(storage, clock).append([draft('b')]);
    clock.advance(-2);
    await openLedger(storage, clock).append([draft('c')]);
    expect(storage.appended.size).toBe(2);
    expect((await verify(storage)).valid).toBe(true);
  });

  test('whoever still believes in a closed segment goes on in the next one', async () => {
    const storage = new MemoryStorage();
    const clock = new ManualClock();
    const slow = openLedger(storage, clock, small);
    await slow.append([draft('a')]);
    const busy = openLedger(storage, clock, small);
    for (const id of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      await busy.append([draft(id)]);
    }
    const [receipt] = await slow.append([draft('i')]);
    expect(receipt?.sequence).toBe(11);
    expect(await idsOf(slow)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    expect((await verify(storage)).problems).toEqual([]);
  });

  test('two instances that write at the same time make one valid chain with everything in it', async () => {
    const storage = new MemoryStorage();
    const clock = new ManualClock();
    const limits = { bytes: 1_000_000, lines: 10 };
    const instances = [openLedger(storage, clock, limits), openLedger(storage, clock, limits)];
    const ids = Array.from({ length: 100 }, (_, n) => `entry-${n}`);
    const receipts = await Promise.all(
      ids.map(async (id, n) => {
        // Each waits for a few turns of its own, so that the instances keep meeting.
        for (let turn = 0; turn < n % 17; turn += 1) {
          await Promise.resolve();
        }
        return (await (instances[n % 2] as (typeof instances)[0]).append([draft(id)]))[0];
      }),
    );
    expect(new Set(receipts.map((receipt) => receipt?.sequence)).size).toBe(100);
    expect([...(await idsOf(openLedger(storage)))].sort()).toEqual([...ids].sort());
    expect(await verify(storage)).toMatchObject({ valid: true, repeats: 0, beyondHead: 0 });
  });
});

describe('a damaged ledger is not written over', () => {
  async function written(): Promise<MemoryStorage> {
    const storage = new MemoryStorage();
    await openLedger(storage).append([draft('a'), draft('b')]);
    return storage;
  }

  test('when the end was cut off', async () => {
    const storage = await written();
    const [first] = textOf(storage, 1).split('\n');
    overwrite(storage, 1, `${first}\n`);
    await expect(openLedger(storage).append([draft('c')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
    expect(textOf(storage, 1)).toBe(`${first}\n`);
  });

  test('when something else was added at the end', async () => {
    const storage = await written();
    const before = textOf(storage, 1);
    overwrite(storage, 1, `${before}{"hello":"there"}\n`);
    await expect(openLedger(storage).append([draft('c')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
    overwrite(storage, 1, `${before}half`);
    await expect(openLedger(storage).append([draft('c')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
  });

  test('when the head was removed or cannot be read', async () => {
    const storage = await written();
    storage.stored.delete('ledger/test/head.json');
    await expect(openLedger(storage).append([draft('c')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
    storage.stored.set('ledger/test/head.json', { text: '{"sequence":1}', etag: '"x"' });
    await expect(openLedger(storage).append([draft('c')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
  });

  test('when the log was changed under a running instance', async () => {
    const storage = new MemoryStorage();
    const ledger = openLedger(storage);
    await ledger.append([draft('a')]);
    overwrite(storage, 1, '');
    await expect(ledger.append([draft('b')])).rejects.toMatchObject({ code: 'LedgerDamaged' });
  });
});

describe('reading', () => {
  /** Ten days with five entries each, at noon and every ten minutes after. */
  async function tenDays(): Promise<{ storage: MemoryStorage }> {
    const storage = new MemoryStorage();
    const clock = new ManualClock();
    const ledger = openLedger(storage, clock);
    for (let day = 1; day <= 10; day += 1) {
      for (let n = 1; n <= 5; n += 1) {
        const kind = n === 5 ? 'incident.closed' : 'run.finished';
        await ledger.append([draft(`${day}.${n}`, { kind, subject: `vm-${n}` })]);
        clock.advance(600);
      }
      clock.advance(86_400 - 3_000);
    }
    return { storage };
  }

  test('by time, kind, subject, limit and cursor, oldest and newest first', async () => {
    const { storage } = await tenDays();
    const ledger = openLedger(storage);
    const all = await collect(ledger);
    expect(all).toHaveLength(50);
    expect(await idsOf(ledger, { since: '2026-03-10T12:30:00Z' })).toEqual(['10.4', '10.5']);
    expect(await idsOf(ledger, { until: '2026-03-01T12:20:00Z' })).toEqual(['1.1', '1.2']);
    expect(await idsOf(ledger, { since: '2026-03-04T13:00:00+01:00', until: '2026-03-04T12:15:00Z' })).toEqual([
      '4.1',
      '4.2',
    ]);
    expect(await idsOf(ledger, { kinds: ['incident.closed'], limit: 2 })).toEqual(['1.5', '2.5']);
    expect(await idsOf(ledger, { subject: 'vm-3', first: 'newest', limit: 2 })).toEqual(['10.3', '9.3']);
    expect(await idsOf(ledger, { first: 'newest', limit: 3 })).toEqual(['10.5', '10.4', '10.3']);
    expect(await idsOf(ledger, { first: 'newest', since: '2026-03-10T12:20:00Z' })).toEqual(['10.5', '10.4', '10.3']);
    expect(await idsOf(ledger, { first: 'newest', until: '2026-03-02T12:10:00Z', limit: 2 })).toEqual(['2.1', '1.5']);
    expect(await idsOf(ledger, { limit: 0 })).toEqual([]);
    await expect(collect(ledger, { since: 'yesterday' })).rejects.toMatchObject({ problems: [{ path: 'since' }] });
  });

  test.each(['oldest', 'newest'] as const)(
    'page by page with a cursor gives what one reading gives (%s first)',
    async (first) => {
      const { storage } = await tenDays();
      const ledger = openLedger(storage);
      const paged: string[] = [];
      let after: number | undefined;
      for (;;) {
        const page = await collect(ledger, { first, limit: 7, ...(after === undefined ? {} : { after }) });
        paged.push(...page.map(({ id }) => id));
        after = page[page.length - 1]?.sequence;
        if (page.length < 7) {
          break;
        }
      }
      expect(paged).toEqual(await idsOf(ledger, { first }));
      expect(paged).toHaveLength(50);
    },
  );

  test('the newest, or from a time on, without reading the rest', async () => {
    const { storage } = await tenDays();
    const wholeReads = async (read: Parameters<typeof idsOf>[1]): Promise<number> => {
      const paths = new Set<string>();
      const watched = faulty(storage, () => undefined);
      const logs = { ...watched.ledgerLogs };
      logs.read = (path, range) => {
        if (range?.to === undefined) {
          paths.add(path);
        }
        return storage.ledgerLogs.read(path, range);
      };
      await idsOf(openLedger({ documents: watched.documents, ledgerLogs: logs }), read);
      return paths.size;
    };
    expect(await wholeReads({ first: 'newest', limit: 3 })).toBe(1);
    // The segment of the day, and the one that is not there yet.
    expect(await wholeReads({ since: '2026-03-10T12:30:00Z' })).toBe(2);
    expect(await wholeReads({ since: '2026-03-05T12:00:00Z', until: '2026-03-05T12:11:00Z' })).toBeLessThanOrEqual(3);
  });

  test('a repeat is given once', async () => {
    const storage = new MemoryStorage();
    await openLedger(storage).append([draft('a'), draft('b')]);
    // Another instance that never saw the first entry of this id, as after a lost answer and a restart.
    await openLedger(storage).append([draft('a'), draft('c')]);
    expect(await idsOf(openLedger(storage))).toEqual(['a', 'b', 'c']);
    expect(await verify(storage)).toMatchObject({ valid: true, entries: 4, repeats: 1 });
  });

  test('nothing, from a ledger that was never written', async () => {
    const storage = new MemoryStorage();
    expect(await collect(openLedger(storage))).toEqual([]);
    expect(await openLedger(storage).head()).toBeUndefined();
    expect(await verify(storage)).toMatchObject({ valid: true, entries: 0 });
  });
});
