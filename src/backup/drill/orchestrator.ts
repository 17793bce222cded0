import type { OrchestrationContext, Task } from 'durable-functions';
import { call, type DurableContext, type Steps } from '../../kernel/activity';
import type { PhaseEnd } from '../restore/model';
import { giveBack, takeLease } from '../restore/lease.orchestrator';
import { removalPhases } from '../restore/plan';
import { bringAbout, nowOf, type Work } from '../restore/stages.orchestrator';
import { findLeftoversContract, planDrillContract, recordDrillContract, reportSweepContract } from './contract';
import { drillGuard, drillOrderSchema, drillRule, type DrillOrder, type DrillPlan, type DrillReport } from './model';
import { judge, restoreSecondsOf } from './plan';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 1000);

/**
 * A drill: pick a point, make a machine from it in a network of its own, see whether it comes up and answers, measure, and
 * remove everything again, whatever happened. Ends in a report and never throws.
 */
export function* drillOrchestrator(context: OrchestrationContext): Generator<Task, DrillReport, unknown> {
  const { df } = context;
  const order = drillOrderSchema.parse(df.getInput());
  const report = yield* drilled(df, order, nowOf(df));
  df.setCustomStatus({ target: order.item, stage: report.result });
  yield* call(df, recordDrillContract, report);
  return report;
}

type Ending = Pick<DrillReport, 'result' | 'reasons'> & Partial<DrillReport>;

function* drilled(df: DurableContext, order: DrillOrder, startedAt: ReturnType<typeof nowOf>): Steps<DrillReport> {
  const ended = (ending: Ending): DrillReport => ({
    id: order.drillId,
    environment: order.environment,
    item: order.item,
    pick: order.pick,
    askedBy: order.askedBy,
    startedAt,
    finishedAt: nowOf(df),
    tier: null,
    point: null,
    takenAt: null,
    phases: [],
    restoreSeconds: null,
    promisedSeconds: null,
    left: [],
    ...ending,
  });
  const stage = (name: string): void => df.setCustomStatus({ target: order.item, stage: name });
  try {
    stage('plan');
    const planned = yield* call(df, planDrillContract, order);
    if (planned.kind === 'impossible') {
      const { tier, point, takenAt, reasons, fault } = planned;
      return ended({ tier, point, takenAt, result: fault === 'point' ? 'failed' : 'inconclusive', reasons });
    }
    const { plan } = planned;
    const known = { tier: plan.tier, point: plan.point, takenAt: plan.takenAt, promisedSeconds: plan.promisedSeconds };
    stage('guard');
    const guard = drillGuard(order.environment);
    const request = {
      holder: order.drillId,
      target: plan.target,
      runbook: 'drill',
      rule: drillRule,
      limits: plan.limits,
    };
    const leased = yield* takeLease(df, guard, request, plan.patienceSeconds);
    if (leased.kind === 'no') {
      return ended({ ...known, result: 'inconclusive', reasons: [...leased.reasons] });
    }
    const { held } = leased;
    const leave = { guard, environment: order.environment, target: plan.target, rule: drillRule };
    const tried = yield* tryOut(df, { owner: plan.owner, leave, held }, plan, stage);
    stage('teardown');
    const gone = yield* tearDown(df, { owner: plan.owner, leave }, plan);
    giveBack(df, held, true, null);
    const phases = [...tried.phases, ...gone.phases];
    const verdict =
      tried.error === null ? judge(tried.phases) : { result: 'inconclusive' as const, reasons: [tried.error] };
    return ended({
      ...known,
      ...verdict,
      reasons: [...verdict.reasons, ...(gone.problem === null ? [] : [`teardown: ${gone.problem}`])],
      phases,
      restoreSeconds: verdict.result === 'proven' ? restoreSecondsOf(tried.phases) : null,
      left: gone.problem === null ? [] : plan.makes,
    });
  } catch (error) {
    return ended({ result: 'inconclusive', reasons: [`the drill could not go on: ${textOf(error)}`] });
  }
}

/** Up to the first problem. An error is caught here, so that the teardown follows in any case. */
function* tryOut(
  df: DurableContext,
  work: Work,
  plan: DrillPlan,
  stage: (name: string) => void,
): Steps<{ readonly phases: readonly PhaseEnd[]; readonly error: string | null }> {
  const phases: PhaseEnd[] = [];
  try {
    for (const phase of plan.phases) {
      stage(phase.name);
      const end = yield* bringAbout(df, work, phase);
      phases.push(end);
      if (end.problem !== null) {
        break;
      }
    }
    return { phases, error: null };
  } catch (error) {
    return { phases, error: `the platform did not answer: ${textOf(error)}` };
  }
}

/**
 * Removes what the drill made. It carries the drill's mark and nobody else's, so the lease does not matter any more; a kill
 * switch does, and then the sweep removes it when the switch is off.
 */
function* tearDown(
  df: DurableContext,
  work: Work,
  plan: DrillPlan,
): Steps<{ readonly phases: readonly PhaseEnd[]; readonly problem: string | null }> {
  const phases: PhaseEnd[] = [];
  try {
    for (const phase of removalPhases(plan.makes)) {
      const end = yield* bringAbout(df, work, phase);
      phases.push(end);
      if (end.problem !== null) {
        return { phases, problem: `${end.problem.code}: ${end.problem.message}` };
      }
    }
    return { phases, problem: null };
  } catch (error) {
    return { phases, problem: textOf(error) };
  }
}

/** Looks for what drills left behind and removes it: the last line of defence, when a drill died with its engine. */
export function* sweepOrchestrator(context: OrchestrationContext): Generator<Task, { removed: number }, unknown> {
  const { df } = context;
  const { works } = yield* call(df, findLeftoversContract, {});
  let removed = 0;
  for (const { owner, environment, resources } of works) {
    const target = resources[0];
    if (target === undefined) {
      continue;
    }
    const work: Work = { owner, leave: { guard: drillGuard(environment), environment, target, rule: drillRule } };
    let problem: string | null = null;
    for (const phase of removalPhases(resources)) {
      const end = yield* bringAbout(df, work, phase);
      if (end.problem !== null) {
        problem = `${end.problem.code}: ${end.problem.message}`.slice(0, 1024);
        break;
      }
    }
    removed += problem === null ? resources.length : 0;
    yield* call(df, reportSweepContract, {
      work: owner.work,
      environment,
      removed: problem === null ? resources : [],
      problem,
    });
  }
  return { removed };
}
