import { play, recordedSignals, rehearsalTable, rehearse, signalsFromLines } from '../../src/rehearsal';
import { intakeWorld, signalOf } from '../run/intake-world';
import { policyOf, recorded, ruleText, start } from './fixture';

const many = (count: number, secondsApart: number) =>
  Array.from({ length: count }, (_, index) => recorded(index + 1, index + 1, index * secondsApart));

const observe = policyOf([ruleText('observe')]);
const suggest = policyOf([ruleText('suggest')]);
const act = policyOf([ruleText('auto')]);

describe('the difference in actions', () => {
  test('says what would be done where nothing was, by rule and resource', () => {
    const signals = [...many(14, 3600), recorded(90, 3, 100_000), recorded(91, 3, 200_000)];
    const found = rehearse(observe, act, signals);
    expect(found).toMatchObject({ signals: 16, differing: 16 });
    expect(found.differences).toHaveLength(14);
    expect(found.differences.find(({ target }) => target.endsWith('/vm-3'))).toMatchObject({
      change: 'acts',
      currentRule: 'vms',
      proposedRule: 'vms',
      current: 'nothing',
      proposed: 'restart-vm',
      signals: 3,
      example: (91).toString(16).padStart(32, '0'),
    });
    expect(found.current.totals).toMatchObject({ incidents: 0, acted: {} });
    expect(found.proposed.totals).toMatchObject({ incidents: 16, acted: { 'restart-vm': 14 } });
    expect(rehearsalTable(found)).toContain('first action: restart-vm on 14 resources');
  });

  test.each([
    ['acts-no-more', act, observe],
    ['proposes', observe, suggest],
    ['proposes-no-more', suggest, observe],
    ['mode', act, suggest],
    ['mode', suggest, act],
    ['ladder', act, policyOf([ruleText('auto', '[{ runbook: restart-vm }, { runbook: redeploy-vm }]')])],
  ])('%s', (change, current, proposed) => {
    expect(rehearse(current, proposed, many(1, 0)).differences.map((one) => one.change)).toEqual([change]);
  });

  test('is none for the same policy, nor for another rule that does the same', () => {
    const renamed = policyOf([ruleText('auto').replace('name: vms', 'name: machines')]);
    for (const other of [act, renamed]) {
      expect(rehearse(act, other, many(3, 60))).toMatchObject({ differing: 0, differences: [] });
    }
  });
});

describe('time', () => {
  test('the budget lets two through in an hour; others wait, and give up with their patience', () => {
    const { totals } = play(act, many(4, 60));
    // The third and the fourth would wait 58 minutes and are patient for 30.
    expect(totals).toMatchObject({ incidents: 4, acted: { 'restart-vm': 2 }, waited: 0, notActed: 2 });
  });

  test('those with patience are let through when the window has room', () => {
    const { totals } = play(policyOf([ruleText('auto')], 'window: 1h, maxResources: 2', '2h'), many(4, 60));
    expect(totals).toMatchObject({ acted: { 'restart-vm': 4 }, waited: 2, notActed: 0 });
    expect(totals.longestWaitSeconds).toBe(3600 - 120);
  });

  test('the cooldown keeps a second action from the same resource', () => {
    expect(play(act, [recorded(1, 1, 0), recorded(2, 1, 800)]).totals).toMatchObject({ incidents: 2, notActed: 1 });
    expect(play(act, [recorded(1, 1, 0), recorded(2, 1, 1000)]).totals).toMatchObject({ incidents: 2, notActed: 0 });
  });

  test('deduplication holds back what the window holds back', () => {
    const once = policyOf([
      ruleText('auto', '[{ runbook: restart-vm }]', ', dedupe: { take: once-within, window: 10m }'),
    ]);
    const signals = [recorded(1, 1, 0), recorded(2, 1, 599), recorded(3, 1, 600)];
    expect(play(once, signals).played.map(({ action }) => action)).toEqual(['open-incident', 'held', 'open-incident']);
    expect(rehearse(act, once, signals).differences).toMatchObject([{ change: 'acts-no-more', signals: 1 }]);
  });

  test('what waits first is not done when it is resolved by then', () => {
    const after = policyOf([
      ruleText('auto', '[{ runbook: restart-vm }]', ', dedupe: { take: once-after, window: 10m }'),
    ]);
    const fired = recorded(1, 1, 0);
    const { correlation } = fired.signal;
    const resolved = (seconds: number) => recorded(2, 1, seconds, { condition: 'resolved', correlation });
    expect(play(after, [resolved(590), fired]).totals).toMatchObject({ incidents: 0, held: 1 });
    expect(play(after, [fired, resolved(610)]).totals).toMatchObject({ incidents: 1, held: 0 });
  });

  test('a month of two thousand alerts is played', () => {
    const signals = Array.from({ length: 2000 }, (_, index) => recorded(index + 1, index % 200, index * 1296));
    const { totals } = play(policyOf([ruleText('auto')], 'window: 1h, maxResources: 20'), signals);
    expect(totals).toMatchObject({ signals: 2000, incidents: 2000 });
    expect(totals.acted['restart-vm']).toBe(200);
  });
});

describe('recorded signals', () => {
  test('are read from the ledger and the decision records of their time', async () => {
    const world = intakeWorld();
    const fired = signalOf('metric-fired');
    await world.start().intake.accept(fired, world.incidents);
    world.clock.pass(86_400);
    const later = { ...fired, id: 'a'.repeat(32), correlation: 'a'.repeat(32) };
    await world.start().intake.accept(later, world.incidents);
    const ports = { ledger: world.start().ledger, decisions: world.decisions };
    const all = await recordedSignals(ports, '2026-05-01T00:00:00Z');
    expect(all.signals.map(({ signal }) => signal.id)).toEqual([fired.id, later.id]);
    expect(all.signals[0]).toEqual({ signal: fired, at: start });
    const recent = await recordedSignals(ports, '2026-05-05T00:00:00Z');
    expect(recent).toEqual({ signals: [{ signal: later, at: start + 86_400_000 }], missing: 0 });
    world.storage.stored.delete(`decisions/${later.id}.json`);
    expect(await recordedSignals(ports, '2026-05-05T00:00:00Z')).toEqual({ signals: [], missing: 1 });
  });

  test('are read from lines: records and signals, each once', () => {
    const { signal } = recorded(1, 1, 0);
    const other = recorded(2, 2, 60).signal;
    const record = { signalId: signal.id, claimedAt: '2026-05-04T09:00:00.000Z', decision: { signal } };
    const text = [record, other, other].map((one) => JSON.stringify(one)).join('\n');
    expect(signalsFromLines(`${text}\n\n`)).toEqual([
      { signal, at: start + 3_600_000 },
      { signal: other, at: start + 60_000 },
    ]);
    expect(signalsFromLines(text, (start + 61_000) as never)).toHaveLength(1);
  });

  test.each(['{', '7', 'null', '{"decision":null}', '{"id":"x"}'])('%s is refused with its line', (line) => {
    expect(() => signalsFromLines(`\n${line}`)).toThrow(
      expect.objectContaining({ code: 'SignalsUnreadable', problems: [expect.objectContaining({ line: 2 })] }),
    );
  });
});
