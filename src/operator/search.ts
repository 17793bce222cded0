import { z } from 'zod';
import { explainEntry } from '../rehearsal';
import { json } from './door';
import { lookupsOf, sourcesOf, type Findable } from './findable';
import { missingSchema, readParts } from './parts';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';
import { shared } from './shared';

/** Kinds of what can be found, in the order in which equals are shown. */
const kinds = [
  'resource',
  'incident',
  'run',
  'approval',
  'runbook',
  'rule',
  'secret',
  'zone',
  'record',
  'stack',
  'scalable',
  'drill',
  'restore',
  'rotation',
  'decision',
  'dead-letter',
  'ledger',
] as const;

/** One thing that was found. Its id is what the routes of its kind take; a secret's and a record's lead over slashes. */
export const foundSchema = z.object({
  kind: z.enum(kinds),
  id: z.string(),
  title: z.string(),
  detail: z.string(),
  at: z.string().nullable(),
});

/** So many are answered. */
const most = 50;
/** What does not answer within this is left out, and may be there at the next search. Milliseconds. */
const partMillis = 3_000;

/** How near something is to what is looked for: the smaller the nearer; undefined when it is not found by it. */
export function nearness({ id, title, detail, kind, words = '' }: Findable, query: string): number | undefined {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const [name, whole] = [title.toLowerCase(), `${kind} ${id} ${title} ${detail} ${words}`.toLowerCase()];
  if (wanted.length === 0 || !wanted.every((word) => whole.includes(word))) {
    return undefined;
  }
  const text = wanted.join(' ');
  if (id.toLowerCase() === text || name === text) {
    return 0;
  }
  return name.startsWith(text) ? 1 : wanted.every((word) => name.includes(word)) ? 2 : 3;
}

/** What is found by a query, the nearest first; what comes earlier of the same kind and id stands for both. */
export function ranked(things: readonly Findable[], query: string): Findable[] {
  const known = new Set<string>();
  return things
    .flatMap((thing) => {
      const near = nearness(thing, query);
      const key = `${thing.kind} ${thing.id}`;
      return near === undefined || known.has(key) || known.add(key).size === 0 ? [] : [{ thing, near }];
    })
    .sort(
      (left, right) =>
        left.near - right.near ||
        kinds.indexOf(left.thing.kind) - kinds.indexOf(right.thing.kind) ||
        (right.thing.at ?? '').localeCompare(left.thing.at ?? '') ||
        left.thing.title.localeCompare(right.thing.title),
    )
    .map(({ thing }) => thing);
}

/** The route that finds anything by words, and by its id. */
export function searchRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  // Sources are made at the first search: what lists the routes has nothing to make them of.
  const made = () => {
    const speed = deps.deployment.clockSpeed;
    return {
      lookups: lookupsOf(deps),
      sources: sourcesOf(deps).map((source) => ({
        source,
        share: shared<readonly Findable[]>(deps.clock, source.goodMillis * speed),
      })),
    };
  };
  let all: ReturnType<typeof made> | undefined;

  async function entry(sequence: number): Promise<Findable[]> {
    for await (const one of deps.ledger.read({ after: sequence - 1, limit: 1 })) {
      const { kind, at } = one;
      return one.sequence === sequence
        ? [{ kind: 'ledger', id: String(sequence), title: `#${sequence} ${kind}`, detail: explainEntry(one), at }]
        : [];
    }
    return [];
  }

  return [
    operatorRoute(deps, {
      name: 'search',
      method: 'GET',
      path: 'search',
      role: 'Caretaker.Reader',
      summary: `Find anything by words of its name, id or tags, or by its very id; #123 is an entry of the ledger; at most ${most}`,
      query: z.object({ q: z.string().trim().min(2).max(200) }),
      answers: { 200: z.object({ results: z.array(foundSchema), missing: z.array(missingSchema) }) },
      work: async ({ query: { q }, engine }) => {
        const { sources, lookups } = (all ??= made());
        const parts = readParts(deps.log, partMillis);
        const sequence = /^#(\d{1,15})$/.exec(q)?.[1];
        // No id is shorter, and none has a space in it: what is being typed need not be looked up.
        const mayBeId = sequence === undefined && /^\S{6,}$/.test(q);
        const [entries, exact, byWords] = await Promise.all([
          sequence === undefined ? [] : parts.read(['ids/ledger'], () => entry(Number(sequence))),
          Promise.all(
            mayBeId ? lookups.map(({ part, find }) => parts.read([part], async () => (await find(q)) ?? null)) : [],
          ),
          Promise.all(
            sources.map(({ source, share }) => parts.read([source.part], () => share(() => source.read(engine)))),
          ),
        ]);
        const first = [...(entries ?? []), ...exact.flatMap((one) => one ?? [])];
        const known = new Set(first.map(({ kind, id }) => `${kind} ${id}`));
        const rest = ranked(
          byWords.flatMap((one) => one ?? []),
          q,
        ).filter(({ kind, id }) => !known.has(`${kind} ${id}`));
        const results = [...first, ...rest].slice(0, most).map((one) => {
          const { kind, id, title, detail, at } = one;
          return { kind, id, title: title.slice(0, 200), detail: detail.slice(0, 300), at };
        });
        return json(200, { results, missing: parts.missing() });
      },
    }),
  ];
}
