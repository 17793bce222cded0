import { linesOf, ours, planOf, type Standing } from './golden';

interface Case {
  /** What Cloudflare, DNS or ownership has of its own here. */
  readonly quirk: string;
  readonly zone?: Readonly<Record<string, unknown>>;
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly current: readonly Standing[];
  readonly free?: boolean;
  readonly plan: readonly string[];
}

const a = (name: string, content: string, more: Partial<Standing> = {}): Standing => ({
  type: 'A',
  name,
  content,
  comment: ours,
  ...more,
});
const txt = (name: string, content: string, more: Partial<Standing> = {}): Standing => ({
  type: 'TXT',
  name,
  content,
  comment: ours,
  ...more,
});
const cname = (name: string, content: string, more: Partial<Standing> = {}): Standing => ({
  type: 'CNAME',
  name,
  content,
  comment: ours,
  ...more,
});
const long = 'x'.repeat(300);

const cases: readonly Case[] = [
  {
    quirk: 'names are compared without regard to case',
    records: [{ name: 'WWW.Example.COM', type: 'A', content: '192.0.2.1' }],
    current: [a('www.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'a dot at the end of a name means nothing',
    records: [{ name: 'www.example.com.', type: 'A', content: '192.0.2.1' }],
    current: [a('www.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'a name that does not end with the zone is relative to it',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1' }],
    current: [a('www.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'a name that only looks like the zone is relative too',
    records: [{ name: 'notexample.com', type: 'A', content: '192.0.2.1' }],
    current: [],
    plan: ['+ notexample.com.example.com A 192.0.2.1 | 1 | owner=caretaker'],
  },
  {
    quirk: 'an international name is kept in punycode',
    records: [{ name: 'bücher', type: 'A', content: '192.0.2.1' }],
    current: [a('xn--bcher-kva.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'an international name in capitals and decomposed form is the same name',
    records: [{ name: 'BU\u0308CHER', type: 'A', content: '192.0.2.1' }],
    current: [a('xn--bcher-kva.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'an international target is kept in punycode',
    records: [{ name: 'www', type: 'CNAME', content: 'bücher.example.net.' }],
    current: [cname('www.example.com', 'xn--bcher-kva.example.net')],
    plan: [],
  },
  {
    quirk: 'targets are compared without regard to case and to the dot at their end',
    records: [{ name: 'www', type: 'CNAME', content: 'LB.Example.NET.' }],
    current: [cname('www.example.com', 'lb.example.net')],
    plan: [],
  },
  {
    quirk: 'automatic TTL is 1 to the API',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', ttl: 'auto' }],
    current: [a('www.example.com', '192.0.2.1', { ttl: 1 })],
    plan: [],
  },
  {
    quirk: 'a proxied record has automatic TTL, whatever is written',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', ttl: 3600, proxied: true }],
    current: [a('www.example.com', '192.0.2.1', { ttl: 1, proxied: true })],
    plan: [],
  },
  {
    quirk: 'a TTL is changed by itself',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', ttl: 60 }],
    current: [a('www.example.com', '192.0.2.1', { ttl: 300 })],
    plan: ['~ r1 ttl -> 192.0.2.1 | owner=caretaker'],
  },
  {
    quirk: 'standing in front of a record is a change, and takes its TTL along',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', ttl: 60, proxied: true }],
    current: [a('www.example.com', '192.0.2.1', { ttl: 60 })],
    plan: ['~ r1 ttl,proxied -> 192.0.2.1 | owner=caretaker'],
  },
  {
    quirk: 'IPv6 addresses are compressed and in lower case',
    records: [{ name: 'www', type: 'AAAA', content: '2001:0DB8:0000:0000:0000:0000:0000:0001' }],
    current: [{ type: 'AAAA', name: 'www.example.com', content: '2001:db8::1', comment: ours }],
    plan: [],
  },
  {
    quirk: 'an IPv4 address within an IPv6 one becomes hexadecimal',
    records: [{ name: 'www', type: 'AAAA', content: '::ffff:192.0.2.1' }],
    current: [{ type: 'AAAA', name: 'www.example.com', content: '::ffff:c000:201', comment: ours }],
    plan: [],
  },
  {
    quirk: 'a text is quoted by Cloudflare',
    records: [{ name: '_v', type: 'TXT', content: 'google-site-verification=abc' }],
    current: [txt('_v.example.com', '"google-site-verification=abc"')],
    plan: [],
  },
  {
    quirk: 'a text that came before quoting was required stands without quotes',
    records: [{ name: '_v', type: 'TXT', content: '"abc def"' }],
    current: [txt('_v.example.com', 'abc def')],
    plan: [],
  },
  {
    quirk: 'a long text is split into pieces of 255 bytes, which mean nothing',
    records: [{ name: '_v', type: 'TXT', content: long }],
    current: [txt('_v.example.com', `"${'x'.repeat(255)}" "${'x'.repeat(45)}"`)],
    plan: [],
  },
  {
    quirk: 'pieces that are cut elsewhere are the same text',
    records: [{ name: '_v', type: 'TXT', content: '"ab" "cd"' }],
    current: [txt('_v.example.com', '"abcd"')],
    plan: [],
  },
  {
    quirk: 'quotes and backslashes within a text are escaped',
    records: [{ name: '_v', type: 'TXT', content: 'say "hi" \\o/' }],
    current: [txt('_v.example.com', '"say \\"hi\\" \\\\o/"')],
    plan: [],
  },
  {
    quirk: 'the case of a text counts',
    records: [{ name: '_v', type: 'TXT', content: 'ABC' }],
    current: [txt('_v.example.com', '"abc"')],
    plan: ['~ r1 content -> "ABC" | owner=caretaker'],
  },
  {
    quirk: 'a text of somebody else stands beside ours',
    records: [{ name: '@', type: 'TXT', content: 'ours' }],
    current: [txt('example.com', '"v=spf1 -all"', { comment: 'owner=terraform' }), txt('example.com', '"ours"')],
    plan: [],
  },
  {
    quirk: 'the very text of somebody else is not made a second time',
    records: [{ name: '_v', type: 'TXT', content: 'same' }],
    current: [txt('_v.example.com', '"same"', { comment: null })],
    plan: ['! conflict _v.example.com TXT'],
  },
  {
    quirk: 'the priority of an MX record is part of what it says, and mail is always asked about',
    records: [{ name: 'sub', type: 'MX', content: 'mx.example.net', priority: 20 }],
    current: [{ type: 'MX', name: 'sub.example.com', content: 'mx.example.net', priority: 10, comment: ours }],
    plan: ['~ r1 content -> 20 mx.example.net | owner=caretaker', 'ask'],
  },
  {
    quirk: 'a null MX has a dot for a target',
    records: [{ name: 'sub', type: 'MX', content: '.', priority: 0 }],
    current: [{ type: 'MX', name: 'sub.example.com', content: '.', priority: 0, comment: ours }],
    plan: [],
  },
  {
    quirk: 'CAA is compared by its data; the tag without regard to case',
    records: [{ name: 'sub', type: 'CAA', flags: 0, tag: 'ISSUE', value: 'letsencrypt.org' }],
    current: [
      {
        type: 'CAA',
        name: 'sub.example.com',
        content: '0 issue "letsencrypt.org"',
        data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' },
        comment: ours,
      },
    ],
    plan: [],
  },
  {
    quirk: 'CAA without data is read from its content, and a change of it is asked about',
    records: [{ name: 'sub', type: 'CAA', flags: 0, tag: 'issue', value: 'pki.goog' }],
    current: [{ type: 'CAA', name: 'sub.example.com', content: '0 issue "letsencrypt.org"', comment: ours }],
    plan: ['~ r1 content -> 0 issue pki.goog | owner=caretaker', 'ask'],
  },
  {
    quirk: 'SRV is compared by its data, whatever stands between the parts of its content',
    records: [{ name: '_sip._tcp', type: 'SRV', priority: 10, weight: 5, port: 5060, target: 'SIP.example.net.' }],
    current: [
      {
        type: 'SRV',
        name: '_sip._tcp.example.com',
        content: '5\t5060\tsip.example.net',
        data: { priority: 10, weight: 5, port: 5060, target: 'sip.example.net' },
        comment: ours,
      },
    ],
    plan: [],
  },
  {
    quirk: 'an NS record delegates, and is always asked about',
    records: [{ name: 'sub', type: 'NS', contents: ['ns1.example.net', 'NS2.example.net.'] }],
    current: [{ type: 'NS', name: 'sub.example.com', content: 'ns1.example.net', comment: ours }],
    plan: ['+ sub.example.com NS ns2.example.net | 1 | owner=caretaker', 'ask'],
  },
  {
    quirk: 'the apex is always asked about',
    records: [{ name: '@', type: 'A', content: '192.0.2.1' }],
    current: [],
    plan: ['+ example.com A 192.0.2.1 | 1 | owner=caretaker', 'ask'],
  },
  {
    quirk: 'a CNAME at the apex is flattened, so mail may stand beside it',
    records: [{ name: '@', type: 'CNAME', content: 'lb.example.net' }],
    current: [
      cname('example.com', 'lb.example.net'),
      { type: 'MX', name: 'example.com', content: 'mx.example.net', priority: 10 },
    ],
    plan: [],
  },
  {
    quirk: 'a CNAME at the apex does not stand beside addresses of somebody else',
    records: [{ name: '@', type: 'CNAME', content: 'lb.example.net' }],
    current: [a('example.com', '192.0.2.1', { comment: null })],
    plan: ['! conflict example.com CNAME'],
  },
  {
    quirk: 'a CNAME elsewhere stands alone: a text of somebody else is in its way',
    records: [{ name: 'www', type: 'CNAME', content: 'lb.example.net' }],
    current: [txt('www.example.com', '"theirs"', { comment: null })],
    plan: ['! conflict www.example.com CNAME'],
  },
  {
    quirk: 'an address does not stand beside a CNAME of somebody else',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1' }],
    current: [cname('www.example.com', 'lb.example.net', { comment: null })],
    plan: ['! conflict www.example.com A'],
  },
  {
    quirk: 'our CNAME makes way for our address in one transaction',
    records: [
      { name: 'www', type: 'A', content: '192.0.2.1' },
      { name: 'b', type: 'A', content: '192.0.2.2' },
    ],
    current: [cname('www.example.com', 'lb.example.net'), a('b.example.com', '192.0.2.2')],
    plan: ['+ www.example.com A 192.0.2.1 | 1 | owner=caretaker', '- r1'],
  },
  {
    quirk: 'where a CNAME cannot be put, our old address keeps answering',
    records: [{ name: 'www', type: 'CNAME', content: 'lb.example.net' }],
    current: [a('www.example.com', '192.0.2.1'), txt('www.example.com', '"theirs"', { comment: null })],
    plan: ['! conflict www.example.com CNAME'],
  },
  {
    quirk: 'an address of somebody else is not changed',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1' }],
    current: [a('www.example.com', '192.0.2.9', { comment: 'made by hand' })],
    plan: ['! conflict www.example.com A'],
  },
  {
    quirk: "Terraform's records are somebody else's",
    records: [],
    current: [a('www.example.com', '192.0.2.9', { comment: 'owner=terraform' })],
    plan: [],
  },
  {
    quirk: 'an owner that only looks like ours is none',
    records: [],
    current: [
      a('www.example.com', '192.0.2.9', { comment: 'owner=caretakers' }),
      a('x.example.com', '192.0.2.9', { comment: 'not owner=caretaker' }),
    ],
    plan: [],
  },
  {
    quirk: 'taking over is explicit, is one update and is asked about',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', takeover: true }],
    current: [a('www.example.com', '192.0.2.9', { comment: 'made by hand' })],
    plan: ['~ r1 content,comment -> 192.0.2.1 | owner=caretaker', 'ask'],
  },
  {
    quirk: 'text that Terraform wrote after the mark stays',
    records: [{ name: 'www', type: 'A', content: '192.0.2.2' }],
    current: [a('www.example.com', '192.0.2.1', { comment: 'owner=caretaker storefront' })],
    plan: ['~ r1 content -> 192.0.2.2 | owner=caretaker storefront'],
  },
  {
    quirk: 'text of the document replaces what was there',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', comment: 'shop' }],
    current: [a('www.example.com', '192.0.2.1', { comment: 'owner=caretaker storefront' })],
    plan: ['~ r1 comment -> 192.0.2.1 | owner=caretaker shop'],
  },
  {
    quirk: 'tags are a set',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', tags: ['b:2', 'a:1'] }],
    current: [a('www.example.com', '192.0.2.1', { tags: ['a:1', 'b:2'] })],
    plan: [],
  },
  {
    quirk: 'a free zone takes no tags, so they are not wanted there',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', tags: ['a:1'] }],
    current: [a('www.example.com', '192.0.2.1')],
    free: true,
    plan: [],
  },
  {
    quirk: 'of several addresses one is changed, and not one deleted and one created',
    records: [{ name: 'www', type: 'A', contents: ['192.0.2.1', '192.0.2.3'] }],
    current: [a('www.example.com', '192.0.2.2'), a('www.example.com', '192.0.2.1')],
    plan: ['~ r1 content -> 192.0.2.3 | owner=caretaker'],
  },
  {
    quirk: 'two addresses that swap places change nothing',
    records: [{ name: 'www', type: 'A', contents: ['192.0.2.2', '192.0.2.1'] }],
    current: [a('www.example.com', '192.0.2.1'), a('www.example.com', '192.0.2.2')],
    plan: [],
  },
  {
    quirk: 'under sync what nobody wants is deleted',
    records: [{ name: 'a', type: 'A', content: '192.0.2.1' }],
    current: [a('a.example.com', '192.0.2.1'), a('b.example.com', '192.0.2.2')],
    plan: ['- r2'],
  },
  {
    quirk: 'under upsert-only what nobody wants stays',
    zone: { policy: 'upsert-only' },
    records: [],
    current: [a('b.example.com', '192.0.2.2')],
    plan: ['! kept b.example.com A'],
  },
  {
    quirk: 'a record made under upsert-only remembers it, although the document has forgotten',
    records: [{ name: 'a', type: 'A', content: '192.0.2.1' }],
    current: [
      a('a.example.com', '192.0.2.1'),
      a('b.example.com', '192.0.2.2', { comment: 'owner=caretaker policy=upsert-only' }),
    ],
    plan: ['! kept b.example.com A'],
  },
  {
    quirk: 'create-only is made once',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', policy: 'create-only' }],
    current: [],
    plan: ['+ www.example.com A 192.0.2.1 | 1 | owner=caretaker policy=create-only'],
  },
  {
    quirk: 'create-only is left alone afterwards',
    records: [{ name: 'www', type: 'A', content: '192.0.2.1', policy: 'create-only' }],
    current: [a('www.example.com', '192.0.2.77', { comment: 'owner=caretaker policy=create-only' })],
    plan: [],
  },
  {
    quirk: 'a wildcard is a name like any other',
    records: [{ name: '*', type: 'A', content: '192.0.2.1' }],
    current: [a('*.example.com', '192.0.2.9')],
    plan: ['~ r1 content -> 192.0.2.1 | owner=caretaker'],
  },
  {
    quirk: 'a wildcard and the names below it do not touch each other',
    records: [
      { name: '*.dev', type: 'CNAME', content: 'lb.example.net' },
      { name: 'a.dev', type: 'A', content: '192.0.2.1' },
    ],
    current: [cname('*.dev.example.com', 'lb.example.net'), a('a.dev.example.com', '192.0.2.1')],
    plan: [],
  },
  {
    quirk: 'a type that Caretaker does not know is nobody’s, whatever its comment says',
    records: [],
    current: [{ type: 'HTTPS', name: 'www.example.com', content: '1 . alpn="h2"', comment: ours }],
    plan: [],
  },
  {
    quirk: 'a failover group that nobody has looked at yet keeps what stands there',
    zone: {
      failover: [
        {
          name: 'api',
          record: 'api',
          type: 'A',
          origins: [
            { name: 'one', content: '192.0.2.1', probe: 'https://one.example/' },
            { name: 'two', content: '192.0.2.2', probe: 'https://two.example/' },
          ],
        },
      ],
    },
    records: [],
    current: [a('api.example.com', '192.0.2.2', { comment: 'owner=caretaker policy=upsert-only source=failover/api' })],
    plan: ['! source-missing api.example.com A'],
  },
  {
    quirk: 'a record whose source nobody knows any more is not deleted',
    records: [],
    current: [a('m.example.com', '192.0.2.2', { comment: 'owner=caretaker source=addition/gone' })],
    plan: ['! source-missing m.example.com A'],
  },
];

it('has at least forty quirks, each once', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(new Set(cases.map(({ quirk }) => quirk)).size).toBe(cases.length);
});

it.each(cases.map((one) => [one.quirk, one] as const))(
  '%s',
  (_, { zone = {}, records, current, free = false, plan }) => {
    const found = planOf({ ...zone, records }, current, { zone: { name: 'example.com', free } });
    expect(linesOf(found)).toEqual(plan);
  },
);
