/**
 * The account of what was decided and done: the hash-chained ledger and its verifier, the decision record of every signal,
 * dead letters, and the reports of runs and incidents.
 */
export { ledgerKinds } from './model';
export type {
  Anchor,
  LedgerDraft,
  LedgerEntry,
  LedgerKind,
  LedgerProblem,
  ReadOptions,
  Receipt,
  Verification,
} from './model';
export { createLedger, type Ledger } from './ledger';
export { createRecentEntries, type RecentEntries } from './recent-entries';
export { verifyLedger } from './verify-ledger';
export {
  createDecisionRecords,
  type Claim as DecisionClaim,
  type DecisionRecord,
  type DecisionRecords,
} from './decision-records';
export { createEvidence } from './evidence';
export { createFieldDecisions, fieldDecisionSchema, type FieldDecision, type FieldDecisions } from './field-decisions';
export { createDeadLetters, type DeadLetter, type DeadLetters } from './dead-letters';
export {
  createIncidentDocuments,
  createRotationDocuments,
  createRunDocuments,
  type Reports,
  type Report,
} from './runs';
