import type { LedgerDraft } from '../ledger';
import type { Approval } from './model';

/** What the ledger says of an approval as it stands. Ids are fixed, so that entering it again enters nothing. */
export function entriesOf({ request, votes, state, stage, decidedAt, openedAt, reasons }: Approval): LedgerDraft[] {
  const { id, environment, scope, subject, summary, planHash, requestedBy, terms } = request;
  const what = { environment, scope, target: subject, planHash };
  const asked: LedgerDraft = {
    id: `approval.asked:${id}`,
    kind: 'approval.asked',
    subject: id,
    data: { ...what, summary, requestedBy, terms: terms.name, openedAt },
  };
  const answers = votes.map((vote): LedgerDraft => ({
    id: `approval.answered:${id}:${vote.id}:${vote.answer}`,
    kind: 'approval.answered',
    subject: id,
    data: { ...what, by: vote.name, answer: vote.answer, reason: vote.reason, via: vote.via, answeredAt: vote.at },
  }));
  if (state === 'waiting') {
    return [asked, ...answers];
  }
  const ended: LedgerDraft = {
    id: `approval.ended:${id}:${state}`,
    kind: 'approval.ended',
    subject: id,
    data: { ...what, state, stage: stage + 1, decidedAt, reasons: reasons.slice(0, 20) },
  };
  return [asked, ...answers, ended];
}
