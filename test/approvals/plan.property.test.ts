import fc from 'fast-check';
import type { Approval, Need, Voter } from '../../src/approvals';
import { closed, isMet, opened, ticked, voted } from '../../src/approvals/plan';
import type { EpochMillis } from '../../src/kernel/clock';
import { otherHash, planHash, request } from './fixture';

const roles = ['Caretaker.Approver', 'Caretaker.Admin', 'Caretaker.Operator'];
const groups = ['7d0c8a52-0000-4000-8000-000000000001', '7d0c8a52-0000-4000-8000-000000000002'];
const requester = 'person-0';

const people = fc
  .array(fc.record({ roles: fc.subarray(roles), groups: fc.subarray(groups) }), { minLength: 2, maxLength: 6 })
  .map((all): Voter[] => all.map((one, index) => ({ id: `person-${index}`, name: `P${index}`, ...one })));
const need: fc.Arbitrary<Need> = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  roles: fc.subarray(roles, { minLength: 1 }),
  groups: fc.subarray(groups),
});
const stages = fc.array(
  fc.record({
    withinSeconds: fc.integer({ min: 60, max: 3600 }),
    need: fc.array(need, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('vote' as const),
    who: fc.nat(5),
    yes: fc.boolean(),
    link: fc.boolean(),
    hash: fc.constantFrom(planHash, planHash, planHash, otherHash),
  }),
  fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 4000 }) }),
  fc.record({ kind: fc.constant('close' as const) }),
);

/** Whether different people can be found for every place, by trying every order of people: slow, and plainly right. */
function couldMeet(needs: readonly Need[], voters: readonly Voter[]): boolean {
  const [first, ...rest] = needs.flatMap((one) => Array.from({ length: one.count }, () => ({ ...one, count: 1 })));
  if (first === undefined) {
    return true;
  }
  return voters.some(
    (voter, index) =>
      ((first.roles ?? []).some((role) => voter.roles.includes(role)) ||
        (first.groups ?? []).some((group) => voter.groups.includes(group))) &&
      couldMeet(
        rest,
        voters.filter((_, at) => at !== index),
      ),
  );
}

test('who meets the needs is found as by trying everything', () => {
  fc.assert(
    fc.property(fc.array(need, { minLength: 1, maxLength: 2 }), people, (needs, voters) => {
      expect(isMet(needs, voters)).toBe(couldMeet(needs, voters));
    }),
    { numRuns: 500 },
  );
});

test('never approved without so many different people who may and who saw this plan; what is decided stays decided', () => {
  fc.assert(
    fc.property(people, stages, fc.array(step, { maxLength: 25 }), (voters, asked, steps) => {
      let now = 1_772_438_400_000;
      let approval: Approval = opened(
        request({
          requestedBy: { id: requester, name: 'P0' },
          terms: { name: 'random', stages: asked, otherwise: 'reject' },
        }),
        'instance',
        now as EpochMillis,
      );
      const saidYes = new Set<string>();
      for (const one of steps) {
        const before = approval;
        if (one.kind === 'pass') {
          now += one.seconds * 1000;
          approval = ticked(approval, now as EpochMillis);
        } else if (one.kind === 'close') {
          approval = closed(approval, 'closed', now as EpochMillis);
        } else {
          const voter = voters[one.who % voters.length]!;
          const counted = voted(
            approval,
            {
              voter,
              answer: one.yes ? 'approve' : 'reject',
              reason: 'x',
              via: one.link ? 'link' : 'token',
              planHash: one.hash,
            },
            now as EpochMillis,
          );
          if (counted.kind === 'counted' && one.yes) {
            expect(one.hash).toBe(planHash);
            expect(voter.id).not.toBe(requester);
            saidYes.add(voter.id);
          }
          if (counted.kind === 'counted' && !one.yes) {
            expect(counted.approval.state).toBe('rejected');
          }
          approval = counted.approval;
        }
        if (before.state !== 'waiting') {
          // Only what was approved can still change, and only to void.
          expect([before.state, before.state === 'approved' ? 'voided' : before.state]).toContain(approval.state);
        }
        expect(new Set(approval.votes.map(({ id }) => id)).size).toBe(approval.votes.length);
        if (approval.state === 'approved') {
          const approving = voters.filter(({ id }) => saidYes.has(id));
          expect(couldMeet(asked[approval.stage]!.need, approving)).toBe(true);
        }
      }
    }),
    { numRuns: 1500 },
  );
});
