import {
  checkIgnoredChanges,
  checkOwnership,
  driftClasses,
  ownerPermissions,
  ownershipSchema,
  readOwnership,
} from '../../scripts/infra/ownership';
import { repository, withRepository } from './support';

const terraform = { 'infra/modules/web/terraform.tf': 'terraform {\n  required_version = ">= 1.9"\n}\n' };
const manifest = ownershipSchema.parse({
  version: 1,
  fields: [
    {
      resource: 'azurerm_scale_set.this',
      module: 'web',
      fields: ['instances'],
      owner: 'scaler',
      reason: 'The number of machines follows the load.',
      permissions: { actions: ['Microsoft.Compute/virtualMachineScaleSets/write'] },
    },
    {
      resource: 'azurerm_alert.this',
      module: 'web',
      fields: ['enabled'],
      owner: 'human',
      reason: 'Whoever is on call may switch it off at night.',
    },
  ],
});
const scaleSet = (ignored: string): string =>
  `resource "azurerm_scale_set" "this" {\n  lifecycle {\n    ignore_changes = [${ignored}]\n  }\n}\n`;
const alert = 'resource "azurerm_alert" "this" {\n  enabled = true\n}\n';

describe('the ownership manifest', () => {
  it('agrees with every ignore_changes in infra/, and what is made from it is up to date', async () => {
    expect(await checkOwnership(repository, false)).toEqual([]);
  });

  it('accepts a field that its automation owns and the code ignores', async () => {
    await withRepository(
      { ...terraform, 'infra/modules/web/main.tf': scaleSet('instances') + alert },
      async (folder) => {
        expect(await checkIgnoredChanges(folder, manifest)).toEqual([]);
      },
    );
  });

  it('reports a field that the code ignores and nobody owns', async () => {
    await withRepository(
      { ...terraform, 'infra/modules/web/main.tf': scaleSet('instances, tags') + alert },
      async (folder) => {
        expect(await checkIgnoredChanges(folder, manifest)).toEqual([
          'infra/modules/web azurerm_scale_set.this ignores tags, which infra/ownership.yaml gives to nobody',
        ]);
      },
    );
  });

  it('reports a field that an automation owns and the code would undo', async () => {
    await withRepository({ ...terraform, 'infra/modules/web/main.tf': scaleSet('') + alert }, async (folder) => {
      expect(await checkIgnoredChanges(folder, manifest)).toEqual([
        'infra/modules/web azurerm_scale_set.this must ignore instances: infra/ownership.yaml gives it to an automation',
      ]);
    });
  });

  it('reports a resource that does not exist', async () => {
    await withRepository({ ...terraform, 'infra/modules/web/main.tf': scaleSet('instances') }, async (folder) => {
      expect(await checkIgnoredChanges(folder, manifest)).toEqual([
        'infra/modules/web azurerm_alert.this is in infra/ownership.yaml and nowhere in the code',
      ]);
    });
  });

  it('reports a field of a person that the code ignores: its drift must be seen', async () => {
    const hidden = 'resource "azurerm_alert" "this" {\n  lifecycle {\n    ignore_changes = [enabled]\n  }\n}\n';
    await withRepository(
      { ...terraform, 'infra/modules/web/main.tf': scaleSet('instances') + hidden },
      async (folder) => {
        expect(await checkIgnoredChanges(folder, manifest)).toEqual([
          'infra/modules/web azurerm_alert.this ignores enabled, which infra/ownership.yaml gives to nobody',
        ]);
      },
    );
  });

  it('makes the permission of each automation, and none for people', () => {
    expect(ownerPermissions(manifest)).toEqual({
      owners: { scaler: { actions: ['Microsoft.Compute/virtualMachineScaleSets/write'], dataActions: [] } },
    });
  });

  it('classifies drift: expected from an automation, for review from a person, unknown from anyone else', () => {
    expect(driftClasses(manifest)).toEqual({
      version: 1,
      unlisted: { owner: 'terraform', drift: 'unknown' },
      fields: [
        {
          type: 'azurerm_scale_set',
          name: 'this',
          module: 'web',
          field: 'instances',
          owner: 'scaler',
          ignored: true,
          drift: 'expected',
        },
        {
          type: 'azurerm_alert',
          name: 'this',
          module: 'web',
          field: 'enabled',
          owner: 'human',
          ignored: false,
          drift: 'review',
        },
      ],
    });
  });

  it.each([
    ['a wildcard', { permissions: { actions: ['Microsoft.Compute/*'] } }],
    ['an unknown owner', { owner: 'someone' }],
    ['Terraform as an owner, which needs no entry', { owner: 'terraform' }],
    ['no field', { fields: [] }],
    ['an unknown key', { note: 'x' }],
  ])('refuses %s', (_what, change) => {
    const field = { ...manifest.fields[0], ...change };
    expect(ownershipSchema.safeParse({ version: 1, fields: [field] }).success).toBe(false);
  });

  it('gives the scaler the number of machines', async () => {
    const { fields } = await readOwnership(repository);
    expect(fields.find(({ owner }) => owner === 'scaler')).toMatchObject({
      resource: 'azurerm_orchestrated_virtual_machine_scale_set.this',
      fields: ['instances'],
    });
  });
});
