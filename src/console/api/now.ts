import { computed, signal } from '@preact/signals';
import { session } from '../session/session';
import { setClock } from '../session/clock';
import { me, type Me } from '../session/me';
import { ApiProblem, call } from './client';
import type { Now } from './types';
import { isLongList, queries } from './queries';

/** How it stands, as the API last said; undefined until it has. */
export const now = signal<Now | undefined>(undefined);

/** Why the last look failed; undefined when it did not. */
export const nowProblem = signal<ApiProblem | undefined>(undefined);

/** Whether what is shown is being kept up to date. */
export const isLive = computed(() => now.value !== undefined && nowProblem.value === undefined);

const every = 3_000;
/** A window that nobody sees is looked after less often. */
const everyHidden = 30_000;
const longestWait = 30_000;

let etag: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;

async function look(): Promise<number> {
  try {
    const answer = await call<Now>('GET', 'now', etag === undefined ? {} : { headers: { 'if-none-match': etag } });
    const at = answer.headers.get('x-caretaker-at');
    if (at !== null) setClock(at);
    if (answer.status !== 304) {
      etag = answer.headers.get('etag') ?? undefined;
      const before = now.value;
      now.value = answer.body;
      if (before !== undefined) whatChanged();
    }
    nowProblem.value = undefined;
    return document.visibilityState === 'visible' ? every : everyHidden;
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : undefined;
    nowProblem.value = problem ?? new ApiProblem(0, 'Failed', 'The last look failed', String(error));
    return Math.min((problem?.retryAfter ?? 5) * 1000, longestWait);
  }
}

/** Something is different: pages that show it read it again, without waiting for their own turn. */
function whatChanged(): void {
  void queries.invalidateQueries({
    refetchType: 'active',
    predicate: (one) =>
      typeof one.queryKey[0] === 'string' &&
      !isLongList(one) &&
      /^(?:incidents|runs|approvals|guard|environments|holds|rotations|backup|dns|scaling|decisions|ledger)\b/.test(
        one.queryKey[0],
      ),
  });
}

/** Looks now instead of at the next turn. */
export function lookNow(): void {
  if (!running) return;
  clearTimeout(timer);
  void turn();
}

async function turn(): Promise<void> {
  const wait = await look();
  if (running) timer = setTimeout(() => void turn(), wait);
}

/** Keeps {@link now} up to date while somebody is signed in. Called once. */
export function keepLive(): void {
  session.subscribe(({ state }) => {
    if (state === 'signed-in' && !running) {
      running = true;
      void readMe();
      void turn();
    } else if (state !== 'signed-in' && running) {
      running = false;
      clearTimeout(timer);
      now.value = undefined;
      me.value = undefined;
      etag = undefined;
      queries.clear();
    }
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') lookNow();
  });
  addEventListener('online', lookNow);
}

/** Why who is signed in could not be read; undefined when it could. */
export const meProblem = signal<ApiProblem | undefined>(undefined);

async function readMe(): Promise<void> {
  try {
    const { body } = await call<Me>('GET', 'me');
    setClock(body.clock.at, body.clock.speed);
    me.value = body;
    meProblem.value = undefined;
  } catch (error) {
    meProblem.value = error instanceof ApiProblem ? error : undefined;
    if (running && !(error instanceof ApiProblem && [401, 403].includes(error.status))) {
      setTimeout(() => void readMe(), 3_000);
    }
  }
}
