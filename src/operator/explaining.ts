import { z } from 'zod';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { InvalidInputError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import type { LedgerEntry, ReadOptions } from '../ledger';
import { explainEntry, recordedSignals, rehearse, why, whyNot } from '../rehearsal';
import { compilePolicy, maximumPolicyLength, parsePolicy, type CompiledPolicy } from '../rules';
import { catalogue } from '../runbooks';
import { json } from './door';
import { found, operatorRoute, policyInUse, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const timesSchema = z.object({
  since: instantSchema.optional(),
  until: instantSchema.optional(),
  cursor: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});
type Times = z.infer<typeof timesSchema>;

const decidedSchema = z.looseObject({
  target: z.string(),
  alertRule: z.string(),
  action: z.string(),
  sentence: z.string(),
  rule: z.string().nullable(),
  incidentId: z.string().nullable(),
});
const saidSchema = z.object({ said: z.array(z.object({ text: z.string(), from: z.string() })) });

/** So many entries are looked at for one page; the cursor goes on from there. */
const mostEntries = 5000;
/** So many signals are put through two policies in one request. */
const mostSignals = 20_000;
const dayMillis = 86_400_000;

/** Routes that tell what was decided and entered, and what another policy would have made of it. */
export function explainingRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  /** A page of entries that fit, newest first; an empty page can have a cursor. */
  async function entriesOf(
    { since, until, cursor, limit = 20 }: Times,
    more: ReadOptions,
    fits: (one: LedgerEntry) => boolean,
  ) {
    const page: LedgerEntry[] = [];
    let looked = 0;
    let last: number | null = null;
    const options: ReadOptions = {
      ...more,
      first: 'newest',
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(cursor === undefined ? {} : { after: cursor }),
    };
    for await (const entry of deps.ledger.read(options)) {
      if (page.length >= limit || looked >= mostEntries) {
        return { page, cursor: last === null ? null : String(last) };
      }
      looked += 1;
      last = entry.sequence;
      if (fits(entry)) {
        page.push(entry);
      }
    }
    return { page, cursor: null };
  }

  return [
    operatorRoute(deps, {
      name: 'decisions',
      method: 'GET',
      path: 'decisions',
      role: 'Caretaker.Reader',
      summary: 'What was decided about signals in a time, newest first; of one resource, or with one action, if asked',
      query: timesSchema.extend({ target: z.string().max(2048).optional(), action: z.string().max(40).optional() }),
      answers: {
        200: z.object({
          decisions: z.array(
            z.object({
              signalId: z.string(),
              at: instantSchema,
              target: z.string(),
              alertRule: z.string(),
              action: z.string(),
              sentence: z.string(),
              rule: z.string().nullable(),
              incidentId: z.string().nullable(),
            }),
          ),
          cursor: z.string().nullable(),
        }),
      },
      work: async ({ query: { target, action, ...times } }) => {
        const wanted = target?.toLowerCase();
        const { page, cursor } = await entriesOf(times, { kinds: ['signal.decided'] }, ({ data }) => {
          const decided = decidedSchema.safeParse(data);
          return (
            decided.success &&
            (action === undefined || decided.data.action === action) &&
            (wanted === undefined || decided.data.target === wanted || decided.data.target.endsWith(`/${wanted}`))
          );
        });
        const decisions = page.map(({ subject, at, data }) => {
          const { target: about, alertRule, action: what, sentence, rule, incidentId } = decidedSchema.parse(data);
          return { signalId: subject, at, target: about, alertRule, action: what, sentence, rule, incidentId };
        });
        return json(200, { decisions, cursor });
      },
    }),

    operatorRoute(deps, {
      name: 'ledger',
      method: 'GET',
      path: 'ledger',
      role: 'Caretaker.Reader',
      summary: 'Entries of the ledger in a time, newest first; of one kind or about one subject, if asked',
      query: timesSchema.extend({ kind: z.string().max(60).optional(), subject: z.string().max(2048).optional() }),
      answers: {
        200: z.object({
          entries: z.array(
            z.looseObject({
              sequence: z.int(),
              at: instantSchema,
              kind: z.string(),
              subject: z.string(),
              hash: z.string(),
              /** What the entry says; no part of it, and not under its hash. */
              sentence: z.string(),
            }),
          ),
          cursor: z.string().nullable(),
        }),
      },
      work: async ({ query: { kind, subject, ...times } }) => {
        const more = {
          ...(kind === undefined ? {} : { kinds: [kind] }),
          ...(subject === undefined ? {} : { subject }),
        };
        const { page, cursor } = await entriesOf(times, more, () => true);
        return json(200, { entries: page.map((entry) => ({ ...entry, sentence: explainEntry(entry) })), cursor });
      },
    }),

    operatorRoute(deps, {
      name: 'why',
      method: 'GET',
      path: 'why/{id}',
      role: 'Caretaker.Reader',
      summary: 'Why a signal or a run led to what it led to, in sentences, each with the record behind it',
      answers: { 200: saidSchema },
      work: async ({ param }) =>
        json(200, { said: found(await why(deps, param('id')), `a signal or a run ${param('id')}`) }),
    }),

    operatorRoute(deps, {
      name: 'why-not',
      method: 'GET',
      path: 'why-not',
      role: 'Caretaker.Reader',
      summary: 'Why nothing, or not more, was done to a resource around a time',
      query: z.object({ resource: z.string().min(1).max(2048), at: instantSchema }),
      answers: { 200: saidSchema },
      work: async ({ query: { resource, at } }) =>
        json(200, { said: await whyNot(deps, resource, Date.parse(at) as EpochMillis) }),
    }),

    operatorRoute(deps, {
      name: 'rehearse-policy',
      method: 'POST',
      path: 'policy/rehearse',
      role: 'Caretaker.Reader',
      summary:
        'Put the signals taken in since an instant (30 days ago when left out) through a proposed policy and the one in use; changes nothing',
      body: z.strictObject({ text: z.string(), since: instantSchema.optional() }),
      bodyLimit: 6 * maximumPolicyLength,
      answers: {
        200: z.looseObject({
          signals: z.int(),
          differing: z.int(),
          missing: z.int(),
          differences: z.array(z.looseObject({})),
        }),
      },
      work: async ({ body: { text, since } }) => {
        const current = await policyInUse(deps.policies);
        const proposed = proposedPolicy(text);
        const from = since ?? isoOf((deps.clock.now() - 30 * dayMillis) as EpochMillis);
        const { signals, missing } = await recordedSignals(deps, from, mostSignals);
        if (signals.length > mostSignals) {
          const message = `reaches over more than ${mostSignals} signals; give a later instant`;
          throw wrong('TooManySignals', [{ path: 'since', message }]);
        }
        return json(200, { ...rehearse(current, proposed, signals, from), missing });
      },
    }),
  ];
}

/** The proposed policy. What is wrong with it is the caller's mistake, at the place where it stands in the text. */
function proposedPolicy(text: string): CompiledPolicy {
  try {
    return compilePolicy(parsePolicy(text, catalogue));
  } catch (error) {
    if (error instanceof InvalidInputError) {
      const problems = error.problems.map(({ path, ...rest }) => ({
        ...rest,
        path: path === '' ? 'text' : `text: ${path}`,
      }));
      throw new InvalidInputError(error.code, error.message, problems);
    }
    throw error;
  }
}
