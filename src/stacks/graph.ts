import { InvariantError } from '../kernel/errors';
import type { Need } from './model';

/** What the graph needs to know of a stack. */
export interface Node {
  readonly name: string;
  readonly needs: readonly Pick<Need, 'stack'>[];
}

const byName = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The stacks that each stack is directly needed by. Needs that lead nowhere are left out. */
export function dependents(stacks: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, string[]>(stacks.map(({ name }) => [name, []]));
  for (const { name, needs } of stacks) {
    for (const { stack } of needs) {
      result.get(stack)?.push(name);
    }
  }
  return result;
}

/**
 * The stacks in waves: each wave needs only what earlier waves hold, so its stacks can go side by side. Every stack is as
 * early as it can be; within a wave they are sorted by name, so the same manifest always gives the same order.
 *
 * @throws InvariantError for a circle; {@link findCycle} tells where it is before anything is ordered.
 */
export function waves(stacks: readonly Node[]): string[][] {
  const known = new Set(stacks.map(({ name }) => name));
  const open = new Map(
    stacks.map(({ name, needs }) => [
      name,
      new Set(needs.map(({ stack }) => stack).filter((one) => known.has(one))).size,
    ]),
  );
  const below = dependents(stacks);
  const result: string[][] = [];
  let wave = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  let placed = 0;
  while (wave.length > 0) {
    wave.sort(byName);
    result.push(wave);
    placed += wave.length;
    const next: string[] = [];
    for (const name of wave) {
      for (const dependent of new Set(below.get(name))) {
        const left = (open.get(dependent) as number) - 1;
        open.set(dependent, left);
        if (left === 0) {
          next.push(dependent);
        }
      }
    }
    wave = next;
  }
  if (placed !== known.size) {
    throw new InvariantError(`stacks form a circle: ${findCycle(stacks)?.join(' -> ') ?? 'unknown'}`);
  }
  return result;
}

/** The first circle of needs, as the names along it with the first one repeated at the end; `undefined` when there is none. */
export function findCycle(stacks: readonly Node[]): string[] | undefined {
  const nodes = new Map(stacks.map((stack) => [stack.name, stack]));
  const done = new Set<string>();
  for (const start of stacks) {
    // A stack of frames instead of recursion: a chain of needs may be longer than the machine's stack is deep.
    const path: { name: string; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string): void => {
      path.push({ name, next: 0 });
      onPath.add(name);
    };
    if (!done.has(start.name)) {
      enter(start.name);
    }
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const need = nodes.get(frame.name)?.needs[frame.next];
      if (need === undefined) {
        done.add(frame.name);
        onPath.delete(frame.name);
        path.pop();
        continue;
      }
      frame.next += 1;
      if (onPath.has(need.stack)) {
        const names = path.map(({ name }) => name);
        return [...names.slice(names.indexOf(need.stack)), need.stack];
      }
      if (nodes.has(need.stack) && !done.has(need.stack)) {
        enter(need.stack);
      }
    }
  }
  return undefined;
}

/** Everything that stands on the given stacks, directly or through others; without the given ones themselves. */
export function downstream(stacks: readonly Node[], names: Iterable<string>): Set<string> {
  const below = dependents(stacks);
  const start = new Set(names);
  const result = new Set<string>();
  const queue = [...start];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const dependent of below.get(name) ?? []) {
      if (!result.has(dependent) && !start.has(dependent)) {
        result.add(dependent);
        queue.push(dependent);
      }
    }
  }
  return result;
}

/** Everything that a stack stands on, directly or through others. */
export function upstream(stacks: readonly Node[], name: string): Set<string> {
  const nodes = new Map(stacks.map((stack) => [stack.name, stack]));
  const result = new Set<string>();
  const queue = [name];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const { stack } of nodes.get(one)?.needs ?? []) {
      if (!result.has(stack)) {
        result.add(stack);
        queue.push(stack);
      }
    }
  }
  return result;
}
