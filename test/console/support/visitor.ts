import type { Browser, BrowserContext, CDPSession, Page, Request } from 'playwright-core';

export interface VisitorOptions {
  /** Pixels; a laptop's window when left out. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  /** Answers of 400 and above that the test means to get, as status codes. Every other one is a complaint. */
  readonly expected?: readonly number[];
  /** Origins beside the console's own that may be asked: the sign-in page's. */
  readonly origins?: readonly string[];
}

/** Somebody with a browser window of their own, and everything that went wrong in it. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly devTools: CDPSession;
  /** Requests so far, in order. */
  readonly requests: readonly Request[];
  /** Opens an address of the console and waits for its heading. */
  open(path: string): Promise<void>;
  /** Console errors, uncaught errors, violations of the content security policy, unexpected answers, requests to others. */
  complaints(): readonly string[];
  /** From now on an answer with this status is no complaint. */
  expect(...statuses: readonly number[]): void;
  /** While true, that nobody answers is no complaint. */
  expectOutage(isOut: boolean): void;
  close(): Promise<void>;
}

/** The tab's session storage, as if this token had come from signing in. The one place that knows the names. */
function plantToken([origin, token]: readonly [string, string]): void {
  if (location.origin !== origin) return;
  const way = { kind: 'entra', authority: `${origin}/nobody`, clientId: 'planted', scope: 'planted', local: true };
  sessionStorage.setItem('caretaker-way', JSON.stringify(way));
  sessionStorage.setItem('caretaker-tokens', JSON.stringify({ accessToken: token, expiresAt: Date.now() + 4e7 }));
}

/** Opens a window on the console at `url`; signed in with `token`, or as nobody. */
export async function visit(
  browser: Browser,
  url: string,
  token: string | undefined,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const { width = 1360, height = 900, theme = 'light', origins = [] } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: 'en-GB' });
  context.setDefaultTimeout(30_000);
  const { origin } = new URL(url);
  if (token !== undefined) await context.addInitScript(plantToken, [origin, token] as const);
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  const expected = new Set(options.expected);
  const complaints: string[] = [];
  let isOut = false;
  const requests: Request[] = [];
  page.on('request', (request) => {
    requests.push(request);
    const asked = new URL(request.url());
    if (asked.origin !== origin && !origins.includes(asked.origin) && !/^(?:blob|data):$/.test(asked.protocol)) {
      complaints.push(`a request to somebody else: ${request.method()} ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !expected.has(response.status())) {
      complaints.push(`${response.status()} to ${response.request().method()} ${response.url()}`);
    }
  });
  page.on('console', (message) => {
    // Chromium's own line about an answer of 400 and above; the answer itself is looked at above.
    const isAboutAnswer = message.text().startsWith('Failed to load resource: the server responded with a status of');
    const isAboutOutage = isOut && message.text().startsWith('Failed to load resource: net::ERR_');
    if (message.type() === 'error' && !isAboutAnswer && !isAboutOutage) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  return {
    page,
    context,
    devTools,
    requests,
    async open(path) {
      await page.goto(url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    complaints: () => complaints,
    expect(...statuses) {
      for (const status of statuses) expected.add(status);
    },
    expectOutage(expected) {
      isOut = expected;
    },
    close: () => context.close(),
  };
}
