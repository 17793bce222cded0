import type { DurableWrite } from '../../src/local/host';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { reportOf, rotationApp, stagesOf, vaultName, type RotationApp } from './rotation-app';

// A rotation by every rotator, with the process ended at every durable write and at every request to vault, provider or consumer:
// before the effect, when nothing of it happened, and after it, when all of it happened and nobody was told.

/** Every point takes minutes; without the variable every n-th is tried, a different residue for each rotator. */
const stride = process.env['CARETAKER_EVERY_CRASH'] === undefined ? 37 : 1;

class Crash extends Error {}

let local: LocalApp;
let rotation: RotationApp;
beforeAll(async () => {
  local = await startLocalApp();
  rotation = rotationApp(local);
}, 60_000);
afterAll(async () => {
  rotation.remove();
  await local.stop();
});

interface Point {
  readonly kind: 'write' | 'call';
  readonly number: number;
  readonly when: 'before' | 'after';
}

interface Counts {
  writes: number;
  calls: number;
}

/** A rotation that is ended at one point, and goes on in a new process; tells how it went. */
async function story(secret: string, name: string, point: Point | undefined) {
  const { cloud, clock } = local;
  await cloud.control.resetSecrets();
  clock.advanceBy(7_200_000);
  const counts: Counts = { writes: 0, calls: 0 };
  let state = 'running' as 'running' | 'dead' | 'again';
  const isAt = (kind: Point['kind'], number: number, when: Point['when']): boolean => {
    const is = state === 'running' && point?.kind === kind && point.number === number && point.when === when;
    state = is ? 'dead' : state;
    return is;
  };
  const commit = (when: Point['when']) => (write: DurableWrite) => {
    counts.writes = Math.max(counts.writes, write.sequence);
    if (isAt('write', write.sequence, when) || state === 'dead') {
      throw new Crash(`${when} write ${write.sequence}`);
    }
  };
  cloud.gate.watch = ({ when }) => {
    if (state === 'running' && when === 'before') {
      counts.calls += 1;
    }
    return isAt('call', counts.calls, when) || state === 'dead' ? 'cut' : undefined;
  };
  const send = (to: AppHost) =>
    to
      .operator('POST', `secrets/${secret}/rotations`, { reason: 'crash', key: name })
      .then(({ status, body }) => (status === 202 ? (body as { rotationId: string }).rotationId : undefined))
      .catch(() => undefined);
  let app = await rotation.start({ state: name, onCommit: { before: commit('before'), after: commit('after') } });
  let id = await send(app);
  if (state === 'running') {
    await app.host.runToQuiescence({ when: () => state === 'dead' }).catch(() => undefined);
  }
  const crashed = state === 'dead';
  if (crashed) {
    await app.host.stop().catch(() => undefined);
    state = 'again';
    app = await rotation.start({ state: name });
    // Sending the order again is what a person would do, and must change nothing.
    id = await send(app);
    await app.host.runToQuiescence();
  }
  cloud.gate.watch = undefined;
  const all = await cloud.control.secrets(vaultName);
  const newest = all.find((one) => one.name === secret)?.versions.at(-1)?.version;
  const consumers = (await cloud.control.secretConsumers()).filter((one) => one.secret === secret);
  const told = {
    crashed,
    end: (await reportOf(app, id ?? '')).end,
    violations: await cloud.control.credentialViolations(),
    stages: stagesOf(all, secret),
    held: consumers.map(({ version, valid }) => version === newest && valid),
    // Nothing that was made on the way and lost is left behind.
    credentials: (await cloud.control.credentials()).filter(({ valid }) => valid).length,
    ledger: await app.verifyLedger(),
  };
  await app.host.stop();
  return { told, counts };
}

const secrets = [
  'storefront-storage-key',
  'storefront-redis-key',
  'storefront-dns-token',
  'orders-api-secret',
  'storefront-client-secret',
];

test.each(secrets)(
  '%s: ended at any point, consumers always hold a valid credential, and one current and one previous are left',
  async (secret) => {
    const whole = await story(secret, `${secret}-whole`, undefined);
    const { told } = whole;
    expect(told).toMatchObject({
      ...{ crashed: false, end: 'rotated', violations: [] },
      stages: { current: 1, previous: 1, spent: 1 },
      held: told.held.map(() => true),
      ledger: { valid: true, problemCount: 0 },
    });
    expect(told.held.length).toBeGreaterThan(0);
    const points = (['write', 'call'] as const).flatMap((kind) =>
      Array.from(
        { length: kind === 'write' ? whole.counts.writes : whole.counts.calls },
        (_, index) => index + 1,
      ).flatMap((number): Point[] => [
        { kind, number, when: 'before' },
        { kind, number, when: 'after' },
      ]),
    );
    expect(points.length).toBeGreaterThan(80);
    const tried = points.filter((_, index) => index % stride === secrets.indexOf(secret) % stride);
    const began = Date.now();
    for (const point of tried) {
      const name = `${secret}-${point.when}-${point.kind}-${point.number}`;
      const { told: after } = await story(secret, name, point);
      const { stages, held, ...rest } = after;
      expect({ name, ...rest }).toMatchObject({
        ...{ name, crashed: true, end: 'rotated', violations: [], credentials: told.credentials },
        ledger: { valid: true, problemCount: 0 },
      });
      expect({
        name,
        held,
        current: stages['current'],
        previous: stages['previous'],
        pending: stages['pending'],
      }).toEqual({
        ...{ name, held: told.held, current: 1, previous: 1, pending: undefined },
      });
    }
    if (stride === 1) {
      process.stdout.write(`${secret}: ${tried.length} of ${points.length} points, ${Date.now() - began} ms\n`);
    }
  },
  stride === 1 ? 900_000 : 120_000,
);
