import type { NotificationSettings, Pending } from '../../src/notify/model';
import type { Notification } from '../../src/ports/notifications';

export const start = Date.parse('2026-03-02T08:00:00Z');

export const news = (more: Partial<Notification> = {}): Notification => ({
  key: 'incident:1',
  kind: 'incident',
  severity: 'warning',
  environment: 'prod',
  title: 'vm-web-1 does not answer',
  text: 'A restart is tried.',
  ...more,
});

export const settings: NotificationSettings = {
  channels: {
    ops: { kind: 'teams', windowSeconds: 3600, burst: 3, perSeconds: 600 },
    audit: { kind: 'webhook', windowSeconds: 60, burst: 100, perSeconds: 60 },
    ava: { kind: 'slack', windowSeconds: 3600, burst: 3, perSeconds: 600 },
  },
  routes: [
    { to: ['ops'], environments: ['prod'], severities: ['warning', 'critical'] },
    { to: ['audit', 'ops'], kinds: ['approval'] },
  ],
};

export const pending = (number: number, more: Partial<Notification> = {}): Pending => ({
  version: 1,
  id: `id-${number}`,
  channel: 'ops',
  keptAt: new Date(start + number * 1000).toISOString() as Pending['keptAt'],
  notification: news({ key: `incident:${number}`, title: `number ${number}`, ...more }) as Pending['notification'],
});
