import type { OrchestrationContext, Task } from 'durable-functions';
import { call } from '../kernel/activity';
import { carryOut } from './carry-out';
import { recordContract } from './contract';
import { runOrderSchema, type RunReport } from './model';
import { runStatus } from './status.plan';

/** One run by itself, ordered by an operator or a schedule: carries the order out and records what became of it. */
export function* runOrchestrator(context: OrchestrationContext): Generator<Task, RunReport, unknown> {
  const { df } = context;
  const order = runOrderSchema.parse(df.getInput());
  const report = yield* carryOut(df, order, {
    correlation: null,
    progress: (stage, events) => {
      df.setCustomStatus(runStatus(order, stage, events));
    },
  });
  yield* call(df, recordContract, { runs: [report], incident: null });
  return report;
}
