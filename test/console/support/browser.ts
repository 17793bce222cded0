import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Names under which Chromium and its relatives are found on the PATH. */
const programs = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

/** Where installers put them when they are not on the PATH. */
const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin', '/usr/local/bin', '/snap/bin'].flatMap((folder) => programs.map((name) => join(folder, name))),
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
    ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe', 'Chromium/Application/chrome.exe']
      .map((path) => join(process.env[name] ?? '', path))
      .filter(() => process.env[name] !== undefined),
  ),
};

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A browser of Chromium's family on this machine: the one that `CARETAKER_BROWSER` names and no other, or one on the PATH, in the usual
 * places, or one that Playwright's own installer brought. `undefined` when there is none.
 */
export function findBrowser(): string | undefined {
  const named = process.env['CARETAKER_BROWSER'];
  if (named !== undefined && named !== '') return canRun(named) ? named : undefined;
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => programs.map((name) => join(folder, name)));
  const own = chromium.executablePath();
  return [...onPath, ...(places[process.platform] ?? []), own].find((path) => existsSync(path) && canRun(path));
}

/** What to do when there is no browser. */
export const howToGetOne =
  'no browser of Chromium’s family; on Debian: apt-get install chromium; elsewhere set CARETAKER_BROWSER to the program of a Chromium, Chrome or Edge';

/** Starts a browser with an empty profile that talks to nobody by itself. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(howToGetOne);
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      // Root, as in a container, has no sandbox to give; the pages are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });
}

/**
 * `describe` for tests that need a browser. Where there is none they are skipped with the reason, which is printed; in CI they run and
 * fail, so that nobody takes a skipped check for a passed one.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (findBrowser() !== undefined || process.env['CI'] === 'true') {
    describe(name, tests);
  } else {
    process.stderr.write(`The tests of ${name} are skipped: ${howToGetOne}\n`);
    // eslint-disable-next-line no-restricted-properties -- a browser is no npm package; the name says how to get one
    describe.skip(`${name} (skipped: ${howToGetOne})`, tests);
  }
}
