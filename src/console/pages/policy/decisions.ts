import { useQuery } from '@tanstack/preact-query';
import { call, type ApiProblem } from '../../api/client';
import { platformNow } from '../../session/clock';
import type { DecisionsPage } from './types';

export const recentDays = 7;
/** So many pages of a hundred are read: enough to tell which rules are busy. */
const mostPages = 5;

export interface RecentDecisions {
  readonly decisions: DecisionsPage['decisions'];
  /** False when there were more in this time. */
  readonly complete: boolean;
}

/** The newest decisions of the last days, for counting which rules made them. */
export function useRecentDecisions() {
  return useQuery<RecentDecisions, ApiProblem>({
    queryKey: ['decisions', 'recent', recentDays],
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const since = new Date(platformNow() - recentDays * 86_400_000).toISOString();
      const decisions: DecisionsPage['decisions'][number][] = [];
      let cursor: string | null = null;
      for (let page = 0; page < mostPages; page += 1) {
        const { body }: { body: DecisionsPage } = await call<DecisionsPage>('GET', 'decisions', {
          query: { since, limit: 100, cursor },
          signal,
        });
        decisions.push(...body.decisions);
        ({ cursor } = body);
        if (cursor === null) return { decisions, complete: true };
      }
      return { decisions, complete: false };
    },
  });
}
