import { z } from 'zod';
import { parseResourceId } from '../kernel/resource-id';
import type { LedgerEntry } from '../ledger';
import type { Engine, InstanceStatus } from '../ports/engine';
import { explainEntry } from '../rehearsal';
import { incidentOrchestratorName, incidentStatusSchema, keptDecisionSchema, runOrchestratorName } from '../run';
import { catalogue, runbooks } from '../runbooks';
import { scalingKey, scalingName } from '../scaling';
import { policyInUse } from './route';
import type { OperatorDeps } from './routes';
import type { foundSchema } from './search';

/** Something that can be found, with words that are looked at beside what is shown. */
export type Findable = z.input<typeof foundSchema> & { readonly words?: string };

/** Where things are found: one read of it gives all of them, and is good for so long in real time. Milliseconds. */
export interface Source {
  readonly part: string;
  readonly goodMillis: number;
  read(engine: Engine): Promise<readonly Findable[]>;
}

const quick = 10_000;
const slow = 60_000;
/** What asks somebody else's API, whose patience is limited. */
const slowest = 300_000;

const lastPart = (id: string): string => id.split('/').pop() ?? id;
const typeOf = (id: string): string => parseResourceId(id)?.parts.type ?? '';

function resource(id: string, tags: Readonly<Record<string, string>> = {}): Findable {
  const parts = parseResourceId(id)?.parts;
  const tagged = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return {
    kind: 'resource',
    id,
    title: parts?.name ?? lastPart(id),
    detail: [parts?.type, parts?.resourceGroup, ...tagged.slice(0, 5)].filter(Boolean).join(', '),
    at: null,
    words: tagged.join(' '),
  };
}

function underWay(instance: InstanceStatus): Findable {
  const { name, instanceId: id, createdTime: at, customStatus } = instance;
  if (name === incidentOrchestratorName) {
    const told = incidentStatusSchema.safeParse(customStatus).data;
    const title = told === undefined ? id : `${lastPart(told.target)}: ${told.rule}`;
    const detail = `open${told === undefined ? '' : `, ${told.stage} of ${told.ladder[told.rung] ?? 'its ladder'}`}`;
    return { kind: 'incident', id, title, detail, at, words: `${told?.target ?? ''} ${told?.summary ?? ''}` };
  }
  const { target, runbook } = (customStatus ?? {}) as { readonly target?: unknown; readonly runbook?: unknown };
  const on = typeof target === 'string' ? target : '';
  const title = typeof runbook === 'string' ? `${runbook} on ${lastPart(on)}` : id;
  return { kind: 'run', id, title, detail: 'under way', at, words: on };
}

/** What entries of the ledger are found by. */
const factsSchema = z
  .looseObject({ target: z.string(), item: z.string(), rule: z.string(), runbook: z.string(), summary: z.string() })
  .partial();

/** What an entry of the ledger makes findable: the run, incident and so on that it tells of. */
export function ofEntry(entry: LedgerEntry): Findable | undefined {
  const { kind, subject, id, at, data } = entry;
  const { rule = '', runbook = '', summary = '', ...of } = factsSchema.catch({}).parse(data);
  const about = of.target ?? of.item ?? subject;
  const named = id.slice(id.indexOf(':') + 1);
  const detail = explainEntry(entry);
  const words = `${about} ${rule}`;
  switch (kind) {
    case 'run.finished':
      return { kind: 'run', id: subject, title: `${runbook} on ${lastPart(about)}`, detail, at, words };
    case 'incident.closed':
    case 'incident.handed-over':
      return { kind: 'incident', id: subject, title: `${lastPart(about)}: ${rule}`, detail, at, words };
    case 'approval.asked':
      return { kind: 'approval', id: subject, title: summary, detail, at, words };
    case 'rotation.finished':
      return { kind: 'rotation', id: named, title: `rotation of ${lastPart(subject)}`, detail, at, words };
    case 'drill.finished':
      return { kind: 'drill', id: named, title: `drill of ${lastPart(about)}`, detail, at, words };
    case 'restore.begun':
    case 'restore.finished':
      return { kind: 'restore', id: named, title: `restore of ${lastPart(about)}`, detail, at, words };
    default:
      return undefined;
  }
}

/** Everything that is found by words. What this deployment has none of gives nothing. */
export function sourcesOf(deps: OperatorDeps): readonly Source[] {
  const { rotation, dns, stacks } = deps;
  return [
    {
      part: 'underway',
      goodMillis: quick,
      read: async (engine) => (await engine.running(incidentOrchestratorName, runOrchestratorName)).map(underWay),
    },
    {
      part: 'ledger',
      goodMillis: quick,
      read: async () => (await deps.recentHistory.look()).flatMap((entry) => ofEntry(entry) ?? []),
    },
    {
      part: 'resources',
      goodMillis: slow,
      read: async () => {
        const [seen, measured] = await Promise.all([deps.inventory.remembered(), deps.backup.exposures.latest()]);
        const known = new Set(seen.map(({ id }) => id.toLowerCase()));
        const protectedOnes = [
          ...(measured?.resources ?? []).map((one) => one.resource),
          ...(measured?.unprotected ?? []).map(({ item }) => item),
        ].filter((id) => !known.has(id.toLowerCase()));
        return [...seen.map(({ id, tags }) => resource(id, tags)), ...protectedOnes.map((id) => resource(id))];
      },
    },
    {
      part: 'rules',
      goodMillis: quick,
      read: async () =>
        (await policyInUse(deps.policies)).policy.rules.map(({ name, description, mode, ladder }) => ({
          kind: 'rule' as const,
          id: name,
          title: name,
          detail: description ?? `${mode}: ${ladder.map(({ runbook }) => runbook).join(', ')}`,
          at: null,
          words: ladder.map(({ runbook }) => runbook).join(' '),
        })),
    },
    {
      part: 'secrets',
      goodMillis: slow,
      read: async () =>
        ((await rotation?.timeline())?.secrets ?? []).map(({ vault, name, rotator, owner, expiresAt }) => ({
          kind: 'secret' as const,
          id: `${vault}/secrets/${name}`,
          title: name,
          detail: `${lastPart(vault)}, ${rotator ?? 'nothing rotates it'}, ${expiresAt === null ? 'does not expire' : `expires ${expiresAt}`}`,
          at: null,
          words: owner ?? '',
        })),
    },
    {
      part: 'zones',
      goodMillis: slow,
      read: async () =>
        ((await dns?.zones()) ?? []).map(({ zone, environment, mode }) => ({
          kind: 'zone' as const,
          id: zone,
          title: zone,
          detail: `${environment}, ${mode}`,
          at: null,
        })),
    },
    {
      part: 'records',
      goodMillis: slowest,
      read: async () => {
        const zones = (await dns?.zones()) ?? [];
        const exported = await Promise.all(zones.map(async ({ zone }) => dns?.export(zone, true)));
        return exported.flatMap((one) =>
          (one?.records ?? []).map((record) => {
            const { name, type, ...rest } = record as { readonly name: string; readonly type: string };
            const content = (rest as { readonly content?: unknown }).content;
            return {
              kind: 'record' as const,
              id: `${one?.zone ?? ''}/${name}/${type}`,
              title: `${name} ${type}`,
              detail: `${one?.zone ?? ''}${typeof content === 'string' ? `, ${content.slice(0, 200)}` : ''}`,
              at: null,
            };
          }),
        );
      },
    },
    {
      part: 'stacks',
      goodMillis: slow,
      read: async () =>
        ((await stacks.manifests?.current())?.stacks ?? []).map(({ name, environment, project, owners }) => ({
          kind: 'stack' as const,
          id: name,
          title: name,
          detail: `${project} in ${environment}`,
          at: null,
          words: owners.join(' '),
        })),
    },
    {
      part: 'scaling',
      goodMillis: slow,
      read: async () =>
        (await deps.scaling.list()).map(({ target, rule, environment }) => ({
          kind: 'scalable' as const,
          id: scalingKey(target),
          title: scalingName(target),
          detail: `${typeOf(target)} in ${environment}, by ${rule}`,
          at: null,
          words: target,
        })),
    },
    {
      part: 'runbooks',
      goodMillis: slow,
      read: async () =>
        runbooks.map(({ name, summary, resourceTypes }) => ({
          kind: 'runbook' as const,
          id: name,
          title: name,
          detail: summary,
          at: null,
          words: `${resourceTypes.join(' ')} ${catalogue.find(name)?.suits.join(' ') ?? ''}`,
        })),
    },
  ];
}

/** One thing by its very id, from where it is kept. */
export interface Lookup {
  readonly part: string;
  find(id: string): Promise<Findable | undefined>;
}

/** Everything that has an id of its own; each costs one read. */
export function lookupsOf(deps: OperatorDeps): readonly Lookup[] {
  const { backup, rotation } = deps;
  const about = (report: object, ...fields: readonly string[]): string =>
    fields
      .map((field) => (report as Readonly<Record<string, unknown>>)[field])
      .filter((value): value is string => typeof value === 'string')
      .map(lastPart)
      .join(', ');
  return [
    {
      part: 'ids/run',
      find: async (id) => {
        const run = await deps.runs.find(id);
        return (
          run && { kind: 'run', id, title: id, detail: about(run, 'runbook', 'target', 'rule'), at: run.startedAt }
        );
      },
    },
    {
      part: 'ids/incident',
      find: async (id) => {
        const one = await deps.incidents.find(id);
        return (
          one && {
            kind: 'incident',
            id,
            title: id,
            detail: about({ ...(one['order'] as object | undefined), end: one['end'] }, 'target', 'rule', 'end'),
            at: one.startedAt,
          }
        );
      },
    },
    {
      part: 'ids/approval',
      find: async (id) => {
        const one = await deps.approvals.find(id);
        return (
          one && { kind: 'approval', id, title: one.request.summary, detail: `${one.state}, ${id}`, at: one.openedAt }
        );
      },
    },
    {
      part: 'ids/decision',
      find: async (id) => {
        const one = await deps.decisions.find(id);
        const kept = keptDecisionSchema.safeParse(one?.decision).data;
        const detail = kept?.sentence ?? 'in a form that this version does not read';
        return one && { kind: 'decision', id, title: kept?.signal.rule ?? id, detail, at: one.claimedAt };
      },
    },
    {
      part: 'ids/dead-letter',
      find: async (id) => {
        const one = await deps.deadLetters.find(id);
        return (
          one && {
            kind: 'dead-letter',
            id,
            title: `refused from ${one.source}`,
            detail: one.reason,
            at: one.receivedAt,
          }
        );
      },
    },
    {
      part: 'ids/drill',
      find: async (id) => {
        const one = await backup.drills.get(id);
        return (
          one && { kind: 'drill', id, title: `drill of ${lastPart(one.order.item)}`, detail: id, at: one.plannedAt }
        );
      },
    },
    {
      part: 'ids/restore',
      find: async (id) => {
        const one = await backup.restores.get(id);
        const detail = one?.report?.result ?? 'not over';
        const title = `restore of ${lastPart(one?.order.request.item ?? id)}`;
        return one && { kind: 'restore', id, title, detail, at: one.notedAt };
      },
    },
    {
      part: 'ids/rotation',
      find: async (id) => {
        const one = await rotation?.rotations.find(id);
        return one && { kind: 'rotation', id, title: id, detail: about(one, 'secret', 'end'), at: one.startedAt };
      },
    },
  ];
}
