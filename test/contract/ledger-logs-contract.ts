import type { LedgerLogs } from '../../src/ports/ledger-logs';

/** What every implementation of the port promises. `open` gives one that is empty below the folder given. */
export function ledgerLogsContract(open: () => { readonly ledgerLogs: LedgerLogs; readonly folder: string }): void {
  let logs: LedgerLogs;
  let folder: string;
  beforeEach(() => {
    ({ ledgerLogs: logs, folder } = open());
  });

  async function listed(prefix: string): Promise<readonly string[]> {
    const paths: string[] = [];
    for await (const path of logs.list(prefix)) {
      paths.push(path);
    }
    return paths;
  }

  test('gives nothing for a log that was never written', async () => {
    expect(await logs.read(`${folder}/none.jsonl`)).toBeUndefined();
    expect(await logs.read(`${folder}/none.jsonl`, { from: 5 })).toBeUndefined();
    expect(await logs.read(`${folder}/none.jsonl`, { to: 0 })).toBeUndefined();
  });

  test('grows by what is appended, counted in bytes of UTF-8', async () => {
    expect(await logs.append(`${folder}/a.jsonl`, 'one\n', 0)).toEqual({ kind: 'appended', length: 4 });
    expect(await logs.append(`${folder}/a.jsonl`, 'zwölf 🚀\n', 4)).toEqual({ kind: 'appended', length: 16 });
    expect(await logs.read(`${folder}/a.jsonl`)).toEqual({ text: 'one\nzwölf 🚀\n', length: 16 });
  });

  test('appends only where the end is', async () => {
    await logs.append(`${folder}/a.jsonl`, 'one\n', 0);
    for (const elsewhere of [0, 3, 5]) {
      expect(await logs.append(`${folder}/a.jsonl`, 'two\n', elsewhere)).toEqual({ kind: 'conflict' });
    }
    expect(await logs.append(`${folder}/none.jsonl`, 'two\n', 4)).toEqual({ kind: 'conflict' });
    expect(await logs.read(`${folder}/none.jsonl`)).toBeUndefined();
    expect(await logs.read(`${folder}/a.jsonl`)).toEqual({ text: 'one\n', length: 4 });
  });

  test('of many appends at one place one is appended', async () => {
    for (const expectedLength of [0, 2]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => logs.append(`${folder}/race.jsonl`, `${n}\n`, expectedLength)),
      );
      expect(answers.filter((answer) => answer.kind === 'appended')).toHaveLength(1);
    }
    expect((await logs.read(`${folder}/race.jsonl`))?.length).toBe(4);
  });

  test('reads from a byte on, up to a byte, and from the end on', async () => {
    await logs.append(`${folder}/a.jsonl`, 'one\nzwölf\nthree\n', 0);
    expect(await logs.read(`${folder}/a.jsonl`, { from: 4 })).toEqual({ text: 'zwölf\nthree\n', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { to: 4 })).toEqual({ text: 'one\n', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { from: 4, to: 11 })).toEqual({ text: 'zwölf\n', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { from: 11, to: 5000 })).toEqual({ text: 'three\n', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { to: 0 })).toEqual({ text: '', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { from: 17 })).toEqual({ text: '', length: 17 });
    expect(await logs.read(`${folder}/a.jsonl`, { from: 40 })).toEqual({ text: '', length: 17 });
  });

  test('reads a character that is cut as U+FFFD', async () => {
    await logs.append(`${folder}/a.jsonl`, 'zwö\n', 0);
    expect((await logs.read(`${folder}/a.jsonl`, { to: 3 }))?.text).toBe('zw\uFFFD');
  });

  test('takes a megabyte at once', async () => {
    const text = `${'0123456789abcdef'.repeat(65_536)}\n`;
    await logs.append(`${folder}/big.jsonl`, text, 0);
    const read = await logs.read(`${folder}/big.jsonl`);
    expect(read?.length).toBe(1_048_577);
    expect(read?.text === text).toBe(true);
  });

  test('lists in order, and nothing beside the folder', async () => {
    for (const name of ['00000002', '00000010', '00000001']) {
      await logs.append(`${folder}/in/${name}.jsonl`, 'x\n', 0);
    }
    await logs.append(`${folder}/inside.jsonl`, 'x\n', 0);
    expect(await listed(`${folder}/in/`)).toEqual(
      ['00000001', '00000002', '00000010'].map((n) => `${folder}/in/${n}.jsonl`),
    );
    expect(await listed(`${folder}/nowhere/`)).toEqual([]);
  });

  test('refuses an append of nothing', async () => {
    await expect(logs.append(`${folder}/a.jsonl`, '', 0)).rejects.toMatchObject({ code: 'Invariant' });
  });
}
