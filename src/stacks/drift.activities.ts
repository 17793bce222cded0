import type { Json } from '../kernel/canonical-json';
import type { Clock } from '../kernel/clock';
import { handler } from '../kernel/activity';
import { InvariantError, TransientError } from '../kernel/errors';
import type { FieldDecisions, Ledger } from '../ledger';
import type { Documents } from '../ports/documents';
import type { Engine } from '../ports/engine';
import { settleDriftContract } from './drift.contract';
import {
  driftOrchestratorName,
  driftOrder,
  driftRecordSchema,
  driftSupersededEvent,
  settled,
  takeDrift,
  type DriftRecord,
  type ReportedDrift,
  type ReportedField,
} from './drift.plan';
import { stackNameSchema, type Manifest } from './model';

/** Drift of the stacks, as it was reported and what became of it. */
export interface Drifts {
  /**
   * Takes a report: checks what it says of automation against the record, closes what automation did, and asks people about the
   * rest. Idempotent: the same drift again changes nothing, and starts what a crash kept from being started.
   */
  take(
    manifest: Manifest,
    stack: string,
    report: ReportedDrift,
    reporter: { readonly name: string; readonly id: string | null },
    engine: Engine,
  ): Promise<DriftRecord>;
  /** How it stands with a stack; `undefined` before its first report. */
  find(stack: string): Promise<DriftRecord | undefined>;
  /** The activity that writes an answer down. */
  readonly settle: (input: unknown) => Promise<unknown>;
}

/** The pipeline and an answer seldom come in the same instant. */
const conflictLimit = 10;

export function createDrifts(ports: {
  readonly documents: Documents;
  readonly ledger: Ledger;
  readonly fieldDecisions: FieldDecisions;
  readonly clock: Clock;
}): Drifts {
  const { documents, ledger, fieldDecisions, clock } = ports;
  const pathOf = (stack: string): string => `stack-drift/${stack}.json`;
  const asJson = (record: DriftRecord): Json => JSON.parse(JSON.stringify(record)) as Json;

  async function load(stack: string): Promise<{ readonly record: DriftRecord; readonly etag: string } | undefined> {
    // What no stack can be called cannot be a path either.
    if (!stackNameSchema.safeParse(stack).success) {
      return undefined;
    }
    const stored = await documents.get(pathOf(stack));
    if (stored === undefined) {
      return undefined;
    }
    const parsed = driftRecordSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new InvariantError(`${pathOf(stack)} does not fit its schema`);
    }
    return { record: parsed.data, etag: stored.etag };
  }

  /** Replaces the record by what `work` makes of it; gives what `work` gave for the version that was written. */
  async function change<Result extends { readonly record: DriftRecord }>(
    stack: string,
    work: (before: DriftRecord | undefined) => Result,
  ): Promise<Result> {
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const stored = await load(stack);
      const result = work(stored?.record);
      if (result.record === stored?.record) {
        return result;
      }
      const answer =
        stored === undefined
          ? await documents.create(pathOf(stack), asJson(result.record))
          : await documents.replace(pathOf(stack), asJson(result.record), stored.etag);
      if (answer.kind === 'created' || answer.kind === 'replaced') {
        return result;
      }
    }
    throw new TransientError('DriftConflict', `the drift of ${stack} is being changed by others`);
  }

  /** A decision that is not on record was made by nobody: what claims it is nobody's known doing. */
  async function checked(field: ReportedField): Promise<ReportedField> {
    if (field.class !== 'automation') {
      return field;
    }
    const { decision } = field;
    const last = decision === null ? undefined : await fieldDecisions.last(decision.resource, decision.field);
    return last === undefined || decision === null
      ? {
          ...field,
          class: 'unknown',
          decision: null,
          reason: 'the decision that is said to have set it is not on record',
        }
      : { ...field, decision: { ...decision, id: last.id }, reason: last.sentence };
  }

  return {
    async take(manifest, stack, report, reporter, engine) {
      const known = manifest.stacks.find(({ name }) => name === stack);
      if (known === undefined) {
        throw new InvariantError(`the manifest has no stack ${stack}`);
      }
      const fields = await Promise.all(report.fields.map(checked));
      const { environment, approval } = known;
      const { record, superseded } = await change(stack, (before) =>
        takeDrift(before, { ...report, fields, stack, environment, reportedBy: reporter.name }, clock.now()),
      );
      if (record.state !== 'none') {
        const { state, sentence, hash, commit, since } = record;
        const entry = { kind: 'drift.found', subject: stack } as const;
        await ledger.append([
          {
            ...entry,
            id: `drift.found:${stack}:${hash.slice(0, 16)}:${since}`,
            data: {
              ...{ state, sentence, hash, commit, environment, reportedBy: record.reportedBy },
              decisions: record.fields
                .flatMap(({ decision }) => (decision === null ? [] : [decision.id]))
                .slice(0, 100),
              fields: record.fields
                .slice(0, 100)
                .map(({ address, field, class: kind }) => `${kind} ${address}.${field}`),
            },
          },
        ]);
      }
      if (superseded !== null) {
        await engine.wake(superseded, driftSupersededEvent);
      }
      if (record.state === 'asked' && record.instanceId !== null) {
        await engine.start(driftOrchestratorName, record.instanceId, driftOrder(record, approval.people, reporter.id));
      }
      return record;
    },
    async find(stack) {
      return (await load(stack))?.record;
    },
    settle: handler(settleDriftContract, async ({ stack, instanceId, hash, kind, by, reasons }) => {
      const { record } = await change(stack, (before) => {
        if (before === undefined) {
          throw new InvariantError(`there is no drift of ${stack}`);
        }
        return { record: settled(before, { hash, kind, by, reasons }, clock.now()) };
      });
      await ledger.append([
        { id: `drift.settled:${instanceId}`, kind: 'drift.settled', subject: stack, data: { hash, kind, by, reasons } },
      ]);
      return { state: record.state };
    }),
  };
}
