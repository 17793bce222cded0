import { z } from 'zod';
import { isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { hashOf, isSignedWith } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema } from '../kernel/schemas';
import { readJson } from './json';
import type { Signal } from './model';
import { findingsOf, pathText, shown } from './problems';

/** Who runs the stacks and tells of their runs. */
export type StackRunSource = 'spacelift' | 'hcp-terraform';

/**
 * Header that carries the signature, and how it is made: Spacelift signs as GitHub does (`sha256=` and HMAC-SHA-256; docs
 * "Webhooks, validating payload"), HCP Terraform with HMAC-SHA-512 (docs "Notification authenticity").
 */
export const stackRunSignatures: Readonly<
  Record<StackRunSource, { readonly header: string; readonly algorithm: 'sha256' | 'sha512'; readonly prefix: string }>
> = {
  spacelift: { header: 'x-signature-256', algorithm: 'sha256', prefix: 'sha256=' },
  'hcp-terraform': { header: 'x-tfe-notification-signature', algorithm: 'sha512', prefix: '' },
};

/** A clock may be ahead of another by so much. */
const toleratedLead = 300_000;

export interface StackRunOptions {
  /** Secrets that sign; two while one is being replaced. None means that nothing is taken. */
  readonly secrets: readonly string[];
  /** Stack by its name in the manifest to what it is about: the subscription of its environment. */
  readonly stacks: ReadonlyMap<string, ResourceId>;
  readonly now: EpochMillis;
  /** How old an event may be. Within this time a repetition is the same signal; afterwards it is refused. */
  readonly maximumAge: Seconds;
}

/** What a webhook said, before it is a signal. */
interface Event {
  readonly stack: string;
  /** Names the run, or the assessment, among all of its vendor's. */
  readonly occurrence: string;
  readonly state: string;
  readonly at: Iso8601;
  readonly meaning: {
    readonly kind: Signal['kind'];
    readonly condition: Signal['condition'];
    readonly severity: Signal['severity'];
  } | null;
  readonly message: string;
  readonly facts: Signal['facts'];
}

const text = z.string().max(2048);
const count = z.number().int().min(0);

const spaceliftSchema = z.object({
  account: text.min(1),
  state: z.string().regex(/^[A-Z_]{1,40}$/, 'must be a state of a run, such as FAILED'),
  stateVersion: count,
  /** Seconds since the epoch. */
  timestamp: z.number().int().min(1_000_000_000).max(9_999_999_999),
  run: z.object({
    id: text.min(1),
    type: text,
    branch: text.nullish(),
    commit: z.object({ hash: text }).nullish(),
    delta: z.object({ added: count, changed: count, deleted: count }).nullish(),
    driftDetection: z.boolean().nullish(),
  }),
  stack: z.object({ id: text.min(1) }),
});

const runNotificationSchema = z.object({
  payload_version: z.union([z.literal(1), z.literal('1')]),
  run_id: text.nullable(),
  workspace_name: text.nullable(),
  notifications: z
    .array(
      z.object({
        message: text,
        trigger: text,
        run_status: text.nullable(),
        run_updated_at: instantSchema.nullable(),
      }),
    )
    .min(1)
    .max(10),
});

const assessmentNotificationSchema = z.object({
  payload_version: z.union([z.literal(2), z.literal('2')]),
  trigger_scope: z.literal('assessment'),
  trigger: text,
  message: text,
  details: z.object({
    workspace_name: text,
    new_assessment_result: z.object({
      id: text.min(1),
      created_at: instantSchema,
      drifted: z.boolean().nullish(),
      resources_drifted: count.nullish(),
    }),
  }),
});

function refuse(code: string, message: string, problems: readonly InputProblem[]): never {
  throw new InvalidInputError(code, message, problems);
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  return refuse(
    'InvalidStackRun',
    'the webhook is refused',
    findingsOf(result.error, value).map(({ path, message }) => ({ path: pathText(path), message })),
  );
}

/** Whether a body was signed with one of the secrets. Every secret is tried, so that the time tells nothing. */
function isSigned(source: StackRunSource, body: string, signature: string | null, secrets: readonly string[]): boolean {
  const { algorithm, prefix } = stackRunSignatures[source];
  if (signature === null || !signature.startsWith(prefix)) {
    return false;
  }
  return secrets.map((secret) => isSignedWith(algorithm, secret, body, signature.slice(prefix.length))).includes(true);
}

const failed = { kind: 'stack-run', condition: 'fired', severity: 'Sev2' } as const;
const finished = { kind: 'stack-run', condition: 'resolved', severity: 'Sev2' } as const;
const drifted = { kind: 'stack-drift', condition: 'fired', severity: 'Sev3' } as const;
const settled = { kind: 'stack-drift', condition: 'resolved', severity: 'Sev3' } as const;

/** What the end of a Spacelift run means; other states are on the way and mean nothing yet. */
function spaceliftMeaning(state: string, isDrift: boolean, changes: number): Event['meaning'] {
  if (state === 'FAILED') {
    return failed;
  }
  if (state !== 'FINISHED' && !(isDrift && state === 'UNCONFIRMED')) {
    return null;
  }
  return isDrift ? (changes > 0 ? drifted : settled) : finished;
}

function readSpacelift(value: unknown): Event[] {
  const { state, stateVersion, timestamp, run, stack } = parsed(spaceliftSchema, value);
  const { added = 0, changed = 0, deleted = 0 } = run.delta ?? {};
  const isDrift = run.driftDetection === true;
  // A proposed run changes nothing and fails before people's eyes; only what is applied, and drift, is somebody's to repair.
  const isOurs = isDrift || run.type === 'TRACKED' || run.type === 'DESTROY';
  return [
    {
      stack: stack.id,
      occurrence: run.id,
      state: `${state}/${stateVersion}`,
      at: isoOf((timestamp * 1000) as EpochMillis),
      meaning: isOurs ? spaceliftMeaning(state, isDrift, added + changed + deleted) : null,
      message: `run ${run.id} is ${state}`,
      facts: {
        run: run.id,
        state,
        type: run.type,
        added,
        changed,
        deleted,
        ...(run.commit === null || run.commit === undefined ? {} : { commit: run.commit.hash }),
      },
    },
  ];
}

const hcpMeanings: Readonly<Record<string, Event['meaning']>> = {
  'run:errored': failed,
  'run:completed': finished,
  'assessment:drifted': drifted,
  'assessment:failed': failed,
};

function readHcpTerraform(value: unknown): Event[] {
  const version = (value as { payload_version?: unknown } | null)?.payload_version;
  if (version === 2 || version === '2') {
    const { trigger, message, details } = parsed(assessmentNotificationSchema, value);
    const { id, created_at: at, resources_drifted: resources } = details.new_assessment_result;
    return [
      {
        stack: details.workspace_name,
        occurrence: id,
        state: trigger,
        at,
        meaning: hcpMeanings[trigger] ?? null,
        message,
        facts: { run: id, state: trigger, changed: resources ?? 0 },
      },
    ];
  }
  const { run_id: run, workspace_name: workspace, notifications } = parsed(runNotificationSchema, value);
  return notifications.flatMap(({ message, trigger, run_status: status, run_updated_at: at }): Event[] => {
    // The first notification only asks whether anybody is there: it is about no run.
    if (trigger === 'verification') {
      return [];
    }
    if (run === null || workspace === null || at === null) {
      return refuse('InvalidStackRun', 'the webhook is refused', [
        { path: 'run_id', message: `is null, and so is the run of trigger ${shown(trigger)}` },
      ]);
    }
    return [
      {
        stack: workspace,
        occurrence: run,
        state: trigger,
        at,
        meaning: hcpMeanings[trigger] ?? null,
        message,
        facts: { run, state: status ?? trigger },
      },
    ];
  });
}

/**
 * Turns a webhook about a stack's run into signals; none for what means nothing yet (a run on its way, a proposed run, the
 * vendor's question whether anybody is there). `signature` is the value of the vendor's header, see {@link stackRunSignatures};
 * it is checked over the exact bytes that came, before anything in them is looked at.
 *
 * `rule` is the stack's name, `target` its environment's subscription. A failure and the success that ends it have the same
 * `correlation`: the stack's and the kind's. `id` is a pure function of vendor, run, state and time, so a repetition is the
 * same signal; one that is older than `maximumAge` is refused, because nobody remembers that long.
 *
 * @throws InvalidInputError `ForgedWebhook`, `ReplayedWebhook`, `UnknownStack`, `InvalidStackRun`, or what `readJson` throws.
 */
export function parseStackRun(
  source: StackRunSource,
  body: string,
  signature: string | null,
  options: StackRunOptions,
): Signal[] {
  if (!isSigned(source, body, signature, options.secrets)) {
    refuse('ForgedWebhook', 'the webhook is not signed with a secret of ours', [
      {
        path: stackRunSignatures[source].header,
        message: 'is missing or wrong; give the vendor the same secret as Caretaker',
      },
    ]);
  }
  const value = readJson(body);
  const events = source === 'spacelift' ? readSpacelift(value) : readHcpTerraform(value);
  return events.flatMap((event): Signal[] => {
    const epoch = Date.parse(event.at);
    if (epoch < options.now - options.maximumAge * 1000 || epoch > options.now + toleratedLead) {
      refuse('ReplayedWebhook', 'the webhook is not from now', [
        {
          path: 'timestamp',
          message: `is ${event.at}; only what happened within ${options.maximumAge} seconds is taken`,
        },
      ]);
    }
    const target = options.stacks.get(event.stack);
    if (target === undefined) {
      return refuse('UnknownStack', `there is no stack ${shown(event.stack)}`, [
        { path: 'stack', message: 'is in no manifest that Caretaker knows; add it, or take its webhook away' },
      ]);
    }
    if (event.meaning === null) {
      return [];
    }
    const { kind, condition, severity } = event.meaning;
    return [
      {
        id: hashOf([source, event.occurrence, event.state, event.at, event.stack]).slice(0, 32),
        correlation: hashOf([source, event.stack, kind]).slice(0, 32),
        source,
        kind,
        rule: event.stack,
        severity,
        condition,
        target,
        occurredAt: event.at,
        summary: `stack ${event.stack}: ${event.message}`.replace(/\s+/g, ' ').slice(0, 1024),
        facts: { ...event.facts, stack: event.stack },
      },
    ];
  });
}
