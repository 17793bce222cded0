import type { Json } from '../kernel/canonical-json';
import { isoOf, type Clock } from '../kernel/clock';
import { InvariantError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { ResourceId } from '../kernel/resource-id';
import type { Documents } from '../ports/documents';
import {
  correlationSchema,
  joinSchema,
  type Correlation,
  type Join,
  type Joined,
  type Opening,
} from './correlation.model';
import { joins, needsOwn, withJoined, withOpened } from './correlation.plan';
import type { IncidentReport } from './model';

/** So many may change one correlation at once before a sender is asked to come again. */
const conflictLimit = 40;

/** One open incident for everything that is part of one resource. */
export interface Correlations {
  /**
   * Makes an incident the open one, or joins the one that is. `isAlive` tells of the open one whether it still goes on, and may
   * finish what a crash left of it. Idempotent by the signal.
   */
  enter(opening: Opening, isAlive: (open: NonNullable<Correlation['open']>) => Promise<boolean>): Promise<Join | null>;
  /** The incident that the alert with this correlation joined; `undefined` when it joined none. */
  joinOf(correlation: string): Promise<Join | undefined>;
  /** Who has joined an incident so far. */
  joinedIn(incident: { readonly incidentId: string; readonly root: ResourceId }): Promise<readonly Joined[]>;
  /**
   * Ends an incident: the first of those who joined, need an incident of their own, and satisfy `next`, gets one. Answers with what
   * `next` gave for it. Idempotent: told again, it answers the same.
   */
  close<Next>(
    report: IncidentReport,
    root: ResourceId,
    next: (
      joined: Joined,
    ) => Promise<(Next & { readonly incidentId: string; readonly mode: 'suggest' | 'auto' }) | undefined>,
  ): Promise<Next | undefined>;
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export function createCorrelations(options: { readonly documents: Documents; readonly clock: Clock }): Correlations {
  const { documents, clock } = options;
  const pathOf = (root: ResourceId): string => `correlations/${hashOf(root).slice(0, 32)}.json`;
  const joinPath = (correlation: string): string => `joined-alerts/${correlation}.json`;

  async function load(root: ResourceId) {
    const stored = await documents.get(pathOf(root));
    if (stored === undefined) {
      return undefined;
    }
    const parsed = correlationSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new InvariantError(`the correlation ${pathOf(root)} does not fit its schema`);
    }
    return { state: parsed.data, etag: stored.etag };
  }

  /** Whether it was stored; false when somebody else was faster. */
  async function store(root: ResourceId, next: Correlation, etag: string | undefined): Promise<boolean> {
    const value = asJson(next);
    return etag === undefined
      ? (await documents.create(pathOf(root), value)).kind === 'created'
      : (await documents.replace(pathOf(root), value, etag)).kind === 'replaced';
  }

  async function contended<Result>(root: ResourceId, attempt: () => Promise<Result | 'again'>): Promise<Result> {
    for (let count = 0; count < conflictLimit; count += 1) {
      const result = await attempt();
      if (result !== 'again') {
        return result;
      }
    }
    throw new TransientError('CorrelationContended', `the incident of ${root} is being changed by many at once`, {
      retryAfterSeconds: 1,
    });
  }

  return {
    enter: (opening, isAlive) =>
      contended(opening.root, async () => {
        const stored = await load(opening.root);
        const state = stored?.state;
        const now = isoOf(clock.now());
        if (joins(state, opening) && (await isAlive(state.open))) {
          const { incidentId, target } = state.open;
          const next = withJoined(state, opening, now);
          if (next !== undefined && !(await store(opening.root, next, stored?.etag))) {
            return 'again';
          }
          const join: Join = { incidentId, target, root: opening.root };
          await documents.create(joinPath(opening.correlation), asJson(join));
          return join;
        }
        const next = withOpened(state, opening, now);
        return next === undefined || (await store(opening.root, next, stored?.etag)) ? null : 'again';
      }),

    async joinOf(correlation) {
      const parsed = joinSchema.safeParse((await documents.get(joinPath(correlation)))?.value);
      return parsed.success ? parsed.data : undefined;
    },

    async joinedIn({ incidentId, root }) {
      const state = (await load(root))?.state;
      return state?.open?.incidentId === incidentId ? state.joined : [];
    },

    close: (report, root, next) =>
      contended(root, async () => {
        const stored = await load(root);
        const open = stored?.state.open ?? null;
        if (stored === undefined || open === null) {
          return undefined;
        }
        const { state, etag } = stored;
        if (open.after === report.id) {
          // Told once more: what follows was chosen, and may not have been opened.
          const chosen = { signalId: open.signalId, correlation: '', target: open.target, at: open.since };
          return next(chosen);
        }
        if (open.incidentId !== report.id) {
          return undefined;
        }
        for (const [index, one] of state.joined.entries()) {
          const following = needsOwn(one, report) ? await next(one) : undefined;
          if (following !== undefined) {
            const { incidentId, mode } = following;
            const { signalId, target } = one;
            const since = isoOf(clock.now());
            const now = { incidentId, signalId, target, mode, since, carried: null, after: report.id };
            const rest = state.joined.slice(index + 1);
            return (await store(root, { ...state, open: now, joined: rest }, etag)) ? following : 'again';
          }
        }
        return (await store(root, { ...state, open: null, joined: [] }, etag)) ? undefined : 'again';
      }),
  };
}
