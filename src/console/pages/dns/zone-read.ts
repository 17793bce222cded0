import { useQuery, type UseQueryResult } from '@tanstack/preact-query';
import { useEffect, useRef } from 'preact/hooks';
import { call, pathOf, type ApiProblem } from '../../api/client';
import { now } from '../../api/now';
import type { ZoneWithRecords } from './types';

/** What orders about a zone make stale: its plan, which is not read again by itself whenever anything at all changes. */
export const zoneChanges = ['zone-plan', 'dns'] as const;

const every = 60_000;
const everyUnderWay = 5_000;

/**
 * The plan of a zone with its records. Each look is a request to Cloudflare, and Caretaker's own share of them is limited: it is read
 * again once a minute, after an order, when something about the zone was entered in the ledger, and often only while a change is
 * under way.
 */
export function useZone(zone: string, whose: 'ours' | 'all'): UseQueryResult<ZoneWithRecords, ApiProblem> {
  const query = useQuery<ZoneWithRecords, ApiProblem>({
    queryKey: ['zone-plan', zone, whose],
    queryFn: async ({ signal }) =>
      (await call<ZoneWithRecords>('GET', pathOf`dns/zones/${zone}/plan`, { query: { records: whose }, signal })).body,
    staleTime: 15_000,
    refetchInterval: ({ state: { data } }) => (runsOf(data?.target).length > 0 ? everyUnderWay : every),
  });
  const target = query.data?.target;
  const last = now.value?.changes?.find(({ subject }) => subject === target)?.sequence;
  const underWay = runsOf(target)
    .map(({ id }) => id)
    .join(' ');
  const signature = target === undefined ? undefined : `${last ?? ''} ${underWay}`;
  const seen = useRef(signature);
  useEffect(() => {
    if (seen.current !== undefined && seen.current !== signature) void query.refetch();
    seen.current = signature;
  }, [signature]);
  return query;
}

/** Changes of a zone that are under way. */
export const runsOf = (target: string | undefined) =>
  target === undefined ? [] : (now.value?.runs ?? []).filter((run) => run.target === target);

/** Approvals about a zone that wait. */
export const approvalsOf = (target: string) =>
  (now.value?.approvals ?? []).filter(({ subject, state }) => subject === target && state === 'waiting');
