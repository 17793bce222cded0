import type { EpochMillis } from '../kernel/clock';
import { calendarAnswer } from './calendar.plan';
import { occasionOf, recurrenceKey } from './memory.plan';
import type { GuardRequest, GuardState, Reason } from './model';
import { because, epoch, isLive, span } from './reasons.plan';

/** How long a run waits before it asks again for a lease that somebody else holds, at most. */
const leaseRetrySeconds = 15;

/** Why nothing may happen under a rule at all; `undefined` when no kill switch is in the way. */
export function switchedOff(state: GuardState, rule: string): string | undefined {
  if (state.killSwitch.engaged) {
    return `the kill switch is engaged by ${state.killSwitch.by}: ${state.killSwitch.reason}`;
  }
  const own = Object.hasOwn(state.ruleSwitches, rule) ? state.ruleSwitches[rule] : undefined;
  return own?.engaged === true ? `the kill switch of rule ${rule} is engaged by ${own.by}: ${own.reason}` : undefined;
}

/** Why nothing may be done to a resource that a person holds; `undefined` when nobody does. */
export function heldBack(state: GuardState, target: string, now: EpochMillis): string | undefined {
  const hold = state.holds[target];
  return hold === undefined || epoch(hold.expiresAt) <= now
    ? undefined
    : `${hold.by} holds the resource until ${hold.expiresAt}: ${hold.reason}`;
}

function killSwitchReason(state: GuardState, request: GuardRequest): Reason {
  const off = switchedOff(state, request.rule);
  return off === undefined
    ? because('kill-switch', 'go', 'the kill switch is off')
    : because('kill-switch', 'stop', off);
}

function holdReason(state: GuardState, { target }: GuardRequest, now: EpochMillis): Reason[] {
  const held = heldBack(state, target, now);
  return held === undefined ? [] : [because('hold', 'wait', held, epoch(state.holds[target]?.expiresAt ?? ''))];
}

function calendarReason(state: GuardState, { limits }: GuardRequest, now: EpochMillis): Reason[] {
  if (limits.calendar === undefined) {
    return [];
  }
  const said = calendarAnswer(limits.calendar, now);
  const text = `calendar ${limits.calendar.name}: ${said.text}`;
  const override = state.calendarOverride;
  if (said.isOpen || override === null || epoch(override.expiresAt) <= now) {
    return [because('calendar', said.isOpen ? 'go' : said.answer, text, said.opensAt)];
  }
  const leave = `overridden by ${override.by} until ${override.expiresAt}: ${override.reason}`;
  return [because('calendar', 'go', `${text}; ${leave}`)];
}

function recurrenceReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason[] {
  const { recurrence } = request.limits;
  if (recurrence === undefined) {
    return [];
  }
  const { times, withinSeconds } = recurrence;
  const occasion = occasionOf(request);
  const since = now - withinSeconds * 1000;
  const others = (state.recurrences[recurrenceKey(request)]?.occasions ?? []).filter(
    ([name, at]) => at > since && name !== occasion,
  );
  const text = `rule ${request.rule} acted on the resource on ${others.length} earlier occasions in ${span(withinSeconds * 1000)}`;
  return others.length + 1 < times
    ? [because('recurrence', 'go', text)]
    : [
        because(
          'recurrence',
          'stop',
          `${text}; time ${others.length + 1} is not repaired again: a person has to look for the cause`,
        ),
      ];
}

function breakerReason(state: GuardState, { limits, runbook }: GuardRequest, now: EpochMillis): Reason[] {
  const { breaker } = limits;
  if (breaker === undefined) {
    return [];
  }
  const { runs, withinSeconds, askShare, stopShare } = breaker;
  const known = Object.hasOwn(state.tallies, runbook) ? (state.tallies[runbook] ?? []) : [];
  const recent = known.filter(([at]) => at > now - withinSeconds * 1000).slice(-runs);
  const bad = recent.filter(([, outcome]) => outcome !== 'verified').length;
  const text = `${bad} of the last ${recent.length} runs of ${runbook} did not help or did harm`;
  // Few runs measure nothing.
  if (recent.length < runs || bad < Math.min(askShare, stopShare) * runs) {
    return [because('breaker', 'go', text)];
  }
  return bad >= stopShare * runs
    ? [because('breaker', 'stop', `${text}: it is demoted to observe`)]
    : [because('breaker', 'ask', `${text}: it is demoted to suggest, a person decides`)];
}

function leaseReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const { holder, target } = request;
  const lease = state.leases[target];
  if (isLive(lease, now)) {
    const retryAt = Math.min(epoch(lease.expiresAt), now + leaseRetrySeconds * 1000) as EpochMillis;
    return lease.holder === holder
      ? because('lease', 'go', 'the run holds the resource already')
      : because(
          'lease',
          'wait',
          `${lease.holder} holds the resource (${lease.runbook}) until ${lease.expiresAt} at the latest`,
          retryAt,
        );
  }
  // A request that comes once more after its run was over would lock the resource for nobody.
  return state.actions.some((action) => action.holder === holder && action.target === target)
    ? because('lease', 'stop', 'the run had the resource before and does not get it a second time')
    : because('lease', 'go', 'nobody else holds the resource');
}

function cooldownReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const { cooldownSeconds } = request.limits;
  const last = state.actions
    .filter(({ acted, target, runbook }) => acted && target === request.target && runbook === request.runbook)
    .reduce((newest, action) => Math.max(newest, action.at), Number.NEGATIVE_INFINITY);
  if (now - last >= cooldownSeconds * 1000) {
    return because('cooldown', 'go', `${request.runbook} was not run on the resource lately`);
  }
  return because(
    'cooldown',
    'stop',
    `${request.runbook} was run on the resource ${span(now - last)} ago; the cooldown is ${span(cooldownSeconds * 1000)}`,
    last + cooldownSeconds * 1000,
  );
}

/** What every check says for which nobody queues, in the order in which reasons are told. */
export function plainReasons(state: GuardState, request: GuardRequest, now: EpochMillis): Reason[] {
  return [
    killSwitchReason(state, request),
    ...holdReason(state, request, now),
    ...calendarReason(state, request, now),
    leaseReason(state, request, now),
    cooldownReason(state, request, now),
    ...recurrenceReason(state, request, now),
    ...breakerReason(state, request, now),
  ];
}
