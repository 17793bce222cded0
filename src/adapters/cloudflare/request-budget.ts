import type { Clock } from '../../kernel/clock';
import { TransientError } from '../../kernel/errors';

/** Share of the provider's request budget that Caretaker uses at most: people at the dashboard need the rest. */
export const ourShare = 0.6;

/** Source: Cloudflare, "Rate limits": 1,200 requests in 5 minutes for each user, dashboard included. */
const usual = { quota: 1200, windowSeconds: 300 } as const;

interface Told {
  readonly quota: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/**
 * Our share of a request budget that is shared with people. What is left is read from the answers' headers, so that what others
 * use counts: nothing is sent when less than the others' share is left. Our own requests are counted besides, for answers
 * without headers.
 */
export class RequestBudget {
  private told: Told | undefined;
  private sent: number[] = [];

  constructor(private readonly clock: Clock) {}

  /** Takes one request. @throws TransientError `DnsBudget` with the time until there is room again. */
  take(): void {
    const now = this.clock.now();
    const { told } = this;
    if (told !== undefined && now < told.resetAt && told.remaining <= told.quota * (1 - ourShare)) {
      throw spent(Math.ceil((told.resetAt - now) / 1000), `${told.remaining} of ${told.quota} requests are left`);
    }
    this.sent = this.sent.filter((at) => now - at < usual.windowSeconds * 1000);
    if (this.sent.length >= usual.quota * ourShare) {
      const wait = (this.sent[0] as number) + usual.windowSeconds * 1000 - now;
      throw spent(Math.ceil(wait / 1000), `${this.sent.length} requests were sent within ${usual.windowSeconds} s`);
    }
    this.sent.push(now);
    if (told !== undefined) {
      this.told = { ...told, remaining: told.remaining - 1 };
    }
  }

  /** Reads `Ratelimit: "default";r=1100;t=200` and `Ratelimit-Policy: "default";q=1200;w=300`. */
  note(headers: Headers): void {
    const limit = /;\s*r=(\d+)\s*;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '');
    if (limit === null) {
      return;
    }
    const policy = /;\s*q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '');
    const [remaining, seconds] = [Number(limit[1]), Number(limit[2])];
    this.told = {
      quota: policy === null ? usual.quota : Number(policy[1]),
      remaining,
      resetAt: this.clock.now() + seconds * 1000,
    };
  }
}

function spent(retryAfterSeconds: number, what: string): TransientError {
  const message = `our share of Cloudflare's request budget is used up: ${what}; the rest is for people`;
  return new TransientError('DnsBudget', message, { retryAfterSeconds: Math.max(1, retryAfterSeconds) });
}
