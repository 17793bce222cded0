import type { EpochMillis, Iso8601 } from '../../src/kernel/clock';
import { resourceIdSchema } from '../../src/kernel/schemas';
import { emptyGuard, type GuardRequest, type GuardState, type Lease, type Limits, type Verdict } from '../../src/guard';
import { acquire } from '../../src/guard/plan';

/** 2026-01-31T09:00:00Z. */
export const nine = Date.UTC(2026, 0, 31, 9) as EpochMillis;

/** So many seconds after nine o'clock. */
export const at = (seconds: number): EpochMillis => (nine + seconds * 1000) as EpochMillis;

/** The same as text. */
export const textAt = (seconds: number): Iso8601 => new Date(at(seconds)).toISOString() as Iso8601;

export const machine = (name: string) =>
  resourceIdSchema.parse(
    `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/microsoft.compute/virtualmachines/${name}`,
  );

/** A lease of ten minutes, a cooldown of a quarter of an hour, two resources an hour. */
export const limits: Limits = {
  leaseSeconds: 600,
  cooldownSeconds: 900,
  budgets: [{ name: 'hourly', windowSeconds: 3600, maxResources: 2 }],
};

export function request(holder: string, name: string, more: Partial<GuardRequest> = {}): GuardRequest {
  return { holder, target: machine(name), runbook: 'restart-vm', rule: 'web', limits, ...more };
}

/** A guard that has answered requests, each `[seconds after nine, request]`. */
export function guardAfter(...requests: readonly (readonly [number, GuardRequest])[]): GuardState {
  return requests.reduce<GuardState>((state, [seconds, one]) => acquire(state, one, at(seconds)).state, emptyGuard);
}

/** What stood in the way, as `check: answer`. */
export function obstacles({ reasons }: Verdict): string[] {
  return reasons.filter(({ answer }) => answer !== 'go').map(({ check, answer }) => `${check}: ${answer}`);
}

/** The lease of a verdict that has to have one. */
export function leaseOf(verdict: Verdict): Lease {
  if (verdict.lease === undefined) {
    throw new Error(`no lease: ${JSON.stringify(verdict.reasons)}`);
  }
  return verdict.lease;
}
