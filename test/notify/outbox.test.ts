import { TransientError } from '../../src/kernel/errors';
import { createOutbox, type OutboxPorts } from '../../src/notify';
import type { Channel, Delivery, OutgoingMessage } from '../../src/ports/channels';
import { ManualClock } from '../ledger/fixture';
import { KeptLog } from '../operator/support';
import { MemoryStorage } from '../support/memory-storage';
import { news, settings, start } from './fixture';

/** A channel that keeps what it is sent, and answers as a test says. */
class ScriptedChannel implements Channel {
  readonly messages: OutgoingMessage[] = [];
  answer: () => Promise<Delivery> = async () => ({ kind: 'sent' });
  async send(message: OutgoingMessage): Promise<Delivery> {
    const delivery = await this.answer();
    if (delivery.kind === 'sent') this.messages.push(message);
    return delivery;
  }
  get titles(): string[] {
    return this.messages.map(({ title }) => title);
  }
}

function world(more: Partial<OutboxPorts> = {}) {
  const storage = new MemoryStorage();
  const clock = new ManualClock(start);
  const log = new KeptLog();
  const channels = { ops: new ScriptedChannel(), audit: new ScriptedChannel(), ava: new ScriptedChannel() };
  const ports: OutboxPorts = {
    documents: storage.documents,
    settings: async () => settings,
    channels: { named: (name) => (channels as Record<string, Channel | undefined>)[name] },
    linkOf: ({ approvalId }) => `https://caretaker.example/api/approve?t=secret-of-${approvalId}`,
    clock,
    log,
    ...more,
  };
  return { storage, clock, log, channels, outbox: createOutbox(ports), ports };
}

test('tells each channel once, and again only after its window', async () => {
  const { outbox, channels, clock } = world();
  for (let time = 0; time < 3; time += 1) await outbox.tell(news({ kind: 'approval' }));
  expect(await outbox.deliver()).toBe(2);
  expect(await outbox.deliver()).toBe(0);
  expect([channels.ops.titles, channels.audit.titles]).toEqual([
    ['vm-web-1 does not answer'],
    ['vm-web-1 does not answer'],
  ]);
  clock.advance(61);
  await outbox.tell(news({ kind: 'approval', title: 'still' }));
  await outbox.deliver();
  expect([channels.ops.titles.length, channels.audit.titles.at(-1)]).toEqual([1, 'still']);
  clock.advance(3600);
  await outbox.tell(news({ kind: 'approval', title: 'again' }));
  await outbox.deliver();
  expect(channels.ops.titles.at(-1)).toBe('again');
});

test('a channel that hangs or fails keeps no other waiting, and nobody who tells', async () => {
  const { outbox, channels, clock, log } = world();
  channels.ops.answer = async () => ({ kind: 'later', reason: 'it answers 503' });
  await outbox.tell(news({ kind: 'approval' }));
  expect(await outbox.deliver()).toBe(1);
  expect(channels.audit.titles).toHaveLength(1);
  expect(await outbox.status()).toMatchObject([
    { name: 'ops', waiting: 1, failures: 1, problem: 'it answers 503', retryAt: '2026-03-02T08:00:30.000Z' },
    { name: 'audit', waiting: 0, failures: 0, problem: null },
    { name: 'ava', waiting: 0 },
  ]);
  expect(log.lines.some((line) => line.startsWith('warn a channel does not take messages'))).toBe(true);
  channels.ops.answer = async () => ({ kind: 'sent' });
  expect(await outbox.deliver()).toBe(0);
  clock.advance(30);
  expect(await outbox.deliver()).toBe(1);
  expect(channels.ops.titles).toHaveLength(1);
});

test('after a day it is given up, stands among the undelivered, and can be tried again', async () => {
  const { outbox, channels, clock, log } = world();
  channels.ops.answer = async () => ({ kind: 'later', reason: 'it cannot be reached' });
  await outbox.tell(news());
  await outbox.deliver();
  clock.advance(86_401);
  await outbox.deliver();
  const [lost] = await outbox.undelivered();
  expect(lost).toMatchObject({ channel: 'ops', reason: 'not delivered within a day: it cannot be reached' });
  expect(log.lines.filter((line) => line.startsWith('error a notification was not delivered'))).toHaveLength(1);
  channels.ops.answer = async () => ({ kind: 'sent' });
  expect(await outbox.retry('0'.repeat(40))).toBe('absent');
  expect(await outbox.retry('../notify/told')).toBe('absent');
  expect(await outbox.retry(lost!.id)).toBe('waiting');
  expect(await outbox.retry(lost!.id)).toBe('absent');
  clock.advance(1800);
  expect(await outbox.deliver()).toBe(1);
  expect(await outbox.undelivered()).toEqual([]);
});

test('a message that its channel refuses makes way for the next', async () => {
  const { outbox, channels } = world();
  const answers: Delivery[] = [{ kind: 'refused', reason: 'it answers 400' }, { kind: 'sent' }];
  channels.ops.answer = async () => answers.shift()!;
  await outbox.tell(news({ key: 'a', title: 'bad' }));
  await outbox.tell(news({ key: 'b', title: 'good' }));
  await outbox.deliver();
  expect((await outbox.undelivered()).length + channels.ops.titles.length).toBe(2);
  expect(await outbox.undelivered()).toMatchObject([{ reason: 'it answers 400' }]);
});

test('a storm becomes few messages, and every title is told', async () => {
  const { outbox, channels, clock } = world();
  for (let number = 0; number < 12; number += 1) await outbox.tell(news({ key: `n${number}`, title: `t${number}` }));
  for (let minute = 0; minute < 15; minute += 1) {
    await outbox.deliver();
    clock.advance(60);
  }
  expect(channels.ops.messages).toHaveLength(3);
  expect(channels.ops.messages[2]).toMatchObject({
    kind: 'digest',
    title: '10 notifications that came close together',
  });
  const told = channels.ops.messages.map(({ title, text }) => `${title} ${text}`).join(' ');
  for (let number = 0; number < 12; number += 1) expect(told).toContain(`t${number}`);
});

test('several who deliver at once send each message once', async () => {
  const { outbox, channels, ports } = world();
  for (let number = 0; number < 3; number += 1) await outbox.tell(news({ key: `n${number}` }));
  const slow = async (): Promise<Delivery> => {
    await new Promise((resolve) => setImmediate(resolve));
    return { kind: 'sent' };
  };
  channels.ops.answer = slow;
  await Promise.all([outbox, createOutbox(ports), createOutbox(ports)].map((one) => one.deliver()));
  expect(channels.ops.messages).toHaveLength(3);
});

test('what was kept outlives whoever kept it, also when it breaks off right after', async () => {
  const { storage, outbox, ports, channels } = world();
  const stopping = {
    ...storage.documents,
    create: (path: string, value: never) =>
      path.startsWith('notify/told/')
        ? Promise.reject(new TransientError('Away', 'storage is away'))
        : storage.documents.create(path, value),
  };
  await expect(createOutbox({ ...ports, documents: stopping }).tell(news())).rejects.toThrow(/away/);
  await outbox.tell(news());
  expect(await outbox.deliver()).toBe(1);
  expect(channels.ops.titles).toHaveLength(1);
});

test('the token of a page is made when it is sent and kept nowhere', async () => {
  const { outbox, channels, storage, log } = world();
  const page = {
    kind: 'approval' as const,
    approvalId: 'order-1-a1',
    planHash: 'a'.repeat(64),
    personId: '51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443',
    name: 'Ava',
    until: '2026-03-02T09:00:00.000Z',
  };
  await outbox.tell(news({ channel: 'ava', page }));
  await outbox.deliver();
  expect(channels.ava.messages[0]?.links[0]?.url).toContain('secret-of-order-1-a1');
  expect(JSON.stringify([...storage.stored.values()])).not.toContain('secret-of');
  expect(log.lines.join('\n')).not.toContain('secret-of');
});

test('without a route, or without channels, it stands in the log', async () => {
  const { outbox, log } = world();
  await outbox.tell(news({ severity: 'info' }));
  await world({ settings: async () => undefined, log }).outbox.tell(news());
  expect(log.lines.filter((line) => line.includes('"channels":"none"'))).toHaveLength(2);
});

test('a channel without an address is a channel that fails, and is told of', async () => {
  const { outbox } = world({ channels: { named: () => undefined } });
  await outbox.tell(news());
  expect(await outbox.deliver()).toBe(0);
  expect((await outbox.status())[0]).toMatchObject({ problem: 'no address is set for it in CARETAKER_CHANNELS' });
});

test('while nobody can tell who is to be told, it throws what is worth trying again', async () => {
  const { outbox } = world({ settings: () => Promise.reject(new Error('no policy')) });
  await expect(outbox.tell(news())).rejects.toBeInstanceOf(TransientError);
});
