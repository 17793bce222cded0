import { signal } from '@preact/signals';
import type { SignIn } from '../../operator/sign-in';
import { readStored, writeStored } from './stored';

/** How one signs in here, as `/sign-in.json` says it. */
export type SignInWay = SignIn;
export type EntraWay = Extract<SignInWay, { kind: 'entra' }>;

/** Tokens of Entra. They live in this tab's session storage and are told to other tabs of the same origin. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** Epoch milliseconds of this machine's clock. */
  readonly expiresAt: number;
}

export type Session =
  | { readonly state: 'starting' }
  | { readonly state: 'signed-out'; readonly way: SignInWay; readonly problem?: string }
  | { readonly state: 'signed-in'; readonly way: SignInWay }
  /** How to sign in could not be found out. */
  | { readonly state: 'unreachable'; readonly problem: string };

/** Whether somebody is signed in, and how. */
export const session = signal<Session>({ state: 'starting' });

const refreshBefore = 60_000;
const waitForOtherTabs = 200;
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('caretaker-session');

let tokens: Tokens | undefined = readStored('session', 'tokens');
let key: string | undefined = readStored('session', 'key');

function keep(given: Tokens | undefined): void {
  tokens = given;
  writeStored('session', 'tokens', given);
}

channel?.addEventListener('message', ({ data }: MessageEvent<{ kind: string; tokens?: Tokens }>) => {
  if (data.kind === 'ask' && tokens !== undefined) channel.postMessage({ kind: 'tokens', tokens });
  if (data.kind === 'tokens' && data.tokens !== undefined) {
    if (tokens === undefined || data.tokens.expiresAt > tokens.expiresAt) keep(data.tokens);
  }
  if (data.kind === 'signed-out') {
    keep(undefined);
    const now = session.value;
    if (now.state === 'signed-in') session.value = { state: 'signed-out', way: now.way };
  }
});

/** Another tab that is signed in as the same browser may lend its tokens: a link that opens a tab need not sign in again. */
async function askOtherTabs(): Promise<void> {
  if (channel === undefined || tokens !== undefined) return;
  channel.postMessage({ kind: 'ask' });
  const giveUpAt = Date.now() + waitForOtherTabs;
  while (tokens === undefined && Date.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function readWay(): Promise<SignInWay> {
  const response = await fetch('/sign-in.json', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the address /sign-in.json answers ${response.status}`);
  return (await response.json()) as SignInWay;
}

/** Finds out who is here. Called once; afterwards {@link session} says it. */
export async function startSession(): Promise<void> {
  try {
    const known = readStored<SignInWay>('session', 'way');
    const way = known !== undefined && tokens !== undefined ? known : await readWay();
    writeStored('session', 'way', way);
    if (way.kind === 'entra') {
      if (location.pathname === '/signed-in') {
        const { completeSignIn } = await import('./entra');
        const { tokens: fresh, returnTo } = await completeSignIn(way, new URL(location.href));
        keep(fresh);
        channel?.postMessage({ kind: 'tokens', tokens: fresh });
        history.replaceState(null, '', returnTo);
      } else {
        await askOtherTabs();
      }
      session.value = { state: tokens === undefined ? 'signed-out' : 'signed-in', way };
      return;
    }
    if (way.kind === 'key') {
      session.value = { state: key === undefined ? 'signed-out' : 'signed-in', way };
      return;
    }
    session.value = way.kind === 'none' ? { state: 'signed-out', way } : { state: 'signed-in', way };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const way = readStored<SignInWay>('session', 'way');
    if (location.pathname === '/signed-in' && way !== undefined) {
      history.replaceState(null, '', '/');
      session.value = { state: 'signed-out', way, problem };
    } else {
      session.value = { state: 'unreachable', problem };
    }
  }
}

/** Leaves for the page of Entra, or of App Service, and comes back to where one is now. */
export async function signIn(way: SignInWay): Promise<void> {
  const here = location.pathname + location.search + location.hash;
  if (way.kind === 'entra') {
    const { beginSignIn } = await import('./entra');
    location.assign(await beginSignIn(way, here));
  } else if (way.kind === 'app-service') {
    location.assign(`/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(here)}`);
  }
}

/** Takes a function key, on a platform that has no tokens. */
export function takeKey(given: string): void {
  key = given;
  writeStored('session', 'key', given);
  const { value } = session;
  if (value.state === 'signed-out') session.value = { state: 'signed-in', way: value.way };
}

/** Forgets everything of the session, here and in other tabs, and leaves where the way to sign in has a page for that. */
export async function signOut(): Promise<void> {
  const { value } = session;
  const idToken = tokens?.idToken;
  forget();
  channel?.postMessage({ kind: 'signed-out' });
  if (value.state !== 'signed-in') return;
  session.value = { state: 'signed-out', way: value.way };
  if (value.way.kind === 'app-service') location.assign('/.auth/logout');
  if (value.way.kind === 'entra' && !value.way.local) {
    const { endSession } = await import('./entra');
    location.assign(await endSession(value.way, idToken));
  }
}

function forget(): void {
  keep(undefined);
  key = undefined;
  writeStored('session', 'key', undefined);
  writeStored('session', 'way', undefined);
}

/** The API no longer takes what it was sent: signing in again is the way on. */
export function sessionIsOver(problem: string): void {
  const { value } = session;
  if (value.state !== 'signed-in') return;
  forget();
  session.value = { state: 'signed-out', way: value.way, problem };
}

/**
 * Headers that say who calls. A token that is about to end is replaced first, by one tab at a time. `renew` asks for another
 * although it has not ended: after a 401.
 */
export async function credentials(renew = false): Promise<Record<string, string>> {
  const { value } = session;
  if (value.state !== 'signed-in') return {};
  if (value.way.kind === 'app-service') return { 'x-caretaker-request': 'console' };
  if (value.way.kind === 'key') return key === undefined ? {} : { 'x-functions-key': key };
  if (value.way.kind !== 'entra' || tokens === undefined) return {};
  if (renew || tokens.expiresAt - refreshBefore < Date.now()) await renewTokens(value.way, tokens.accessToken);
  return { authorization: `Bearer ${tokens.accessToken}` };
}

async function renewTokens(way: EntraWay, stale: string): Promise<void> {
  await navigator.locks.request('caretaker-renew', async () => {
    const held = tokens;
    if (held?.refreshToken === undefined || held.accessToken !== stale) return;
    const { renewed } = await import('./entra');
    try {
      const fresh = await renewed(way, held.refreshToken);
      keep(fresh);
      channel?.postMessage({ kind: 'tokens', tokens: fresh });
    } catch {
      // The old token may still do; if not, the API says so and one signs in again.
    }
  });
}
