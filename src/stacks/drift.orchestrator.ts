import type { OrchestrationContext, Task } from 'durable-functions';
import { askApproval } from '../approvals';
import { call } from '../kernel/activity';
import { settleDriftContract } from './drift.contract';
import { driftOrderSchema, driftSupersededEvent } from './drift.plan';

/**
 * Asks people whether a stack's drift may be put back, and writes their answer down. Puts nothing back itself: that is the
 * pipeline's, with a plan of its own and its own gate. Ends without an answer when the drift is gone or another one.
 */
export function* driftOrchestrator({ df }: OrchestrationContext): Generator<Task, { readonly kind: string }, unknown> {
  const order = driftOrderSchema.parse(df.getInput());
  const superseded = df.waitForExternalEvent(driftSupersededEvent);
  const { stack, environment, hash, sentence, steps, reasons, reportedBy, reporterId, terms } = order;
  const answer = yield* askApproval(
    df,
    {
      id: `${df.instanceId}-a1`,
      ...{ environment, scope: 'stacks', subject: stack, summary: sentence, reasons, planHash: hash, steps, terms },
      before: {},
      after: {},
      requestedBy: { id: reporterId, name: reportedBy },
    },
    superseded,
  );
  yield* call(df, settleDriftContract, {
    ...{ stack, instanceId: df.instanceId, hash, kind: answer.kind, reasons: [...answer.reasons] },
    by: answer.kind === 'approved' ? [...answer.by] : [],
  });
  return { kind: answer.kind };
}
