import { join } from 'node:path';
import { z } from 'zod';
import { searchFor } from '../../canary';
import type { ConsumerState, SecretState } from '../../cloud';
import { check, type Check, type Scene, type Stage, type Story } from '../stage';

const vault = 'kv-web-prod-weu-001';
const secret = 'storefront-storage-key';
const consumer = 'storefront';
/** Another secret for the second part: the first one is left in peace for a while after its rotation. */
const otherSecret = 'storefront-client-secret';
const otherConsumer = 'signin';
const regenerate = 'Microsoft.Storage/storageAccounts/regenerateKey/action';
const canaries = 32;

/** A key nears its expiry, a consumer lags, the overlap is extended; then a new key that does not work is taken back. */
export const rotation: Scene = {
  name: 'rotation',
  title: `${secret} nears its expiry. Its consumer lags behind; the old key dies only when it has moved. Then a new client secret does not work.`,
  tell,
};

const rotationSchema = z.looseObject({
  rotation: z
    .looseObject({
      end: z.string(),
      outcome: z.string().nullable(),
      reasons: z.array(z.string()),
      events: z.array(z.looseObject({ at: z.string(), stage: z.string(), text: z.string() })),
    })
    .nullable(),
  live: z.looseObject({ custom: z.looseObject({ stage: z.string() }).nullable().catch(null) }).nullable(),
});
type Rotation = z.infer<typeof rotationSchema>;
const rotationsSchema = z.looseObject({
  open: z.array(
    z.looseObject({ id: z.string(), custom: z.looseObject({ target: z.string() }).nullable().catch(null) }),
  ),
});

async function tell(stage: Stage): Promise<Story> {
  const { control } = stage;
  await plant(stage);
  await control.clearCredentialViolations();
  await control.setConsumer(consumer, 'lags');
  const before = await asked(stage);
  const expiresAt = (await control.now()) + 10 * 86_400_000;
  await control.changeSecret({ vault, name: secret, expiresAt });
  await stage.at(`Key Vault: ${secret} expires in 10 days (SecretNearExpiry)`);

  const id = await stage.until('no rotation began', async () => {
    await control.now();
    const { out } = await stage.caretaker('rae', 'secrets', 'status', '--json');
    const { open } = rotationsSchema.parse(JSON.parse(out));
    return open.find(({ custom }) => custom?.target.endsWith(`/secrets/${secret}`))?.id;
  });
  await stage.at(`Caretaker: rotation ${id}`);
  const lagging = await stage.until('the new key was never promoted', async () => {
    const one = await seen(stage);
    return one.told >= 2 ? one : undefined;
  });
  await stage.at(`${consumer} was told ${lagging.told} times and still uses the old key; the overlap goes on`);
  const during = await asked(stage);
  const heldWhileLagging = (await seen(stage)).valid;

  await control.setConsumer(consumer, 'prompt');
  await stage.at(`${consumer} loads the new key`);
  const done = await ended(stage, id);
  for (const { stage: step, text } of done?.events.slice(-3) ?? []) {
    await stage.at(`  ${step}: ${text}`);
  }
  await stage.at(`Rotation: ${done?.end.toUpperCase()}`);
  const after = await asked(stage);
  const stages = stagesOf(await control.secrets(vault));

  await control.addFault({ effect: { kind: 'accept-and-do-nothing' }, operation: 'Graph/applications/addPassword' });
  const heldBefore = await seen(stage, otherConsumer);
  await stage.at('Microsoft Entra: from now on hands out client secrets and does not take them');
  const ordered = await stage.caretaker('omar', 'secrets', 'rotate', otherSecret, '--reason', 'demo', '--json');
  const second = z.looseObject({ rotationId: z.string() }).parse(JSON.parse(ordered.out)).rotationId;
  const back = await ended(stage, second);
  await control.clearFaults();
  await stage.at(`Rotation: ${back?.end.toUpperCase()} (${back?.reasons.join('; ') ?? ''})`);
  const user = await seen(stage, otherConsumer);
  const violations = (await control.credentialViolations()).filter(({ consumer: name }) =>
    [consumer, otherConsumer].includes(name),
  );
  const leaks = await searched(stage);
  await stage.at(
    `${leaks.values} secret values searched for in ${leaks.files} files and ${leaks.answers} answers: ${leaks.found} found`,
  );

  const checks: Check[] = [
    check(
      'while the consumer lagged, one new key was made and its old one worked',
      during - before === 1 && heldWhileLagging,
      during - before,
    ),
    check(
      'the old key was revoked after the consumer had moved',
      done?.end === 'rotated' && after - before === 2,
      done?.end,
    ),
    check('one current and one previous version, none pending', stages === 'current 1, previous 1, spent 1', stages),
    check(
      'a new client secret that does not work was given up, and its consumer never saw it',
      back?.end === 'rolled-back' && user.valid && user.version === heldBefore.version,
      back?.end,
    ),
    check(
      'at no moment did a consumer hold, or would it have loaded, a key that does not work',
      violations.length === 0,
      violations.map(({ consumer: name, what, after }) => `${name} ${what} after ${after}`).join(', ') || 'none',
    ),
    check('no secret value is in any file or answer', leaks.found === 0, leaks.found),
  ];
  return { checks, summary: { rotated: done?.end ?? null, rolledBack: back?.end ?? null, searched: leaks } };
}

/** Secrets that are like no other text, for the search at the end. */
async function plant({ control }: Stage): Promise<void> {
  for (let number = 1; number <= canaries; number += 1) {
    await control.putSecret({ vault, name: `canary-${number}`, tags: { owner: 'demo' } });
  }
}

async function asked({ control }: Stage): Promise<number> {
  return (await control.journal({ operation: regenerate })).length;
}

async function seen({ control }: Stage, wanted = consumer): Promise<ConsumerState> {
  const found = (await control.secretConsumers()).find(({ name }) => name === wanted);
  if (found === undefined) {
    throw new Error(`the local cloud has no consumer ${wanted}`);
  }
  return found;
}

async function ended(stage: Stage, id: string): Promise<Rotation['rotation']> {
  return stage.until('the rotation did not end', async () => {
    const { out } = await stage.caretaker('rae', 'secrets', 'status', id, '--json');
    return rotationSchema.parse(JSON.parse(out)).rotation ?? undefined;
  });
}

function stagesOf(all: readonly SecretState[]): string {
  const versions = all
    .filter(({ name }) => name === secret || name === `${secret}--pending`)
    .flatMap((one) => one.versions);
  const counts = new Map<string, number>();
  for (const { tags } of versions) {
    const name = tags['caretaker-stage'] ?? 'none';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** Looks for every value that is or was a secret, in everything that the platform wrote and in what it answers about secrets. */
async function searched(stage: Stage) {
  const { platform, control } = stage;
  const search = searchFor(await control.secretValues());
  const answers = await Promise.all(
    [['list'], ['report'], ['status']].map(async (argv) => {
      const { out, err } = await stage.caretaker('rae', 'secrets', ...argv, '--json');
      return { place: argv.join(' '), bytes: out + err };
    }),
  );
  const written = search.inFolder(join(platform.directory));
  const told = answers.flatMap(search.in);
  return {
    values: search.values,
    files: written.files,
    bytes: written.bytes,
    answers: answers.length,
    found: written.leaks.length + told.length,
    places: [...written.leaks, ...told].slice(0, 20).map(({ place, encoding }) => `${place} (${encoding})`),
  };
}
