import { createManualClock, createSystemClock } from '../../../src/local/cloud';
import { createSchedule } from '../../../src/local/cloud/schedule';

describe('the manual clock', () => {
  it('fires timers in the order of their due times, each at its due time', () => {
    const clock = createManualClock(1_000);
    const fired: [string, number][] = [];
    clock.setTimer(1_300, () => fired.push(['late', clock.now()]));
    clock.setTimer(1_100, () => {
      fired.push(['early', clock.now()]);
      clock.setTimer(1_200, () => fired.push(['set on the way', clock.now()]));
    });
    clock.setTimer(1_150, () => fired.push(['called off', clock.now()])).cancel();
    expect(clock.pending()).toEqual([1_100, 1_300]);
    clock.advance(250);
    expect(fired).toEqual([
      ['early', 1_100],
      ['set on the way', 1_200],
    ]);
    expect(clock.now()).toBe(1_250);
    clock.advance(50);
    expect(fired).toHaveLength(3);
  });
});

it('the system clock fires no sooner than due, and not when called off', async () => {
  const clock = createSystemClock();
  const dueAt = clock.now() + 20;
  const calledOff = clock.setTimer(clock.now() + 5, () => {
    throw new Error('called off');
  });
  calledOff.cancel();
  // The timer keeps no process alive, so something else has to.
  const alive = setInterval(() => undefined, 1_000);
  await new Promise<void>((resolve) => clock.setTimer(dueAt, resolve));
  clearInterval(alive);
  expect(clock.now()).toBeGreaterThanOrEqual(dueAt);
});

it('the schedule carries out what is due in order of time, whenever it is looked at', () => {
  const clock = createManualClock(0);
  const schedule = createSchedule(() => clock.now());
  const done: string[] = [];
  schedule.at(30, (time) => done.push(`c ${time}`));
  schedule.at(10, (time) => {
    done.push(`a ${time}`);
    schedule.at(20, (later) => done.push(`b ${later}`));
  });
  schedule.at(30, (time) => done.push(`d ${time}`));
  clock.advance(29);
  schedule.settle();
  expect(done).toEqual(['a 10', 'b 20']);
  clock.advance(100);
  schedule.settle();
  schedule.settle();
  expect(done).toEqual(['a 10', 'b 20', 'c 30', 'd 30']);
});
