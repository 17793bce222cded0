import { z } from 'zod';
import { termsSchema, type Terms } from '../approvals/model';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { hashOf } from '../kernel/hash';
import { instantSchema } from '../kernel/schemas';
import { stackNameSchema } from './model';

/** Registered names. Renaming one breaks what is in flight. */
export const driftOrchestratorName = 'stack-drift-v1';
/** Tells a waiting orchestration that the drift it asks about is gone or another one. */
export const driftSupersededEvent = 'superseded';

/** One field as whoever compared state and world reports it: no values, because they may be secrets. */
const reportedFieldSchema = z.strictObject({
  /** Address in the state. */
  address: z.string().min(1).max(1024),
  /** Path in the resource; empty when the resource as a whole is gone. */
  field: z.string().max(512),
  class: z.enum(['automation', 'human', 'unknown']),
  owner: z.string().min(1).max(64),
  reason: z.string().max(1024),
  /** The decision that is said to have set it: looked up again before it is believed. */
  decision: z
    .strictObject({
      id: z.string().min(1).max(200),
      resource: z.string().min(1).max(2048),
      field: z.string().min(1).max(200),
    })
    .nullable(),
});

/** What a comparison of a stack's state with the world found. */
export const driftReportSchema = z.strictObject({
  /** Commit that was compared. */
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'must be a full commit id'),
  fields: z.array(reportedFieldSchema).max(1000),
});
export type ReportedDrift = z.output<typeof driftReportSchema>;
export type ReportedField = ReportedDrift['fields'][number];

/**
 * How it stands with a stack's drift.
 * - `none`: state and world are the same.
 * - `closed`: automation did it, with decisions on record.
 * - `asked`: people are asked whether to put it back.
 * - `approved`: it may be put back, until `validUntil`.
 * - `rejected`: it stays as it is, until it is another drift.
 * - `expired`: nobody answered; the next report asks again.
 */
export const driftRecordSchema = z.object({
  version: z.literal(1),
  stack: stackNameSchema,
  environment: z.string(),
  state: z.enum(['none', 'closed', 'asked', 'approved', 'rejected', 'expired']),
  /** What drifted, without the words: the same drift found again has the same hash. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  sentence: z.string(),
  commit: z.string(),
  fields: z.array(reportedFieldSchema),
  /** When this drift was first reported. */
  since: instantSchema,
  reportedBy: z.string(),
  /** The orchestration that asks; null where nobody is asked. */
  instanceId: z.string().nullable(),
  settledAt: instantSchema.nullable(),
  by: z.array(z.string()),
  reasons: z.array(z.string()),
  validUntil: instantSchema.nullable(),
});
export type DriftRecord = z.output<typeof driftRecordSchema>;

/** What the orchestration that asks has to know. */
export const driftOrderSchema = z.object({
  stack: stackNameSchema,
  environment: z.string(),
  hash: z.string(),
  sentence: z.string().max(512),
  steps: z.array(z.string().max(512)).min(1).max(100),
  reasons: z.array(z.string().max(1024)).max(20),
  reportedBy: z.string().max(200),
  /** Object id of the person who reported; null for a pipeline. */
  reporterId: z.string().nullable(),
  terms: termsSchema,
});
export type DriftOrder = z.output<typeof driftOrderSchema>;

/** An approval to reconcile is good for a day: later, another look is due anyway. Milliseconds. */
const validFor = 86_400_000;

/** What follows from a report. */
export interface TakenDrift {
  readonly record: DriftRecord;
  /** Nothing of it is new; the record stays as it is. */
  readonly known: boolean;
  /** The orchestration whose question is no longer the question. */
  readonly superseded: string | null;
}

/** Instance of the orchestration that asks about a drift: a pure function of the drift and of when it was first reported. */
export function driftInstanceId(stack: string, hash: string, since: string): string {
  return `drift-${hashOf([stack, hash, since]).slice(0, 32)}`;
}

function hashOfFields(stack: string, fields: readonly ReportedField[]): string {
  const facts = fields
    .map(({ address, field, class: kind, decision }) => [address, field, kind, decision?.id ?? ''])
    .sort((left, right) => (left.join('\n') < right.join('\n') ? -1 : 1));
  return hashOf([stack, facts]);
}

/**
 * Takes a report whose claims were checked: decides whether it is known, is closed with automation's records, or is asked
 * about. Pure; a report that comes twice changes nothing.
 */
export function takeDrift(
  before: DriftRecord | undefined,
  report: ReportedDrift & { readonly stack: string; readonly environment: string; readonly reportedBy: string },
  now: EpochMillis,
): TakenDrift {
  const { stack, environment, commit, fields, reportedBy } = report;
  const hash = hashOfFields(stack, fields);
  const isStale =
    before?.state === 'expired' ||
    (before?.state === 'approved' && before.validUntil !== null && Date.parse(before.validUntil) <= now);
  if (before?.hash === hash && !isStale) {
    return { record: before, known: true, superseded: null };
  }
  const count = (kind: ReportedField['class']): number => fields.filter((one) => one.class === kind).length;
  const [automation, human, unknown] = [count('automation'), count('human'), count('unknown')];
  const state = fields.length === 0 ? 'none' : human + unknown === 0 ? 'closed' : 'asked';
  const parts = `${automation} field(s) by automation, ${human} by people, ${unknown} by nobody known`;
  const since = isoOf(now);
  return {
    record: {
      ...{ version: 1, stack, environment, state, hash, commit, since, reportedBy, by: [], validUntil: null },
      fields: [...fields],
      sentence:
        state === 'none'
          ? 'nothing drifted'
          : state === 'closed'
            ? `${parts}: closed, with the decisions that set them`
            : `${parts}: people decide whether to put it back`,
      instanceId: state === 'asked' ? driftInstanceId(stack, hash, since) : null,
      settledAt: state === 'asked' ? null : since,
      reasons: state === 'closed' ? fields.map(({ decision, reason }) => `${decision?.id ?? ''}: ${reason}`) : [],
    },
    known: false,
    superseded: before?.state === 'asked' ? before.instanceId : null,
  };
}

/** The record after people have answered. A record that is about another drift by now stays as it is. */
export function settled(
  record: DriftRecord,
  answer: {
    readonly hash: string;
    readonly kind: 'approved' | 'rejected' | 'expired' | 'withdrawn';
    readonly by: readonly string[];
    readonly reasons: readonly string[];
  },
  now: EpochMillis,
): DriftRecord {
  if (record.hash !== answer.hash || record.state !== 'asked' || answer.kind === 'withdrawn') {
    return record;
  }
  const validUntil = answer.kind === 'approved' ? isoOf((now + validFor) as EpochMillis) : null;
  return {
    ...record,
    ...{ state: answer.kind, settledAt: isoOf(now), by: [...answer.by], reasons: [...answer.reasons], validUntil },
  };
}

/** How people are asked: as many approvers or administrators as the stack's applies need, for a day, then an administrator for another. */
export function driftTerms(people: number): Terms {
  return {
    name: 'drift',
    stages: [
      {
        withinSeconds: 86_400,
        need: [{ count: Math.max(1, people), roles: ['Caretaker.Approver', 'Caretaker.Admin'] }],
      },
      { withinSeconds: 86_400, need: [{ count: 1, roles: ['Caretaker.Admin'] }] },
    ],
    otherwise: 'reject',
  };
}

/** The order for the orchestration that asks about a record. */
export function driftOrder(record: DriftRecord, people: number, reporterId: string | null): DriftOrder {
  const open = record.fields.filter((one) => one.class !== 'automation');
  const line = ({ address, field }: ReportedField): string =>
    `put back ${address}${field === '' ? ' (gone)' : `.${field}`}`.slice(0, 512);
  const shown = open.slice(0, 99).map(line);
  return {
    ...{ stack: record.stack, environment: record.environment, hash: record.hash, reportedBy: record.reportedBy },
    sentence: `reconcile stack ${record.stack}: ${record.sentence}`.slice(0, 512),
    steps: open.length > 99 ? [...shown, `and ${open.length - 99} more`] : shown,
    reasons: open.slice(0, 20).map(({ address, field, reason }) => `${address}.${field}: ${reason}`.slice(0, 1024)),
    reporterId,
    terms: driftTerms(people),
  };
}
