import fc from 'fast-check';
import { verifyLedger, type Verification } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import { collect, draft, ManualClock, openLedger, overwrite, segmentPathOf, textOf } from './fixture';

const small = { bytes: 1_000_000, lines: 3 };
const segments = [1, 2, 3];

const verify = (storage: MemoryStorage, anchors?: Verification['end'][]): Promise<Verification> =>
  verifyLedger({
    logs: storage.ledgerLogs,
    documents: storage.documents,
    environment: 'test',
    ...(anchors === undefined ? {} : { anchors }),
  });

/** Eight entries in three segments; with the two closing ones, lines 1-4, 5-8 and 9-10. */
async function written(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const ledger = openLedger(storage, new ManualClock(), small);
  for (let n = 1; n <= 8; n += 1) {
    await ledger.append([draft(`${n}`, { data: { text: `entry ${n}`, grüße: [n, null, true] } })]);
  }
  return storage;
}

function allLines(storage: MemoryStorage): readonly { readonly segment: number; readonly line: string }[] {
  return segments.flatMap((segment) =>
    textOf(storage, segment)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ segment, line })),
  );
}

function store(storage: MemoryStorage, lines: readonly { readonly segment: number; readonly line: string }[]): void {
  for (const segment of segments) {
    overwrite(storage, segment, lines.map((one) => (one.segment === segment ? `${one.line}\n` : '')).join(''));
  }
}

const codes = (verification: Verification): readonly string[] => verification.problems.map(({ code }) => code);

test('an untouched ledger is valid, and says how far it was read', async () => {
  const storage = await written();
  const progress: number[] = [];
  const verification = await verifyLedger({
    logs: storage.ledgerLogs,
    documents: storage.documents,
    environment: 'test',
    onProgress: (one) => void progress.push(one.segments),
  });
  expect(verification).toMatchObject({ valid: true, entries: 10, segments: 3, problemCount: 0, problems: [] });
  expect(progress).toEqual([1, 2, 3]);
});

describe('says what is wrong and where', () => {
  test('edited', async () => {
    const storage = await written();
    overwrite(storage, 2, textOf(storage, 2).replace('entry 5', 'entry X'));
    const verification = await verify(storage);
    expect(verification.problems).toEqual([
      {
        code: 'hash-mismatch',
        message: 'does not have the hash that it states: it was edited',
        segment: segmentPathOf(2),
        line: 2,
        sequence: 6,
      },
    ]);
    expect(verification).toMatchObject({ valid: false, problemCount: 1 });
  });

  test('edited with a new hash: the link to the next one breaks', async () => {
    const storage = await written();
    const forged = new MemoryStorage();
    const ledger = openLedger(forged, new ManualClock(), small);
    for (let n = 1; n <= 8; n += 1) {
      const text = n === 5 ? 'forged' : `entry ${n}`;
      await ledger.append([draft(`${n}`, { data: { text, grüße: [n, null, true] } })]);
    }
    const lines = allLines(storage).map((one, index) => (index === 5 ? (allLines(forged)[5] as typeof one) : one));
    store(storage, lines);
    expect((await verify(storage)).problems).toMatchObject([
      { code: 'broken-link', segment: segmentPathOf(2), line: 3, sequence: 7 },
    ]);
  });

  test('removed', async () => {
    const storage = await written();
    store(
      storage,
      allLines(storage).filter((_, index) => index !== 5),
    );
    expect((await verify(storage)).problems).toMatchObject([
      { code: 'sequence', line: 2, message: 'has sequence 7 where 6 belongs: entry 6 is missing before it' },
      { code: 'broken-link', line: 2 },
    ]);
  });

  test('repeated', async () => {
    const storage = await written();
    store(
      storage,
      allLines(storage).flatMap((one, index) => (index === 0 ? [one, one] : [one])),
    );
    expect((await verify(storage)).problems).toMatchObject([
      { code: 'sequence', segment: segmentPathOf(1), line: 2, sequence: 1 },
      { code: 'broken-link', segment: segmentPathOf(1), line: 2 },
    ]);
  });

  test('cut off at the end, by one entry and by a segment', async () => {
    const storage = await written();
    store(storage, allLines(storage).slice(0, -1));
    expect((await verify(storage)).problems).toEqual([
      { code: 'truncated', message: 'entry 10 is missing at the end', sequence: 10 },
    ]);
    storage.appended.delete(segmentPathOf(3));
    expect((await verify(storage)).problems).toMatchObject([
      { code: 'truncated', message: 'entries 9 to 10 are missing at the end' },
    ]);
  });

  test('a segment taken out, moved, or put beside', async () => {
    const storage = await written();
    const second = textOf(storage, 2);
    storage.appended.delete(segmentPathOf(2));
    expect(codes(await verify(storage))).toEqual(['segment-missing', 'sequence', 'broken-link']);
    overwrite(storage, 2, second);
    overwrite(storage, 4, second);
    expect(codes(await verify(storage))).toContain('sequence');
    storage.appended.delete(segmentPathOf(4));
    storage.appended.set('ledger/test/segments/notes.txt', Buffer.from('hello\n'));
    expect(codes(await verify(storage))).toEqual(['segment-unexpected']);
  });

  test('an entry after the close of its segment', async () => {
    const storage = await written();
    const moved = allLines(storage).map((one, index) => (index === 4 ? { ...one, segment: 1 } : one));
    store(storage, moved);
    expect(codes(await verify(storage))).toEqual(['after-close']);
  });

  test('the head removed, unreadable, or of another chain', async () => {
    const storage = await written();
    const path = 'ledger/test/head.json';
    const head = storage.stored.get(path) as { text: string; etag: string };
    storage.stored.delete(path);
    expect(codes(await verify(storage))).toEqual(['head-missing']);
    storage.stored.set(path, { ...head, text: '{}' });
    expect(codes(await verify(storage))).toEqual(['head-invalid']);
    const hash = (JSON.parse(head.text) as { hash: string }).hash;
    storage.stored.set(path, { ...head, text: head.text.replace(hash, 'f'.repeat(64)) });
    expect((await verify(storage)).problems).toMatchObject([{ code: 'head-mismatch', sequence: 10 }]);
  });

  test('a ledger of another environment in this place', async () => {
    const storage = await written();
    for (const [path, text] of [...storage.appended]) {
      storage.appended.set(path.replace('/test/', '/prod/'), text);
    }
    for (const [path, document] of [...storage.stored]) {
      storage.stored.set(path.replace('/test/', '/prod/'), document);
    }
    const { logs, documents } = { logs: storage.ledgerLogs, documents: storage.documents };
    const verification = await verifyLedger({ logs, documents, environment: 'prod' });
    expect(verification.problemCount).toBe(10);
    expect(new Set(codes(verification))).toEqual(new Set(['wrong-environment']));
  });

  test('a chain written anew as a whole, when a hash was noted before', async () => {
    const noted = (await verify(await written())).end;
    const anew = new MemoryStorage();
    const ledger = openLedger(anew, new ManualClock(), small);
    for (let n = 1; n <= 8; n += 1) {
      await ledger.append([draft(`other ${n}`)]);
    }
    expect(codes(await verify(anew))).toEqual([]);
    expect((await verify(anew, [noted])).problems).toMatchObject([{ code: 'anchor-mismatch', sequence: 10 }]);
    expect(codes(await verify(await written(), [noted]))).toEqual([]);
    expect(codes(await verify(anew, [{ sequence: 99, hash: noted.hash }]))).toEqual(['anchor-mismatch']);
  });
});

describe('any single change is found', () => {
  /** One way to change a list of lines; `undefined` when it changes nothing. */
  type Lines = ReturnType<typeof allLines>;
  const lineIndex = fc.integer({ min: 0, max: 9 });
  const lineChange: fc.Arbitrary<(lines: Lines) => Lines> = fc.oneof(
    lineIndex.map((at) => (lines: Lines) => lines.filter((_, index) => index !== at)),
    lineIndex.map((at) => (lines: Lines) => lines.flatMap((one, index) => (index === at ? [one, one] : [one]))),
    fc
      .tuple(lineIndex, lineIndex)
      .filter(([left, right]) => left !== right)
      .map(([left, right]) => (lines: Lines) => {
        const swapped = lines.map((one) => ({ ...one }));
        (swapped[left] as { line: string }).line = lines[right]?.line ?? '';
        (swapped[right] as { line: string }).line = lines[left]?.line ?? '';
        return swapped;
      }),
    fc.tuple(lineIndex, lineIndex).map(([from, to]) => (lines: Lines) => {
      const segment = lines[to]?.segment ?? 1;
      return lines.toSpliced(to, 0, { segment, line: lines[from]?.line ?? '' });
    }),
    lineIndex.map((from) => (lines: Lines) => lines.slice(0, from)),
    fc.tuple(lineIndex, fc.constantFrom('', ' ', '{}', 'null', '[]')).map(([to, line]) => (lines: Lines) => {
      return lines.toSpliced(to, 0, { segment: lines[to]?.segment ?? 1, line });
    }),
  );

  test('of lines: removal, repetition, swap, move, insertion, truncation', async () => {
    const untouched = await written();
    const lines = allLines(untouched);
    await fc.assert(
      fc.asyncProperty(lineChange, async (change) => {
        const storage = await written();
        store(storage, change(lines));
        expect((await verify(storage)).valid).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('of bytes: one replaced, removed or inserted anywhere', async () => {
    const untouched = await written();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...segments),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom('replace', 'remove', 'insert'),
        async (segment, part, byte, how) => {
          const storage = new MemoryStorage();
          untouched.appended.forEach((text, path) => storage.appended.set(path, text));
          untouched.stored.forEach((document, path) => storage.stored.set(path, document));
          const before = untouched.appended.get(segmentPathOf(segment)) as Buffer;
          const at = Math.floor(part * before.length);
          const inserted = how === 'remove' ? [] : [byte];
          const after = Buffer.concat([
            before.subarray(0, at),
            Buffer.from(inserted),
            before.subarray(how === 'insert' ? at : at + 1),
          ]);
          fc.pre(!after.equals(before));
          storage.appended.set(segmentPathOf(segment), after);
          expect((await verify(storage)).valid).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('reading a line that is no entry fails and says where', async () => {
  const storage = await written();
  overwrite(storage, 2, `nothing\n${textOf(storage, 2)}`);
  await expect(collect(openLedger(storage))).rejects.toMatchObject({
    code: 'LedgerDamaged',
    details: { path: segmentPathOf(2), line: 1 },
  });
});
