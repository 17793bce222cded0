/** Asking people: approvals that are bound to a concrete plan. See docs/approvals.md. */
export * from './model';
export { isAmong, isMet, namesOf, type Ballot, type Counted, type Voter } from './plan';
export { askApproval, askWithoutDrift, voidApproval, type ApprovedPlan, type Asked } from './ask.orchestrator';
export { closeApprovalContract, lookAtApprovalContract, openApprovalContract } from './contract';
export { approvalActivities, type ApprovalActivities } from './activities';
export { createLinks, type Links, type OpenedLink } from './links';
export { createApprovals, type ApprovalPorts, type Approvals } from './approvals';
