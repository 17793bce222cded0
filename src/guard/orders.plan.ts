import type { z } from 'zod';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { kept } from './memory.plan';
import {
  longestHoldSeconds,
  type GuardState,
  type HoldOrder,
  type KillSwitch,
  type OrderAnswer,
  type overrideCalendarSchema,
  type setKillSwitchSchema,
} from './model';
import { epoch, span } from './reasons.plan';

interface Ordered {
  readonly state: GuardState;
  readonly answer: OrderAnswer;
}

const done = { kind: 'done' } as const;

/** Sets or clears the kill switch of the environment, or of one rule in it. Setting it as it is keeps who set it first. */
export function setKillSwitch(
  state: GuardState,
  { rule, ...request }: z.infer<typeof setKillSwitchSchema>,
  now: EpochMillis,
): GuardState {
  const killSwitch: KillSwitch = { ...request, at: isoOf(now) };
  if (rule === undefined) {
    return state.killSwitch.engaged === request.engaged && state.killSwitch.at !== null
      ? state
      : { ...state, killSwitch };
  }
  const isEngaged = Object.hasOwn(state.ruleSwitches, rule);
  if (isEngaged === request.engaged) {
    return state;
  }
  // A new object without a prototype's names: a rule may be called anything.
  const others = Object.entries(state.ruleSwitches).filter(([name]) => name !== rule);
  return {
    ...state,
    ruleSwitches: Object.fromEntries(request.engaged ? [...others, [rule, killSwitch] as const] : others),
  };
}

/** Why a hold or an override may not last until then; `undefined` when it may. */
export function untilProblem(until: string, now: EpochMillis): string | undefined {
  const length = epoch(until) - now;
  if (length <= 0) {
    return `"until" is in the past (${until}); give a time to come`;
  }
  return length > longestHoldSeconds * 1000
    ? `"until" is ${span(length)} away; at most ${span(longestHoldSeconds * 1000)} is possible, and it can be renewed`
    : undefined;
}

/** Keeps everyone off a resource. A second hold replaces the first. The same order twice is one. */
export function hold(state: GuardState, { target, reason, by, until }: HoldOrder, now: EpochMillis): Ordered {
  const before = state.holds[target];
  if (before !== undefined && before.expiresAt === until && before.by === by && before.reason === reason) {
    return { state, answer: done };
  }
  const problem = untilProblem(until, now);
  if (problem !== undefined) {
    return { state, answer: { kind: 'refused', reason: problem } };
  }
  const holds = { ...state.holds, [target]: { target, reason, by, at: isoOf(now), expiresAt: until } };
  return { state: { ...state, holds }, answer: done };
}

/** Ends a hold. Nothing happens when there is none. */
export function unhold(state: GuardState, target: string): GuardState {
  return { ...state, holds: kept(state.holds, (one) => one.target !== target) };
}

/** Lets everything pass the calendar until then; a time in the past ends that. What passes says by whose leave. */
export function overrideCalendar(
  state: GuardState,
  { reason, by, until }: z.infer<typeof overrideCalendarSchema>,
  now: EpochMillis,
): Ordered {
  if (epoch(until) <= now) {
    return { state: { ...state, calendarOverride: null }, answer: done };
  }
  const problem = untilProblem(until, now);
  if (problem !== undefined) {
    return { state, answer: { kind: 'refused', reason: problem } };
  }
  const before = state.calendarOverride;
  const isSame = before !== null && before.expiresAt === until && before.by === by && before.reason === reason;
  const calendarOverride = { reason, by, at: isoOf(now), expiresAt: until };
  return { state: isSame ? state : { ...state, calendarOverride }, answer: done };
}

/** Forgets what was measured of a runbook, for when it was repaired. */
export function resetBreaker(state: GuardState, runbook: string): GuardState {
  return {
    ...state,
    tallies: Object.fromEntries(Object.entries(state.tallies).filter(([name]) => name !== runbook)),
  };
}
