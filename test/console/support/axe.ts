import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Visitor } from './visitor';

const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 at levels A and AA, and what axe calls good practice. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds wrong with the page as it is now: `rule (impact): where`. It is brought in through the debugger, which the page's content
 * security policy does not bind, so that the policy stays in force for everything else.
 */
export async function violations({ devTools, page }: Visitor): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await devTools.send('Runtime.evaluate', { expression: `(() => {${source}\n})()` });
  }
  const found = await page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as { axe: { run(on: Document, options: object): Promise<AxeResults> } };
    return (await axe.run(document, { runOnly: values, resultTypes: ['violations'] })).violations;
  }, standards);
  return found.map(
    ({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
  );
}
