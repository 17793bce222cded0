import { downstreamOf, upstreamOf, type GraphNode } from './graph';
import type { ShownStack } from './types';

/** A node of the picture: one stack, or so many of one project and environment. */
export interface StackNode extends GraphNode {
  readonly stacks: readonly ShownStack[];
  /** The stack's name, or the project's. */
  readonly label: string;
}

export interface Wanted {
  readonly environment: string;
  readonly project: string;
  /** Words that the name, project, unit or an owner has to have. */
  readonly words: string;
  /** Draw stacks of one project and environment as one node. */
  readonly grouped: boolean;
  /** A stack: it alone, with what it stands on and what stands on it. */
  readonly around: string;
}

const projectName = (project: string): string => project.split('/').at(-1) ?? project;

/** The stacks that are wanted, before any of them are joined. */
export function stacksFor(stacks: readonly ShownStack[], wanted: Omit<Wanted, 'grouped'>): ShownStack[] {
  const words = wanted.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const nodes = wanted.around === '' ? [] : stacks.map(nodeOf);
  const around =
    wanted.around === ''
      ? undefined
      : new Set([wanted.around, ...upstreamOf(nodes, wanted.around), ...downstreamOf(nodes, wanted.around)]);
  return stacks.filter((stack) => {
    const text = [stack.name, stack.project, stack.unit ?? '', ...stack.owners].join(' ').toLowerCase();
    return (
      (wanted.environment === '' || stack.environment === wanted.environment) &&
      (wanted.project === '' || stack.project === wanted.project) &&
      (around === undefined || around.has(stack.name)) &&
      words.every((word) => text.includes(word))
    );
  });
}

/** A stack as a node of its own. */
export function nodeOf(stack: ShownStack): StackNode {
  const { name, environment, needs } = stack;
  return { id: name, environment, needs, stacks: [stack], label: name };
}

/**
 * Nodes of the picture. Grouped, stacks of one project and environment that need the same projects are one node, and an edge between
 * two groups stands for all between their stacks. A project with one stack stays that stack.
 */
export function nodesFor(stacks: readonly ShownStack[], grouped: boolean): StackNode[] {
  if (!grouped) return stacks.map(nodeOf);
  const groups = new Map<string, ShownStack[]>();
  for (const stack of stacks) {
    const key = `${stack.environment} ${stack.project}`;
    groups.set(key, [...(groups.get(key) ?? []), stack]);
  }
  const idOf = new Map<string, string>();
  for (const [key, members] of groups) {
    for (const { name } of members) idOf.set(name, members.length === 1 ? name : key);
  }
  return [...groups].map(([key, members]) => {
    const first = members[0] as ShownStack;
    const id = members.length === 1 ? first.name : key;
    const needs = new Set(members.flatMap((stack) => stack.needs.flatMap((need) => idOf.get(need) ?? [])));
    needs.delete(id);
    const label = members.length === 1 ? first.name : projectName(first.project);
    return { id, environment: first.environment, needs: [...needs].sort(), stacks: members, label };
  });
}

/** One component through the environments; undefined where an environment has no stack of it. */
export interface PromotionRow {
  readonly component: string;
  readonly label: string;
  readonly stacks: readonly (ShownStack | undefined)[];
}

/** What is promoted, one row for each component, with its stack in each environment of the promotion's order. */
export function promotionRows(stacks: readonly ShownStack[], promotion: readonly string[]): PromotionRow[] {
  const components = new Map<string, ShownStack[]>();
  for (const stack of stacks) components.set(stack.component, [...(components.get(stack.component) ?? []), stack]);
  return [...components]
    .map(([component, members]) => {
      const { unit, project } = members[0] as ShownStack;
      return {
        component,
        label: unit === null ? projectName(project) : unit,
        stacks: promotion.map((environment) => members.find((one) => one.environment === environment)),
      };
    })
    .sort((left, right) => (left.component < right.component ? -1 : 1));
}
