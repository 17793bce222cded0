import type { Log } from '../../src/kernel/log';
import { everywhere } from '../../src/guard';
import { announcedEngine } from '../../src/operator';
import type { Notification, Notifications } from '../../src/ports/notifications';
import { ManualClock } from '../ledger/fixture';
import { KeptLog, RememberedEngine } from './support';

function world(notifications?: Notifications) {
  const inner = new RememberedEngine();
  const told: Notification[] = [];
  const log: Log & { lines: string[] } = new KeptLog();
  const clock = new ManualClock(Date.parse('2026-03-02T08:00:00Z'));
  const others = { notifications: notifications ?? { tell: async (one) => void told.push(one) }, clock, log };
  const engine = announcedEngine(
    { ...inner, setKillSwitch: (name: string, order: object) => inner.setKillSwitch(name, order) } as never,
    others,
  );
  return { engine, inner, told, log, clock };
}

it('tells people of every change of a kill switch, also of one that was told before', async () => {
  const { engine, told, clock } = world();
  await engine.setKillSwitch('prod', { engaged: true, reason: 'smoke', by: 'Ada' });
  clock.advance(1);
  await engine.setKillSwitch('prod', { engaged: false, reason: 'air', by: 'Ada' });
  clock.advance(1);
  await engine.setKillSwitch('prod', { engaged: true, reason: 'smoke', by: 'Ada' });
  await engine.setKillSwitch(everywhere, { engaged: true, reason: 'fire', by: 'Ada', rule: 'web' });
  expect(told.map(({ title, severity, environment }) => [title, severity, environment])).toEqual([
    ['Kill switch engaged: everything in prod', 'critical', 'prod'],
    ['Kill switch cleared: everything in prod', 'warning', 'prod'],
    ['Kill switch engaged: everything in prod', 'critical', 'prod'],
    ['Kill switch engaged: rule web in everywhere', 'critical', 'everywhere'],
  ]);
  expect(new Set(told.map(({ key }) => key)).size).toBe(4);
  expect(told[0]?.text).toBe('Ada: smoke');
});

it('sets the kill switch also when nobody can be told, and says so in the log', async () => {
  const { engine, inner, log } = world({ tell: () => Promise.reject(new Error('storage is away')) });
  await engine.setKillSwitch('prod', { engaged: true, reason: 'smoke', by: 'Ada' });
  expect(inner.killSwitches).toHaveLength(1);
  expect(log.lines.join()).toContain('nobody could be told of a kill switch');
});

it('tells nobody of a kill switch that could not be set', async () => {
  const { engine, inner, told } = world();
  inner.down = new Error('the engine is away');
  await expect(engine.setKillSwitch('prod', { engaged: true, reason: 'x', by: 'Ada' })).rejects.toThrow(/away/);
  expect(told).toEqual([]);
});
