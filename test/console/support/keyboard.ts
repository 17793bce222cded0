import type { Locator, Page } from 'playwright-core';

/** More stops than any page has before what one looks for. */
const mostStops = 120;

/** Goes from one place that takes the focus to the next with the Tab key until it is at `wanted`. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let stop = 0; stop < mostStops; stop += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not lead to ${String(wanted)}`);
}
