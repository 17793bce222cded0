import type { Page } from 'playwright-core';
import type { History } from './history';

/** A page of the console with something to show. */
export interface ConsolePage {
  /** For the screenshots' names as well. */
  readonly name: string;
  readonly path: (history: History) => string;
}

const page = (name: string, path: (history: History) => string): ConsolePage => ({ name, path });

/** Every page there is: looked at by axe, in all widths and themes, by a Reader, and in pictures. */
export const consolePages: readonly ConsolePage[] = [
  page('now', () => '/'),
  page('incidents', () => '/incidents'),
  page('incident', ({ incident }) => `/incidents/${incident}`),
  page('approvals', () => '/approvals'),
  page('approvals-decided', () => '/approvals?state=past'),
  page('approval-waiting', ({ waiting }) => `/approvals/${waiting}`),
  page('approval-answered', ({ answered }) => `/approvals/${answered}`),
  page('runs', () => '/runs'),
  page('run', ({ run }) => `/runs/${run}`),
  page('guard', () => '/guard'),
  page('guard-of-environment', () => '/guard/load'),
  page('decisions', () => '/decisions'),
  page('decision', ({ signal }) => `/decisions/${signal}`),
  page('why-not', ({ machine, at }) => `/decisions/why-not?resource=${encodeURIComponent(machine)}&at=${at}`),
  page('resources', () => '/resources'),
  page('resource', ({ machine }) => `/resources/${encodeURIComponent(machine)}`),
  page('recovery', () => '/recovery'),
  page('recovery-of-resource', ({ protectedMachine }) => `/recovery/items/${encodeURIComponent(protectedMachine)}`),
  page('drills', () => '/recovery/drills'),
  page('drill', ({ drill }) => `/recovery/drills/${drill}`),
  page('restores', () => '/recovery/restores'),
  page('restore', ({ restore }) => `/recovery/restores/${restore}`),
  page('restore-form', () => '/recovery/restore'),
  page('secrets', () => '/secrets'),
  page('secret', () => '/secrets?name=storefront-storage-key'),
  page('rotations', () => '/secrets/rotations'),
  page('rotation', ({ rotation }) => `/secrets/rotations/${rotation}`),
  page('dns', () => '/dns'),
  page('zone', () => '/dns/storefront.example'),
  page('zone-records', () => '/dns/storefront.example?view=records'),
  page('zone-document', () => '/dns/storefront.example?view=document'),
  page('scaling', () => '/scaling'),
  page('scalable', () => '/scaling/vmss-web-prod-weu-001'),
  page('runbooks', () => '/runbooks'),
  page('runbook', ({ machine }) => `/runbooks/restart-vm?target=${encodeURIComponent(machine)}`),
  page('policy', () => '/policy'),
  page('rule', () => '/policy/rules/web-vm-unavailable'),
  page('policy-environments', () => '/policy/environments'),
  page('policy-document', () => '/policy/document'),
  page('rehearsal', () => '/policy/rehearse'),
  page('stacks', () => '/stacks'),
  page('stacks-table', () => '/stacks?view=table'),
  page('stacks-promotion', () => '/stacks?view=promotion'),
  page('stack', () => '/stacks/environment-prod'),
  page('ledger', () => '/ledger'),
  page('entry', ({ sequence }) => `/ledger/${sequence}`),
  page('ledger-verified', () => '/ledger/verify'),
  page('ledger-export', () => '/ledger/export'),
  page('dead-letters', () => '/dead-letters'),
  page('dead-letter', ({ deadLetter }) => `/dead-letters/${deadLetter}`),
  page('notifications', () => '/dead-letters/notifications'),
  page('nowhere', () => '/no-such-place'),
];

/** Waits until everything on a page is read: its heading is there and nothing says that it is loading. */
export async function settled(on: Page): Promise<void> {
  await on.getByRole('heading', { level: 1 }).waitFor();
  await on.waitForFunction(() => {
    const waiting = [...document.querySelectorAll('[role=status]')].filter((one) =>
      /^(?:Loading|Connecting|Searching)/.test(one.getAttribute('aria-label') ?? one.textContent.trim()),
    );
    // The page proper says itself that it is still reading.
    return waiting.length === 0 && document.querySelector('main[aria-busy="true"]') === null;
  });
}

/** By how much the page is wider than its window. Pixels. */
export function overhang(on: Page): Promise<number> {
  return on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
