import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Log } from '../kernel/log';
import type { StaticFile, StaticFiles, StaticFolder } from '../ports/static-files';
import { json, unavailable } from './door';
import type { SignIn } from './sign-in';

export interface ConsoleDeps {
  readonly folder: StaticFolder;
  readonly signIn: SignIn;
  readonly log: Log;
}

/** The door that the console is served through. */
export interface ConsoleDoor {
  /** Reads the folder, so that the first request need not. Never throws: what fails now is tried again by requests. */
  load(): Promise<void>;
  /** Answers GET and HEAD; what is answered to HEAD has a body, which a server leaves out. Never throws. */
  serve(request: HttpRequest): Promise<HttpResponseInit>;
}

const page = 'index.html';
const text = 'text/plain; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: text,
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff2: 'font/woff2',
};

/** Below it names change with the content. */
const hashed = 'assets/';

/** What a page could ask a browser for and the console never does. Writing to the clipboard is not among them. */
const features = [
  ...['accelerometer', 'autoplay', 'camera', 'clipboard-read', 'display-capture', 'encrypted-media', 'fullscreen'],
  ...['geolocation', 'gyroscope', 'hid', 'idle-detection', 'local-fonts', 'magnetometer', 'microphone', 'midi'],
  ...['payment', 'picture-in-picture', 'publickey-credentials-get', 'screen-wake-lock', 'serial', 'storage-access'],
  ...['usb', 'window-management', 'xr-spatial-tracking'],
];

/**
 * Serves the console: files by their names, `/sign-in.json`, and the page itself for every path that could be one of its own. The
 * folder is read once; where it is missing the answer is 404 and says how to build it. A failure of ours is 503 with `Retry-After`.
 */
export function createConsoleDoor({ folder, signIn, log }: ConsoleDeps): ConsoleDoor {
  const always = headersFor(signIn);
  let kept: Promise<StaticFiles | undefined> | undefined;

  async function files(): Promise<StaticFiles | undefined> {
    kept ??= folder.read();
    const reading = kept;
    // Only what was found is kept: what is not there may be built, and what failed may work the next time.
    const forget = (): void => {
      if (kept === reading) {
        kept = undefined;
      }
    };
    try {
      const found = await reading;
      if (found === undefined) {
        forget();
      }
      return found;
    } catch (error) {
      forget();
      throw error;
    }
  }

  async function answer(request: HttpRequest): Promise<HttpResponseInit> {
    const path = request.params['path'] ?? page;
    if (path === 'sign-in.json') {
      return json(200, signIn);
    }
    const found = await files();
    if (found === undefined) {
      return plain('The console is not built here. Run: npm run build\nThe API is at /api/operator/ all the same.\n');
    }
    const name = found.has(path) || !isPage(path) ? path : page;
    const file = found.get(name);
    return file === undefined ? plain(`There is no file at /${path}.\n`) : fileAnswer(name, file, request);
  }

  return {
    async load() {
      try {
        if ((await files()) === undefined) {
          log.info('the console is not built; / answers 404');
        }
      } catch (error) {
        unavailable(error, log);
      }
    },
    async serve(request) {
      let given: HttpResponseInit;
      try {
        given = await answer(request);
      } catch (error) {
        given = unavailable(error, log);
      }
      const secure = isSecure(request) ? { 'strict-transport-security': 'max-age=31536000' } : {};
      return { ...given, headers: { ...always, ...secure, ...given.headers } };
    },
  };
}

/**
 * Whether the console itself may have a page there: not where files are, not at a name with an ending beside the page itself, and not where a
 * path leads up. Further down endings say nothing: zones and resources have dots in their names.
 */
function isPage(path: string): boolean {
  const parts = path.split(/[/\\]/);
  return !path.startsWith(hashed) && !parts.includes('..') && (path.includes('/') || !/\.[^./]+$/.test(path));
}

function plain(body: string): HttpResponseInit {
  return { status: 404, headers: { 'content-type': text, 'cache-control': 'no-store' }, body };
}

function fileAnswer(name: string, file: StaticFile, { headers: asked }: HttpRequest): HttpResponseInit {
  const coding = codingOf(file, asked.get('accept-encoding') ?? '');
  // Each form has a tag of its own: a strong tag says that the bytes are the same.
  const tag = `"${file.version}${coding === undefined ? '' : `-${coding}`}"`;
  const headers = {
    'cache-control': name.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
  };
  const known = (asked.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(tag) || known.includes('*')) {
    return { status: 304, headers };
  }
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': Object.hasOwn(types, ending) ? (types[ending] as string) : 'application/octet-stream',
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
    },
    body: (coding === undefined ? undefined : file.compressed[coding]) ?? file.bytes,
  };
}

/** The coding to send, of those that there are and that the client takes (RFC 9110, 12.5.3); `undefined` for none. */
function codingOf({ compressed }: StaticFile, accepted: string): 'br' | 'gzip' | undefined {
  const weights = new Map(
    accepted.split(',').map((part): [string, number] => {
      const [name = '', weight] = part.toLowerCase().split(';');
      const [, number] = /^\s*q\s*=\s*([\d.]+)\s*$/.exec(weight ?? '') ?? [];
      return [name.trim(), number === undefined ? 1 : Number(number)];
    }),
  );
  const isTaken = (name: string): boolean => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  return (['br', 'gzip'] as const).find((name) => compressed[name] !== undefined && isTaken(name));
}

/** Azure's front end ends TLS and says in a header how the request came. */
function isSecure({ url, headers }: HttpRequest): boolean {
  return url.startsWith('https:') || headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

/**
 * What every answer carries. The console runs its own scripts and no others, writes no markup from text, and talks to nobody but
 * this application and where people sign in.
 */
function headersFor(signIn: SignIn): Readonly<Record<string, string>> {
  const authority = signIn.kind === 'entra' ? ` ${new URL(signIn.authority).origin}` : '';
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self'${authority}`,
      "manifest-src 'self'",
      "object-src 'none'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': features.map((feature) => `${feature}=()`).join(', '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
  };
}
