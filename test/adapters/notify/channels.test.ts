import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChannels } from '../../../src/adapters/notify';
import { signatureHeaders } from '../../../src/adapters/notify/webhook';
import type { OutgoingMessage } from '../../../src/ports/channels';

interface Seen {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let base: string;
const seen: Seen[] = [];
/** What the next request is answered with; `undefined` for no answer at all. */
let answer: { status: number; headers?: Record<string, string> } | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      seen.push({ path: request.url, headers: request.headers, body });
      if (answer !== undefined) {
        response
          .writeHead(answer.status, { connection: 'close', ...answer.headers })
          .end('a body that names no secret');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen.length = 0;
  answer = { status: 200 };
});

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const channel = (kind: 'teams' | 'slack' | 'webhook', more: { secret?: string } = { secret }) =>
  createChannels(new Map([['ops', { url: `${base}/path-that-is-a-secret`, ...more }]])).named('ops', kind)!;
const message: OutgoingMessage = {
  id: 'abc-1',
  at: '2026-03-02T08:00:00.000Z',
  environment: 'prod',
  kind: 'approval',
  severity: 'critical',
  title: 'Approval wanted: restart <!channel> [vm](https://evil.example)',
  text: 'One & all may approve it.',
  facts: [{ name: 'plan', value: 'aaaa' }],
  links: [{ title: 'See and answer', url: 'https://caretaker.example/api/approve?t=x' }],
};
const send = (kind: 'teams' | 'slack' | 'webhook', abort = AbortSignal.timeout(5000)) =>
  channel(kind).send(message, abort);
const body = () => JSON.parse(seen[0]!.body) as Record<string, any>;

it('speaks to Teams in an adaptive card, in which nothing that it is told becomes a link', async () => {
  answer = { status: 202 };
  expect(await send('teams')).toEqual({ kind: 'sent' });
  expect(body()).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [{ type: 'TextBlock', color: 'Attention' }, { type: 'TextBlock' }, { type: 'FactSet' }],
          actions: [{ type: 'Action.OpenUrl', url: 'https://caretaker.example/api/approve?t=x' }],
        },
      },
    ],
  });
  expect(body()['attachments'][0].content.body[0].text).toContain('\\[vm\\]\\(https://evil.example\\)');
});

it('speaks to Slack in blocks, in which nothing that it is told becomes a command', async () => {
  expect(await send('slack')).toEqual({ kind: 'sent' });
  const { blocks, text } = body();
  expect(blocks.map(({ type }: { type: string }) => type)).toEqual([
    'header',
    'section',
    'section',
    'actions',
    'context',
  ]);
  expect(blocks[1].text.text).toBe('One &amp; all may approve it.');
  expect(text).toContain('&lt;!channel&gt;');
});

it('signs webhooks as Standard Webhooks says', async () => {
  expect(await send('webhook')).toEqual({ kind: 'sent' });
  const { headers, body: text } = seen[0]!;
  expect(headers['webhook-id']).toBe('abc-1');
  const seconds = Number(headers['webhook-timestamp']);
  expect(headers['webhook-signature']).toBe(signatureHeaders(secret, 'abc-1', seconds, text)['webhook-signature']);
  expect(body()).toMatchObject({ type: 'caretaker.approval', data: { title: message.title } });
});

it('signs as the published example is signed', () => {
  // From the specification's reference libraries.
  const headers = signatureHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('sends nothing unsigned', async () => {
  expect(await channel('webhook', {}).send(message, AbortSignal.timeout(1000))).toMatchObject({ kind: 'later' });
  expect(seen).toEqual([]);
});

it.each([
  [400, { kind: 'refused', reason: 'it answers 400' }],
  [413, { kind: 'refused', reason: 'it answers 413' }],
  [404, { kind: 'later', reason: 'it answers 404' }],
  [410, { kind: 'later', reason: 'it answers 410' }],
  [500, { kind: 'later', reason: 'it answers 500' }],
])('an answer of %i', async (status, delivery) => {
  answer = { status };
  expect(await send('slack')).toEqual(delivery);
});

it('heeds how long a channel asks to wait', async () => {
  answer = { status: 429, headers: { 'retry-after': '30' } };
  expect(await send('slack')).toEqual({ kind: 'later', reason: 'it answers 429', retryAfterSeconds: 30 });
});

it('follows no redirect', async () => {
  answer = { status: 307, headers: { location: `${base}/elsewhere` } };
  expect(await send('teams')).toEqual({ kind: 'later', reason: 'it answers 307' });
  expect(seen.map(({ path }) => path)).toEqual(['/path-that-is-a-secret']);
});

it('gives up on silence, and names no address in what it says', async () => {
  answer = undefined;
  const abort = new AbortController();
  const sending = send('slack', abort.signal);
  while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort(new DOMException('late', 'TimeoutError'));
  expect(await sending).toEqual({ kind: 'later', reason: 'no answer in time' });
  const nowhere = createChannels(new Map([['ops', { url: 'http://127.0.0.1:1/path-that-is-a-secret' }]]));
  const delivery = await nowhere.named('ops', 'slack')!.send(message, AbortSignal.timeout(5000));
  expect(delivery).toEqual({ kind: 'later', reason: 'it cannot be reached' });
});

it('knows no channel without an address', () => {
  expect(createChannels(new Map()).named('ops', 'teams')).toBeUndefined();
});
