import { groupedSaid, partsOf, recordOf, shortId } from '../../src/console/story/said';

const incident = 'incident-e08d66757e19fb6a94b51060b4155c1a';
const signal = '84cd8338ee36fe00848cb358d2e1b4be';

describe('the record behind a sentence', () => {
  it.each([
    [`decisions/${signal}`, `/decisions/${signal}`, 'Decision about signal 84cd8338'],
    [`incidents/${incident}`, `/incidents/${incident}`, 'Incident e08d6675'],
    [`runs/${incident}-r2`, `/runs/${incident}-r2`, 'Run e08d6675-r2'],
    ['runs/order/with a slash', '/runs/order%2Fwith%20a%20slash', 'Run order/with a slash'],
    ['ledger:16', '/ledger/16', 'Ledger, entry 16'],
    ['ledger', '/ledger', 'The ledger'],
    ['something/else', undefined, 'something/else'],
  ])('%s', (from, href, label) => {
    expect(recordOf(from)).toEqual({ href, label });
  });

  it('is shown once for sentences that follow one another', () => {
    const said = [
      { text: 'a', from: 'ledger:1' },
      { text: 'b', from: 'ledger:1' },
      { text: 'c', from: 'ledger:2' },
      { text: 'd', from: 'ledger:1' },
    ];
    expect(groupedSaid(said)).toEqual([
      { from: 'ledger:1', texts: ['a', 'b'] },
      { from: 'ledger:2', texts: ['c'] },
      { from: 'ledger:1', texts: ['d'] },
    ]);
  });
});

describe('a sentence taken apart', () => {
  it('has its instants and its ids apart from its words', () => {
    const text = `Because of signal ${signal}, ${incident} was opened at 2026-11-30T21:59:16.617Z; run ${incident}-r1, asked in ${incident}-r1-a2.`;
    expect(partsOf(text)).toEqual([
      { kind: 'text', text: 'Because of ' },
      { kind: 'link', href: `/decisions/${signal}`, text: 'signal 84cd8338' },
      { kind: 'text', text: ', ' },
      { kind: 'link', href: `/incidents/${incident}`, text: 'incident-e08d6675' },
      { kind: 'text', text: ' was opened at ' },
      { kind: 'instant', at: '2026-11-30T21:59:16.617Z' },
      { kind: 'text', text: '; run ' },
      { kind: 'link', href: `/runs/${incident}-r1`, text: 'incident-e08d6675-r1' },
      { kind: 'text', text: ', asked in ' },
      { kind: 'link', href: `/approvals/${incident}-r1-a2`, text: 'incident-e08d6675-r1-a2' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('loses nothing of one without any', () => {
    for (const text of ['', 'nothing here', '2026-11-30 is a day', 'an incident-less day']) {
      expect(partsOf(text)).toEqual(text === '' ? [] : [{ kind: 'text', text }]);
    }
  });
});

it.each([
  [incident, 'e08d6675'],
  [`${incident}-r1-a2`, 'e08d6675-r1-a2'],
  ['order-0123', 'order-0123'],
])('%s is short %s', (id, short) => {
  expect(shortId(id)).toBe(short);
});
