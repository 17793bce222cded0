import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from './support/axe';
import { describeInBrowser } from './support/browser';
import { consolePages, overhang, settled } from './support/console-pages';
import { makeHistory, type History } from './support/history';
import { root, setStage, type Stage } from './support/stage';
import type { Visitor } from './support/visitor';

/** Pictures for whoever reviews: not kept in the repository. */
const screenshots = join(root, 'dist/screenshots');

describeInBrowser('every page', () => {
  let stage: Stage;
  let history: History;
  let ada: Visitor;

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    stage = await setStage(30);
    history = await makeHistory(stage);
    ada = await stage.as('ada');
  }, 120_000);
  afterEach(() => expect(stage.complaints()).toEqual([]));
  afterAll(async () => {
    await stage.stop();
    process.stdout.write(`Screenshots of every page are in ${screenshots}\n`);
  });

  test.each(consolePages.map((one) => [one.name, one] as const))(
    '%s: nothing for axe in light and dark, no wider than a phone, and its address is enough',
    async (name, { path }) => {
      const { page } = ada;
      const picture = (kind: string) =>
        page.screenshot({ path: join(screenshots, `${name}-${kind}.png`), fullPage: true, animations: 'disabled' });
      await page.setViewportSize({ width: 1360, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await ada.open(path(history));
      await settled(page);
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      expect(heading).not.toBe('');
      expect(await page.title()).toMatch(/. · Caretaker$/);
      expect(await violations(ada)).toEqual([]);
      await picture('light');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violations(ada)).toEqual([]);
      await picture('dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 390, height: 844 });
      await picture('phone');
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await overhang(page)).toBeLessThanOrEqual(0);
    },
  );
});
