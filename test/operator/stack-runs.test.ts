import { createHmac } from 'node:crypto';
import { HttpRequest } from '@azure/functions';
import type { EpochMillis } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import { createDeadLetters } from '../../src/ledger';
import { takeStackRun } from '../../src/operator';
import type { Incidents } from '../../src/ports/incidents';
import type { Acceptance } from '../../src/run';
import type { Signal } from '../../src/signal';
import { createManifestStore } from '../../src/stacks';
import { manifestText } from '../stacks/manifests';
import { MemoryStorage } from '../support/memory-storage';

const secret = 'a-secret-of-the-webhook';
const now = Date.parse('2026-03-02T08:00:00Z') as EpochMillis;
const clock = { now: () => now };
const run = (more: object = {}, stack = 'unit-0-dev') => ({
  account: 'contoso',
  state: 'FAILED',
  stateVersion: 4,
  timestamp: now / 1000,
  run: { id: '01HX', type: 'TRACKED', delta: { added: 0, changed: 1, deleted: 0 } },
  stack: { id: stack },
  ...more,
});

function door(options: { readonly manifest?: string; readonly fails?: boolean; readonly secrets?: string[] } = {}) {
  const deadLetters = createDeadLetters({ documents: new MemoryStorage().documents });
  const taken: Signal[] = [];
  const manifests = createManifestStore({
    source: {
      read: async () => ({
        kind: 'document',
        text: options.manifest ?? manifestText({ units: 2, projects: 1 }),
        etag: '1',
      }),
    },
    ...{ clock, log: silentLog, maxAge: seconds(30) },
  });
  const deps = {
    intake: {
      sweep: async () => 0,
      accept: async (signal: Signal): Promise<Acceptance> => {
        if (options.fails === true) {
          throw new TransientError('Down', 'storage is down');
        }
        taken.push(signal);
        return {
          signalId: signal.id,
          action: 'observe',
          sentence: 'seen',
          incidentId: null,
          duplicate: false,
        };
      },
    },
    ...{ deadLetters, manifests, clock, log: silentLog },
    secrets: { spacelift: options.secrets ?? ['an-older-secret-of-it', secret], 'hcp-terraform': [] },
  };
  const post = (body: string, signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`) =>
    takeStackRun(
      deps,
      'spacelift',
      new HttpRequest({
        ...{ url: 'https://here/api/stacks/spacelift', method: 'POST', body: { string: body } },
        headers: { 'x-signature-256': signature },
      }),
      {} as Incidents,
    );
  return { post, taken, letters: async () => (await deadLetters.list()).deadLetters.map(({ reason }) => reason) };
}

it('takes a failed run as a signal about the subscription of its environment', async () => {
  const { post, taken } = door();
  expect((await post(JSON.stringify(run()))).status).toBe(202);
  expect(taken).toHaveLength(1);
  expect(taken[0]).toMatchObject({ kind: 'stack-run', condition: 'fired', rule: 'unit-0-dev', source: 'spacelift' });
  expect(taken[0]?.target).toMatch(/^\/subscriptions\/[0-9a-f-]{36}$/);
});

it('lets pass what means nothing yet', async () => {
  const { post, taken } = door();
  expect((await post(JSON.stringify(run({ state: 'PLANNING' })))).status).toBe(202);
  expect(taken).toEqual([]);
});

it.each([
  ['a signature of another', JSON.stringify(run()), `sha256=${'0'.repeat(64)}`],
  [
    'a body that was changed on its way',
    `${JSON.stringify(run())} `,
    `sha256=${createHmac('sha256', secret).update(JSON.stringify(run())).digest('hex')}`,
  ],
  ['no signature', JSON.stringify(run()), ''],
])('refuses %s with 401 and keeps nothing of it', async (_, body, signature) => {
  const { post, taken, letters } = door();
  expect(await post(body, signature)).toMatchObject({ status: 401 });
  expect([taken, await letters()]).toEqual([[], []]);
});

it('takes nothing where no secret is set', async () => {
  const body = JSON.stringify(run());
  expect(
    await door({ secrets: [] }).post(body, `sha256=${createHmac('sha256', '').update(body).digest('hex')}`),
  ).toMatchObject({
    status: 401,
  });
});

it.each([
  ['a replay from yesterday', run({ timestamp: now / 1000 - 86_400 }), 'ReplayedWebhook'],
  ['a stack of no manifest', run({}, 'elsewhere'), 'UnknownStack'],
  ['a shape that is none', { hello: 'world' }, 'InvalidStackRun'],
])('refuses %s, though signed, with a dead letter', async (_, body, reason) => {
  const { post, taken, letters } = door();
  expect(await post(JSON.stringify(body))).toMatchObject({ status: 400 });
  expect(taken).toEqual([]);
  expect(await letters()).toEqual([reason]);
});

it('is unavailable when the signal cannot be kept, or while no manifest is good', async () => {
  const failing = await door({ fails: true }).post(JSON.stringify(run()));
  expect([failing.status, failing.headers]).toMatchObject([503, { 'retry-after': expect.any(String) as string }]);
  expect(await door({ manifest: 'version: 2' }).post(JSON.stringify(run()))).toMatchObject({ status: 503 });
});
