import { ArmError } from './errors';

/** A token bucket: `capacity` at most, `refillPerSecond` back. */
export interface BucketLimits {
  capacity: number;
  refillPerSecond: number;
}

export interface BucketCharge {
  /** Identity of the bucket. */
  key: string;
  limits: BucketLimits;
}

/**
 * Buckets as functions of the clock. A refused caller must stay away for the whole `Retry-After`: asking sooner is
 * refused and starts the wait again (ARM's published behaviour).
 */
export interface Throttle {
  /** Takes one token from each bucket, or from none. */
  take(charges: readonly BucketCharge[]): ThrottleAnswer;
  /** Whole tokens left. */
  remaining(charge: BucketCharge): number;
}

export type ThrottleAnswer = { ok: true } | { ok: false; key: string; retryAfterSeconds: number };

interface BucketState {
  level: number;
  at: number;
  refusedUntil: number;
  wait: number;
}

export function createThrottle(now: () => number): Throttle {
  const buckets = new Map<string, BucketState>();
  const state = ({ key, limits }: BucketCharge): BucketState => {
    const at = now();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { level: limits.capacity, at, refusedUntil: 0, wait: 0 };
      buckets.set(key, bucket);
    }
    const elapsed = Math.max(0, at - bucket.at);
    bucket.level = Math.min(limits.capacity, bucket.level + (elapsed / 1000) * limits.refillPerSecond);
    bucket.at = at;
    return bucket;
  };
  return {
    take(charges) {
      const at = now();
      for (const charge of charges) {
        const bucket = state(charge);
        if (at < bucket.refusedUntil) {
          bucket.refusedUntil = at + bucket.wait * 1000;
          return { ok: false, key: charge.key, retryAfterSeconds: bucket.wait };
        }
        // A hair below 1 is 1: levels are sums of floating-point refills.
        if (bucket.level < 1 - 1e-9) {
          bucket.wait = Math.max(1, Math.ceil((1 - bucket.level) / charge.limits.refillPerSecond));
          bucket.refusedUntil = at + bucket.wait * 1000;
          return { ok: false, key: charge.key, retryAfterSeconds: bucket.wait };
        }
      }
      for (const charge of charges) state(charge).level -= 1;
      return { ok: true };
    },
    remaining: (charge) => Math.floor(state(charge).level + 1e-9),
  };
}

export type ArmCallClass = 'reads' | 'writes' | 'deletes';

export function armCallClass(method: string): ArmCallClass {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

/**
 * ARM's own buckets, for each principal and subscription; the subscription as a whole has 15 times as much.
 * Source: Azure Resource Manager, "request limits and throttling".
 */
const armLimits: Record<ArmCallClass, BucketLimits> = {
  reads: { capacity: 250, refillPerSecond: 25 },
  writes: { capacity: 200, refillPerSecond: 10 },
  deletes: { capacity: 200, refillPerSecond: 10 },
};
const SUBSCRIPTION_SHARE = 15;

export function armCharges(callClass: ArmCallClass, subscriptionId: string, principal: string): BucketCharge[] {
  const limits = armLimits[callClass];
  return [
    { key: `arm|${subscriptionId}|${callClass}|${principal}`, limits },
    {
      key: `arm|${subscriptionId}|${callClass}`,
      limits: {
        capacity: limits.capacity * SUBSCRIPTION_SHARE,
        refillPerSecond: limits.refillPerSecond * SUBSCRIPTION_SHARE,
      },
    },
  ];
}

export function armThrottled(callClass: ArmCallClass, subscriptionId: string, retryAfterSeconds: number): ArmError {
  return new ArmError(
    429,
    'SubscriptionRequestsThrottled',
    `Number of '${callClass}' requests for subscription '${subscriptionId}' exceeded the limit of the principal. ` +
      `Please try again after '${retryAfterSeconds}' seconds.`,
    { 'Retry-After': String(retryAfterSeconds), 'x-ms-failure-cause': 'gateway' },
  );
}

/** A throttling policy of a resource provider: one bucket for the resource (if any) and one for the subscription. */
export interface ProviderPolicy {
  /** As it shows in `x-ms-ratelimit-remaining-resource`, for example `Microsoft.Compute/UpdateVM`. */
  name: string;
  perResource?: { perMinute: number; capacity: number };
  perSubscription: { perMinute: number; capacity: number };
}

export interface NamedCharge extends BucketCharge {
  policy: string;
}

export function providerCharges(
  policy: ProviderPolicy,
  subscriptionId: string,
  location: string,
  resourceId: string | undefined,
): NamedCharge[] {
  const charges: NamedCharge[] = [];
  if (policy.perResource !== undefined && resourceId !== undefined) {
    charges.push({
      policy: `${policy.name}PerResource`,
      key: `${policy.name}|${resourceId.toLowerCase()}`,
      limits: { capacity: policy.perResource.capacity, refillPerSecond: policy.perResource.perMinute / 60 },
    });
  }
  charges.push({
    policy: `${policy.name}PerSubscription`,
    key: `${policy.name}|${subscriptionId}|${location}`,
    limits: { capacity: policy.perSubscription.capacity, refillPerSecond: policy.perSubscription.perMinute / 60 },
  });
  return charges;
}

export function providerThrottled(operation: string, retryAfterSeconds: number): ArmError {
  return new ArmError(
    429,
    'TooManyRequests',
    `The request is being throttled as the limit has been reached for operation type - ${operation}. ` +
      'For more information, see - https://aka.ms/requestthrottling',
    { 'Retry-After': String(retryAfterSeconds) },
  );
}
