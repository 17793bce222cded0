import { acquire, emptyGuard, release, type GuardState } from '../guard';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { parseResourceId } from '../kernel/resource-id';
import {
  admit,
  decide,
  dedupeKey,
  limitsOf,
  type ChosenRule,
  type CompiledPolicy,
  type SubjectTags,
  type Window,
} from '../rules';
import { orderLimits } from '../run';
import type { Playback, Played, RecordedSignal, Totals } from './model';

/** The first action of an incident, on its way through the guard. */
interface Attempt {
  readonly holder: string;
  readonly environment: string;
  readonly signal: RecordedSignal['signal'];
  readonly tags: SubjectTags;
  readonly chosen: ChosenRule;
  readonly runbook: string;
  readonly since: EpochMillis;
  readonly due: EpochMillis;
}

/** A released lease: the time at which it is given back. */
interface Release {
  readonly due: EpochMillis;
  readonly environment: string;
  readonly input: Parameters<typeof release>[1];
}

function rungText({ runbook, parameters }: ChosenRule['ladder'][number]): string {
  return Object.keys(parameters).length === 0 ? runbook : `${runbook} ${JSON.stringify(parameters)}`;
}

/** Puts what is due into a list whose last entry is due first; of those due at once the one entered first is. */
function enter<Due extends { readonly due: EpochMillis }>(list: Due[], one: Due): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Due).due > one.due) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  list.splice(low, 0, one);
}

/** What the windows of deduplication say, one after the other as the signals came. */
class Windows {
  private readonly stored = new Map<string, Window>();

  ask(chosen: ChosenRule, { signal, at }: RecordedSignal) {
    const { dedupe, rule } = chosen;
    if (dedupe === undefined) {
      return undefined;
    }
    const key = dedupeKey(dedupe, signal, parseResourceId(signal.target)?.parts);
    const name = JSON.stringify([rule, dedupe.take, key]);
    const { admission, next } = admit(this.stored.get(name), { rule, dedupe, key, signalId: signal.id }, at);
    if (next !== undefined) {
      this.stored.set(name, next);
    }
    return admission;
  }
}

/** The guards of all environments over time, each with the state that its own pure operations leave. */
class Guards {
  private readonly states = new Map<string, GuardState>();
  readonly acted = new Map<string, Set<string>>();
  waited = 0;
  longest = 0;
  notActed = 0;

  constructor(private readonly policy: CompiledPolicy) {}

  /** Carries the attempts out in the order of time. The runs take as long as their verification may: longer than most do. */
  run(attempts: readonly Attempt[]): void {
    const open: Attempt[] = [];
    const releases: Release[] = [];
    attempts.forEach((attempt) => enter(open, attempt));
    for (let attempt = open.pop(); attempt !== undefined; attempt = open.pop()) {
      for (let given = releases.at(-1); given !== undefined && given.due <= attempt.due; given = releases.at(-1)) {
        releases.pop();
        const { environment, input, due } = given;
        this.states.set(environment, release(this.states.get(environment) ?? emptyGuard, input, due));
      }
      this.attempt(attempt, open, releases);
    }
  }

  private attempt(attempt: Attempt, open: Attempt[], releases: Release[]): void {
    const { holder, environment, signal, tags, chosen, runbook, since, due } = attempt;
    const given = {
      ...limitsOf(this.policy, environment, { target: signal.target, rule: chosen.rule, tags, at: due }),
      verification: chosen.verification,
      cooldown: chosen.cooldown,
    };
    const { limits, patienceSeconds, verification } = orderLimits(given);
    const patienceEnds = (since + patienceSeconds * 1000) as EpochMillis;
    const request = {
      holder,
      target: signal.target,
      runbook,
      rule: chosen.rule,
      limits,
      giveUpAt: isoOf(patienceEnds),
      occasion: holder,
    };
    const { state, verdict } = acquire(this.states.get(environment) ?? emptyGuard, request, due);
    this.states.set(environment, state);
    if (verdict.answer === 'go' && verdict.lease !== undefined) {
      const resources = this.acted.get(runbook) ?? new Set<string>();
      this.acted.set(runbook, resources.add(signal.target));
      const waited = (due - since) / 1000;
      this.waited += waited > 0 ? 1 : 0;
      this.longest = Math.max(this.longest, waited);
      enter(releases, {
        due: (due + verification.withinSeconds * 1000) as EpochMillis,
        environment,
        input: { target: signal.target, token: verdict.lease.token, acted: true },
      });
      return;
    }
    const retries = verdict.reasons.flatMap(({ answer, retryAt }) =>
      answer === 'wait' && retryAt !== undefined ? [Date.parse(retryAt)] : [],
    );
    const next = Math.max(due + 1000, ...retries) as EpochMillis;
    if (verdict.answer === 'wait' && next <= patienceEnds) {
      enter(open, { ...attempt, due: next });
    } else {
      this.notActed += 1;
    }
  }
}

/**
 * Puts recorded signals through a policy, in the order in which they came: rules, deduplication and, for the first action of
 * each incident, the guard's own decisions over time. Pure.
 *
 * The later rungs of a ladder are not played: whether they are climbed depends on whether the first one healed, which nobody
 * can know of what was never done. The guards begin empty. Each action is taken to hold its resource for the whole of its verification.
 */
export function play(policy: CompiledPolicy, recorded: readonly RecordedSignal[]): Playback {
  const inOrder = [...recorded].sort(
    (left, right) => left.at - right.at || (left.signal.id < right.signal.id ? -1 : 1),
  );
  const resolvedAt = new Map<string, number>();
  for (const { signal, at } of inOrder) {
    if (signal.condition === 'resolved' && !resolvedAt.has(signal.correlation)) {
      resolvedAt.set(signal.correlation, at);
    }
  }
  const windows = new Windows();
  const attempts: Attempt[] = [];
  const played = inOrder.map((one): Played => {
    const { signal, at } = one;
    const tags: SubjectTags =
      one.tags === undefined
        ? { kind: 'unknown', reason: 'nobody looked them up at the time' }
        : { kind: 'known', tags: one.tags };
    const decision = decide(policy, signal, tags);
    const { chosen, environment } = decision;
    const base: Played = {
      signalId: signal.id,
      at: isoOf(at),
      target: signal.target,
      alertRule: signal.rule,
      environment,
      rule: chosen?.rule ?? null,
      mode: decision.mode,
      action: decision.action,
      ladder: chosen?.ladder.map(rungText) ?? [],
      sentence: decision.sentence,
    };
    if (
      (decision.action !== 'open-incident' && decision.action !== 'suggest') ||
      chosen === null ||
      environment === null
    ) {
      return base;
    }
    const admission = windows.ask(chosen, one);
    if (admission?.answer === 'held') {
      return { ...base, action: 'held', sentence: `Held back: ${admission.reason}.` };
    }
    const due = (admission?.answer === 'waits' ? Date.parse(admission.until ?? '') : at) as EpochMillis;
    if (admission?.answer === 'waits' && (resolvedAt.get(signal.correlation) ?? Infinity) <= due) {
      return { ...base, action: 'held', sentence: `Resolved before its turn: ${admission.reason}.` };
    }
    const [first] = chosen.ladder;
    if (decision.action === 'open-incident' && first !== undefined) {
      const { runbook } = first;
      attempts.push({ holder: `rehearsal-${signal.id}`, environment, signal, tags, chosen, runbook, since: due, due });
    }
    return base;
  });
  const guards = new Guards(policy);
  guards.run(attempts);
  const count = (action: Played['action']): number => played.filter((one) => one.action === action).length;
  const totals: Totals = {
    signals: played.length,
    incidents: count('open-incident'),
    proposals: count('suggest'),
    held: count('held'),
    acted: Object.fromEntries([...guards.acted].map(([runbook, targets]) => [runbook, targets.size])),
    waited: guards.waited,
    longestWaitSeconds: guards.longest,
    notActed: guards.notActed,
  };
  return { policyVersion: policy.version, played, totals };
}
