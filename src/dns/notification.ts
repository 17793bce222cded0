import { z } from 'zod';
import { sha256 } from '../kernel/hash';
import type { OriginWord } from './watch';

/**
 * A notification of Cloudflare's to a generic webhook. Only what is needed is taken; `data` differs by alert type.
 * Source: Cloudflare, "Webhook payload schema".
 */
const notificationSchema = z.looseObject({
  name: z.string().optional(),
  text: z.string().optional(),
  ts: z.number().optional(),
  alert_type: z.string().optional(),
  alert_event: z.string().optional(),
  data: z.looseObject({}).optional(),
});

/** Alert types that speak about the health of origins. */
const aboutOrigins: ReadonlySet<string> = new Set(['health_check_status_notification', 'load_balancing_health_alert']);

export type ReadNotification =
  | { readonly kind: 'words'; readonly words: readonly OriginWord[] }
  /** Fine, and not about origins: the test message on creation, or another alert. */
  | { readonly kind: 'other' }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Whether the header `cf-webhook-auth` carries one of the secrets that the webhook was made with. Hashes are compared, not the
 * secrets: how far two hashes are alike tells nothing about the secret.
 */
export function isFromCloudflare(secrets: readonly string[], given: string | null): boolean {
  if (given === null || given === '') {
    return false;
  }
  const hash = sha256(given);
  return secrets.some((secret) => secret !== '' && sha256(secret) === hash);
}

/** Reads what a notification says about origins. */
export function readNotification(body: unknown): ReadNotification {
  const parsed = notificationSchema.safeParse(body);
  if (!parsed.success) {
    return {
      kind: 'invalid',
      message: 'is not a notification of Cloudflare: an object with name, text, data and alert_type',
    };
  }
  const { alert_type: type, alert_event: event, data = {} } = parsed.data;
  if (type === undefined || !aboutOrigins.has(type)) {
    return { kind: 'other' };
  }
  const text = (...names: readonly string[]): string | undefined =>
    names.map((name) => data[name]).find((value): value is string => typeof value === 'string' && value !== '');
  const status = (text('new_health', 'status', 'health', 'new_status') ?? '').toLowerCase();
  const seen =
    status.includes('unhealthy') || status === 'down' || (status === '' && event === 'ALERT_STATE_EVENT_START')
      ? 'unhealthy'
      : status.includes('healthy') || status === 'up' || event === 'ALERT_STATE_EVENT_END'
        ? 'healthy'
        : undefined;
  const checks = ['health_check_id', 'health_check_name', 'origin_name', 'pool_id', 'pool_name', 'name'].flatMap(
    (name) => {
      const value = data[name];
      return typeof value === 'string' && value !== '' ? [value] : [];
    },
  );
  if (seen === undefined || checks.length === 0) {
    return {
      kind: 'invalid',
      message: 'names no health check or pool, or no health; expected data.name and data.status',
    };
  }
  return { kind: 'words', words: [...new Set(checks)].map((check) => ({ check, seen })) };
}
