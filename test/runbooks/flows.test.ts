import type { FlowRule } from '../../src/ports/isolation';
import { leaks } from '../../src/runbooks/quarantine-vm/flows';

const bastion = '10.0.2.0/26';
const rule = (more: Partial<FlowRule>): FlowRule => ({
  name: 'rule',
  priority: 100,
  direction: 'inbound',
  access: 'allow',
  protocol: '*',
  sources: [bastion],
  destinations: ['*'],
  ports: ['*'],
  ...more,
});
const walls = [
  rule({ name: 'in', access: 'deny', priority: 4000, sources: ['*'] }),
  rule({ name: 'out', access: 'deny', priority: 4000, sources: ['*'], direction: 'outbound' }),
];

test.each([
  ['nothing but the bastion', [rule({}), ...walls], []],
  ['nobody at all', walls, []],
  ['a rule behind the wall, which counts for nothing', [...walls, rule({ priority: 4001, sources: ['*'] })], []],
  ['others', [rule({ name: 'web', sources: ['Internet'] }), ...walls], ['inbound: web lets Internet through']],
  [
    'the bastion and others',
    [rule({ name: 'two', sources: [bastion, '10.1.0.0/16'] }), ...walls],
    ['inbound: two lets 10.0.2.0/26, 10.1.0.0/16 through'],
  ],
  ['anything out', [rule({ name: 'dns', direction: 'outbound' }), ...walls], [`outbound: dns lets ${bastion} through`]],
  [
    'whatever Azure lets through by itself',
    [rule({})],
    ['inbound: nothing denies the rest', 'outbound: nothing denies the rest'],
  ],
  [
    'a wall for one protocol only',
    [rule({ name: 'tcp', access: 'deny', protocol: 'Tcp', sources: ['*'] }), walls[1] as FlowRule],
    ['inbound: nothing denies the rest'],
  ],
  [
    'a wall for some ports only',
    [walls[0] as FlowRule, rule({ access: 'deny', direction: 'outbound', sources: ['*'], ports: ['443'] })],
    ['outbound: nothing denies the rest'],
  ],
  [
    'a wall behind Azure’s own rules',
    [rule({ access: 'deny', sources: ['*'], priority: 65_500 }), walls[1] as FlowRule],
    ['inbound: nothing denies the rest'],
  ],
] as const)('a group that lets in %s', (_, rules, found) => {
  expect(leaks(rules, bastion)).toEqual(found);
});
