import { parsePlatformEvents } from '../../src/signal';

const gridEvent = {
  id: '9b0d6b1e',
  topic: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv',
  subject: 'db-password',
  eventType: 'Microsoft.KeyVault.SecretNearExpiry',
  eventTime: '2026-03-02T08:00:00.1234567Z',
  data: { Id: 'https://kv.vault.azure.net/secrets/db-password/1', EXP: 1772500000 },
  dataVersion: '1',
};
const cloudEvent = {
  specversion: '1.0',
  id: 'ce-1',
  type: 'Microsoft.Resources.ResourceWriteSuccess',
  source: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  subject: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg/providers/a/b/c',
  time: '2026-03-02T08:00:00Z',
};

it('reads an event of either schema, alone or in a list, also mixed', () => {
  expect(parsePlatformEvents(gridEvent)).toMatchObject([
    { id: '9b0d6b1e', type: 'Microsoft.KeyVault.SecretNearExpiry', source: gridEvent.topic, subject: 'db-password' },
  ]);
  expect(parsePlatformEvents([cloudEvent, gridEvent]).map(({ id, data }) => [id, Object.keys(data)])).toEqual([
    ['ce-1', []],
    ['9b0d6b1e', ['Id', 'EXP']],
  ]);
});

it.each([
  ['nothing in the list', [], ''],
  ['no type', [gridEvent, { ...gridEvent, eventType: undefined }], '[1].eventType'],
  ['a text', 'hello', ''],
  ['another version of CloudEvents', { ...cloudEvent, specversion: '0.3' }, 'specversion'],
  ['data that is no object', { ...gridEvent, data: 'x' }, 'data'],
  ['a time that is none', { ...gridEvent, eventTime: 'yesterday' }, 'eventTime'],
])('refuses %s and names the field', (_, value, path) => {
  expect(() => parsePlatformEvents(value)).toThrow(
    expect.objectContaining({ code: 'InvalidEvent', problems: [expect.objectContaining({ path })] }),
  );
});
