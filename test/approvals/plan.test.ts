import type { Approval, ApprovalRequest, Voter } from '../../src/approvals';
import { closed, isMet, opened, ticked, viewOf, voted, type Ballot } from '../../src/approvals/plan';
import type { EpochMillis } from '../../src/kernel/clock';
import { ada, admins, approvers, ava, ben, omar, otherHash, planHash, request } from './fixture';

const start = Date.parse('2026-03-02T08:00:00Z');
const at = (minutes: number) => (start + minutes * 60_000) as EpochMillis;
const open = (more: Partial<ApprovalRequest> = {}): Approval => opened(request(more), 'order-1', at(0));
const yes = (voter: Voter, more: Partial<Ballot> = {}): Ballot => ({
  voter,
  answer: 'approve',
  reason: 'seen',
  via: 'token',
  planHash,
  ...more,
});
const no = (voter: Voter): Ballot => yes(voter, { answer: 'reject' });
const vote = (approval: Approval, ballot: Ballot, minutes = 1): Approval =>
  voted(approval, ballot, at(minutes)).approval;
const code = (approval: Approval, ballot: Ballot, minutes = 1) => {
  const counted = voted(approval, ballot, at(minutes));
  return counted.kind === 'refused' ? counted.code : counted.kind;
};
const terms = (stages: ApprovalRequest['terms']['stages'], otherwise: 'reject' | 'approve' = 'reject') => ({
  terms: { name: 'these', stages, otherwise },
});

test('one approver is enough where one is needed, and their reason is kept', () => {
  const approval = vote(open(), yes(ava));
  expect(approval).toMatchObject({ state: 'approved', decidedAt: '2026-03-02T08:01:00.000Z' });
  expect(viewOf(approval)).toMatchObject({ approvedBy: ['Ava'], reasons: ['Ava approved it: seen'], planHash });
});

test('two that are needed are two people: the same one twice is one', () => {
  const once = vote(open(terms([approvers(2)])), yes(ava));
  expect(once.state).toBe('waiting');
  expect(code(once, yes(ava))).toBe('known');
  expect(code(once, yes({ ...ava, id: ava.id.toUpperCase(), name: 'Somebody else' }))).toBe('known');
  expect(vote(once, yes(ben)).state).toBe('approved');
});

test('who asked for it may not approve it, whatever they are, and may take it back', () => {
  const all: Voter = { ...omar, roles: ['Caretaker.Approver', 'Caretaker.Admin'] };
  expect(code(open(), yes(all))).toBe('OwnRequest');
  expect(code(open(), yes({ ...all, id: omar.id.toUpperCase() }))).toBe('OwnRequest');
  expect(vote(open(), no(omar)).state).toBe('rejected');
});

test('nobody answers who is not asked, and administrators only when it is their turn', () => {
  expect(code(open(), yes({ ...omar, id: 'somebody' }))).toBe('NotAsked');
  expect(code(open(), no({ ...omar, id: 'somebody' }))).toBe('NotAsked');
  expect(code(open(), yes(ada))).toBe('NotAsked');
  const escalated = ticked(open(), at(30));
  expect(escalated).toMatchObject({ state: 'waiting', stage: 1, stageEndsAt: '2026-03-02T09:30:00.000Z' });
  expect(vote(escalated, yes(ada), 31).state).toBe('approved');
});

test('a stage that is asked late has its whole time; then the default answer holds', () => {
  const late = ticked(open(), at(600));
  expect(late).toMatchObject({ state: 'waiting', stage: 1, stageEndsAt: '2026-03-02T19:00:00.000Z' });
  expect(ticked(late, at(659)).state).toBe('waiting');
  expect(ticked(late, at(660))).toMatchObject({
    state: 'expired',
    reasons: ['nobody decided within the time of the terms "usual"'],
  });
  const generous = ticked(open(terms([approvers(1)], 'approve')), at(30));
  expect(generous.state).toBe('approved');
  expect(viewOf(generous)).toMatchObject({
    approvedBy: [],
    reasons: [expect.stringContaining('default answer is yes')],
  });
});

test('an answer is about the plan that was seen, and comes before the end', () => {
  expect(code(open(), yes(ava, { planHash: otherHash }))).toBe('OtherPlan');
  expect(code(open(terms([approvers(1)])), yes(ava), 30)).toBe('Decided');
  expect(code(vote(open(), no(ava)), yes(ben))).toBe('Decided');
});

test('a no of anybody who may answer ends it, also of who said yes before', () => {
  const once = vote(open(terms([approvers(3)])), yes(ava));
  expect(vote(once, no(ben))).toMatchObject({ state: 'rejected', reasons: ['Ben rejected it: seen'] });
  expect(vote(once, no(ava)).state).toBe('rejected');
});

test('a link answers once', () => {
  const once = vote(open(terms([approvers(2)])), yes(ava, { via: 'link' }));
  expect(code(once, yes(ava, { via: 'link' }))).toBe('Answered');
  expect(code(once, { ...no(ava), via: 'link' })).toBe('Answered');
});

test('what was given is void when the plan is another one; what waits is withdrawn', () => {
  expect(closed(vote(open(), yes(ava)), 'the plan changed', at(2))).toMatchObject({ state: 'voided' });
  expect(closed(open(), 'not needed', at(2))).toMatchObject({ state: 'withdrawn', reasons: ['not needed'] });
  const rejected = vote(open(), no(ava));
  expect(closed(rejected, 'late', at(2))).toBe(rejected);
});

test('each person meets one need, the one that leaves most for others', () => {
  const group = (ben.groups as string[])[0]!;
  const needs = [
    { count: 1, roles: ['Caretaker.Approver'] },
    { count: 1, groups: [group] },
  ];
  expect(isMet(needs, [ben])).toBe(false);
  // Ben comes first and fits both: he has to make way for Ava, who fits the first alone.
  expect(isMet(needs, [ben, ava])).toBe(true);
  expect(isMet(needs, [ava, ada])).toBe(false);
  expect(isMet([{ count: 1, people: [{ id: ada.id.toUpperCase(), name: 'Ada' }] }], [ada])).toBe(true);
});

test('votes of an earlier stage count in the next', () => {
  const once = vote(
    open(
      terms([approvers(2), { ...admins(1), need: [{ count: 1, roles: ['Caretaker.Approver', 'Caretaker.Admin'] }] }]),
    ),
    yes(ava),
  );
  expect(once.state).toBe('waiting');
  expect(ticked(once, at(30))).toMatchObject({ state: 'approved', stage: 1 });
});
