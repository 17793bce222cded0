import fc from 'fast-check';
import { percentile as percentileOfServer } from '../../src/backup/exposure/plan';
import { distributionOf, percentile } from '../../src/console/pages/recovery/distribution';
import {
  breachLevel,
  columnTimes,
  labelColumns,
  levelOf,
  levels,
  linesOf,
  rowText,
  shareText,
} from '../../src/console/pages/recovery/exposure';
import { waterfallOf } from '../../src/console/pages/recovery/waterfall';

describe('exposure', () => {
  it.each([
    [null, null],
    [0, 0],
    [25, 0],
    [26, 1],
    [75, 2],
    [100, 3],
    [101, 4],
    [9999, 4],
  ])('%p percent is step %p', (percent, level) => {
    expect(levelOf(percent)).toBe(level);
  });

  it('grows with the share, and its last step is the breach', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(9999), (left, right) => {
        if (left <= right) expect(levelOf(left)).toBeLessThanOrEqual(levelOf(right) ?? -1);
        expect(levelOf(left) === breachLevel).toBe(left > 100);
        expect(shareText(left).includes('broken')).toBe(left > 100);
      }),
    );
    expect(levels.at(-1)?.text).toContain('beyond');
  });

  it('groups rows under their tiers once each, whatever pages overlap', () => {
    const row = fc.record({
      resource: fc.integer({ min: 0, max: 30 }).map((one) => `r${one}`),
      tier: fc.constantFrom('gold', 'silver', 'bronze'),
      percent: fc.constant([1, null]),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const lines = linesOf(rows);
        const shown = lines.flatMap((line) => (line.kind === 'resource' ? [line.resource] : []));
        expect(new Set(shown)).toEqual(new Set(rows.map(({ resource }) => resource)));
        expect(new Set(shown).size).toBe(shown.length);
        let open = { tier: '', left: 0 };
        for (const line of lines) {
          if (line.kind === 'tier') {
            expect(open.left).toBe(0);
            open = { tier: line.tier, left: line.count };
          } else {
            expect(line.tier).toBe(open.tier);
            open.left -= 1;
          }
        }
        expect(open.left).toBe(0);
      }),
    );
  });

  it('says a row in a sentence', () => {
    expect(rowText([null, null])).toBe('not looked at in this time');
    expect(rowText([null, 40, 80])).toBe('peak 80 % of the objective, never broken');
    expect(rowText([101, 40, 250, null])).toBe('peak 250 % of the objective, broken in 2 of 3 columns');
  });

  it('labels columns evenly, no more than there is room for, and always the last', () => {
    expect(labelColumns(24, 6)).toEqual([3, 7, 11, 15, 19, 23]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), (columns, most) => {
        const found = labelColumns(columns, most);
        expect(found.length).toBeLessThanOrEqual(most);
        expect(found.at(-1)).toBe(columns - 1);
        expect(found[0]).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(columnTimes('2026-03-02T00:00:00.000Z', 3600, 2)).toEqual({
      since: Date.parse('2026-03-02T02:00:00Z'),
      until: Date.parse('2026-03-02T03:00:00Z'),
    });
  });
});

describe('the distribution of measured times', () => {
  const seconds = fc.array(fc.double({ min: 0.1, max: 1e5, noNaN: true }), { maxLength: 50 });

  it('has the percentiles of the server', () => {
    fc.assert(
      fc.property(seconds, fc.constantFrom(0.5, 0.95), (values, share) => {
        expect(percentile(values, share)).toBe(percentileOfServer(values, share));
      }),
    );
  });

  it('keeps the order, stays on the line, and lays no dot on another', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 60, max: 200_000 }), (values, promised) => {
        const { dots, place, ticks, most } = distributionOf(values, promised);
        expect(dots).toHaveLength(values.length);
        expect(new Set(dots.map(({ x, y }) => `${x}/${y}`)).size).toBe(dots.length);
        for (const [index, dot] of dots.entries()) {
          expect(dot.x).toBeGreaterThanOrEqual(dots[index - 1]?.x ?? 0);
          expect(dot.x).toBeLessThanOrEqual(1);
        }
        expect(place(promised)).toBeLessThan(1);
        expect(place(promised)).toBeGreaterThan(0);
        for (const tick of ticks) expect(tick).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('is logarithmic where the promise is far away', () => {
    expect(distributionOf([56.3], 3600).isLogarithmic).toBe(true);
    expect(distributionOf([1800, 2400], 3600)).toMatchObject({ isLogarithmic: false, highest: 0 });
  });
});

describe('the waterfall', () => {
  it('lays phases one after the other, and ends with the last', () => {
    const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 2) + seconds * 1000).toISOString();
    const { bars, totalSeconds } = waterfallOf([
      { name: 'disks', startedAt: at(0), seconds: 10, problem: null },
      { name: 'boot', startedAt: at(10), seconds: 20, problem: { code: 'x' } },
      { name: 'remove-1', startedAt: at(30), seconds: 10, problem: null },
    ]);
    expect(totalSeconds).toBe(40);
    expect(bars.map(({ left, width }) => [left, width])).toEqual([
      [0, 0.25],
      [0.25, 0.5],
      [0.75, 0.25],
    ]);
    expect(bars.map(({ hasFailed, isCleanUp }) => [hasFailed, isCleanUp])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
    expect(waterfallOf([])).toEqual({ bars: [], totalSeconds: 0 });
  });
});
