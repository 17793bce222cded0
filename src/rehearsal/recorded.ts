import { z } from 'zod';
import { epochOf, type EpochMillis } from '../kernel/clock';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import type { DecisionRecords, Ledger } from '../ledger';
import { keptDecisionSchema } from '../run';
import { signalSchema } from '../signal';
import type { RecordedSignal } from './model';

/** So many records are read at once. */
const batch = 16;

/**
 * The signals that were taken in since an instant, oldest first: the ledger says which there are, so what is read depends on that time and
 * not on the years before it; their records say what they were. `missing` counts entries whose record is gone or of another form.
 */
export async function recordedSignals(
  ports: { readonly ledger: Ledger; readonly decisions: DecisionRecords },
  since: string,
  /** So many, and then one more, are read at most: whoever gives it has to look. */
  most = Number.POSITIVE_INFINITY,
): Promise<{ readonly signals: readonly RecordedSignal[]; readonly missing: number }> {
  const signals: RecordedSignal[] = [];
  let missing = 0;
  const read = async (ids: readonly string[]): Promise<void> => {
    for (const record of await Promise.all(ids.map((id) => ports.decisions.find(id)))) {
      const kept = keptDecisionSchema.safeParse(record?.decision);
      const at = record === undefined ? undefined : epochOf(record.claimedAt);
      if (kept.success && at !== undefined) {
        const { signal, snapshot } = kept.data;
        signals.push({ signal, at, ...(snapshot === null ? {} : { tags: snapshot.tags }) });
      } else {
        missing += 1;
      }
    }
  };
  let ids: string[] = [];
  for await (const { subject } of ports.ledger.read({ since, kinds: ['signal.decided'] })) {
    ids.push(subject);
    if (ids.length === batch) {
      await read(ids);
      ids = [];
    }
    if (signals.length > most) {
      break;
    }
  }
  await read(ids);
  return { signals, missing };
}

/**
 * Signals from JSON lines: each line is a decision record, or a signal by itself (then it came when it occurred). Signals given twice
 * are taken once; of a record's time and a signal's, only what is at `since` or later is taken.
 * @throws InvalidInputError with every line that is neither.
 */
export function signalsFromLines(text: string, since?: EpochMillis): readonly RecordedSignal[] {
  const found = new Map<string, RecordedSignal>();
  const problems: InputProblem[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') {
      return;
    }
    const problem = (message: string): void => {
      problems.push({ path: '', message, line: index + 1, column: 1 });
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      problem('is not JSON; one record or signal stands on each line');
      return;
    }
    const { decision, claimedAt } = (value ?? {}) as {
      decision?: { signal?: unknown; snapshot?: unknown };
      claimedAt?: unknown;
    };
    const tags = z.object({ tags: z.record(z.string(), z.string()) }).safeParse(decision?.snapshot).data?.tags;
    const parsed = signalSchema.safeParse(decision === undefined ? value : decision?.signal);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      problem(`is neither a decision record nor a signal: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
      return;
    }
    const at = epochOf(typeof claimedAt === 'string' ? claimedAt : parsed.data.occurredAt);
    if (at === undefined) {
      problem('has no time: claimedAt is not an instant');
      return;
    }
    if ((since === undefined || at >= since) && !found.has(parsed.data.id)) {
      found.set(parsed.data.id, { signal: parsed.data, at, ...(tags === undefined ? {} : { tags }) });
    }
  });
  if (problems.length > 0) {
    throw new InvalidInputError('SignalsUnreadable', `${problems.length} lines cannot be read`, problems);
  }
  return [...found.values()];
}
