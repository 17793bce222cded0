import { z } from 'zod';
import { drillOrchestratorName, restoreOrchestratorName } from '../backup';
import { dnsChangeOrchestratorName } from '../dns';
import { calendarOverrideSchema, everywhere, killSwitchSchema, leaseSchema } from '../guard';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { hashOf } from '../kernel/hash';
import { instantSchema } from '../kernel/schemas';
import type { Engine, InstanceStatus } from '../ports/engine';
import { explainEntry } from '../rehearsal';
import { rotationOrchestratorName } from '../rotation';
import { incidentOrchestratorName, incidentStatusSchema, runOrchestratorName } from '../run';
import { shownApproval, shownApprovalSchema } from './approvals';
import { guardView, guardViewSchema, holdsIn, inOrder, shownHoldSchema } from './guarding';
import { missingSchema, readParts, type Parts } from './parts';
import { operatorRoute, policyInUse, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';
import { shared } from './shared';

/** So long in real time one look is given to everybody who asks. Milliseconds. */
const shareMillis = 2_000;
/** What does not answer within this is left out. Milliseconds. */
const partMillis = 4_000;
/** So many leases, and so many that wait, are shown of an environment; their number is told in any case. */
const mostShown = 100;
/** So many changes of the last hour are shown. */
const mostChanges = 50;

const underWaySchema = z.object({ id: z.string(), since: z.string(), custom: z.unknown() });
const { queue, budgets, breakers, calendar } = guardViewSchema.shape;
const environmentSchema = z.object({
  name: z.string(),
  killSwitch: killSwitchSchema,
  /** Rules whose own switch is engaged. */
  rulesOff: z.array(z.object({ rule: z.string(), killSwitch: killSwitchSchema })),
  leases: z.object({ count: z.int(), list: z.array(leaseSchema) }),
  waiting: z.object({ count: z.int(), list: queue }),
  budgets,
  /** Runbooks that are not let act by themselves. */
  breakers,
  calendar,
  calendarOverride: calendarOverrideSchema.nullable(),
});
const incidentSchema = z.object({
  id: z.string(),
  since: z.string(),
  /** Null before the incident has told how it stands. */
  target: z.string().nullable(),
  environment: z.string().nullable(),
  rule: z.string().nullable(),
  severity: z.string().nullable(),
  summary: z.string().nullable(),
  ladder: z.array(z.string()),
  /** Which step of the ladder, from 0. */
  rung: z.int().nullable(),
  stage: z.string().nullable(),
  runs: z.array(z.object({ runbook: z.string(), result: z.string(), reasons: z.array(z.string()) })),
});
const runStatusSchema = z.object({ target: z.string(), runbook: z.string(), stage: z.string() });
const runSchema = z.object({
  id: z.string(),
  since: z.string(),
  target: z.string().nullable(),
  runbook: z.string().nullable(),
  stage: z.string().nullable(),
});
const nowSchema = z.object({
  at: instantSchema,
  /** Of everything. */
  killSwitch: killSwitchSchema.nullable(),
  environments: z.array(environmentSchema).nullable(),
  incidents: z.array(incidentSchema).nullable(),
  runs: z.array(runSchema).nullable(),
  approvals: z.array(shownApprovalSchema).nullable(),
  holds: z.array(shownHoldSchema).nullable(),
  rotations: z.array(underWaySchema).nullable(),
  drills: z.array(underWaySchema).nullable(),
  restores: z.array(underWaySchema).nullable(),
  changes: z
    .array(
      z.object({
        sequence: z.int(),
        at: instantSchema,
        kind: z.string(),
        subject: z.string(),
        sentence: z.string(),
      }),
    )
    .nullable(),
  counts: z.object({
    /** Up to 100. */
    deadLetters: z.object({ count: z.int(), more: z.boolean() }).nullable(),
    /** Notifications that were given up, up to 200. */
    undelivered: z.int().nullable(),
  }),
  /** Parts that cannot be read right now, and are null; an environment is `environments/<name>`, and is left out. */
  missing: z.array(missingSchema),
});
type Now = z.input<typeof nowSchema>;
/** How it stands, as the console reads it. */
export type NowAnswer = z.infer<typeof nowSchema>;

function incidentOf({ instanceId, createdTime, customStatus }: InstanceStatus): z.input<typeof incidentSchema> {
  const told = incidentStatusSchema.safeParse(customStatus).data;
  return {
    id: instanceId,
    since: createdTime,
    target: told?.target ?? null,
    environment: told?.environment ?? null,
    rule: told?.rule ?? null,
    severity: told?.severity ?? null,
    summary: told?.summary ?? null,
    ladder: told?.ladder ?? [],
    rung: told?.rung ?? null,
    stage: told?.stage ?? null,
    runs: told?.runs ?? [],
  };
}

function runOf({ instanceId, createdTime, customStatus }: InstanceStatus): z.input<typeof runSchema> {
  const told = runStatusSchema.safeParse(customStatus).data;
  return {
    id: instanceId,
    since: createdTime,
    target: told?.target ?? null,
    runbook: told?.runbook ?? null,
    stage: told?.stage ?? null,
  };
}

const underWayOf = ({ instanceId, createdTime, customStatus }: InstanceStatus): z.input<typeof underWaySchema> => ({
  id: instanceId,
  since: createdTime,
  custom: customStatus ?? null,
});

/** Everything of the engine in one question. */
async function instancesOf(parts: Parts, engine: Engine) {
  const names = [
    incidentOrchestratorName,
    runOrchestratorName,
    dnsChangeOrchestratorName,
    rotationOrchestratorName,
    drillOrchestratorName,
    restoreOrchestratorName,
  ] as const;
  const all = await parts.read(['incidents', 'runs', 'rotations', 'drills', 'restores'], () =>
    engine.running(...names),
  );
  const each = <Shown>(wanted: string | readonly string[], show: (one: InstanceStatus) => Shown): Shown[] | null =>
    all === null
      ? null
      : all
          .filter(({ name }) => [wanted].flat().includes(name))
          .sort((left, right) => (left.createdTime < right.createdTime ? -1 : 1))
          .map(show);
  return {
    incidents: each(incidentOrchestratorName, incidentOf),
    // A change of DNS is a run with an orchestrator of its own.
    runs: each([runOrchestratorName, dnsChangeOrchestratorName], runOf),
    rotations: each(rotationOrchestratorName, underWayOf),
    drills: each(drillOrchestratorName, underWayOf),
    restores: each(restoreOrchestratorName, underWayOf),
  };
}

/** The environments of the policy, and the holds in them, by a read of each guard. */
async function environmentsOf(parts: Parts, deps: OperatorDeps, engine: Engine, now: EpochMillis) {
  const policy = await parts.read(['environments', 'holds'], () => policyInUse(deps.policies));
  if (policy === null) {
    return { environments: null, holds: null };
  }
  const read = await Promise.all(
    Object.keys(policy.policy.environments).map((name) =>
      parts.read([`environments/${name}`], async () => {
        const state = await engine.guard(name);
        const { environment: _, ruleSwitches, leases, queue: waiting, ...view } = guardView(policy, name, state, now);
        return {
          holds: holdsIn(name, state, now),
          environment: {
            ...view,
            name,
            rulesOff: Object.entries(ruleSwitches).map(([rule, killSwitch]) => ({ rule, killSwitch })),
            leases: { count: leases.length, list: leases.slice(0, mostShown) },
            waiting: {
              count: waiting.length,
              list: waiting.slice(0, mostShown).map(({ places, ...one }) => ({ ...one, places: [...places] })),
            },
            breakers: view.breakers.filter(({ mode }) => mode !== 'auto'),
          },
        };
      }),
    ),
  );
  const known = read.flatMap((one) => (one === null ? [] : [one]));
  if (known.length === 0 && read.length > 0) {
    return { environments: null, holds: null };
  }
  return {
    environments: known.map(({ environment }) => environment),
    holds: inOrder(known.flatMap(({ holds }) => holds)).map(({ hold, ...rest }) => ({ ...hold, ...rest })),
  };
}

/**
 * One look at how it stands. With E environments, and W approvals that wait, it takes of the durable engine one list of instances and E + 1
 * states of guards; of the storage W + 4 reads (the approvals and their list, the ledger's head, the lists of dead letters and of what was
 * not delivered), one more when something was entered in the ledger since the last look, and the policy's when that is due. A process's
 * first look reads the newest segment of the ledger besides.
 */
async function look(deps: OperatorDeps, engine: Engine): Promise<Now> {
  const now = deps.clock.now();
  const parts = readParts(deps.log, partMillis);
  const [killSwitch, guarded, instances, approvals, entries, deadLetters, undelivered] = await Promise.all([
    parts.read(['killSwitch'], async () => (await engine.guard(everywhere)).killSwitch),
    environmentsOf(parts, deps, engine, now),
    instancesOf(parts, engine),
    parts.read(['approvals'], async () => (await deps.approvals.waiting()).map(shownApproval)),
    parts.read(['changes'], () => deps.recentChanges.look()),
    parts.read(['counts.deadLetters'], () => deps.deadLetters.count()),
    parts.read(['counts.undelivered'], () => deps.outbox.undeliveredCount()),
  ]);
  parts.orNothing();
  const changes =
    entries?.slice(0, mostChanges).map((entry) => {
      const { sequence, at, kind, subject } = entry;
      return { sequence, at, kind, subject, sentence: explainEntry(entry) };
    }) ?? null;
  return {
    at: isoOf(now),
    killSwitch,
    ...guarded,
    ...instances,
    approvals,
    changes,
    counts: { deadLetters, undelivered },
    missing: [...parts.missing()],
  };
}

/**
 * A name for what a look saw, without what only the passing of time changes: when it was, and that an older change is more than an
 * hour ago by now.
 */
function tagOf({ at: _, changes, ...seen }: Now): string {
  const newest = changes === null ? null : (changes[0]?.sequence ?? 0);
  return `"${hashOf({ ...seen, newest }).slice(0, 32)}"`;
}

/** Whether a caller has what this tag names (RFC 9110, 13.1.2). */
export function hasTag(header: string | null, tag: string): boolean {
  return (
    header !== null &&
    (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))
  );
}

/** The route for a page that is looked at all the time. */
export function nowRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  let share: ReturnType<typeof shared<{ readonly body: string; readonly etag: string }>> | undefined;
  return [
    operatorRoute(deps, {
      name: 'now',
      method: 'GET',
      path: 'now',
      role: 'Caretaker.Reader',
      summary:
        'How it stands, in one look: switches, queues and budgets, what is under way, who is asked, what changed in the last hour; for asking again and again with If-None-Match',
      headers: ['If-None-Match'],
      answers: { 200: nowSchema, 304: null },
      work: async ({ request, engine }) => {
        share ??= shared(deps.clock, shareMillis * deps.deployment.clockSpeed);
        const { body, etag } = await share(async () => {
          const seen = await look(deps, engine);
          return { body: JSON.stringify(seen), etag: tagOf(seen) };
        });
        // A look that is shared is a little old, and 304 has no body: the platform's time is told beside it.
        const headers = { 'cache-control': 'no-store', etag, 'x-caretaker-at': isoOf(deps.clock.now()) };
        return hasTag(request.headers.get('if-none-match'), etag)
          ? { status: 304, headers }
          : { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
      },
    }),
  ];
}
