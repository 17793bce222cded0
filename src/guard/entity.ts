import type { Clock } from '../kernel/clock';
import { emptyGuard, acquire, release, renew } from './plan';
import { hold, overrideCalendar, resetBreaker, setKillSwitch, unhold } from './orders.plan';
import {
  guardOperations,
  guardStateSchema,
  holdOrderSchema,
  overrideCalendarSchema,
  releaseSchema,
  renewSchema,
  requestSchema,
  resetBreakerSchema,
  setKillSwitchSchema,
  unholdSchema,
  storedGuard,
  type GuardState,
  type StoredGuardState,
} from './model';

/**
 * Applies one operation to the guard's state and tells the new state and the answer. All of the guard's mutable state is
 * in one entity per environment, which the durable engine runs one operation at a time: no two runs can both be told `go`
 * for one resource.
 *
 * `stored` is the state in the form to be kept; both forms are taken as the next `rawState`.
 *
 * @throws ZodError when state or input do not fit: the caller's operation fails and the state stays as it was. A state that
 * cannot be read therefore stops every run instead of letting them pass.
 */
export function applyGuardOperation(
  rawState: unknown,
  operation: string,
  input: unknown,
  clock: Clock,
): { readonly state: GuardState; readonly stored: StoredGuardState; readonly answer: unknown } {
  const { state, answer } = operate(rawState, operation, input, clock);
  return { state, stored: storedGuard(state), answer };
}

function operate(
  rawState: unknown,
  operation: string,
  input: unknown,
  clock: Clock,
): { readonly state: GuardState; readonly answer: unknown } {
  const state = rawState === undefined || rawState === null ? emptyGuard : guardStateSchema.parse(rawState);
  const now = clock.now();
  switch (operation) {
    case guardOperations.acquire: {
      const result = acquire(state, requestSchema.parse(input), now);
      return { state: result.state, answer: result.verdict };
    }
    case guardOperations.consider: {
      const { answer, reasons } = acquire(state, requestSchema.parse(input), now).verdict;
      return { state, answer: { answer, reasons } };
    }
    case guardOperations.renew: {
      const result = renew(state, renewSchema.parse(input), now);
      return { state: result.state, answer: result.renewal };
    }
    case guardOperations.release:
      return { state: release(state, releaseSchema.parse(input), now), answer: null };
    case guardOperations.setKillSwitch:
      return { state: setKillSwitch(state, setKillSwitchSchema.parse(input), now), answer: null };
    case guardOperations.hold:
      return hold(state, holdOrderSchema.parse(input), now);
    case guardOperations.unhold:
      return { state: unhold(state, unholdSchema.parse(input).target), answer: null };
    case guardOperations.overrideCalendar:
      return overrideCalendar(state, overrideCalendarSchema.parse(input), now);
    case guardOperations.resetBreaker:
      return { state: resetBreaker(state, resetBreakerSchema.parse(input).runbook), answer: null };
    default:
      throw new RangeError(
        `the guard has no operation "${operation}"; it has ${Object.values(guardOperations).join(', ')}`,
      );
  }
}
