import { isoOf, type EpochMillis } from '../../src/kernel/clock';
import { noteRotation, openRotationAccount, rotationProgress } from '../../src/rotation/account';
import { rotationEventSchema, rotationOrderSchema, rotationProgressSchema } from '../../src/rotation/model';

const vault =
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv';
const at = isoOf(Date.UTC(2026, 4, 4, 8) as EpochMillis);
const order = rotationOrderSchema.parse({
  rotationId: 'rotation-1',
  environment: 'prod',
  target: `${vault}/secrets/api-key`,
  mode: 'now',
  askedBy: { kind: 'operator', name: 'somebody' },
  binding: {
    vault,
    secret: 'api-key',
    owner: null,
    rotator: { kind: 'generated' },
    consumers: Array.from({ length: 20 }, (_, index) => ({
      kind: 'service',
      name: `${String(index).padStart(2, '0')}-${'c'.repeat(57)}`,
      url: 'https://example.com/',
      signing: 'signing',
    })),
    leadSeconds: 1,
    validitySeconds: 1,
    warnSeconds: [],
    overlap: { soakSeconds: 1, lookSeconds: 1, warnSeconds: 1, longestSeconds: 1 },
    attempts: 1,
  },
  limits: {
    leaseSeconds: 1800,
    cooldownSeconds: 0,
    budgets: [{ name: 'rotation', windowSeconds: 3600, maxResources: 5 }],
  },
  patienceSeconds: 1,
});

test('what is told of a rotation under way has room in the status of the durable engine, whatever was seen', () => {
  const account = openRotationAccount(order, at);
  for (let event = 0; event < 140; event += 1) {
    const stage = rotationEventSchema.shape.stage.options[event % 9] ?? 'adoption';
    noteRotation(account, at, stage, `${event} ${'w'.repeat(2000)}`);
  }
  account.adoption = {
    verdict: 'waiting',
    reasons: ['r'.repeat(512)],
    consumers: order.binding.consumers.map(({ name }) => ({ name, kind: 'lagging', reason: 'l'.repeat(300) })),
    usage: { kind: 'used', lastUsedAt: at },
  };
  const told = rotationProgress(account, 'adoption');
  expect(rotationProgressSchema.parse(told)).toEqual(told);
  expect(told.seen).toHaveLength(20);
  // Each stage is told once, with its newest word.
  expect(told.events.map(({ text }) => Number.parseInt(text, 10)).sort((one, two) => one - two)).toEqual(
    Array.from({ length: 9 }, (_, index) => 131 + index),
  );
  // The limit is 16 KiB of UTF-16.
  expect(JSON.stringify(told).length).toBeLessThanOrEqual(8192);
});
