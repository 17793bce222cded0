import type { Documents } from '../../src/ports/documents';

/** What every implementation of the port promises. `open` gives one that is empty below the folder given. */
export function documentsContract(open: () => { readonly documents: Documents; readonly folder: string }): void {
  let documents: Documents;
  let folder: string;
  beforeEach(() => {
    ({ documents, folder } = open());
  });

  async function created(path: string, value: string): Promise<string> {
    const answer = await documents.create(path, { value });
    if (answer.kind !== 'created') {
      throw new Error(`${path} was there before`);
    }
    return answer.etag;
  }

  test('gives nothing for a path that was never written', async () => {
    expect(await documents.get(`${folder}/none.json`)).toBeUndefined();
  });

  test('gives back what was created, with its version', async () => {
    const value = { text: 'Grüße 🚀', list: [1, 2.5, null, true], nested: { empty: {} } };
    const answer = await documents.create(`${folder}/a.json`, value);
    const stored = await documents.get(`${folder}/a.json`);
    expect(stored?.value).toEqual(value);
    expect(answer).toEqual({ kind: 'created', etag: stored?.etag });
  });

  test('creates once: a second create changes nothing', async () => {
    const etag = await created(`${folder}/a.json`, 'first');
    expect(await documents.create(`${folder}/a.json`, { value: 'second' })).toEqual({ kind: 'exists' });
    expect(await documents.get(`${folder}/a.json`)).toEqual({ value: { value: 'first' }, etag });
  });

  test('of many creates at the same time one creates', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => documents.create(`${folder}/race.json`, { n })),
    );
    expect(answers.filter((answer) => answer.kind === 'created')).toHaveLength(1);
    const winner = answers.findIndex((answer) => answer.kind === 'created');
    expect((await documents.get(`${folder}/race.json`))?.value).toEqual({ n: winner });
  });

  test('replaces the version that was read, and no other', async () => {
    const first = await created(`${folder}/a.json`, 'first');
    const replaced = await documents.replace(`${folder}/a.json`, { value: 'second' }, first);
    expect(replaced.kind).toBe('replaced');
    expect(replaced).not.toHaveProperty('etag', first);
    expect(await documents.replace(`${folder}/a.json`, { value: 'third' }, first)).toEqual({ kind: 'conflict' });
    const stored = await documents.get(`${folder}/a.json`);
    expect(stored?.value).toEqual({ value: 'second' });
    expect(replaced).toHaveProperty('etag', stored?.etag);
  });

  test('of many replacements of one version one replaces', async () => {
    const etag = await created(`${folder}/a.json`, 'first');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => documents.replace(`${folder}/a.json`, { n }, etag)),
    );
    expect(answers.filter((answer) => answer.kind === 'replaced')).toHaveLength(1);
  });

  test('does not replace what is gone', async () => {
    const etag = await created(`${folder}/a.json`, 'first');
    await documents.remove(`${folder}/a.json`);
    expect(await documents.replace(`${folder}/a.json`, { value: 'second' }, etag)).toEqual({ kind: 'conflict' });
    expect(await documents.get(`${folder}/a.json`)).toBeUndefined();
  });

  test('removes, and removing twice is no error', async () => {
    await created(`${folder}/a.json`, 'first');
    expect(await documents.remove(`${folder}/a.json`)).toBe('removed');
    expect(await documents.remove(`${folder}/a.json`)).toBe('absent');
    expect(await documents.get(`${folder}/a.json`)).toBeUndefined();
  });

  test('lists a folder in order, page by page, and nothing beside it', async () => {
    const names = ['b', 'a-1', 'B', 'a_1', 'a.1', '10', '9'];
    await Promise.all(names.map((name) => created(`${folder}/in/${name}.json`, name)));
    await created(`${folder}/inside.json`, 'beside');
    // By code unit: digits, capitals, small letters; '-' before '.' before '_'.
    const expected = ['10', '9', 'B', 'a-1', 'a.1', 'a_1', 'b'].map((name) => `${folder}/in/${name}.json`);

    expect(await documents.list(`${folder}/in/`)).toEqual({ paths: expected });

    const paged: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await documents.list(`${folder}/in/`, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.paths.length).toBeLessThanOrEqual(3);
      paged.push(...page.paths);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(paged).toEqual(expected);
    expect(pages).toBeGreaterThanOrEqual(3);
  });

  test('lists nothing where nothing is', async () => {
    expect(await documents.list(`${folder}/nowhere/`)).toEqual({ paths: [] });
  });

  test.each(['', '/a', 'a//b', 'a/../b', './a', 'a b', 'a?b', 'a/b.', 'ä', 'too long'])(
    'refuses the path %j',
    async (name) => {
      const path = name === 'too long' ? 'a'.repeat(901) : name;
      await expect(documents.get(path)).rejects.toMatchObject({ code: 'Invariant' });
      await expect(documents.create(path, {})).rejects.toMatchObject({ code: 'Invariant' });
    },
  );
}
