import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobStorage, type BlobStorage, type Patience } from '../../../src/adapters/blob';
import { systemClock } from '../../../src/kernel/clock';
import { createLedger, verifyLedger, type Ledger } from '../../../src/ledger';
import { startAzurite, type RunningAzurite } from '../../../src/local/cloud/azurite';
import { startProxy, type Fault, type FaultyProxy } from './proxy';

const quick: Patience = { tries: 2, tryMillis: 5_000, pauseMillis: 1 };

let directory: string;
let azurite: RunningAzurite;
let proxy: FaultyProxy;
let storage: BlobStorage;
let cases = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caretaker-blob-'));
  azurite = await startAzurite({ directory });
  proxy = await startProxy(azurite.connectionString);
});
afterAll(async () => {
  await proxy?.stop();
  await azurite?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  cases += 1;
  storage = open(`case-${cases}`);
  await storage.ensure();
  proxy.faults.length = 0;
  proxy.requests.length = 0;
});

function open(container: string, patience = quick): BlobStorage {
  return createBlobStorage({ account: { connectionString: proxy.connectionString }, container, patience });
}

const busy: Fault = { status: 503, code: 'ServerBusy', retryAfter: 0 };

test.each(['', 'ab', 'Ledger', 'a--b', '-abc', 'a/b', 'x'.repeat(64)])('refuses %j as a container', (container) => {
  expect(() => open(container)).toThrow(expect.objectContaining({ code: 'ContainerNameInvalid' }) as Error);
});

describe('failures of the storage', () => {
  test.each<[string, Fault]>([
    ['busy', busy],
    ['internal error', { status: 500, code: 'InternalError' }],
    ['connection broken off', 'reset-before'],
  ])('%s: passes when it happens once', async (_, fault) => {
    proxy.faults.push(fault);
    expect(await storage.documents.create('a.json', { n: 1 })).toMatchObject({ kind: 'created' });
    expect(proxy.requests).toHaveLength(2);
  });

  test.each<[string, Fault, string]>([
    ['busy', busy, 'StorageUnavailable'],
    ['throttled', { status: 429, code: 'TooManyRequests' }, 'StorageUnavailable'],
    ['internal error', { status: 500, code: 'InternalError' }, 'StorageUnavailable'],
    ['connection broken off', 'reset-before', 'StorageUnreachable'],
  ])('%s: is transient when it happens again, and is not tried a third time', async (_, fault, code) => {
    proxy.faults.push(fault, fault);
    const failure = storage.documents.get('a.json');
    await expect(failure).rejects.toMatchObject({ name: 'TransientError', code });
    expect(proxy.requests).toHaveLength(2);
  });

  test('a long wait that the storage asks for is passed on and not waited for', async () => {
    proxy.faults.push({ status: 503, code: 'ServerBusy', retryAfter: 17 });
    await expect(storage.documents.get('a.json')).rejects.toMatchObject({
      name: 'TransientError',
      retryAfterSeconds: 17,
    });
    expect(proxy.requests).toHaveLength(1);
  });

  test('no answer within the time of a try is transient', async () => {
    const impatient = open('impatient', { tries: 1, tryMillis: 300, pauseMillis: 1 });
    await impatient.ensure();
    proxy.faults.push('silent');
    await expect(impatient.documents.get('a.json')).rejects.toMatchObject({
      name: 'TransientError',
      code: 'StorageUnreachable',
    });
  });

  test.each<[string, Fault, string]>([
    ['no permission', { status: 403, code: 'AuthorizationPermissionMismatch' }, 'StorageDenied'],
    ['not authenticated', { status: 401, code: 'InvalidAuthenticationInfo' }, 'StorageDenied'],
    ['no container', { status: 404, code: 'ContainerNotFound' }, 'StorageRefused'],
    ['immutable', { status: 409, code: 'BlobImmutableDueToPolicy' }, 'StorageRefused'],
    ['leased by somebody', { status: 412, code: 'LeaseIdMissing' }, 'StorageRefused'],
  ])('%s: is permanent and not tried again', async (_, fault, code) => {
    for (const operation of [
      () => storage.documents.create('a.json', {}),
      () => storage.documents.replace('a.json', {}, '"1"'),
      () => storage.documents.remove('a.json'),
      () => storage.ledgerLogs.append('a.jsonl', 'x\n', 2),
    ]) {
      proxy.requests.length = 0;
      proxy.faults.push(fault);
      await expect(operation()).rejects.toMatchObject({ name: 'PermanentError', code });
      expect(proxy.requests).toHaveLength(1);
    }
  });

  test('nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const connectionString = azurite.connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`);
    const nobody = createBlobStorage({ account: { connectionString }, container: 'nobody', patience: quick });
    const transient = { name: 'TransientError', code: 'StorageUnreachable' };
    await expect(nobody.ensure()).rejects.toMatchObject(transient);
    await expect(nobody.documents.get('a.json')).rejects.toMatchObject(transient);
    await expect(nobody.ledgerLogs.append('a.jsonl', 'x\n', 0)).rejects.toMatchObject(transient);
  });
});

describe('a write whose answer was lost', () => {
  test('is known again: created', async () => {
    proxy.faults.push('reset-after');
    const created = await storage.documents.create('a.json', { n: 1 });
    expect(created).toEqual({ kind: 'created', etag: (await storage.documents.get('a.json'))?.etag });
  });

  test('is known again: replaced', async () => {
    const created = await storage.documents.create('a.json', { n: 1 });
    proxy.faults.push('reset-after');
    const replaced = await storage.documents.replace(
      'a.json',
      { n: 2 },
      created.kind === 'created' ? created.etag : '',
    );
    expect(replaced).toEqual({ kind: 'replaced', etag: (await storage.documents.get('a.json'))?.etag });
  });

  test("is not taken for somebody else's", async () => {
    await storage.documents.create('a.json', { n: 1 });
    proxy.faults.push(busy);
    expect(await storage.documents.create('a.json', { n: 1 })).toEqual({ kind: 'exists' });
    proxy.faults.push('reset-before');
    expect(await storage.documents.replace('a.json', { n: 2 }, '"0x0"')).toEqual({ kind: 'conflict' });
    expect((await storage.documents.get('a.json'))?.value).toEqual({ n: 1 });
  });

  test('is not appended a second time to the ledger', async () => {
    const ledger = openLedger(storage);
    const entry = { kind: 'run.finished', subject: 'vm', data: null } as const;
    await ledger.append([{ ...entry, id: 'a' }]);
    proxy.faults.push('reset-after');
    const [receipt] = await ledger.append([{ ...entry, id: 'b' }]);
    expect(receipt?.sequence).toBe(2);
    expect(await verify(storage)).toMatchObject({ valid: true, entries: 2, repeats: 0, beyondHead: 0 });
  });
});

function openLedger({ documents, ledgerLogs }: BlobStorage): Ledger {
  const limits = { bytes: 1_000_000, lines: 20 };
  return createLedger({ documents, logs: ledgerLogs, clock: systemClock, environment: 'test', limits });
}

function verify({ documents, ledgerLogs }: BlobStorage): ReturnType<typeof verifyLedger> {
  return verifyLedger({ documents, logs: ledgerLogs, environment: 'test' });
}

test('two instances of the ledger write into the same blobs: one valid chain over several segments', async () => {
  const instances = [openLedger(storage), openLedger(storage)];
  const ids = Array.from({ length: 60 }, (_, n) => `entry-${n}`);
  for (let round = 0; round < 6; round += 1) {
    const some = ids.slice(round * 10, round * 10 + 10);
    await Promise.all(
      some.map((id, n) => instances[n % 2]?.append([{ id, kind: 'run.finished', subject: 'vm', data: { n } }])),
    );
  }
  const read: string[] = [];
  for await (const { id } of openLedger(storage).read()) {
    read.push(id);
  }
  expect([...read].sort()).toEqual([...ids].sort());
  const verification = await verify(storage);
  expect(verification).toMatchObject({ valid: true, repeats: 0, beyondHead: 0 });
  expect(verification.segments).toBeGreaterThanOrEqual(3);
});
