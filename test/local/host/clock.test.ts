import fc from 'fast-check';
import { createSystemClock, createVirtualClock } from '../../../src/local/host';
import { TimerQueue } from '../../../src/local/host/durable/timers';

describe('the virtual clock', () => {
  it('fires in order of due time, then of setting, and stands at each due time meanwhile', () => {
    const clock = createVirtualClock(1000);
    const fired: string[] = [];
    clock.setTimer(3000, () => fired.push(`c@${clock.now()}`));
    clock.setTimer(2000, () => {
      fired.push(`a@${clock.now()}`);
      clock.setTimer(2500, () => fired.push(`nested@${clock.now()}`));
    });
    clock.setTimer(2000, () => fired.push(`b@${clock.now()}`));
    clock.setTimer(2200, () => fired.push('cancelled')).cancel();
    expect(clock.nextDue()).toBe(2000);
    clock.advanceTo(4000);
    expect(fired).toEqual(['a@2000', 'b@2000', 'nested@2500', 'c@3000']);
    expect([clock.now(), clock.nextDue()]).toEqual([4000, undefined]);
  });

  it('does not go back', () => {
    const clock = createVirtualClock(1000);
    clock.advanceTo(500);
    expect(clock.now()).toBe(1000);
  });
});

describe('the system clock', () => {
  it('fires no earlier than it was asked to', async () => {
    const clock = createSystemClock();
    const due = clock.now() + 15;
    const keepAlive = setInterval(() => undefined, 1000);
    await new Promise<void>((resolve) => clock.setTimer(due, resolve));
    clearInterval(keepAlive);
    expect(clock.now()).toBeGreaterThanOrEqual(due);
  });
});

describe('the timer queue', () => {
  it('hands over what is due, in order, whatever was set and withdrawn', () => {
    const operation = fc.record({ due: fc.integer({ min: 1, max: 50 }), withdraw: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const clock = createVirtualClock(0);
        const got: number[] = [];
        const queue = new TimerQueue<number>(clock, (values) => got.push(...values));
        const withdrawals = operations.map(({ due }, index) => queue.set(due, index));
        operations.forEach(({ withdraw }, index) => withdraw && withdrawals[index]?.());
        clock.advanceTo(25);
        const left = operations
          .map(({ due, withdraw }, index) => ({ due, withdraw, index }))
          .filter(({ withdraw }) => !withdraw);
        const expected = left.filter(({ due }) => due <= 25).sort((a, b) => a.due - b.due || a.index - b.index);
        expect(got).toEqual(expected.map(({ index }) => index));
        const later = left.filter(({ due }) => due > 25).map(({ due }) => due);
        expect(queue.nextDue()).toBe(later.length > 0 ? Math.min(...later) : undefined);
      }),
    );
  });
});
