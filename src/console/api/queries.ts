import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/preact-query';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiProblem, call, type QueryValues } from './client';
import { toast } from '../ui/toast';
import { withNewest } from './newest';

/** A failure that passes: the network's, or ours (503). What was refused stays refused. */
const passes = (error: unknown): boolean => error instanceof ApiProblem && (error.status === 0 || error.status >= 500);

const longestWait = 30_000;
/** An answer counts as fresh for so long. Milliseconds. */
const usualFresh = 2_000;

/** What the pages know of the API, kept while it is fresh. Retries wait as long as the API says. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: usualFresh,
      gcTime: 5 * 60_000,
      retry: (count, error) => passes(error) && count < 3,
      retryDelay: (count, error) => {
        const asked = error instanceof ApiProblem ? error.retryAfter : undefined;
        return Math.min(asked === undefined ? 1000 * 2 ** count : asked * 1000, longestWait);
      },
    },
    mutations: { retry: false },
  },
});

export interface ReadOptions {
  /** Milliseconds between two looks while the page is visible; none when left out. */
  readonly every?: number | false | undefined;
  readonly enabled?: boolean | undefined;
  /** Milliseconds in which an answer counts as fresh. */
  readonly fresh?: number | undefined;
}

/** Reads a route. `path` is below `/api/operator/`, its parts encoded (see `pathOf`). */
export function useRead<Body>(
  path: string,
  query: QueryValues = {},
  options: ReadOptions = {},
): UseQueryResult<Body, ApiProblem> {
  return useQuery<Body, ApiProblem>({
    queryKey: [path, query],
    queryFn: async ({ signal }) => (await call<Body>('GET', path, { query, signal })).body,
    enabled: options.enabled ?? true,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
    ...(options.fresh === undefined ? {} : { staleTime: options.fresh }),
  });
}

/** A list of which more pages than these are loaded is not read again as a whole: its newest page is, and joined to the rest. */
const fewPages = 3;

/** Whether what is kept under this key are many pages of a list. */
export function isLongList({
  queryKey,
  state,
}: {
  readonly queryKey: readonly unknown[];
  readonly state: { readonly data: unknown };
}): boolean {
  const data = state.data as { readonly pages?: readonly unknown[] } | undefined;
  return queryKey[1] === 'pages' && (data?.pages?.length ?? 0) > fewPages;
}

/**
 * A list that goes on, newest first: pages by `cursor`, joined. `itemsOf` takes the items out of a page. With `keyOf` a list of many
 * pages keeps up by its newest page alone; without, it stays as it was read.
 */
export function usePages<Page extends { readonly cursor: string | null }, Item>(
  path: string,
  query: QueryValues,
  itemsOf: (page: Page) => readonly Item[],
  options: ReadOptions & { readonly keyOf?: (item: Item) => string } = {},
) {
  const { every, keyOf } = options;
  const result = useInfiniteQuery({
    queryKey: [path, 'pages', query],
    queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      (await call<Page>('GET', path, { query: { ...query, cursor: pageParam }, signal })).body,
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => last.cursor,
    enabled: options.enabled ?? true,
    staleTime: (one) => (isLongList(one) ? Number.POSITIVE_INFINITY : usualFresh),
    refetchInterval: (one: { readonly queryKey: readonly unknown[]; readonly state: { readonly data: unknown } }) =>
      isLongList(one) ? false : (every ?? false),
  });
  const pages = (result.data?.pages ?? []) as readonly Page[];
  const isLong = pages.length > fewPages;
  const newest = useQuery<Page, ApiProblem>({
    queryKey: [path, 'newest', query],
    queryFn: async ({ signal }) => (await call<Page>('GET', path, { query, signal })).body,
    enabled: isLong && keyOf !== undefined && options.enabled !== false,
    ...(every === undefined ? {} : { refetchInterval: every }),
  });
  const { items, hasGap } = useMemo(() => {
    const all = pages.flatMap(itemsOf);
    const first = isLong && newest.data !== undefined ? itemsOf(newest.data) : [];
    return keyOf === undefined ? { items: all, hasGap: false } : withNewest(first, all, keyOf);
  }, [result.data, newest.data, isLong]);
  useEffect(() => {
    if (hasGap) void result.refetch();
  }, [hasGap]);
  const hasFailedMore = result.isFetchNextPageError;
  return {
    items,
    pages,
    isPending: result.isPending,
    error: (hasFailedMore ? null : result.error) as ApiProblem | null,
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    /** Why the next page could not be read; it is not asked for again before somebody wants it. */
    moreError: (hasFailedMore ? result.error : null) as ApiProblem | null,
    more: () => {
      if (result.hasNextPage && !result.isFetchingNextPage && !hasFailedMore) void result.fetchNextPage();
    },
    moreAgain: () => void result.fetchNextPage(),
    again: () => void result.refetch(),
  };
}

/** An order that one gives. */
export interface Order {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Gives orders. When one is taken, `done` says what to tell (a toast) and everything that starts with one of `changes` is read again; what
 * refused it is in `error`, for the form to show.
 */
export function useOrder<Body = unknown>(options: {
  readonly changes?: readonly string[];
  readonly done?: (body: Body, order: Order) => string | undefined;
  readonly then?: (body: Body, order: Order) => void;
}) {
  const client = useQueryClient();
  return useMutation<Body, ApiProblem, Order>({
    mutationFn: async ({ method, path, body, headers }) => (await call<Body>(method, path, { body, headers })).body,
    onSuccess: async (body, order) => {
      const text = options.done?.(body, order);
      if (text !== undefined) toast({ tone: 'good', text });
      options.then?.(body, order);
      const starts = [...(options.changes ?? []), 'now'];
      await client.invalidateQueries({
        predicate: (one) => {
          const [path] = one.queryKey;
          return typeof path === 'string' && starts.some((start) => path.startsWith(start)) && !isLongList(one);
        },
      });
    },
  });
}

/** A key that makes an order idempotent: made once when a form opens, so that pressing twice is one order. */
export const newKey = (): string => crypto.randomUUID();
