import {
  ConflictError,
  InvalidInputError,
  InvariantError,
  PermanentError,
  TransientError,
} from '../../src/kernel/errors';
import { incidentIdOf } from '../../src/run';
import { alertText, signalOf } from '../run/intake-world';
import { storageDown } from '../run/fixture';
import { doors, pathsOf } from './support';

const fired = signalOf('metric-fired');

it('takes an alert: 202 when everything that follows is durable', async () => {
  const door = doors();
  const answer = await door.alert(alertText('metric-fired'));
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    signals: [{ signalId: fired.id, action: 'open-incident', incidentId: incidentIdOf(fired.correlation) }],
  });
  expect(door.incidents.orders.size).toBe(1);
});

it('takes the same alert a hundred times at once: one incident, a hundred answers', async () => {
  const door = doors();
  const answers = await Promise.all(Array.from({ length: 100 }, () => door.alert(alertText('metric-fired'))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(door.incidents.orders.size).toBe(1);
  expect(await door.entries()).toHaveLength(1);
});

function alertWith(
  change: (alert: { data: { essentials: Record<string, unknown> } } & Record<string, unknown>) => void,
) {
  const alert = JSON.parse(alertText('metric-fired')) as Parameters<typeof change>[0];
  change(alert);
  return JSON.stringify(alert);
}

const targets = (count: number) =>
  alertWith(({ data }) => {
    data.essentials['alertTargetIDs'] = Array.from(
      { length: count },
      (_, index) => `/subscriptions/3f1d6c52-8c1e-4b7a-9d55-0a6f3c2b7e11/resourcegroups/rg/providers/a/b/${index}`,
    );
  });

describe('refuses, names the field, keeps a dead letter and starts nothing, for', () => {
  it.each([
    ['malformed JSON', '{"schemaId": ', 400, 'InvalidJson', ['']],
    ['no body', '', 400, 'InvalidJson', ['']],
    ['text', 'hello', 400, 'InvalidJson', ['']],
    ['a key twice', '{"a": {"b": 1, "b": 2}}', 400, 'InvalidJson', ['a.b']],
    ['a nesting without end', `${'['.repeat(5000)}`, 400, 'InvalidJson', ['']],
    ['a list', alertText('invalid-not-an-object'), 400, 'InvalidAlert', ['']],
    ['an unknown schema', alertText('invalid-unknown-schema'), 400, 'UnknownSchema', ['schemaId']],
    ['no schema', alertText('invalid-no-schema'), 400, 'UnknownSchema', ['schemaId']],
    ['no data', alertText('invalid-no-data'), 400, 'InvalidAlert', ['data']],
    [
      'missing fields',
      alertText('invalid-missing-fields'),
      400,
      'InvalidAlert',
      expect.arrayContaining(['data.essentials.alertId', 'data.essentials.firedDateTime']),
    ],
    ['no target', alertText('invalid-no-target'), 400, 'InvalidAlert', ['data.essentials.alertTargetIDs']],
    [
      'a resource of another subscription',
      alertText('invalid-foreign-subscription'),
      400,
      'InvalidAlert',
      ['data.essentials.alertTargetIDs[0]'],
    ],
    [
      'a target that is no resource',
      alertWith(({ data }) => {
        data.essentials['alertTargetIDs'] = ['vm-web-1'];
      }),
      400,
      'InvalidAlert',
      ['data.essentials.alertTargetIDs[0]'],
    ],
    [
      'keys that reach the prototype',
      alertText('invalid-polluting-key'),
      400,
      'InvalidJson',
      ['data.alertContext.condition.constructor.prototype', 'data.alertContext.condition.constructor'],
    ],
    [
      'the key of every prototype',
      '{"data": {"__proto__": {"polluted": true}}}',
      400,
      'InvalidJson',
      ['data.__proto__'],
    ],
    ['a hundred and one targets', targets(101), 400, 'InvalidAlert', ['data.essentials.alertTargetIDs']],
    ['10,000 targets', targets(10_000), 413, 'TooLarge', ['']],
    ['a body of 1 MB', `"${'x'.repeat(1_048_574)}"`, 413, 'TooLarge', ['']],
  ])('%s', async (_, body, status, code, paths) => {
    const door = doors();
    const answer = await door.alert(body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, type: `urn:caretaker:problem:${code}` });
    expect(pathsOf(answer)).toEqual(paths);
    expect(answer.body.problems?.every(({ message }) => message.length > 10)).toBe(true);

    const { deadLetters } = await door.deadLetters.list();
    expect(deadLetters).toHaveLength(1);
    expect(deadLetters[0]).toMatchObject({ source: 'azure-monitor', reason: code, bodyBytes: Buffer.byteLength(body) });
    expect(door.incidents.orders.size).toBe(0);
    expect(await door.entries()).toEqual([]);
    expect([...door.storage.stored.keys()].filter((path) => path.startsWith('decisions'))).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('every problem of a payload at once', async () => {
    const answer = await doors().alert(alertText('invalid-every-problem-at-once'));
    expect(answer.body.problems?.length).toBeGreaterThan(3);
  });

  it('the same payload twice: one dead letter', async () => {
    const door = doors();
    await door.alert('nonsense');
    door.clock.pass(60);
    await door.alert('nonsense');
    expect((await door.deadLetters.list()).deadLetters).toHaveLength(1);
  });
});

it('takes the largest body there may be', async () => {
  const alert = alertText('metric-fired');
  const body = alert + ' '.repeat(512 * 1024 - Buffer.byteLength(alert));
  expect((await doors().alert(body)).status).toBe(202);
  expect((await doors().alert(`${body} `)).status).toBe(413);
});

describe('answers 503 with Retry-After, so that the alert is sent again, when', () => {
  it('the dead letter cannot be kept', async () => {
    const door = doors();
    const deadLetters = { ...door.deadLetters, keep: () => Promise.reject(storageDown) };
    const answer = await door.alert('nonsense', { ...door.alertDeps, deadLetters });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('20');
    expect(door.log.lines.join()).toContain('StorageUnreachable');
  });

  it.each([
    ['the storage asks for a wait', new TransientError('X', 'x', { retryAfterSeconds: 6.2 }), '7'],
    ['the storage denies access', new PermanentError('StorageDenied', 'x'), '20'],
    ['others changed a document', new ConflictError('DecisionRemoved', 'x'), '20'],
    ['the policy is refused', new InvalidInputError('InvalidPolicy', 'x', [{ path: 'rules', message: 'x' }]), '20'],
    ['a rule of ours is broken', new InvariantError('x'), '20'],
    ['anything else fails', new TypeError('x is not a function'), '20'],
  ])('%s', async (_, error, wait) => {
    const door = doors();
    const intake = { ...door.alertDeps.intake, accept: () => Promise.reject(error) };
    const answer = await door.alert(alertText('metric-fired'), { ...door.alertDeps, intake });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe(wait);
    expect(JSON.stringify(answer.body)).not.toMatch(/not a function|rules/);
    expect((await door.deadLetters.list()).deadLetters).toEqual([]);
  });

  it('the storage is down at any act; sent again it is taken, once', async () => {
    const plain = doors();
    await plain.alert(alertText('metric-fired'));
    const acts = plain.breaker.acts.length;
    expect(acts).toBeGreaterThan(6);
    for (let act = 1; act <= acts; act += 1) {
      const door = doors();
      door.breaker.breakOnce(act, act % 2 === 0 ? 'before' : 'after');
      expect((await door.alert(alertText('metric-fired'))).status).toBe(503);
      expect((await door.alert(alertText('metric-fired'))).status).toBe(202);
      expect(door.incidents.orders.size).toBe(1);
    }
  });

  it('the policy has never been read, or is refused at its first reading', async () => {
    const unread = doors({ read: () => Promise.reject(storageDown) });
    expect((await unread.alert(alertText('metric-fired'))).status).toBe(503);
    const bad = doors({ read: async () => ({ kind: 'document', text: 'version: 2', etag: '1' }) });
    expect((await bad.alert(alertText('metric-fired'))).status).toBe(503);
    expect((await bad.deadLetters.list()).deadLetters).toEqual([]);
  });

  it('one of many targets fails; the others are waited for', async () => {
    const door = doors();
    const settled: string[] = [];
    const intake = {
      ...door.alertDeps.intake,
      accept: async (signal: typeof fired) => {
        if (settled.length === 0) {
          settled.push('failed');
          throw storageDown;
        }
        await new Promise((resolve) => setImmediate(resolve));
        settled.push(signal.id);
        return { signalId: signal.id, action: 'none' as const, sentence: '', incidentId: null, duplicate: false };
      },
    };
    const answer = await door.alert(alertText('metric-multi-resource-fired'), { ...door.alertDeps, intake });
    expect(answer.status).toBe(503);
    expect(settled.length).toBeGreaterThan(1);
  });
});
