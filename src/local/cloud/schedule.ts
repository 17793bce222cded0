/**
 * What will happen to the world and when, carried out lazily: nothing runs until somebody looks (`settle`), and then
 * everything due runs in the order of its time, each change dated with the time it was due. So the state seen depends on
 * the clock alone, not on when it was looked at.
 */
export interface Schedule {
  at(time: number, change: (time: number) => void): void;
  settle(): void;
}

export function createSchedule(now: () => number): Schedule {
  let sequence = 0;
  const changes: { time: number; sequence: number; change: (time: number) => void }[] = [];
  return {
    at(time, change) {
      changes.push({ time, sequence: sequence++, change });
      changes.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
    },
    settle() {
      const limit = now();
      for (let next = changes[0]; next !== undefined && next.time <= limit; next = changes[0]) {
        changes.shift();
        next.change(next.time);
      }
    },
  };
}
