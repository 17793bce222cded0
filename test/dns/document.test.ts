import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDnsDocument } from '../../src/dns';

it('takes the document of the repository', () => {
  const { zones } = parseDnsDocument(readFileSync(join(__dirname, '../../policy/dns.yaml'), 'utf8'));
  expect(zones.map(({ name, records, failover }) => [name, records.length, failover.length])).toEqual([
    ['storefront.example', 11, 1],
  ]);
});
