import type { Need } from './model';

/** The parts of `terraform show -json <plan>` that say what a stack hands over. */
export interface PlannedOutputs {
  readonly output_changes?: Readonly<
    Record<
      string,
      {
        readonly actions: readonly string[];
        readonly after?: unknown;
        readonly after_unknown?: unknown;
        readonly after_sensitive?: unknown;
      }
    >
  >;
}

/** A value of which parts may not be known before apply. */
export type Known =
  | { readonly kind: 'known'; readonly value: unknown }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, Known>> }
  | { readonly kind: 'list'; readonly items: readonly Known[] };

/** An output as a plan foresees it. */
export interface PlannedOutput {
  readonly value: Known;
  readonly sensitive: boolean;
  /** Whether the plan changes it; an unknown value may change. */
  readonly changed: boolean;
}

/** What one of a stack's inputs gets from upstream's plan. */
export type Fed =
  | {
      readonly input: string;
      readonly from: string;
      readonly value: Known;
      readonly sensitive: boolean;
      readonly changed: boolean;
    }
  | { readonly input: string; readonly from: string; readonly missing: string };

/** Joins a value with the mask of what is unknown in it. Terraform leaves unknown members out of objects and nulls in lists. */
export function knownOf(after: unknown, unknown: unknown): Known {
  if (unknown === true) {
    return { kind: 'unknown' };
  }
  if (Array.isArray(unknown) && unknown.length > 0) {
    const values = Array.isArray(after) ? after : [];
    const items = unknown.map((mask, index) => knownOf(values[index], mask));
    return items.every(({ kind }) => kind === 'known') && values.length <= items.length
      ? { kind: 'known', value: after }
      : { kind: 'list', items };
  }
  if (unknown !== null && typeof unknown === 'object' && !Array.isArray(unknown)) {
    const masks = unknown as Record<string, unknown>;
    const values = (after !== null && typeof after === 'object' ? after : {}) as Record<string, unknown>;
    const members = Object.fromEntries(
      [...new Set([...Object.keys(values), ...Object.keys(masks)])].map((key) => [
        key,
        knownOf(values[key], masks[key]),
      ]),
    );
    return Object.values(members).every(({ kind }) => kind === 'known')
      ? { kind: 'known', value: after }
      : { kind: 'object', members };
  }
  return { kind: 'known', value: after };
}

/** Paths of what is unknown in a value, for people: empty text for the value as a whole. */
export function unknownPaths(value: Known, path = ''): string[] {
  switch (value.kind) {
    case 'known':
      return [];
    case 'unknown':
      return [path];
    case 'object':
      return Object.entries(value.members).flatMap(([key, member]) =>
        unknownPaths(member, path === '' ? key : `${path}.${key}`),
      );
    case 'list':
      return value.items.flatMap((item, index) => unknownPaths(item, `${path}[${index}]`));
  }
}

/** The outputs that a plan foresees, by name. An output that the plan deletes is not among them. */
export function plannedOutputs(plan: PlannedOutputs): ReadonlyMap<string, PlannedOutput> {
  const result = new Map<string, PlannedOutput>();
  for (const [name, change] of Object.entries(plan.output_changes ?? {})) {
    if (change.actions.length === 1 && change.actions[0] === 'delete') {
      continue;
    }
    result.set(name, {
      value: knownOf(change.after, change.after_unknown ?? false),
      sensitive:
        change.after_sensitive !== undefined &&
        change.after_sensitive !== false &&
        JSON.stringify(change.after_sensitive) !== '{}',
      changed: !(change.actions.length === 1 && change.actions[0] === 'no-op'),
    });
  }
  return result;
}

/**
 * The inputs of a stack, each from the outputs of what it needs. An output that upstream does not have (any more) is
 * `missing`, with the reason: nothing is made up in its place.
 */
export function feed(
  needs: readonly Need[],
  outputsOf: (stack: string) => ReadonlyMap<string, PlannedOutput> | undefined,
): Fed[] {
  return needs.flatMap(({ stack, inputs }) =>
    Object.entries(inputs).map(([input, output]): Fed => {
      const from = `${stack}.${output}`;
      const outputs = outputsOf(stack);
      if (outputs === undefined) {
        return { input, from, missing: `${stack} has not been planned, and its outputs are not known` };
      }
      const planned = outputs.get(output);
      return planned === undefined
        ? {
            input,
            from,
            missing: `${stack} has no output "${output}" any more; put it back, or take the input out of the manifest`,
          }
        : { input, from, ...planned };
    }),
  );
}

/** A value as a Terraform expression. What is unknown becomes what `unknown` returns for its path, which must be unknown to Terraform too. */
export function expressionOf(value: Known, unknown: (path: string) => string, path = ''): string {
  switch (value.kind) {
    case 'known':
      // A string in HCL has templates, so JSON goes in as one: only `${` and `%{` have to be told apart.
      return `jsondecode(${literal(JSON.stringify(value.value ?? null))})`;
    case 'unknown':
      return unknown(path);
    case 'object':
      return `{ ${Object.entries(value.members)
        .map(
          ([key, member]) => `${literal(key)} = ${expressionOf(member, unknown, path === '' ? key : `${path}.${key}`)}`,
        )
        .join(', ')} }`;
    case 'list':
      return `[${value.items.map((item, index) => expressionOf(item, unknown, `${path}[${index}]`)).join(', ')}]`;
  }
}

/** A text as a string of HCL. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(/\$\{/g, '$$${').replace(/%\{/g, '%%{');
}
