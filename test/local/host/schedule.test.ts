import { app } from '@azure/functions';
import { parseSchedule } from '../../../src/local/host/schedule/ncrontab';
import { createVirtualClock } from '../../../src/local/host';
import { HostBench, START } from './support';

const ran: { at: number; pastDue: boolean }[] = [];
let now = (): number => 0;
let block: Promise<void> | undefined;
app.timer('quarterly', {
  schedule: '0 */15 * * * *',
  handler: async (timer) => {
    ran.push({ at: now(), pastDue: timer.isPastDue });
    await block;
  },
});

const tries: number[] = [];
app.timer('stubborn', {
  schedule: '0 0 0 1 1 *',
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { minutes: 1 } },
  handler: () => {
    tries.push(now());
    throw new Error('on purpose');
  },
});

const at = (text: string): number => Date.parse(text);

describe('NCRONTAB', () => {
  it.each([
    ['0 */5 * * * *', '2026-03-02T08:01:10Z', '2026-03-02T08:05:00Z'],
    ['*/10 * * * * *', '2026-03-02T08:00:10Z', '2026-03-02T08:00:20Z'],
    ['0 30 9 * * Mon-Fri', '2026-03-06T10:00:00Z', '2026-03-09T09:30:00Z'],
    ['0 0 0 1 Jan *', '2026-03-02T08:00:00Z', '2027-01-01T00:00:00Z'],
    ['0 0 12 29 2 *', '2026-03-02T08:00:00Z', '2028-02-29T12:00:00Z'],
    ['59 59 23 31 12 *', '2026-12-31T23:59:58Z', '2026-12-31T23:59:59Z'],
    ['0 5/20 * * * *', '2026-03-02T08:26:00Z', '2026-03-02T08:45:00Z'],
    ['0 0 8,20 * * 7', '2026-03-02T08:00:00Z', '2026-03-08T08:00:00Z'],
    ['*/15 * * * *', '2026-03-02T08:00:00Z', '2026-03-02T08:15:00Z'],
    ['01:30:00', '2026-03-02T08:00:00Z', '2026-03-02T09:30:00Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(new Date(parseSchedule(expression).next(at(after)) ?? 0)).toEqual(new Date(expected));
  });

  it('has no occurrence on a day that does not exist', () => {
    expect(parseSchedule('0 0 0 31 2 *').next(START)).toBeUndefined();
  });

  it.each([
    ['0 0 1 * *', undefined],
    ['0 0 0 0 0', '"0" is no day of month'],
    ['0 61 * * * *', '"61" is no minute'],
    ['0 0 * * Foo *', '"foo" is no month'],
    ['every day', 'has 2 fields'],
    ['0 5-1 * * * *', '"5-1" is no minute'],
  ])('reads %s or says why not', (expression, message) => {
    if (message === undefined) expect(parseSchedule(expression).next(START)).toBeDefined();
    else expect(() => parseSchedule(expression)).toThrow(message);
  });
});

describe('timer functions', () => {
  const bench = new HostBench();
  beforeEach(() => {
    ran.length = 0;
    block = undefined;
  });
  afterEach(() => bench.close());

  it('run on schedule in virtual time', async () => {
    const clock = createVirtualClock(START + 60_000);
    now = () => clock.now();
    const host = await bench.start({ clock, schedules: true });
    const { reason } = await host.runToQuiescence({ schedules: true, until: START + 3_600_000 });
    expect(reason).toBe('until');
    expect(ran.map(({ at: time }) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '08:15',
      '08:30',
      '08:45',
      '09:00',
    ]);
  });

  it('run late, once, what was missed while the host was down', async () => {
    const stateFile = `${bench.folder()}/state.db`;
    const first = createVirtualClock(START + 60_000);
    now = () => first.now();
    const before = await bench.start({ stateFile, clock: first, schedules: true });
    await before.runToQuiescence({ schedules: true, until: START + 16 * 60_000 });
    await before.stop();
    const second = createVirtualClock(START + 5 * 3_600_000 + 1);
    now = () => second.now();
    const after = await bench.start({ stateFile, clock: second, schedules: true });
    await after.idle();
    expect(ran.map(({ pastDue }) => pastDue)).toEqual([false, true]);
  });

  it('wait for the next try in virtual time', async () => {
    const clock = createVirtualClock(START + 60_000);
    now = () => clock.now();
    const host = await bench.start({ clock });
    tries.length = 0;
    const headers = { 'x-functions-key': host.keys.master };
    await fetch(`${host.url}/admin/functions/stubborn`, { method: 'POST', headers, body: '{}' });
    for (let left = 3; left > 0; left--) {
      await host.idle();
      clock.advanceBy(60_000);
    }
    await host.idle();
    expect(tries).toEqual([0, 60_000, 120_000].map((after) => START + 60_000 + after));
  });

  it('do not overlap themselves', async () => {
    let release = (): void => undefined;
    block = new Promise((resolve) => (release = resolve));
    const clock = createVirtualClock(START + 60_000);
    now = () => clock.now();
    const host = await bench.start({ clock, schedules: true });
    clock.advanceTo(START + 3_600_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toHaveLength(1);
    release();
    await host.idle();
    clock.advanceTo(START + 3_600_000 + 15 * 60_000);
    await host.idle();
    expect(ran).toHaveLength(2);
  });
});
