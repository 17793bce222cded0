import {
  byDeadline,
  mayAnswer,
  needText,
  neededOf,
  silenceText,
  askerOf,
} from '../../src/console/pages/approvals/asks';
import { personName, withoutIds } from '../../src/console/ui/people';

const ava = { id: '51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443', name: 'Ava', roles: ['Caretaker.Approver'] };
const omar = { id: '51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442', name: 'Omar', roles: ['Caretaker.Operator'] };

type Approval = Parameters<typeof mayAnswer>[0];
type Need = Approval['asks'][number]['need'][number];

const need = (given: Partial<Need>): Need => ({ text: '', count: 1, roles: [], groups: [], people: [], ...given });
const approvers = need({ count: 2, roles: ['Caretaker.Approver', 'Caretaker.Admin'] });
const admins = need({ roles: ['Caretaker.Admin'] });

function approval(given: Partial<Approval> = {}): Approval {
  return {
    id: 'incident-1-r1-a1',
    environment: 'prod',
    scope: 'run',
    subject: '/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/vm-1',
    summary: 'redeploy',
    reasons: [],
    planHash: '0'.repeat(64),
    steps: ['redeploy'],
    before: {},
    after: {},
    requestedBy: { id: null, name: 'rule r' },
    state: 'waiting',
    terms: 'two',
    stage: 1,
    stages: 2,
    stageEndsAt: '2026-11-30T21:00:00.000Z',
    asked: [],
    asks: [
      { withinSeconds: 1800, need: [approvers] },
      { withinSeconds: 3600, need: [admins] },
    ],
    otherwise: 'reject',
    openedAt: '2026-11-30T20:30:00.000Z',
    decidedAt: null,
    outcome: [],
    answers: [],
    instanceId: 'incident-1',
    ...given,
  } as Approval;
}

const person = (who: { id: string; roles: string[] }, approve: boolean) => ({
  ...who,
  kind: 'person',
  may: { operate: false, approve, administer: false },
});
const yesOf = (who: { id: string; name: string }) => ({
  id: who.id,
  name: who.name,
  answer: 'approve' as const,
  reason: 'seen',
  via: 'token' as const,
  at: '2026-11-30T20:40:00.000Z' as never,
});

describe('who may answer', () => {
  it('lets those who are asked say yes and no', () => {
    expect(mayAnswer(approval(), person(ava, true))).toMatchObject({
      approve: true,
      reject: true,
      isTurn: true,
      why: undefined,
    });
  });

  it.each([
    [
      'somebody who is not asked',
      person(omar, false),
      {},
      false,
      false,
      /not among those who are asked: 2 of Approver or Admin/,
    ],
    [
      'who asked for it',
      person(ava, true),
      { requestedBy: { id: ava.id, name: 'Ava' } },
      false,
      true,
      /asked for this yourself/,
    ],
    ['who said yes already', person(ava, true), { answers: [yesOf(ava)] }, false, true, /You have said yes/],
    ['a key', { ...person(ava, true), kind: 'key' }, {}, false, false, /Only people answer/],
    [
      'somebody who is asked by name and has no role',
      person(omar, false),
      { asks: [{ withinSeconds: 60, need: [need({ people: [{ id: omar.id.toUpperCase(), name: 'Omar' }] })] }] },
      false,
      true,
      /takes the role Approver/,
    ],
  ] as const)('tells %s why not', (_, who, given, approve, reject, why) => {
    const answer = mayAnswer(approval(given as Partial<Approval>), who);
    expect(answer).toMatchObject({ approve, reject });
    expect(answer.why).toMatch(why);
  });

  it('leaves it to the API where only groups are asked, which the console does not know', () => {
    const asks = [{ withinSeconds: 60, need: [need({ groups: ['7d0c8a52-0000-4000-8000-000000000001'] })] }];
    expect(mayAnswer(approval({ asks }), person(ava, true))).toMatchObject({ approve: true, isTurn: true });
  });

  it('says when a yes of an earlier stage is not enough any more', () => {
    const answer = mayAnswer(approval({ stage: 2 }), person(ava, true));
    expect(answer).toMatchObject({ approve: true, isTurn: false });
    expect(answer.why).toContain('it takes 1 of Admin');
  });

  it('gives nobody a button once it is decided', () => {
    expect(mayAnswer(approval({ state: 'rejected' }), person(ava, true))).toMatchObject({
      approve: false,
      reject: false,
    });
  });
});

it('says whose yes is needed, and what silence means', () => {
  expect(needText(approvers)).toBe('2 of Approver or Admin');
  expect(needText(need({ people: [{ id: ava.id, name: 'Ava' }] }))).toBe('Ava');
  expect(neededOf(approval())).toBe(2);
  expect(silenceText(approval())).toContain('1 of Admin is asked as well');
  expect(silenceText(approval({ stage: 2, otherwise: 'approve' }))).toBe(
    'When the time is over, the answer is yes and it is done.',
  );
  expect(silenceText(approval({ state: 'approved' }))).toBeNull();
});

it('puts first what ends first', () => {
  const late = approval({ id: 'a', stageEndsAt: '2026-11-30T22:00:00.000Z' as never });
  const soon = approval({ id: 'b' });
  expect(byDeadline([late, soon]).map(({ id }) => id)).toEqual(['b', 'a']);
});

it('knows the page of what asks', () => {
  expect(askerOf(approval())?.href).toBe('/runs/incident-1-r1');
  expect(askerOf(approval({ scope: 'dns', subject: 'storefront.example' }))?.href).toBe('/dns/storefront.example');
  expect(askerOf(approval({ scope: 'unheard-of' }))).toBeUndefined();
});

it('names people without their ids', () => {
  expect(personName(`Ava Approver (${ava.id})`)).toBe('Ava Approver');
  expect(personName('rule (of three)')).toBe('rule (of three)');
  expect(withoutIds(`Ava (${ava.id}) approved it; Omar (${omar.id}) did not`)).toBe('Ava approved it; Omar did not');
});
