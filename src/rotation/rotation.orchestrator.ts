import { EntityId, type OrchestrationContext, type Task } from 'durable-functions';
import { guardEntityName, guardOperations, renewalSchema, verdictSchema, type Lease } from '../guard';
import { call, type DurableContext, type Steps } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import type { Outcome } from '../kernel/outcome';
import { fromNow, sleep } from '../kernel/waiting';
import { closeRotation, noteRotation, openRotationAccount, rotationProgress, type RotationAccount } from './account';
import {
  lookContract,
  noticeContract,
  observeSecretContract,
  prepareContract,
  promoteContract,
  propagateContract,
  recordRotationContract,
  revokeContract,
  rollBackContract,
  testContract,
} from './contract';
import {
  rotationOrderSchema,
  type RotationEnd,
  type RotationOrder,
  type RotationPlan,
  type RotationReport,
} from './model';
import { nextLook } from './plan';

/** Between two tries of a new credential: providers need a moment to know it everywhere. */
const betweenTriesSeconds = 30;

/** A credential and the version that holds it. */
interface Held {
  readonly version: string;
  readonly credential: string;
}

/** A rotation on its way: what every step needs. */
interface Course {
  readonly df: DurableContext;
  readonly order: RotationOrder;
  readonly account: RotationAccount;
  lease: Lease;
}

type End = readonly [end: RotationEnd, outcome: Outcome | null, reasons: readonly string[]];

type ActingPlan = Extract<RotationPlan, { kind: 'rotate' | 'finish' | 'notice' | 'back' }>;

/** One rotation of one secret, from looking at it to its record. Sequence and time only. */
export function* rotationOrchestrator(context: OrchestrationContext): Generator<Task, RotationReport, unknown> {
  const { df } = context;
  const order = rotationOrderSchema.parse(df.getInput());
  const account = openRotationAccount(order, nowOf(df));
  let end: End;
  try {
    end = yield* untilGuarded(df, order, account);
  } catch (error) {
    // Every retry of a step was used up. Whatever was reached, the old credential is revoked only as the last step, so
    // consumers have one that is valid; the lease is left to expire, because an effect may still be on its way.
    const text = `the rotation could not go on: ${error instanceof Error ? error.message : String(error)}`.slice(
      0,
      1000,
    );
    end = ['failed', account.promotedAt === null ? null : 'unverifiable', [text]];
  }
  const report = closeRotation(account, nowOf(df), ...end);
  yield* call(df, recordRotationContract, { report });
  return report;
}

function nowOf(df: DurableContext): Iso8601 {
  return df.currentUtcDateTime.toISOString() as Iso8601;
}

/** Looks and plans until there is something to do and the guard lets it pass. */
function* untilGuarded(df: DurableContext, order: RotationOrder, account: RotationAccount): Steps<End> {
  const giveUpAt = fromNow(df, order.patienceSeconds);
  const { rotationId: holder, target, mode, binding, limits } = order;
  for (let asked = 0; ; asked += 1) {
    progress(df, account, 'observe');
    const plan = yield* call(df, observeSecretContract, { rotationId: holder, mode, binding });
    noteRotation(account, nowOf(df), 'observe', `${plan.kind}: ${plan.reasons.join('; ')}`);
    if (plan.kind === 'nothing-to-do' || plan.kind === 'impossible') {
      return [plan.kind, null, plan.reasons];
    }
    progress(df, account, 'guard');
    const entity = new EntityId(guardEntityName, order.environment);
    const request = { holder, target, runbook: 'rotate-secret', rule: 'rotation', limits };
    const verdict = verdictSchema.parse(
      yield df.callEntity(entity, guardOperations.acquire, { ...request, giveUpAt: giveUpAt.toISOString() }),
    );
    const standing = verdict.reasons.filter(({ answer }) => answer !== 'go');
    const reasons = (standing.length > 0 ? standing : verdict.reasons).map(({ check, text }) => `${check}: ${text}`);
    noteRotation(account, nowOf(df), 'guard', `${verdict.answer}: ${reasons.join('; ')}`);
    if (verdict.answer === 'go' && verdict.lease !== undefined) {
      const course: Course = { df, order, account, lease: verdict.lease };
      const end = yield* underLease(course, plan);
      const acted = account.promotedAt !== null || account.revokedAt !== null;
      const { token } = course.lease;
      df.signalEntity(entity, guardOperations.release, { target, token, acted, outcome: acted ? end[1] : null });
      return end;
    }
    if (verdict.answer !== 'wait') {
      return [verdict.answer === 'ask' ? 'asked' : 'stopped', null, reasons];
    }
    // What it waits for may take days (another rotation's overlap), so it asks more and more seldom.
    const times = standing.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [Date.parse(retryAt)]));
    const wakeAt = new Date(Math.max(fromNow(df, Math.min(15 * 2 ** asked, 900)).getTime(), ...times));
    if (wakeAt > giveUpAt) {
      return ['out-of-patience', null, [`would have to wait until ${wakeAt.toISOString()}`, ...reasons]];
    }
    yield* sleep(df, wakeAt);
  }
}

function* underLease(course: Course, plan: ActingPlan): Steps<End> {
  const { account } = course;
  switch (plan.kind) {
    case 'rotate':
      account.from = plan.current.version;
      return yield* rotate(course, plan);
    case 'finish':
      account.from = plan.previous.version;
      account.to = plan.current.version;
      yield* propagate(course, plan.current.version);
      return yield* untilAdopted(course, plan.current, plan.previous, plan.since);
    case 'notice':
      account.to = plan.version;
      yield* call(course.df, noticeContract, { ...keyOf(course), version: plan.version });
      yield* propagate(course, plan.version);
      return yield* untilAdopted(course, { version: plan.version, credential: '' }, null, plan.since);
    case 'back':
      account.from = plan.current.version;
      return yield* takeBack(course, plan.current, plan.previous, ['a person ordered it']);
  }
}

/** The whole way, from nothing to the revoked old credential. */
function* rotate(course: Course, plan: Extract<RotationPlan, { kind: 'rotate' }>): Steps<End> {
  const { df, order, account } = course;
  const { current, pending: found } = plan;
  progress(df, account, 'pending');
  const prepared = yield* call(df, prepareContract, { ...keyOf(course), current, pending: found });
  if (prepared.kind !== 'ready') {
    return notDone(prepared);
  }
  noteRotation(account, nowOf(df), 'pending', `credential ${prepared.credential} waits as version ${prepared.version}`);
  const pending: Held = { version: prepared.version, credential: prepared.credential };
  if (order.mode === 'cut') {
    const cut = yield* revoke(course, current, null);
    if (cut !== null) {
      return cut;
    }
  }
  const failure = yield* untilItWorks(course, pending);
  if (failure !== null) {
    return failure;
  }
  progress(df, account, 'promote');
  const promoted = yield* call(df, promoteContract, { ...keyOf(course), pending, current });
  if (promoted.kind !== 'promoted') {
    return notDone(promoted);
  }
  account.to = promoted.version;
  account.promotedAt = promoted.at;
  noteRotation(account, nowOf(df), 'promote', `version ${promoted.version} is what consumers get`);
  const next: Held = { version: promoted.version, credential: pending.credential };
  yield* propagate(course, promoted.version);
  if (order.mode === 'leak') {
    const revoked = yield* revoke(course, current, next.credential);
    if (revoked !== null) {
      return revoked;
    }
  }
  return yield* untilAdopted(course, next, account.revokedAt === null ? current : null, promoted.at);
}

/** Tries the new credential until it works, or is given up; then everything is as before. */
function* untilItWorks(course: Course, pending: Held): Steps<End | null> {
  const { df, order, account } = course;
  for (let attempt = 1; ; attempt += 1) {
    progress(df, account, 'test');
    const tested = yield* call(df, testContract, { ...keyOf(course), pending });
    if (tested.kind === 'works') {
      noteRotation(account, nowOf(df), 'test', 'the new credential works');
      return null;
    }
    if (tested.kind !== 'fails') {
      return notDone(tested);
    }
    noteRotation(account, nowOf(df), 'test', `try ${attempt} of ${order.binding.attempts}: ${tested.reason}`);
    if (attempt >= order.binding.attempts) {
      progress(df, account, 'undo');
      yield* call(df, rollBackContract, { ...keyOf(course), what: { kind: 'pending', pending } });
      noteRotation(account, nowOf(df), 'undo', 'the new credential is given up; consumers never saw it');
      const cut = account.revokedAt === null ? null : 'harmful';
      return ['rolled-back', cut, [`the new credential does not work: ${tested.reason}`]];
    }
    yield* sleep(df, fromNow(df, betweenTriesSeconds * 2 ** (attempt - 1)));
    yield* keepLease(course, 0);
  }
}

function* propagate(course: Course, version: string): Steps<void> {
  const { df, account } = course;
  progress(df, account, 'propagate');
  const { told, notTold } = yield* call(df, propagateContract, { ...keyOf(course), version });
  const missing = notTold.map(({ name, reason }) => `; ${name} could not be told: ${reason}`).join('');
  noteRotation(account, nowOf(df), 'propagate', `told ${told.join(', ') || 'nobody'}${missing}`);
}

/**
 * Looks at the consumers, further and further apart, until all of them are seen to use the new version; then revokes the old
 * credential (`old`; null when there is none to revoke). A laggard makes the overlap longer, never the old credential invalid.
 */
function* untilAdopted(course: Course, next: Held, old: Held | null, since: Iso8601): Steps<End> {
  const { df, order, account } = course;
  const { soakSeconds, lookSeconds, warnSeconds, longestSeconds } = order.binding.overlap;
  const begun = df.currentUtcDateTime.getTime();
  let warnings = 0;
  yield* keepLease(course, soakSeconds);
  yield* sleep(df, fromNow(df, Math.max(soakSeconds, 1)));
  for (let looks = 0; ; looks += 1) {
    progress(df, account, 'adoption');
    const lasted = (df.currentUtcDateTime.getTime() - begun) / 1000;
    const warning = lasted >= warnSeconds && looks > 0 ? (warnings += 1) : null;
    const seen = yield* call(df, lookContract, {
      ...keyOf(course),
      ...{ version: next.version, old: old?.credential ?? null, since, warning },
    });
    account.adoption = seen;
    noteRotation(account, nowOf(df), 'adoption', `${seen.verdict}: ${seen.reasons.join('; ')}`);
    progress(df, account, 'adoption');
    if (seen.verdict === 'proven') {
      const ended = old === null ? null : yield* revoke(course, old, next.credential);
      const end = account.promotedAt === null && old === null ? 'noticed' : 'rotated';
      return ended ?? [end, 'verified', seen.reasons];
    }
    if (seen.verdict === 'failing' && old !== null) {
      return yield* takeBack(course, next, old, seen.reasons);
    }
    if (lasted >= longestSeconds) {
      // In leak mode nothing is open any more: what is left is a consumer that nobody has seen with the new version.
      const text = old === null ? 'not every consumer was seen with the new version' : 'both credentials stay valid';
      return ['overlap-open', 'unverifiable', [text, ...seen.reasons]];
    }
    const wait = nextLook(lookSeconds, looks);
    yield* keepLease(course, wait);
    yield* sleep(df, fromNow(df, wait));
  }
}

/** Puts the old version's value back in use and tells the consumers. */
function* takeBack(course: Course, bad: Held, good: Held, why: readonly string[]): Steps<End> {
  const { df, order, account } = course;
  progress(df, account, 'undo');
  const back = yield* call(df, rollBackContract, { ...keyOf(course), what: { kind: 'promoted', bad, good } });
  if (back.kind !== 'rolled-back') {
    return notDone(back, 'harmful');
  }
  account.to = back.version;
  account.promotedAt ??= nowOf(df);
  noteRotation(account, nowOf(df), 'undo', `the previous value is back in use as version ${back.version ?? 'unknown'}`);
  yield* propagate(course, back.version ?? good.version);
  return ['rolled-back', order.mode === 'back' ? 'verified' : 'harmful', why];
}

/** Revokes a credential; null when that is done, or how the rotation ends without. */
function* revoke(course: Course, old: Held, keep: string | null): Steps<End | null> {
  const { df, account } = course;
  progress(df, account, 'revoke');
  const revoked = yield* call(df, revokeContract, { ...keyOf(course), old, keep });
  if (revoked.kind !== 'revoked') {
    const [, , reasons] = notDone(revoked);
    return ['overlap-open', 'unverifiable', ['both credentials stay valid', ...reasons]];
  }
  account.revokedAt = revoked.at;
  noteRotation(account, nowOf(df), 'revoke', `credential ${old.credential} is revoked`);
  return revoked.problems.length === 0 ? null : ['rotated', 'unverifiable', revoked.problems];
}

/** The end when a step was not allowed or was refused. */
function notDone(
  stopped:
    | { readonly kind: 'fenced'; readonly reason: string }
    | { readonly kind: 'refused'; readonly code: string; readonly reason: string },
  outcome: Outcome | null = null,
): End {
  return stopped.kind === 'fenced'
    ? ['fenced', outcome, [stopped.reason]]
    : ['refused', outcome, [`${stopped.code}: ${stopped.reason}`]];
}

/** Makes sure that the lease lasts for so long and an hour more. One that is lost stops further effects, not the looking. */
function* keepLease({ df, order, lease }: Course, seconds: number): Steps<void> {
  const leaseSeconds = seconds + 3600;
  if (Date.parse(lease.expiresAt) >= fromNow(df, seconds + 600).getTime()) {
    return;
  }
  const entity = new EntityId(guardEntityName, order.environment);
  const request = { target: order.target, token: lease.token, leaseSeconds };
  const renewal = renewalSchema.parse(yield df.callEntity(entity, guardOperations.renew, request));
  if (renewal.kind === 'renewed') {
    Object.assign(lease, renewal.lease);
  }
}

function keyOf({ order, lease }: Course) {
  const { rotationId, environment, target, binding } = order;
  return { rotationId, environment, target, binding, token: lease.token };
}

function progress(df: DurableContext, account: RotationAccount, stage: string): void {
  df.setCustomStatus(rotationProgress(account, stage));
}
