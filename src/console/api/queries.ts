import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/preact-query';
import { ApiProblem, call, type QueryValues } from './client';
import { toast } from '../ui/toast';

/** A failure that passes: the network's, or ours (503). What was refused stays refused. */
const passes = (error: unknown): boolean => error instanceof ApiProblem && (error.status === 0 || error.status >= 500);

const longestWait = 30_000;

/** What the pages know of the API, kept while it is fresh. Retries wait as long as the API says. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
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

/** A list that goes on: pages by `cursor`, joined. `itemsOf` takes the items out of a page. */
export function usePages<Page extends { readonly cursor: string | null }, Item>(
  path: string,
  query: QueryValues,
  itemsOf: (page: Page) => readonly Item[],
  options: ReadOptions = {},
) {
  const result = useInfiniteQuery({
    queryKey: [path, 'pages', query],
    queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      (await call<Page>('GET', path, { query: { ...query, cursor: pageParam }, signal })).body,
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => last.cursor,
    enabled: options.enabled ?? true,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
  });
  const pages = (result.data?.pages ?? []) as readonly Page[];
  return {
    items: pages.flatMap(itemsOf),
    pages,
    isPending: result.isPending,
    error: result.error as ApiProblem | null,
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    more: () => {
      if (result.hasNextPage && !result.isFetchingNextPage) void result.fetchNextPage();
    },
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
        predicate: ({ queryKey: [path] }) => typeof path === 'string' && starts.some((one) => path.startsWith(one)),
      });
    },
  });
}

/** A key that makes an order idempotent: made once when a form opens, so that pressing twice is one order. */
export const newKey = (): string => crypto.randomUUID();
