import { readConfig } from '../../src/config';
import { InvalidInputError } from '../../src/kernel/errors';

const good = {
  CARETAKER_ENVIRONMENT: 'prod',
  CARETAKER_SUBSCRIPTION_IDS: '3F1D6C52-8c1e-4b7a-9d55-0a6f3c2b7e11, 3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  CARETAKER_BLOB_URL: 'https://account.blob.core.windows.net',
  CARETAKER_POLICY_URL: 'https://account.blob.core.windows.net/policy/caretaker.yaml',
};
const local = {
  CARETAKER_ENVIRONMENT: 'local',
  CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  CARETAKER_BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  CARETAKER_POLICY_URL: 'policy/caretaker.yaml',
};

function problemsOf(variables: Record<string, string | undefined>): InvalidInputError {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
  throw new Error('the configuration was taken');
}

const pathsOf = (variables: Record<string, string | undefined>) =>
  problemsOf(variables).problems.map(({ path }) => path);

it('reads what is deployed, with defaults', () => {
  expect(readConfig(good)).toEqual({
    environment: 'prod',
    subscriptions: new Set(['3f1d6c52-8c1e-4b7a-9d55-0a6f3c2b7e11', '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01']),
    policyLocation: 'https://account.blob.core.windows.net/policy/caretaker.yaml',
    eventDelivery: 'webhook',
    stacks: { location: undefined, secrets: { spacelift: [], 'hcp-terraform': [] } },
    notifications: { channels: new Map(), linkKeys: [], publicUrl: undefined },
    dns: {
      ...{ location: undefined, api: 'https://api.cloudflare.com/client/v4', token: undefined },
      ...{ webhookSecrets: [], locations: new Map() },
    },
    directory: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com' },
    logLevel: 'info',
    storage: {
      kind: 'identity',
      url: 'https://account.blob.core.windows.net',
      stateContainer: 'caretaker-state',
      ledgerContainer: 'caretaker-ledger',
    },
    azure: {
      armEndpoint: 'https://management.azure.com',
      tenantId: undefined,
      writerClientId: undefined,
      prunerClientId: undefined,
    },
    consoleClientId: undefined,
    localClock: undefined,
    api: { tokens: undefined },
  });
});

it('reads the local platform, with its clock', () => {
  const config = readConfig({ ...local, CARETAKER_LOCAL_CLOCK: '1700000000000/1700000001000/60.5' });
  expect(config.storage).toMatchObject({ kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' });
  expect(config.localClock).toEqual({ origin: 1_700_000_000_000, startedAt: 1_700_000_001_000, speed: 60.5 });
});

it('takes any GUID for an id, as Azure gives them', () => {
  const odd = '00000000-0000-0000-c000-000000000046';
  expect(readConfig({ ...good, CARETAKER_SUBSCRIPTION_IDS: odd, CARETAKER_TENANT_ID: odd }).azure.tenantId).toBe(odd);
});

it('lists everything that is missing', () => {
  const error = problemsOf({});
  expect(error.code).toBe('BadConfiguration');
  expect(error.problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
    'CARETAKER_ENVIRONMENT is missing',
    'CARETAKER_SUBSCRIPTION_IDS is missing',
    'CARETAKER_POLICY_URL is missing',
    'CARETAKER_BLOB_URL is missing; set it to the blob endpoint of the storage account (or CARETAKER_BLOB_CONNECTION_STRING locally)',
  ]);
  expect(error.message).toContain('4 problem(s)');
});

it('takes an empty text for a missing one', () => {
  const empty = Object.fromEntries(Object.keys(good).map((name) => [name, '']));
  expect(pathsOf(empty)).toEqual(pathsOf({}));
  expect(readConfig({ ...good, CARETAKER_TENANT_ID: '', CARETAKER_LOG_LEVEL: '' })).toEqual(readConfig(good));
});

it('lists every problem at once, with its variable', () => {
  expect(
    pathsOf({
      CARETAKER_ENVIRONMENT: 'Prod!',
      CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01,platform,sandbox',
      CARETAKER_TENANT_ID: 'contoso',
      CARETAKER_BLOB_URL: 'account',
      CARETAKER_STATE_CONTAINER: 'UPPER',
      CARETAKER_LEDGER_CONTAINER: 'x',
      CARETAKER_POLICY_URL: 'p',
      CARETAKER_WRITER_CLIENT_ID: 'writer',
      CARETAKER_PRUNER_CLIENT_ID: 'pruner',
      CARETAKER_ARM_ENDPOINT: 'ftp://arm',
      CARETAKER_LOG_LEVEL: 'loud',
      CARETAKER_LOCAL_CLOCK: 'fast',
    }),
  ).toEqual([
    'CARETAKER_ENVIRONMENT',
    'CARETAKER_SUBSCRIPTION_IDS[1]',
    'CARETAKER_SUBSCRIPTION_IDS[2]',
    'CARETAKER_TENANT_ID',
    'CARETAKER_BLOB_URL',
    'CARETAKER_STATE_CONTAINER',
    'CARETAKER_LEDGER_CONTAINER',
    'CARETAKER_WRITER_CLIENT_ID',
    'CARETAKER_PRUNER_CLIENT_ID',
    'CARETAKER_ARM_ENDPOINT',
    'CARETAKER_LOCAL_CLOCK',
    'CARETAKER_LOG_LEVEL',
    // The clock is for the local platform.
    'CARETAKER_LOCAL_CLOCK',
  ]);
});

it('never repeats a value, which may be a secret', () => {
  const secret = 'S3cr3t-Value';
  const names = [
    ...Object.keys(good),
    ...Object.keys(local),
    'TENANT_ID',
    'WRITER_CLIENT_ID',
    'ARM_ENDPOINT',
    'LOG_LEVEL',
  ];
  const variables = Object.fromEntries(
    names.map((name) => [name.startsWith('CARETAKER_') ? name : `CARETAKER_${name}`, secret]),
  );
  const error = problemsOf({ ...variables, CARETAKER_LOCAL_CLOCK: secret, CARETAKER_STATE_CONTAINER: secret });
  expect(error.problems.length).toBeGreaterThan(6);
  expect(JSON.stringify([error.message, error.problems, error.details])).not.toContain(secret);
});

it.each([
  ['two storages', { ...good, CARETAKER_BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true' }, ['CARETAKER_BLOB_URL']],
  ['a clock of the local platform elsewhere', { ...good, CARETAKER_LOCAL_CLOCK: '1/2/3' }, ['CARETAKER_LOCAL_CLOCK']],
  ['a clock that stands still', { ...local, CARETAKER_LOCAL_CLOCK: '1/2/0' }, ['CARETAKER_LOCAL_CLOCK']],
  [
    'a clock that stands still, written longer',
    { ...local, CARETAKER_LOCAL_CLOCK: '1/2/00.00' },
    ['CARETAKER_LOCAL_CLOCK'],
  ],
  ['no subscription in the list', { ...good, CARETAKER_SUBSCRIPTION_IDS: ' , ' }, ['CARETAKER_SUBSCRIPTION_IDS']],
])('refuses %s', (_, variables, paths) => {
  expect(pathsOf(variables)).toEqual(paths);
});

it('takes a slow clock', () => {
  expect(readConfig({ ...local, CARETAKER_LOCAL_CLOCK: '1/2/0.5' }).localClock?.speed).toBe(0.5);
});

describe('tokens', () => {
  const tenant = '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7';
  const audience = '0c0ffee0-1111-4222-8333-444455556666, api://caretaker';

  it('are for one tenant and the audiences that are named', () => {
    const tokens = { tenantId: tenant, audiences: ['0c0ffee0-1111-4222-8333-444455556666', 'api://caretaker'] };
    const given = { CARETAKER_TENANT_ID: tenant, CARETAKER_API_AUDIENCE: audience };
    expect(readConfig({ ...good, ...given }).api.tokens).toEqual({ ...tokens, issuer: undefined, appService: false });
    const issuer = 'http://127.0.0.1:4000/tenant/v2.0';
    expect(readConfig({ ...local, ...given, CARETAKER_LOCAL_ISSUER: issuer }).api.tokens).toEqual({
      ...tokens,
      issuer,
      appService: false,
    });
  });

  it('are got by the console with an application of its own, where one is named', () => {
    const clientId = '0C0FFEE0-7777-4222-8333-444455556666';
    expect(readConfig({ ...good, CARETAKER_CONSOLE_CLIENT_ID: clientId }).consoleClientId).toBe(clientId);
    expect(readConfig({ ...good, CARETAKER_CONSOLE_CLIENT_ID: '' }).consoleClientId).toBeUndefined();
    expect(pathsOf({ ...good, CARETAKER_CONSOLE_CLIENT_ID: 'api://console' })).toEqual(['CARETAKER_CONSOLE_CLIENT_ID']);
  });

  it.each([
    ['an audience without a tenant', { CARETAKER_API_AUDIENCE: audience }, ['CARETAKER_TENANT_ID']],
    ['no name in it', { CARETAKER_TENANT_ID: tenant, CARETAKER_API_AUDIENCE: ' , ' }, ['CARETAKER_API_AUDIENCE']],
    [
      'an issuer of the local platform where it is not',
      { CARETAKER_LOCAL_ISSUER: 'http://x' },
      ['CARETAKER_LOCAL_ISSUER'],
    ],
  ])('not with %s', (_, given, paths) => {
    expect(pathsOf({ ...good, ...given })).toEqual(paths);
  });
});

describe('channels of notifications', () => {
  const channelsOf = (value: unknown) =>
    readConfig({ ...good, CARETAKER_CHANNELS: typeof value === 'string' ? value : JSON.stringify(value) });

  it('are addresses by name', () => {
    const config = channelsOf({ ops: { url: 'https://x.example/hook' }, here: { url: 'http://127.0.0.1:7/x' } });
    expect([...config.notifications.channels]).toEqual([
      ['ops', { url: 'https://x.example/hook' }],
      ['here', { url: 'http://127.0.0.1:7/x' }],
    ]);
  });

  it.each([
    ['no JSON', 'https://planted.example/secret'],
    ['no object', '["planted"]'],
    ['an address that is not encrypted', { ops: { url: 'http://planted.example/secret' } }],
    ['an address that only looks like this machine', { ops: { url: 'http://127.0.0.1.planted.example/secret' } }],
    ['a secret that can be guessed', { ops: { url: 'https://planted.example/', secret: 'planted' } }],
    ['a field that nobody reads', { ops: { url: 'https://planted.example/', key: 'planted' } }],
  ])('are refused with %s, and nothing of it is repeated', (_, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const error = problemsOf({ ...good, CARETAKER_CHANNELS: text });
    expect(error.problems.map(({ path }) => path)).toEqual(['CARETAKER_CHANNELS']);
    expect(`${error.message}${error.stack ?? ''}${JSON.stringify(error.problems)}`).not.toContain('planted');
  });

  it('take keys for links that are long enough', () => {
    const keys = `${'a'.repeat(32)}, ${'b'.repeat(40)}`;
    const config = readConfig({ ...good, CARETAKER_LINK_KEYS: keys, CARETAKER_PUBLIC_URL: 'https://f.example/' });
    expect(config.notifications).toMatchObject({
      linkKeys: ['a'.repeat(32), 'b'.repeat(40)],
      publicUrl: 'https://f.example',
    });
    expect(pathsOf({ ...good, CARETAKER_LINK_KEYS: 'short' })).toEqual(['CARETAKER_LINK_KEYS[0]']);
  });
});
