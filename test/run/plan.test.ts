import fc from 'fast-check';
import type { Reason, Verdict } from '../../src/guard';
import type { Outcome } from '../../src/kernel/outcome';
import { notAppliedSchema, type NotApplied, type RunReport } from '../../src/run';
import { afterRung, obstacles, retryAt, whyNot } from '../../src/run/plan';

function report(result: RunReport['result']): RunReport {
  return { runbook: 'restart-vm', reasons: ['because'], result } as unknown as RunReport;
}
const applied = (outcome: Outcome) => report({ kind: 'applied', outcome });
const notApplied = (why: NotApplied) => report({ kind: 'not-applied', why });

describe('what follows a rung', () => {
  it.each<[string, RunReport, string, string]>([
    // What became of it, then what follows: while the alert stands, and when it was resolved meanwhile.
    ['verified', applied('verified'), 'repaired', 'repaired'],
    ['ineffective', applied('ineffective'), 'climb', 'resolved'],
    ['harmful', applied('harmful'), 'handed-over', 'handed-over'],
    ['unverifiable', applied('unverifiable'), 'handed-over', 'resolved'],
    ['nothing to do', notApplied('nothing-to-do'), 'healthy', 'resolved'],
    ['impossible', notApplied('impossible'), 'climb', 'resolved'],
    ['refused', notApplied('refused'), 'climb', 'resolved'],
    ['in cooldown', notApplied('cooldown'), 'climb', 'resolved'],
    ['suggested', notApplied('suggested'), 'handed-over', 'resolved'],
    ['stopped', notApplied('stopped'), 'handed-over', 'resolved'],
    ['asked', notApplied('asked'), 'handed-over', 'resolved'],
    ['out of patience', notApplied('out-of-patience'), 'handed-over', 'resolved'],
    ['fenced', notApplied('fenced'), 'handed-over', 'resolved'],
    ['failed', notApplied('failed'), 'handed-over', 'resolved'],
    ['resolved', notApplied('resolved'), 'resolved', 'resolved'],
  ])('%s', (_, run, standing, resolved) => {
    const ended = (isResolved: boolean, last: boolean) => {
      const next = afterRung(run, isResolved, last);
      return next.kind === 'climb' ? 'climb' : next.end;
    };
    expect(ended(false, false)).toBe(standing);
    expect(ended(false, true)).toBe(standing === 'climb' ? 'handed-over' : standing);
    expect(ended(true, false)).toBe(resolved);
    expect(ended(true, true)).toBe(resolved);
  });

  it('says why, the rung first', () => {
    expect(afterRung(applied('ineffective'), false, false)).toEqual({
      kind: 'climb',
      reason: 'restart-vm: ineffective',
    });
    expect(afterRung(applied('ineffective'), false, true)).toEqual({
      kind: 'close',
      end: 'handed-over',
      reasons: ['restart-vm: ineffective, and the ladder has no further rung', 'because'],
    });
    expect(afterRung(applied('harmful'), false, false)).toMatchObject({
      reasons: ['restart-vm left the resource worse than before', 'because'],
    });
  });

  it('never climbs beyond the last rung, nor once the alert is resolved', () => {
    const results = fc.oneof(
      fc.constantFrom<Outcome>('verified', 'ineffective', 'harmful', 'unverifiable').map(applied),
      fc.constantFrom(...notAppliedSchema.options).map(notApplied),
    );
    fc.assert(
      fc.property(results, fc.boolean(), fc.boolean(), (run, resolved, last) => {
        const next = afterRung(run, resolved, last);
        expect(next.kind === 'climb' && (resolved || last)).toBe(false);
        expect(next.kind === 'climb' ? next.reason : next.reasons[0]).toBeTruthy();
      }),
      { seed: 9 },
    );
  });
});

const reason = (check: Reason['check'], answer: Reason['answer'], more: Partial<Reason> = {}): Reason => ({
  check,
  answer,
  text: `${check} says ${answer}`,
  ...more,
});
const verdict = (answer: Verdict['answer'], ...reasons: Reason[]): Verdict => ({ answer, reasons });

describe('a verdict of the guard', () => {
  it.each<[Verdict, NotApplied]>([
    [verdict('ask', reason('budget', 'ask')), 'asked'],
    [verdict('stop', reason('kill-switch', 'go'), reason('cooldown', 'stop')), 'cooldown'],
    [verdict('stop', reason('lease', 'wait'), reason('cooldown', 'stop')), 'cooldown'],
    [verdict('stop', reason('kill-switch', 'stop')), 'stopped'],
    [verdict('stop', reason('kill-switch', 'stop'), reason('cooldown', 'stop')), 'stopped'],
    [verdict('stop', reason('lease', 'stop')), 'stopped'],
  ])('is told in the terms of a report (%#)', (given, expected) => {
    expect(whyNot(given)).toBe(expected);
  });

  it('tells what stood in the way, or everything when nothing did', () => {
    expect(obstacles(verdict('wait', reason('lease', 'go'), reason('budget', 'wait')))).toEqual([
      'budget: budget says wait',
    ]);
    expect(obstacles(verdict('go', reason('lease', 'go'), reason('budget', 'go')))).toEqual([
      'lease: lease says go',
      'budget: budget says go',
    ]);
  });

  it('is worth asking again when the last of what makes it wait is over', () => {
    const early = '2026-05-04T08:00:15.000Z' as never;
    const late = '2026-05-04T08:10:00.000Z' as never;
    const never = '2026-05-04T09:00:00.000Z' as never;
    expect(
      retryAt(
        verdict(
          'wait',
          reason('lease', 'wait', { retryAt: late }),
          reason('budget', 'wait', { retryAt: early }),
          reason('cooldown', 'stop', { retryAt: never }),
          reason('budget', 'wait'),
        ),
      ),
    ).toBe(late);
    expect(retryAt(verdict('wait', reason('lease', 'wait')))).toBeUndefined();
  });
});
