import type { Clock, EpochMillis } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { InvalidInputError, InvariantError, TransientError } from '../../src/kernel/errors';
import type { Log, LogFields } from '../../src/kernel/log';
import type { PolicyRead, PolicySource } from '../../src/ports/policy-source';
import { createPolicyStore, type PolicyStore } from '../../src/rules';
import { catalogue, policyText, ruleText } from './policy-support';

const first = policyText([ruleText('first', '{ resource: [a] }')]);
const second = policyText([ruleText('second', '{ resource: [a] }')]);
const bad = policyText([ruleText('third', '{ resource: [a] }', 'always')]);
const alsoBad = policyText([ruleText('fourth', '{ resource: [] }')]);

/** A source that holds one document with its tag, or fails; it remembers what it was asked. */
class Source implements PolicySource {
  readonly asked: (string | undefined)[] = [];
  failure: Error | undefined;
  knowsTags = true;
  private text: string;
  private tag = 1;

  constructor(text: string) {
    this.text = text;
  }

  put(text: string): void {
    this.text = text;
    this.tag += 1;
  }

  read(etag?: string): Promise<PolicyRead> {
    this.asked.push(etag);
    if (this.failure !== undefined) {
      return Promise.reject(this.failure);
    }
    const current = `v${this.tag}`;
    return Promise.resolve(
      this.knowsTags && etag === current ? { kind: 'same' } : { kind: 'document', text: this.text, etag: current },
    );
  }
}

interface World {
  readonly store: PolicyStore;
  readonly source: Source;
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[];
  /** Moves the clock on, in seconds. */
  pass(count: number): void;
}

function world(text: string): World {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock: Clock = { now: () => now as EpochMillis };
  const source = new Source(text);
  const lines: World['lines'] = [];
  const line =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      lines.push({ level, message, fields });
    };
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  return {
    store: createPolicyStore({ source, catalogue, log, clock, maxAge: seconds(60) }),
    source,
    lines,
    pass: (count) => {
      now += count * 1000;
    },
  };
}

async function ruleInUse({ store }: World): Promise<string | undefined> {
  return (await store.current()).policy.rules[0]?.name;
}

const warnings = ({ lines }: World): string[] =>
  lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

describe('at the start', () => {
  test('a good document is taken', async () => {
    const here = world(first);
    const { version } = await here.store.load();
    expect(here.store.status()).toEqual({
      version,
      loadedAt: '2026-01-01T00:00:00.000Z',
      checkedAt: '2026-01-01T00:00:00.000Z',
      refused: null,
      unreachable: null,
    });
  });

  test('a bad one stops it with its problems, and is read again when the start is tried again', async () => {
    const here = world(bad);
    const expected = { code: 'InvalidPolicy', problems: [{ path: 'rules[0].mode', line: 5 }] };
    await expect(here.store.load()).rejects.toMatchObject(expected);
    await expect(here.store.load()).rejects.toBeInstanceOf(InvalidInputError);
    await expect(here.store.current()).rejects.toMatchObject(expected);
    expect(here.store.status().version).toBeNull();
    here.source.put(first);
    expect(await ruleInUse(here)).toBe('first');
  });

  test('a source that cannot be reached is passed on', async () => {
    const here = world(first);
    here.source.failure = new TransientError('StorageDown', 'no answer');
    await expect(here.store.load()).rejects.toBe(here.source.failure);
    await expect(here.store.current()).rejects.toBe(here.source.failure);
  });

  test('a source that answers "same" to nothing is a defect', async () => {
    const here = world(first);
    here.source.read = () => Promise.resolve({ kind: 'same' });
    await expect(here.store.load()).rejects.toBeInstanceOf(InvariantError);
  });
});

describe('while running', () => {
  test('the source is asked again only when the answer is too old, by its tag', async () => {
    const here = world(first);
    await here.store.load();
    here.source.put(second);
    here.pass(60);
    expect(await ruleInUse(here)).toBe('first');
    expect(here.source.asked).toEqual([undefined]);
    here.pass(1);
    expect(await ruleInUse(here)).toBe('second');
    here.pass(61);
    expect(await ruleInUse(here)).toBe('second');
    expect(here.source.asked).toEqual([undefined, 'v1', 'v2']);
  });

  test('callers at the same time share one read', async () => {
    const here = world(first);
    const policies = await Promise.all(Array.from({ length: 50 }, () => here.store.current()));
    expect(new Set(policies).size).toBe(1);
    expect(here.source.asked).toHaveLength(1);
  });

  test('a bad change keeps the last good policy, is told once, and is over with the next good one', async () => {
    const here = world(first);
    const { version } = await here.store.load();
    here.source.put(bad);
    for (let turn = 0; turn < 3; turn += 1) {
      here.pass(61);
      expect(await ruleInUse(here)).toBe('first');
    }
    expect(here.store.status()).toMatchObject({
      version,
      loadedAt: '2026-01-01T00:00:00.000Z',
      checkedAt: '2026-01-01T00:03:03.000Z',
      refused: {
        since: '2026-01-01T00:01:01.000Z',
        etag: 'v2',
        problems: [
          { path: 'rules[0].mode', message: expect.stringContaining('"always"') as string, line: 5, column: 52 },
        ],
      },
    });
    expect(warnings(here)).toEqual(['a changed policy document is refused; the last good policy stays in use']);
    expect(here.lines.find(({ level }) => level === 'warn')?.fields).toEqual({
      version,
      problems: 1,
      first: '5:52 rules[0].mode: must be one of observe, suggest, auto; got "always"',
    });
    here.source.put(alsoBad);
    here.pass(61);
    expect(await ruleInUse(here)).toBe('first');
    expect(warnings(here)).toHaveLength(2);
    here.source.put(second);
    here.pass(61);
    expect(await ruleInUse(here)).toBe('second');
    expect(here.store.status().refused).toBeNull();
  });

  test('a source without tags does not make a bad document news again', async () => {
    const here = world(first);
    here.source.knowsTags = false;
    await here.store.load();
    here.source.put(bad);
    for (let turn = 0; turn < 3; turn += 1) {
      here.pass(61);
      expect(await ruleInUse(here)).toBe('first');
    }
    expect(warnings(here)).toHaveLength(1);
    expect(here.store.status().refused?.since).toBe('2026-01-01T00:01:01.000Z');
  });

  test('a source that cannot be read keeps the last good policy, is told once, and is not asked all the time', async () => {
    const here = world(first);
    await here.store.load();
    here.source.failure = new TransientError('StorageDown', 'no answer');
    here.pass(61);
    expect(await ruleInUse(here)).toBe('first');
    expect(await ruleInUse(here)).toBe('first');
    expect(here.source.asked).toHaveLength(2);
    here.pass(61);
    expect(await ruleInUse(here)).toBe('first');
    expect(here.store.status().unreachable).toEqual({
      since: '2026-01-01T00:01:01.000Z',
      reason: 'StorageDown: no answer',
    });
    expect(warnings(here)).toEqual(['the policy source cannot be read; the last good policy stays in use']);
    here.source.failure = undefined;
    here.source.put(second);
    here.pass(61);
    expect(await ruleInUse(here)).toBe('second');
    expect(here.store.status().unreachable).toBeNull();
    expect(here.lines.map(({ message }) => message)).toContain('the policy source can be read again');
  });
});

test('the document is kept as it was read, and stays the one in use while a newer one is refused', async () => {
  const commented = `# why it is so\n${first}`;
  const here = world(commented);
  expect(here.store.text()).toBeNull();
  await here.store.load();
  expect(here.store.text()).toBe(commented);
  here.source.put(bad);
  here.pass(61);
  await here.store.current();
  expect(here.store.text()).toBe(commented);
  here.source.put(second);
  here.pass(61);
  await here.store.current();
  expect(here.store.text()).toBe(second);
});
