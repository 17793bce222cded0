import { isFromCloudflare, parseDnsDocument, readNotification } from '../../src/dns';
import { InvalidInputError } from '../../src/kernel/errors';

const problems = (text: string): string[] => {
  try {
    parseDnsDocument(text);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.problems.map(({ path, message, line, column }) => `${line}:${column} ${path} ${message}`);
    }
    throw error;
  }
  return [];
};
const zone = (records: string): string =>
  `version: 1\nzones:\n  - name: example.com\n    environment: prod\n    records:\n${records}`;

it.each([
  ['no YAML', 'zones: [', /is not YAML here/],
  ['another version', 'version: 2\nzones: []', /^1:10 version/],
  ['a key that nobody knows', zone('      - { name: a, type: A, contents: [192.0.2.1], colour: red }'), /colour/],
  [
    'a type that nobody knows',
    zone('      - { name: a, type: HTTPS, content: x }'),
    /6:26 zones\[0\]\.records\[0\]\.type/,
  ],
  [
    'an address that is none',
    zone('      - { name: a, type: A, content: 192.0.2.256 }'),
    /records\[0\]\.content is not what a A record can hold/,
  ],
  [
    'a field of another type',
    zone('      - { name: a, type: A, content: 192.0.2.1, priority: 1 }'),
    /priority is not for A records; they take content, contents/,
  ],
  [
    'mail without its priority',
    zone('      - { name: a, type: MX, content: mx.example.net }'),
    /records\[0\]\.content/,
  ],
  [
    'something that Cloudflare cannot stand in front of',
    zone('      - { name: a, type: TXT, content: x, proxied: true }'),
    /proxied is for A, AAAA and CNAME/,
  ],
  ['a TTL that is too short', zone('      - { name: a, type: A, content: 192.0.2.1, ttl: 30 }'), /ttl/],
  [
    'a wildcard in the middle',
    zone('      - { name: a.*.b, type: A, content: 192.0.2.1 }'),
    /a wildcard stands alone in front/,
  ],
  [
    'a label of 64 characters',
    zone(`      - { name: ${'a'.repeat(64)}, type: A, content: 192.0.2.1 }`),
    /is not a name that DNS can carry/,
  ],
  [
    'a comment that is too long',
    zone(`      - { name: a, type: A, content: 192.0.2.1, comment: ${'x'.repeat(90)} }`),
    /comment is too long/,
  ],
  [
    'a CNAME beside others',
    zone(
      '      - { name: a, type: A, content: 192.0.2.1 }\n      - { name: A.example.com., type: CNAME, content: x.example.net }',
    ),
    /7:\d+ zones\[0\]\.records\[1\] stands beside a CNAME/,
  ],
  [
    'a CNAME to itself',
    zone('      - { name: a, type: CNAME, content: A.example.com. }'),
    /leads to the record itself/,
  ],
  [
    'the same record twice',
    zone('      - { name: a, type: A, content: 192.0.2.1 }\n      - { name: A, type: A, content: 192.0.2.1 }'),
    /stands there already, at records\[0\]/,
  ],
  ['name servers of the zone itself', zone("      - { name: '@', type: NS, content: ns.example.net }"), /is the apex/],
  [
    'one zone twice',
    'version: 1\nzones: [{ name: a.example, environment: prod }, { name: A.example., environment: prod }]',
    /names a zone twice/,
  ],
  [
    'a zone that is no zone',
    'version: 1\nzones: [{ name: localhost, environment: prod }]',
    /is not the name of a zone/,
  ],
])('refuses %s, and says where', (_, text, message) => {
  expect(problems(text).join('\n')).toMatch(message);
});

it('lists every problem at once', () => {
  expect(
    problems(zone('      - { name: a, type: A, content: x }\n      - { name: b, type: MX, content: y }')),
  ).toHaveLength(2);
});

it('refuses failover groups that cannot work', () => {
  const group = (more: string): string =>
    `version: 1\nzones:\n  - name: example.com\n    environment: prod\n    failover:\n      - { name: api, record: api, type: A, ${more} }`;
  const origins =
    "origins: [{ name: a, content: 192.0.2.1, probe: 'https://a.example/' }, { name: b, content: 192.0.2.2, probe: 'https://b.example/' }]";
  expect(problems(group(origins))).toEqual([]);
  expect(problems(group(origins.replace('192.0.2.2', '192.0.2.1'))).join()).toMatch(/one origin twice/);
  expect(problems(group(origins.replace('192.0.2.2', 'b.example'))).join()).toMatch(/origins\[1\]\.content/);
  expect(problems(group(`${origins}, ttl: { steady: 60, watchful: 300 }`)).join()).toMatch(
    /watchful is longer than steady/,
  );
  expect(problems(group(`${origins}, notifications: { check: c }`)).join()).toMatch(
    /speaks for c, which is no origin here/,
  );
  expect(problems(group(`${origins}, holdDown: soon`)).join()).toMatch(/must be a duration/);
});

it('takes a notification with any of the secrets, and no other', () => {
  const secrets = ['the-old-secret-of-it', 'the-new-secret-of-it'];
  expect(secrets.map((secret) => isFromCloudflare(secrets, secret))).toEqual([true, true]);
  expect(
    [null, '', 'the-old-secret-of-iT', 'the-old-secret-of-it '].map((given) => isFromCloudflare(secrets, given)),
  ).toEqual([false, false, false, false]);
  expect(isFromCloudflare([], 'anything')).toBe(false);
  expect(isFromCloudflare([''], '')).toBe(false);
});

it.each([
  [
    'a health check',
    { alert_type: 'health_check_status_notification', data: { name: 'api', status: 'Unhealthy' } },
    [{ check: 'api', seen: 'unhealthy' }],
  ],
  [
    'a health check that is well again',
    { alert_type: 'health_check_status_notification', data: { name: 'api', status: 'Healthy' } },
    [{ check: 'api', seen: 'healthy' }],
  ],
  [
    'a pool of a load balancer',
    { alert_type: 'load_balancing_health_alert', data: { pool_name: 'weu', new_health: 'Unhealthy' } },
    [{ check: 'weu', seen: 'unhealthy' }],
  ],
  [
    'the end of an alert',
    { alert_type: 'load_balancing_health_alert', alert_event: 'ALERT_STATE_EVENT_END', data: { pool_name: 'weu' } },
    [{ check: 'weu', seen: 'healthy' }],
  ],
])('reads %s', (_, body, words) => {
  expect(readNotification(body)).toEqual({ kind: 'words', words });
});

it('means nothing by other notifications, and refuses what is none', () => {
  expect(readNotification({ text: 'Hello World! This is a test message.' })).toEqual({ kind: 'other' });
  expect(readNotification({ alert_type: 'universal_ssl_event_type', data: {} })).toEqual({ kind: 'other' });
  expect(readNotification('text')).toMatchObject({ kind: 'invalid' });
  expect(readNotification({ alert_type: 'load_balancing_health_alert', data: {} })).toMatchObject({ kind: 'invalid' });
});
