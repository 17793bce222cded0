import { apartRulePrefix } from '../guard';
import { isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import { ConflictError, describeError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { Ledger, Reports } from '../ledger';
import type { Engine } from '../ports/engine';
import type { Notifications } from '../ports/notifications';
import type { Scalables, ScalableSummary } from '../ports/scalables';
import { compileGlob, environmentOf, limitsOf, type CompiledPolicy, type PolicyStore } from '../rules';
import { orderLimits, runOrchestratorName, runOrderSchema } from '../run';
import { forecastStep } from './forecasts';
import type { ScalingMemory } from './memory';
import {
  scaleBoundsRunbook,
  scaleCacheRunbook,
  scaleRunbook,
  type Scalable,
  type ScalingDecision,
  type ScalingRule,
  type ScalingState,
} from './model';
import { planScaling } from './plan';
import { profileAt } from './profiles';
import { settled } from './settle.plan';
import { warningsOf } from './warnings.plan';

export interface ScalerPorts {
  readonly policies: PolicyStore;
  readonly scalables: Scalables;
  readonly memory: ScalingMemory;
  readonly runs: Reports;
  readonly ledger: Ledger;
  readonly notifications: Notifications;
  readonly subscriptions: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a look at everything came to. */
export interface ScalingRound {
  readonly looked: number;
  readonly ordered: readonly string[];
  readonly failed: number;
}

export interface Scaler {
  /** Looks at everything that the policy scales, decides, and orders what is to be done. Idempotent within a minute. */
  look(engine: Engine): Promise<ScalingRound>;
}

/** A rule whose globs fit much more than was meant is stopped by that. */
const ownBudget = { name: 'scaling', windowSeconds: 3600, maxResources: 20, per: 'rule' } as const;
/** A run that waits longer than that acts on a decision that nobody would take any more. */
const patienceSeconds = 300;
/** Reading takes seconds; a look that hangs must not reach into the next. */
const lookLimitMillis = 50_000;

/** Decides once a minute, for everything that a rule of the policy's section `scaling` fits. */
export function createScaler(ports: ScalerPorts): Scaler {
  const { policies, scalables, memory, runs, ledger, notifications, clock, log } = ports;

  return {
    async look(engine) {
      const compiled = await policies.current();
      const rules = compiled.policy.scaling ?? [];
      if (rules.length === 0) {
        return { looked: 0, ordered: [], failed: 0 };
      }
      const abort = AbortSignal.timeout(lookLimitMillis);
      const found = await targetsOf(rules, abort);
      const ordered: string[] = [];
      let failed = 0;
      for (const { rule, summary } of found) {
        try {
          const runId = await lookAt(engine, compiled, rule, summary, abort);
          if (runId !== undefined) {
            ordered.push(runId);
          }
        } catch (error) {
          // One resource that cannot be looked at must not keep the others from being scaled. It is tried again in a minute.
          failed += 1;
          const level = error instanceof ConflictError ? 'info' : 'warn';
          log[level]('a resource could not be scaled', { target: summary.id, error: describeError(error) });
        }
      }
      return { looked: found.length, ordered, failed };
    },
  };

  /** What the rules are about; a resource that several fit belongs to the first. */
  async function targetsOf(rules: readonly ScalingRule[], abort: AbortSignal) {
    const kinds = [...new Set(rules.map(({ match }) => match.kind))];
    const lists = await Promise.all(
      [...ports.subscriptions].flatMap((subscription) =>
        kinds.map((kind) => scalables.list(subscription, kind, abort)),
      ),
    );
    return lists.flat().flatMap((summary) => {
      const rule = rules.find(({ match }) => fits(match, summary));
      return rule === undefined ? [] : [{ rule, summary }];
    });
  }

  async function lookAt(
    engine: Engine,
    compiled: CompiledPolicy,
    rule: ScalingRule,
    summary: ScalableSummary,
    abort: AbortSignal,
  ): Promise<string | undefined> {
    const environment = environmentOf(compiled, summary.id);
    if (environment === undefined) {
      return undefined;
    }
    const now = clock.now();
    const metrics = [...new Set([...(rule.targets ?? []), ...(rule.steps ?? [])].map(({ metric }) => metric))];
    const from = now - (Math.max(rule.in.calm, rule.window) + 600) * 1000;
    const [{ state: stored, etag }, seen, series] = await Promise.all([
      memory.read(summary.id),
      scalables.observe(summary.id, abort),
      scalables.metrics(summary.id, rule.match.kind, metrics, from, abort),
    ]);
    if (seen === undefined) {
      return undefined;
    }
    let state = withoutWhatEnded(stored ?? freshState(summary.id), now);
    state = { ...state, rule: rule.name, environment };
    const last = state.decisions.at(-1);
    if (last !== undefined && Math.floor(Date.parse(last.at) / 60_000) === Math.floor(now / 60_000)) {
      return undefined;
    }
    state = await afterPending(engine, state, now);
    const { scores, expected } = await forecastStep(memory, rule, seen, series, state, now);
    const profile = profileAt(rule.profiles ?? [], now);
    const decision = planScaling({ rule, now, seen, series, state, profile, expected });
    const mode = lowest(rule.mode, compiled.policy.environments[environment]?.ceiling ?? 'observe');
    const order =
      decision.action === 'hold' || mode !== 'auto'
        ? undefined
        : orderOf(compiled, environment, rule, seen, decision, now);
    const next: ScalingState = {
      ...state,
      scores,
      decisions: [...state.decisions, decision],
      ...(order === undefined ? {} : { pending: { runId: order.runId, at: now } }),
    };
    await memory.write(next, etag);
    if (decision.action !== 'hold') {
      await enter(decision, seen, mode, order?.runId ?? null);
    }
    for (const warning of warningsOf(rule, seen, next, mode)) {
      await notifications.tell({ ...warning, environment });
    }
    if (order === undefined) {
      return undefined;
    }
    // The state was written before: a crash here leaves a run that is pending and does not exist, which the next look finds out.
    await engine.start(runOrchestratorName, order.runId, order);
    return order.runId;
  }

  async function enter(decision: ScalingDecision, seen: Scalable, mode: string, runId: string | null): Promise<void> {
    const { at, action, from, to, remove, reasons, rule, min, max, measured } = decision;
    await ledger.append([
      {
        id: `scaling.decided:${hashOf({ target: seen.id, at }).slice(0, 32)}`,
        kind: 'scaling.decided',
        subject: seen.id,
        data: { at, rule, mode, action, from, to, remove, min, max, measured, reasons, runId },
      },
    ]);
  }

  /** What became of the change that is under way. */
  async function afterPending(engine: Engine, state: ScalingState, now: number): Promise<ScalingState> {
    if (state.pending === null) {
      return state;
    }
    const [report, instance] = await Promise.all([runs.find(state.pending.runId), engine.status(state.pending.runId)]);
    return settled(state, report, instance?.runtimeStatus, now);
  }
}

function fits(match: ScalingRule['match'], { kind, name, resourceGroup }: ScalableSummary): boolean {
  const any = (globs: readonly string[] | undefined, text: string): boolean =>
    globs === undefined || globs.some((glob) => compileGlob(glob)(text));
  return match.kind === kind && any(match.resource, name) && any(match.resourceGroup, resourceGroup);
}

const modes = ['observe', 'suggest', 'auto'] as const;
function lowest(one: (typeof modes)[number], other: (typeof modes)[number]): (typeof modes)[number] {
  return modes[Math.min(modes.indexOf(one), modes.indexOf(other))] ?? 'observe';
}

function freshState(target: ResourceId): ScalingState {
  return {
    version: 1,
    target,
    rule: '',
    environment: '',
    changedAt: null,
    addedAt: null,
    pending: null,
    failures: 0,
    retryAt: null,
    pause: null,
    raise: null,
    decisions: [],
    scores: [],
  };
}

/** Pauses and raises give themselves back. */
function withoutWhatEnded(state: ScalingState, now: number): ScalingState {
  const over = (one: { readonly until: string } | null): boolean => one !== null && Date.parse(one.until) <= now;
  return {
    ...state,
    pause: over(state.pause) ? null : state.pause,
    raise: over(state.raise) ? null : state.raise,
  };
}

/** The order for what was decided. Its id is a function of resource and minute: two scalers at once order one run. */
function orderOf(
  compiled: CompiledPolicy,
  environment: string,
  rule: ScalingRule,
  seen: Scalable,
  decision: ScalingDecision,
  now: EpochMillis,
) {
  const target = parseResourceId(seen.id)?.id as ResourceId;
  const name = `${apartRulePrefix}${rule.name}`;
  const why = decision.reasons.slice(-20);
  const size = (place: number): string => rule.sizes?.[place - 1]?.name ?? '';
  const [runbook, parameters, limit] =
    decision.action === 'bounds'
      ? [scaleBoundsRunbook, { min: decision.min, max: decision.max, why }, 300]
      : seen.kind === 'redis'
        ? [scaleCacheRunbook, { from: size(decision.from), to: size(decision.to), why }, 3600]
        : [scaleRunbook, { from: decision.from, to: decision.to, remove: decision.remove, why }, 1800];
  const usual = orderLimits(limitsOf(compiled, environment, { target, rule: name, at: now }));
  return runOrderSchema.parse({
    runId: `scale-${hashOf({ target, minute: isoOf(now).slice(0, 16) }).slice(0, 32)}`,
    incidentId: null,
    environment,
    target,
    runbook,
    parameters,
    rule: name,
    mode: 'auto',
    askedBy: { kind: 'schedule', name: 'scaler' },
    ...usual,
    // The scaler's own cooldowns know out from in; the guard's would hold back what must not wait.
    // And its budget is its own: repairs must not wait for it, nor it for them.
    limits: { ...usual.limits, cooldownSeconds: 0, budgets: [ownBudget] },
    patienceSeconds,
    operationLimitSeconds: limit,
  });
}
