import { createHash } from 'node:crypto';
import { createDeadLetters } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import { faulty } from './fixture';

const refused = {
  source: 'azure-monitor',
  reason: 'AlertSchemaInvalid',
  problems: [{ path: 'data.essentials', message: 'is missing' }],
  body: '{"schemaId":"other"}',
  receivedAt: '2026-03-01T12:00:00Z',
};

test('keeps what came and why it was refused', async () => {
  const letters = createDeadLetters(new MemoryStorage());
  const { kind, deadLetter } = await letters.keep(refused);
  expect(kind).toBe('kept');
  expect(deadLetter).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    source: 'azure-monitor',
    reason: 'AlertSchemaInvalid',
    problems: [{ path: 'data.essentials', message: 'is missing' }],
    receivedAt: '2026-03-01T12:00:00.000Z',
    body: '{"schemaId":"other"}',
    bodyBytes: 20,
    bodySha256: createHash('sha256').update('{"schemaId":"other"}').digest('hex'),
    cut: false,
    redactions: 0,
  });
  expect(await letters.find(deadLetter.id)).toEqual(deadLetter);
  expect(await letters.find('0'.repeat(32))).toBeUndefined();
  expect(await letters.find('../decisions/s1')).toBeUndefined();
});

test('the same body from the same source is kept once', async () => {
  const letters = createDeadLetters(new MemoryStorage());
  const first = await letters.keep(refused);
  const again = await letters.keep({ ...refused, receivedAt: '2026-03-02T12:00:00Z', reason: 'Other' });
  expect(again).toEqual({ kind: 'exists', deadLetter: first.deadLetter });
  await letters.keep({ ...refused, source: 'event-grid' });
  await letters.keep({ ...refused, body: '{}' });
  expect((await letters.list()).deadLetters).toHaveLength(3);
});

test('cuts a long body between characters, and says so', async () => {
  // 262,143 bytes, then a character of four: the limit of 262,144 goes through it.
  const body = `${'a'.repeat(262_143)}🚀rest`;
  const { deadLetter } = await createDeadLetters(new MemoryStorage()).keep({ ...refused, body });
  expect(deadLetter.body === 'a'.repeat(262_143)).toBe(true);
  expect(deadLetter).toMatchObject({ cut: true, bodyBytes: 262_151 });
});

test('keeps no secret, neither of the body nor of the problems', async () => {
  const storage = new MemoryStorage();
  const { deadLetter } = await createDeadLetters(storage).keep({
    ...refused,
    body: '{"password":"hunter2","url":"https://x?sig=abcdef"}',
    problems: [{ path: 'url', message: 'is not a URL: https://x?sig=abcdef' }],
  });
  expect(deadLetter.redactions).toBe(2);
  const everything = [...storage.stored.values()].map(({ text }) => text).join('\n');
  expect(everything).not.toMatch(/hunter2|abcdef(?![0-9a-f])/);
});

test('keeps at most 100 problems', async () => {
  const problems = Array.from({ length: 10_000 }, (_, n) => ({ path: `targets[${n}]`, message: 'is unknown' }));
  const { deadLetter } = await createDeadLetters(new MemoryStorage()).keep({ ...refused, problems });
  expect(deadLetter.problems).toHaveLength(100);
});

test('lists newest first, page by page', async () => {
  const letters = createDeadLetters(new MemoryStorage());
  for (const day of [3, 1, 5, 2, 4]) {
    await letters.keep({ ...refused, body: `body ${day}`, receivedAt: `2026-03-0${day}T00:00:00Z` });
  }
  const first = await letters.list({ limit: 3 });
  const second = await letters.list({ limit: 3, ...(first.cursor === undefined ? {} : { cursor: first.cursor }) });
  expect(first.deadLetters.map(({ body }) => body)).toEqual(['body 5', 'body 4', 'body 3']);
  expect(second.deadLetters.map(({ body }) => body)).toEqual(['body 2', 'body 1']);
  expect(second.cursor).toBeUndefined();
});

test('a letter whose keeping broke off is kept and listed once when it comes again', async () => {
  for (const [fault, when] of [1, 2, 3].flatMap((number) => [
    [number, 'before'] as const,
    [number, 'after'] as const,
  ])) {
    const storage = new MemoryStorage();
    const unreliable = faulty(storage, ({ number }) => (number === fault ? when : undefined));
    await expect(createDeadLetters(unreliable).keep(refused)).rejects.toMatchObject({ code: 'Injected' });
    const letters = createDeadLetters(storage);
    await letters.keep({ ...refused, receivedAt: '2026-03-01T12:00:05Z' });
    expect((await letters.list()).deadLetters).toHaveLength(1);
  }
});
