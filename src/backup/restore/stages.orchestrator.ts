import { EntityId } from 'durable-functions';
import { guardEntityName, guardOperations, renewalSchema, type Lease } from '../../guard/model';
import { activityTask, decoded, type DurableContext, type Steps } from '../../kernel/activity';
import type { Iso8601 } from '../../kernel/clock';
import { fromNow, sleep } from '../../kernel/waiting';
import type { Owner, Stage } from '../../ports/restoring';
import { stageContract, type Leave } from './contract';
import type { Phase, PhaseEnd, ScriptEnd } from './model';

/** A lease while it is held, and how long each renewal lasts. */
export interface HeldLease {
  lease: Lease;
  readonly guard: string;
  readonly leaseSeconds: number;
  held: boolean;
}

/** What the stages of a phase are brought about under. */
export interface Work {
  readonly owner: Owner;
  readonly leave: Omit<Leave, 'token'>;
  /** Absent when only kill switches count. */
  readonly held?: HeldLease;
}

/** The platform is not looked at more often than this, whatever it suggests: reads are throttled too. Seconds. */
const shortestWait = 2;

export function nowOf(df: DurableContext): Iso8601 {
  return df.currentUtcDateTime.toISOString() as Iso8601;
}

/**
 * Brings all stages of a phase about, at the same time, and tells how long that took. Ends with the first problem; what was
 * begun may still come about. Throws what the durable engine throws when an activity's retries are used up.
 */
export function* bringAbout(df: DurableContext, work: Work, phase: Phase): Steps<PhaseEnd> {
  const startedAt = nowOf(df);
  const giveUpAt = fromNow(df, phase.limitSeconds);
  const scripts: ScriptEnd[] = [];
  let pending: readonly { readonly stage: Stage; readonly asked: number }[] = phase.stages.map((stage) => ({
    stage,
    asked: 0,
  }));
  const ended = (problem: PhaseEnd['problem']): PhaseEnd => ({
    name: phase.name,
    startedAt,
    seconds: (df.currentUtcDateTime.getTime() - Date.parse(startedAt)) / 1000,
    problem,
    scripts,
  });
  while (pending.length > 0) {
    const token = work.held === undefined ? null : work.held.lease.token;
    const leave = { ...work.leave, token };
    const tasks = pending.map(({ stage, asked }) =>
      activityTask(df, stageContract, { stage, asked, owner: work.owner, leave }),
    );
    const answers = (yield df.Task.all(tasks)) as unknown[];
    const next: { stage: Stage; asked: number }[] = [];
    let wait = Number.POSITIVE_INFINITY;
    for (const [index, { stage }] of pending.entries()) {
      const answer = decoded(stageContract, answers[index]);
      if (answer.kind === 'failed') {
        return ended({ code: answer.code, message: answer.message });
      }
      if (answer.kind === 'running') {
        next.push({ stage, asked: answer.asked });
        wait = Math.min(wait, answer.retryAfterSeconds);
      } else if (answer.script !== null && stage.kind === 'probe') {
        scripts.push({ name: stage.name, ...answer.script });
      }
    }
    pending = next;
    if (pending.length > 0) {
      if (df.currentUtcDateTime >= giveUpAt) {
        const what = pending.map(({ stage }) => `${stage.kind} ${stage.id.slice(stage.id.lastIndexOf('/') + 1)}`);
        return ended({
          code: 'TimeLimit',
          message: `after ${phase.limitSeconds} seconds still not there: ${what.slice(0, 5).join(', ')}`,
        });
      }
      yield* sleep(df, fromNow(df, Math.max(shortestWait, wait)));
      yield* keepLease(df, work.held);
    }
  }
  return ended(null);
}

/** Renews the lease when more than half of it has passed. When it is lost, the next effect is refused by its token. */
function* keepLease(df: DurableContext, held: HeldLease | undefined): Steps<void> {
  if (held === undefined || !held.held) {
    return;
  }
  const remaining = Date.parse(held.lease.expiresAt) - df.currentUtcDateTime.getTime();
  if (remaining > (held.leaseSeconds * 1000) / 2) {
    return;
  }
  const { target, token } = held.lease;
  const entity = new EntityId(guardEntityName, held.guard);
  const renewal = renewalSchema.parse(
    yield df.callEntity(entity, guardOperations.renew, { target, token, leaseSeconds: held.leaseSeconds }),
  );
  if (renewal.kind === 'renewed') {
    held.lease = renewal.lease;
  } else {
    held.held = false;
  }
}
