import type { LedgerDraft, LedgerEntry } from '../../src/ledger';
import { doors } from './support';

const draft = (number: number, size = 1): LedgerDraft => ({
  id: `operator.ordered:${number}`,
  kind: 'operator.ordered',
  subject: 'x',
  data: { text: 'x'.repeat(size) },
});

async function world(count: number, size = 1) {
  const door = doors();
  const { ledger } = door.start();
  for (let from = 0; from < count; from += 30) {
    const part = Array.from({ length: Math.min(30, count - from) }, (_, index) => draft(from + index + 1, size));
    await ledger.append(part);
  }
  const part = async (query: Record<string, string> = {}) => {
    const { status, headers, body } = await door.call('export-ledger', { query });
    const text = body as unknown as string;
    const entries = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LedgerEntry);
    return { status, headers, text, entries, next: headers['x-caretaker-next'] };
  };
  return { door, ledger, part };
}

it('gives every entry once, oldest first, in parts that lead to each other, as they are stored', async () => {
  const { door, part } = await world(5_040);
  const first = await part();
  expect(first.status).toBe(200);
  expect(first.headers['content-type']).toBe('application/x-ndjson');
  expect(first.entries).toHaveLength(5_000);
  expect(first.next).toBe(String(first.entries.at(-1)?.sequence));
  const second = await part({ after: first.next ?? '' });
  expect(second.next).toBeUndefined();
  const ids = [...first.entries, ...second.entries].map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: 5_040 }, (_, index) => `operator.ordered:${index + 1}`));
  const stored = [...door.storage.appended.values()].map((bytes) => bytes.toString('utf8')).join('');
  expect(stored.startsWith(first.text)).toBe(true);
});

it('says of a part that happens to be full and the last one that nothing follows', async () => {
  const { part } = await world(5_000);
  const { entries, next } = await part();
  expect([entries.length, next]).toEqual([5_000, undefined]);
});

it('ends a part that grows too long', async () => {
  const { part } = await world(300, 30_000);
  const first = await part();
  expect(first.text.length).toBeLessThan(9 * 1024 * 1024);
  expect(first.entries.length).toBeLessThan(300);
  const second = await part({ after: first.next ?? '' });
  expect(first.entries.length + second.entries.length).toBe(300);
});

it('gives what was entered in a time, and nothing of an empty ledger', async () => {
  const { door, ledger, part } = await world(2);
  door.clock.pass(60);
  const since = door.clock.text();
  await ledger.append([draft(3)]);
  door.clock.pass(60);
  const until = door.clock.text();
  await ledger.append([draft(4)]);
  expect((await part({ since, until })).entries.map(({ id }) => id)).toEqual(['operator.ordered:3']);
  expect((await part({ until: since })).entries).toHaveLength(2);
  expect((await (await world(0)).part()).text).toBe('');
});

it.each([
  [{ since: 'yesterday' }, 'since'],
  [{ until: '2026-02-30T00:00:00Z' }, 'until'],
  [{ after: '-1' }, 'after'],
  [{ after: 'x' }, 'after'],
])('refuses %j and names the field', async (query, path) => {
  const { status, body } = await doors().call('export-ledger', { query });
  expect([status, body.problems?.map((one) => one.path)]).toEqual([400, [path]]);
});
