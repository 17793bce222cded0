import { parseResourceId } from '../../src/kernel/resource-id';
import { resourceIdSchema } from '../../src/kernel/schemas';

const subscription = '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
const group = `${subscription}/resourceGroups/rg-web`;
const machine = `${group}/providers/Microsoft.Compute/virtualMachines/vm-1`;

it.each([
  ['a machine', machine, 'rg-web', 'microsoft.compute/virtualmachines', 'vm-1'],
  ['a trailing slash', `${machine}/`, 'rg-web', 'microsoft.compute/virtualmachines', 'vm-1'],
  [
    'a nested resource',
    `${group}/providers/Microsoft.Sql/servers/s/databases/d`,
    'rg-web',
    'microsoft.sql/servers/databases',
    'd',
  ],
  [
    'an extension resource',
    `${machine}/providers/Microsoft.Insights/diagnosticSettings/x`,
    'rg-web',
    'microsoft.insights/diagnosticsettings',
    'x',
  ],
  ['a group', group, 'rg-web', '', 'rg-web'],
  ['a subscription', subscription, '', '', '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01'],
  [
    'an alert of the subscription',
    `${subscription}/providers/Microsoft.AlertsManagement/alerts/a`,
    '',
    'microsoft.alertsmanagement/alerts',
    'a',
  ],
  [
    'a name that is a word of the grammar',
    `${subscription}/resourceGroups/providers/providers/Microsoft.Compute/virtualMachines/providers`,
    'providers',
    'microsoft.compute/virtualmachines',
    'providers',
  ],
])('reads %s', (_, text, resourceGroup, type, name) => {
  const parsed = parseResourceId(text);
  expect(parsed?.parts).toEqual({
    subscriptionId: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
    resourceGroup,
    type,
    name,
  });
  expect(parsed?.id).toBe(text.replace(/\/$/, '').toLowerCase());
});

it.each([
  ['nothing', ''],
  ['a slash', '/'],
  ['a name', 'vm-1'],
  ['no leading slash', machine.slice(1)],
  ['a subscription that is no UUID', '/subscriptions/platform/resourceGroups/rg'],
  ['two slashes', machine.replace('/rg-web', '//rg-web')],
  ['two trailing slashes', `${machine}//`],
  ['a parent folder as a name', machine.replace('vm-1', '..')],
  ['an escaped character', machine.replace('vm-1', 'vm%2f1')],
  ['a query', `${machine}?api-version=1`],
  ['a line break', `${machine}\n`],
  ['a backslash', machine.replace('vm-1', 'vm\\1')],
  ['a type without a name', `${group}/providers/Microsoft.Compute/virtualMachines`],
  ['a namespace alone', `${group}/providers/Microsoft.Compute`],
  ['no providers', `${group}/Microsoft.Compute/virtualMachines/vm-1`],
  ['a group without a name', `${subscription}/resourceGroups`],
  // The same machine under a second spelling would have a second lease.
  ['a stump of another provider before it', machine.replace('/providers/', '/providers/junk/providers/')],
  ['half a resource before it', machine.replace('/providers/', '/providers/junk/type/providers/')],
  ['a length above 2,048', `${machine}${'x'.repeat(2048)}`],
])('refuses %s', (_, text) => {
  expect(parseResourceId(text)).toBeUndefined();
  const parsed = resourceIdSchema.safeParse(text);
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.message).toContain('/subscriptions/<uuid>/resourceGroups/');
});

it('has one spelling for one resource', () => {
  expect(resourceIdSchema.parse(machine.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))).toBe(
    resourceIdSchema.parse(`${machine}/`),
  );
});
