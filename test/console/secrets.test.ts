import fc from 'fast-check';
import { expiryAxis } from '../../src/console/pages/secrets/expiry';
import { stages, stepsOf } from '../../src/console/pages/secrets/steps';

const now = Date.parse('2026-03-02T00:00:00Z');
const inDays = (days: number): string => new Date(now + days * 86_400_000).toISOString();

describe('the axis of expiries', () => {
  it('puts what is over in front, what is far away behind, and the rest in its place', () => {
    const lines = [
      { name: 'over', expiresAt: inDays(-1) },
      { name: 'soon', expiresAt: inDays(9) },
      { name: 'half', expiresAt: inDays(45) },
      { name: 'far', expiresAt: inDays(91) },
      { name: 'never', expiresAt: null },
    ];
    const axis = expiryAxis(lines, now, 90);
    expect(axis.overdue.map(({ name }) => name)).toEqual(['over']);
    expect(axis.marks.map(({ line, x, lane }) => [line.name, x, lane])).toEqual([
      ['soon', 0.1, 0],
      ['half', 0.5, 1],
    ]);
    expect(axis.later.map(({ name }) => name)).toEqual(['far']);
    expect(axis.never.map(({ name }) => name)).toEqual(['never']);
    expect(axis.ticks.map(({ days }) => days)).toEqual([0, 15, 30, 45, 60, 75, 90]);
  });

  it('loses no secret and lays no mark on another', () => {
    const line = fc.record({ expiresAt: fc.option(fc.integer({ min: -100, max: 800 }).map(inDays)) });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.constantFrom(90, 365), (lines, days) => {
        const { marks, overdue, later, never, lanes, isNamed } = expiryAxis(lines, now, days);
        expect(marks.length + overdue.length + later.length + never.length).toBe(lines.length);
        for (const [index, mark] of marks.entries()) {
          expect(mark.lane).toBeLessThan(lanes);
          for (const other of marks.slice(index + 1)) {
            if (other.lane === mark.lane) {
              expect((other.x ?? 0) - (mark.x ?? 0)).toBeGreaterThanOrEqual((isNamed ? 0.5 : 0.03) - 1e-9);
            }
          }
        }
      }),
    );
  });
});

describe('the steps of a rotation', () => {
  const heard = (...names: string[]) => names.map((stage, index) => ({ at: inDays(index), stage }));
  const states = (...given: Parameters<typeof stepsOf>) => stepsOf(...given).map(({ state }) => state);

  it('says where it is while it is under way', () => {
    expect(states(heard('observe', 'guard', 'pending', 'test', 'promote', 'propagate'), 'adoption', null)).toEqual([
      ...Array.from({ length: 6 }, () => 'done'),
      'here',
      'ahead',
    ]);
  });

  it('says what was left out when it is over, and what failed', () => {
    expect(states(heard('observe', 'guard', 'propagate', 'adoption'), null, 'noticed')).toEqual([
      ...['done', 'done', 'skipped', 'skipped', 'skipped', 'done', 'done', 'skipped'],
    ]);
    expect(states(heard('observe', 'guard', 'pending', 'test', 'undo'), null, 'rolled-back')[3]).toBe('failed');
    expect(states(heard('observe', 'guard', 'pending'), null, 'rotated')).not.toContain('failed');
  });

  it('has one state for each stage, and at most one that is here', () => {
    const some = fc.subarray(stages.map(({ stage }) => stage as string));
    const current = fc.option(fc.constantFrom(...stages.map(({ stage }) => stage as string)));
    fc.assert(
      fc.property(some, current, (names, stage) => {
        const found = states(heard(...names), stage, stage === null ? 'failed' : null);
        expect(found).toHaveLength(stages.length);
        expect(found.filter((one) => one === 'here')).toHaveLength(stage === null ? 0 : 1);
        if (stage === null) expect(found).not.toContain('ahead');
      }),
    );
  });
});
