import type { Page } from 'playwright-core';
import { setStage, until, type Stage } from '../../console/support/stage';
import { storm } from '../../console/support/history';
import type { Visitor } from '../../console/support/visitor';
import { report } from '../results';

/*
 * How long the first view takes with a processor that is slowed down four times, by the browser's own clock from the start of the
 * navigation: until something is painted, until the largest part is, and until how it stands is on the page, read from the API. Cold is
 * a browser that was never here, warm one that has the files. Signed in by a token: the way to Entra and back is not in it.
 */

const loads = 15;
const slowdown = 4;

interface Times {
  readonly painted: number;
  readonly largest: number;
  readonly live: number;
}

/** Notes the largest paint, from the start of a page on. */
function noteLargest(): void {
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) Object.assign(globalThis, { largestPaint: startTime });
  }).observe({ type: 'largest-contentful-paint', buffered: true });
}

async function timesOf(page: Page, url: string): Promise<Times> {
  await page.goto(url, { waitUntil: 'commit' });
  const live = await page.waitForFunction(
    () => {
      const isLive = [...document.querySelectorAll('[role=status]')].some(
        ({ textContent }) => textContent.trim() === 'Live',
      );
      const isLoading = document.querySelector('[role=status][aria-label^=Loading]') !== null;
      return isLive && !isLoading && document.querySelector('h1') !== null ? performance.now() : false;
    },
    undefined,
    { polling: 'raf' },
  );
  // The largest paint is told some time after it happened.
  await page.waitForFunction(() => 'largestPaint' in globalThis);
  const rest = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    largest: (globalThis as unknown as { largestPaint?: number }).largestPaint ?? Number.NaN,
  }));
  return { ...rest, live: (await live.jsonValue()) as number };
}

async function visitorOf(stage: Stage): Promise<Visitor> {
  const visitor = await stage.as('ada');
  await visitor.context.addInitScript(noteLargest);
  await visitor.devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return visitor;
}

function reportAll(kind: string, samples: readonly Times[], more: Readonly<Record<string, unknown>>): void {
  for (const what of ['painted', 'largest', 'live'] as const) {
    report(
      `console/first-view-${kind}-${what}`,
      'ms',
      samples.map((one) => one[what]),
      { slowdown, ...more },
    );
  }
}

async function main(): Promise<void> {
  const stage = await setStage(20);
  try {
    // Something to show, and nothing under way: who looks has another machine than who works.
    await storm(stage, 4);
    await until('the machines were not repaired', async () => {
      const { open, incidents } = (await stage.api('rae', 'GET', 'incidents')).body;
      return open.length === 0 && incidents.length === 4;
    });
    const { url } = stage.platform;
    const cold: Times[] = [];
    const warm: Times[] = [];
    for (let load = 0; load < loads; load += 1) {
      const visitor = await visitorOf(stage);
      cold.push(await timesOf(visitor.page, url));
      warm.push(await timesOf(visitor.page, url));
      await visitor.close();
    }
    reportAll('cold', cold, { target: 1000 });
    reportAll('warm', warm, {});
  } finally {
    await stage.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
