import { z } from 'zod';
import { fieldDecisionSchema, type FieldDecision } from '../../ledger';
import { driftRecordSchema, type DriftRecord, type DriftReport } from '../../stacks';
import { connect, pathOf, type Api } from '../operator/api';

/** Caretaker's operator API, where the environment variables CARETAKER_URL, CARETAKER_TOKEN and CARETAKER_KEY say. */
export function caretakerApi(): Api {
  const { CARETAKER_URL: url, CARETAKER_TOKEN: token, CARETAKER_KEY: key } = process.env;
  return connect({ url, token, key });
}

const pageSchema = z.object({ decisions: z.array(fieldDecisionSchema), cursor: z.string().nullable() });

/** Every last decision about a field that automation owns. */
export async function recordedDecisions(api: Api): Promise<FieldDecision[]> {
  const decisions: FieldDecision[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor === null ? {} : { cursor }) });
    const page: z.output<typeof pageSchema> = await api.get(`field-decisions?${query}`, pageSchema);
    decisions.push(...page.decisions);
    cursor = page.cursor;
  } while (cursor !== null);
  return decisions;
}

/** Tells Caretaker what drifted; gives how it stands afterwards. Names and reasons only: no value leaves this machine. */
export async function tellDrift(api: Api, stack: string, commit: string, report: DriftReport): Promise<DriftRecord> {
  const fields = report.fields.map(({ address, field, class: kind, owner, reason, decision }) => ({
    ...{ address, field, class: kind, owner, reason },
    decision: decision === null ? null : { id: decision.id, resource: decision.resource, field: decision.field },
  }));
  return await api.send('POST', pathOf('stacks', stack, 'drift'), driftRecordSchema, { body: { commit, fields } });
}

/** What a person or a pipeline does next, given how it stands. */
export function nextStep({ state, sentence, by, reasons, stack, validUntil }: DriftRecord): string {
  switch (state) {
    case 'asked':
      return `${sentence}; an approval is open: caretaker approvals`;
    case 'approved':
      return `approved by ${by.join(', ')} until ${validUntil ?? ''}: plan and apply ${stack} to put it back`;
    case 'rejected':
      return `rejected, it stays as it is: ${reasons.join('; ')}`;
    default:
      return [sentence, ...reasons].join('\n  ');
  }
}
