import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { scaledTimeFromNow } from '../../../src/local/platform/clock';
import { startPlatform, type Platform } from '../../../src/local/platform/platform';
import { launchBrowser } from './browser';
import { visit, type Visitor, type VisitorOptions } from './visitor';

/** Root of the project, with the build in dist. */
// A benchmark is bundled and stands elsewhere; it is told.
export const root = process.env['CARETAKER_ROOT'] ?? join(__dirname, '../../..');

/** The people of the local platform: each has one role, named by the first letter. */
export type Person = 'rae' | 'omar' | 'ava' | 'ada';

export interface Answer {
  readonly status: number;
  // The tests look into it with expectations that fail when it is otherwise.
  readonly body: any;
}

/** A whole platform as `npm start` runs it, and a browser to look at its console with. */
export interface Stage {
  readonly platform: Platform;
  readonly browser: Browser;
  /** A window of its own, signed in as somebody. */
  as(person: Person, options?: VisitorOptions): Promise<Visitor>;
  /** A window of its own in which nobody is signed in. */
  asNobody(options?: VisitorOptions): Promise<Visitor>;
  /** Calls the operator API. */
  api(person: Person, method: string, path: string, body?: unknown): Promise<Answer>;
  /** What went wrong in any window since the last time this was asked. */
  complaints(): string[];
  /** Closes every window, so that nothing goes on in those of an earlier test; gives what went wrong in them. */
  leave(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts everything; `speed` seconds pass on the platform in one. */
export async function setStage(speed: number): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-console-'));
  const browser = await launchBrowser();
  const platform = await startPlatform({
    directory,
    root,
    policyFile: join(root, 'policy/caretaker.yaml'),
    time: scaledTimeFromNow(speed),
    port: 0,
  }).catch(async (error: unknown) => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  const visitors: Visitor[] = [];
  const told = new Map<Visitor, number>();
  const tokens = new Map<Person, Promise<string>>();
  const tokenOf = (person: Person): Promise<string> => {
    const known = tokens.get(person) ?? platform.token(person);
    tokens.set(person, known);
    return known;
  };
  const enter = async (token: string | undefined, options?: VisitorOptions): Promise<Visitor> => {
    const visitor = await visit(browser, platform.url, token, options);
    visitors.push(visitor);
    return visitor;
  };
  const complaints = (): string[] =>
    visitors.flatMap((visitor) => {
      const all = visitor.complaints();
      const fresh = all.slice(told.get(visitor) ?? 0);
      told.set(visitor, all.length);
      return fresh;
    });
  return {
    platform,
    browser,
    as: async (person, options) => enter(await tokenOf(person), options),
    asNobody: (options) => enter(undefined, options),
    async api(person, method, path, body) {
      const response = await fetch(`${platform.url}/api/operator/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf(person)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
    },
    complaints,
    async leave() {
      const found = complaints();
      await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
      return found;
    },
    async stop() {
      await browser.close();
      await platform.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** How long anything is waited for. Milliseconds of real time. */
const patience = 120_000;

/** Looks until there is something. What is looked at may fail meanwhile. */
export async function until<Thing>(what: string, look: () => Promise<Thing | undefined | false>): Promise<Thing> {
  const giveUpAt = Date.now() + patience;
  let last: unknown;
  while (Date.now() < giveUpAt) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`${what} within ${patience / 1000} s`, { cause: last });
}
