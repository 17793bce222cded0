import type { ApprovalRequest, Stage, Voter } from '../../src/approvals';

export const planHash = 'a'.repeat(64);
export const otherHash = 'b'.repeat(64);

export const omar: Voter = {
  id: '51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442',
  name: 'Omar',
  roles: ['Caretaker.Operator'],
  groups: [],
};
export const ava: Voter = {
  id: '51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443',
  name: 'Ava',
  roles: ['Caretaker.Approver'],
  groups: [],
};
export const ben: Voter = {
  id: '51f0a3c4-5555-4c3b-9d6e-aa10b2c3d445',
  name: 'Ben',
  roles: ['Caretaker.Approver'],
  groups: ['7d0c8a52-0000-4000-8000-000000000001'],
};
export const ada: Voter = {
  id: '51f0a3c4-4444-4c3b-9d6e-aa10b2c3d444',
  name: 'Ada',
  roles: ['Caretaker.Admin'],
  groups: [],
};

export const approvers = (count: number, withinSeconds = 1800): Stage => ({
  withinSeconds,
  need: [{ count, roles: ['Caretaker.Approver'] }],
});
export const admins = (count: number, withinSeconds = 3600): Stage => ({
  withinSeconds,
  need: [{ count, roles: ['Caretaker.Admin'] }],
});

export function request(more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: 'order-1-a1',
    environment: 'prod',
    scope: 'run',
    subject: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg/providers/x/y/vm-web-1',
    summary: 'restart vm-web-1',
    reasons: ['the guest does not answer'],
    planHash,
    steps: ['restart vm-web-1'],
    before: { power: 'running' },
    after: {},
    requestedBy: { id: omar.id, name: 'Omar' },
    terms: { name: 'usual', stages: [approvers(1), admins(1)], otherwise: 'reject' },
    ...more,
  };
}
