import { isoOf, type EpochMillis } from '../kernel/clock';
import type { Approval, ApprovalRequest, ApprovalView, Approvers, Need, Stage, Vote } from './model';

/** Who answers, as far as it is known for certain. */
export interface Voter {
  /** Object id in the directory. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

export interface Ballot {
  readonly voter: Voter;
  readonly answer: 'approve' | 'reject';
  readonly reason: string;
  readonly via: Vote['via'];
  /** The plan that the voter saw. */
  readonly planHash: string;
}

/** What became of a ballot. `refused` changes nothing; `code` is stable. */
export type Counted =
  | { readonly kind: 'counted' | 'known'; readonly approval: Approval }
  | {
      readonly kind: 'refused';
      readonly code: 'Decided' | 'OtherPlan' | 'OwnRequest' | 'NotAsked' | 'Answered';
      readonly detail: string;
      readonly approval: Approval;
    };

const sameId = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** Whether a person is among those who may answer. */
export function isAmong({ roles = [], groups = [], people = [] }: Approvers, voter: Voter): boolean {
  return (
    roles.some((role) => voter.roles.includes(role)) ||
    groups.some((group) => voter.groups.some((held) => sameId(held, group))) ||
    people.some(({ id }) => sameId(id, voter.id))
  );
}

/** A new approval: the first stage is asked from now on. */
export function opened(request: ApprovalRequest, instanceId: string, now: EpochMillis): Approval {
  const first = request.terms.stages[0] as Stage;
  return {
    version: 1,
    request,
    instanceId,
    state: 'waiting',
    openedAt: isoOf(now),
    stage: 0,
    stageEndsAt: isoOf((now + first.withinSeconds * 1000) as EpochMillis),
    votes: [],
    decidedAt: null,
    reasons: [],
  };
}

const decided = (
  approval: Approval,
  state: Approval['state'],
  now: EpochMillis,
  reasons: readonly string[],
): Approval => ({
  ...approval,
  state,
  decidedAt: isoOf(now),
  reasons: [...reasons],
});

/**
 * What has become of an approval by the mere passing of time: the next stage is asked, or the last one is over. One stage at a
 * time, from now: whoever is asked late still has the whole time.
 */
export function ticked(approval: Approval, now: EpochMillis): Approval {
  if (approval.state !== 'waiting' || Date.parse(approval.stageEndsAt) > now) {
    return approval;
  }
  const { stages, otherwise, name } = approval.request.terms;
  const next = stages[approval.stage + 1];
  if (next !== undefined) {
    const stageEndsAt = isoOf((now + next.withinSeconds * 1000) as EpochMillis);
    return settled({ ...approval, stage: approval.stage + 1, stageEndsAt }, now);
  }
  const silence = `nobody decided within the time of the terms "${name}"`;
  return otherwise === 'approve'
    ? decided(approval, 'approved', now, [`${silence}, whose default answer is yes`])
    : decided(approval, 'expired', now, [silence]);
}

/** Counts one person's answer. Time counts first: who answers after the last stage is too late. */
export function voted(before: Approval, ballot: Ballot, now: EpochMillis): Counted {
  const approval = ticked(before, now);
  const { voter, answer, reason, via, planHash } = ballot;
  const refuse = (code: Extract<Counted, { kind: 'refused' }>['code'], detail: string): Counted => ({
    kind: 'refused',
    code,
    detail,
    approval,
  });
  const own = approval.votes.find(({ id }) => sameId(id, voter.id));
  if (own !== undefined && own.answer === answer && via === 'token') {
    return { kind: 'known', approval };
  }
  if (own !== undefined && via === 'link') {
    return refuse('Answered', `you have answered already, at ${own.at}; a link can be used once`);
  }
  if (approval.state !== 'waiting') {
    return refuse('Decided', `it is ${approval.state} since ${approval.decidedAt ?? approval.openedAt}`);
  }
  if (planHash !== approval.request.planHash) {
    return refuse('OtherPlan', 'the plan is not the one you saw; look again, then decide');
  }
  if (answer === 'approve' && own?.answer === 'reject') {
    return refuse('Answered', `you have rejected it, at ${own.at}`);
  }
  const isOwn = approval.request.requestedBy.id !== null && sameId(approval.request.requestedBy.id, voter.id);
  if (answer === 'approve' && isOwn) {
    return refuse('OwnRequest', 'you asked for it yourself; somebody else has to approve it');
  }
  const asked = approval.request.terms.stages.slice(0, approval.stage + 1).flatMap(({ need }) => need);
  // Whoever asked for something may also take it back.
  if (!asked.some((need) => isAmong(need, voter)) && !(answer === 'reject' && isOwn)) {
    return refuse('NotAsked', `only ${asked.map(namesOf).join(' or ')} may answer`);
  }
  const vote: Vote = {
    id: voter.id,
    name: voter.name,
    roles: [...voter.roles],
    groups: [...voter.groups],
    answer,
    reason,
    via,
    at: isoOf(now),
  };
  const votes = [...approval.votes.filter(({ id }) => !sameId(id, voter.id)), vote];
  return { kind: 'counted', approval: settled({ ...approval, votes }, now) };
}

/** Ends an approval that is of no use any more: one that waits is withdrawn, one that was given is void. */
export function closed(approval: Approval, reason: string, now: EpochMillis): Approval {
  switch (approval.state) {
    case 'waiting':
      return decided(approval, 'withdrawn', now, [reason]);
    case 'approved':
      return decided(approval, 'voided', now, [reason, ...approval.reasons]);
    default:
      return approval;
  }
}

/** Decides a waiting approval when its votes do. */
function settled(approval: Approval, now: EpochMillis): Approval {
  const no = approval.votes.find(({ answer }) => answer === 'reject');
  if (no !== undefined) {
    return decided(approval, 'rejected', now, [`${no.name} rejected it: ${no.reason}`]);
  }
  const yes = approval.votes.filter(({ answer }) => answer === 'approve');
  const { need } = approval.request.terms.stages[approval.stage] as Stage;
  return isMet(need, yes)
    ? decided(
        approval,
        'approved',
        now,
        yes.map(({ name, reason }) => `${name} approved it: ${reason}`),
      )
    : approval;
}

/**
 * Whether different people meet all needs: each person counts for one need only, so it is a matching, found by giving each
 * place that is needed to somebody and, where that person is taken, somebody else to the place they had.
 */
export function isMet(needs: readonly Need[], people: readonly Voter[]): boolean {
  const places = needs.flatMap((need) => Array.from({ length: need.count }, () => need));
  const placeOf = new Map<number, number>();
  const place = (index: number, tried: Set<number>): boolean =>
    people.some((person, at) => {
      if (tried.has(at) || !isAmong(places[index] as Need, person)) {
        return false;
      }
      tried.add(at);
      const taken = placeOf.get(at);
      if (taken !== undefined && !place(taken, tried)) {
        return false;
      }
      placeOf.set(at, index);
      return true;
    });
  return places.every((_, index) => place(index, new Set()));
}

/** A need in words: `2 of Caretaker.Approver`. */
export function namesOf({ count, roles = [], groups = [], people = [] }: Need): string {
  const all = [...roles, ...groups.map((id) => `group ${id}`), ...people.map(({ name }) => name)];
  return `${count} of ${all.join(', ')}`;
}

/** What orchestrators are told. */
export function viewOf({ request, state, stageEndsAt, votes, reasons }: Approval): ApprovalView {
  const yes = votes.filter(({ answer }) => answer === 'approve').map(({ name }) => name);
  return {
    id: request.id,
    state,
    planHash: request.planHash,
    stageEndsAt,
    approvedBy: state === 'approved' ? yes : [],
    reasons: reasons.slice(0, 20).map((reason) => reason.slice(0, 1024)),
  };
}
