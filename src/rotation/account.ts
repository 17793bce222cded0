import type { Iso8601 } from '../kernel/clock';
import type { Outcome } from '../kernel/outcome';
import type { Adoption, RotationEnd, RotationEvent, RotationOrder, RotationProgress, RotationReport } from './model';

/** Events beyond this are dropped: a report stays small enough for the durable history. */
const mostEvents = 150;

/** What a rotation has found and done so far; becomes its report. Filled in by the orchestrator as it goes. */
export interface RotationAccount {
  readonly order: RotationOrder;
  readonly startedAt: Iso8601;
  readonly events: RotationEvent[];
  from: string | null;
  to: string | null;
  promotedAt: Iso8601 | null;
  revokedAt: Iso8601 | null;
  adoption: Adoption | null;
}

export function openRotationAccount(order: RotationOrder, startedAt: Iso8601): RotationAccount {
  const empty = { from: null, to: null, promotedAt: null, revokedAt: null, adoption: null };
  return { order, startedAt, events: [], ...empty };
}

/** Notes one line. Text is cut to what the schema takes. */
export function noteRotation(account: RotationAccount, at: Iso8601, stage: RotationEvent['stage'], text: string): void {
  if (account.events.length < mostEvents) {
    account.events.push({ at, stage, text: text.slice(0, 1024) });
  }
}

/** Closes an account. `outcome` is null when consumers were never given anything new. */
export function closeRotation(
  account: RotationAccount,
  at: Iso8601,
  end: RotationEnd,
  outcome: Outcome | null,
  reasons: readonly string[],
): RotationReport {
  const { order, startedAt, events, from, to, promotedAt, revokedAt, adoption } = account;
  const { rotationId: id, environment, target, mode, askedBy, binding } = order;
  return {
    ...{ id, environment, target, mode, askedBy, startedAt, finishedAt: at, end, outcome },
    ...{ vault: binding.vault, secret: binding.secret, owner: binding.owner, rotator: binding.rotator.kind },
    ...{ from, to, promotedAt, revokedAt, adoption, events: [...events] },
    reasons: reasons.map((reason) => reason.slice(0, 1024)),
  };
}

/** So much of an account is told while it is under way: the durable engine's status has room for 16 KiB of UTF-16. */
const lettersOfEvent = 120;
const lettersOfReason = 100;

const cut = (text: string, letters: number): string =>
  text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;

/** How a rotation stands, for whoever watches it. At most 8,192 characters, and no value of a secret. */
export function rotationProgress(
  { order, from, to, promotedAt, revokedAt, adoption, events }: RotationAccount,
  stage: string,
): RotationProgress {
  const { target, binding, mode } = order;
  // The newest word of each stage: of the looks at consumers there may be many.
  const newest = [...new Map(events.map((event) => [event.stage, event])).values()].sort((left, right) =>
    left.at < right.at ? -1 : left.at > right.at ? 1 : 0,
  );
  return {
    ...{ target, runbook: `rotate:${binding.rotator.kind}`, mode, stage },
    ...{ from, to, promotedAt, revokedAt },
    soakSeconds: binding.overlap.soakSeconds,
    longestSeconds: binding.overlap.longestSeconds,
    told: binding.consumers.map(({ name }) => name),
    seen:
      adoption?.consumers.map(({ name, kind, reason }) => ({ name, kind, reason: cut(reason, lettersOfReason) })) ??
      null,
    usage: adoption?.usage ?? null,
    events: newest.map(({ at, stage: of, text }) => ({ at, stage: of, text: cut(text, lettersOfEvent) })),
  };
}
