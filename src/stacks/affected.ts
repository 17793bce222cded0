import { hashOf } from '../kernel/hash';
import { downstream } from './graph';
import type { Manifest, ProjectFacts, Stack } from './model';

/** Why a stack has to be planned again. */
export interface AffectedStack {
  readonly stack: string;
  /** `direct`: something it is made of changed. `downstream`: something it stands on may hand over other values. */
  readonly how: 'direct' | 'downstream';
  readonly reasons: readonly string[];
}

/** A stack that a manifest lost without saying where it went. */
export interface LostStack {
  readonly stack: string;
  readonly message: string;
}

const isDocumentation = (path: string): boolean =>
  /(?:^|\/)(?:tests|examples)\/|\.md$|\.tftest\.hcl$|\.tfmock\.hcl$/.test(path);

/** The part of a path below a folder; `undefined` when it is not below it. */
function below(path: string, folder: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** Whether a changed file is part of what the module in a folder does. Modules inside it count only where they are used themselves. */
export function isPartOfModule(path: string, folder: string): boolean {
  const rest = below(path, folder);
  return rest !== undefined && !rest.startsWith('modules/') && !isDocumentation(rest);
}

/** Files of a project that belong to the stacks that name them, and to no other. */
const perStackFile = /\.tfvars(?:\.json)?$|\.backend\.hcl$/;

function reasonsFor(stack: Stack, facts: ProjectFacts | undefined, changed: readonly string[]): string[] {
  const reasons: string[] = [];
  const own = new Set(
    [...stack.variables, ...(stack.backend === null ? [] : [stack.backend])].map((file) => `${stack.project}/${file}`),
  );
  for (const path of changed) {
    const rest = below(path, stack.project);
    if (own.has(path)) {
      reasons.push(`${path} changed, which only this stack reads`);
    } else if (
      rest !== undefined &&
      !isDocumentation(rest) &&
      !perStackFile.test(rest) &&
      !rest.startsWith('modules/')
    ) {
      reasons.push(`${path} changed in its project`);
    } else if (facts?.files.includes(path) === true) {
      reasons.push(`${path} changed, which its configuration reads`);
    } else {
      // Nested modules are in the list themselves, so the longest folder that fits is the one whose module changed.
      const folder = Object.keys(facts?.modules ?? {}).find((one) => isPartOfModule(path, one));
      if (folder !== undefined) {
        reasons.push(`${path} changed in a module it uses: ${facts?.modules[folder]?.join(' -> ') ?? folder}`);
      }
    }
  }
  return reasons;
}

/** What of the manifest a stack's plan follows from: two versions with the same text plan the same. */
function definitionOf(manifest: Manifest, stack: Stack): string {
  const { branch, azure } = manifest.environments[stack.environment] as Manifest['environments'][string];
  return hashOf({
    project: stack.project,
    environment: stack.environment,
    unit: stack.unit,
    variables: stack.variables,
    backend: stack.backend,
    needs: stack.needs,
    contexts: stack.contexts.map((name) => manifest.contexts[name]?.variables),
    terraform: manifest.terraform,
    branch,
    tenant: azure.tenant,
    subscription: azure.subscription,
  });
}

/** The stack that a stack was in an earlier manifest, under its name or one it had before. */
export function earlierOf(stack: Stack, earlier: Manifest): Stack | undefined {
  return (
    earlier.stacks.find(({ name }) => name === stack.name) ??
    earlier.stacks.find(({ name }) => stack.formerly.includes(name))
  );
}

/** Stacks of an earlier manifest that this one neither has, nor renamed, nor retired: their resources would be orphaned. */
export function lostStacks(manifest: Manifest, earlier: Manifest): LostStack[] {
  const accounted = new Set([
    ...manifest.stacks.flatMap(({ name, formerly }) => [name, ...formerly]),
    ...manifest.retired,
  ]);
  return earlier.stacks
    .filter(({ name }) => !accounted.has(name))
    .map(({ name, component, environment }) => {
      const heir = manifest.stacks.find((one) => one.component === component && one.environment === environment);
      return {
        stack: name,
        message:
          heir === undefined
            ? `stack "${name}" is gone from the manifest; destroy its resources and add it to retired, or put it back`
            : `stack "${name}" is gone and "${heir.name}" is new with the same project; if it was renamed, add "${name}" to formerly of "${heir.name}"`,
      };
    });
}

/**
 * The stacks that a change is about, sorted by name, each with every reason. A file changes those stacks whose project,
 * modules (through any number of others) or variable files it is part of; a changed manifest changes those whose definition
 * in it differs. Tests, examples and documentation change nothing. Stacks that stand on a changed one are listed as
 * `downstream`: they are planned with its planned outputs, and change only when those do.
 *
 * `changed` are paths below the repository's root; `earlier` is the manifest before the change, when there was one.
 */
export function affected(
  manifest: Manifest,
  facts: ReadonlyMap<string, ProjectFacts>,
  changed: readonly string[],
  earlier: Manifest | undefined,
): AffectedStack[] {
  const direct = new Map<string, readonly string[]>();
  const byProject = new Map<string, readonly string[]>();
  for (const stack of manifest.stacks) {
    const projectFacts = facts.get(stack.project);
    // Hundreds of stacks share a few projects: what none of a project's files can hold is sorted out once.
    const candidates =
      byProject.get(stack.project) ??
      changed.filter(
        (path) =>
          below(path, stack.project) !== undefined ||
          projectFacts?.files.includes(path) === true ||
          Object.keys(projectFacts?.modules ?? {}).some((folder) => isPartOfModule(path, folder)),
      );
    byProject.set(stack.project, candidates);
    const reasons = reasonsFor(stack, projectFacts, candidates);
    const before = earlier === undefined ? undefined : earlierOf(stack, earlier);
    if (earlier !== undefined && before === undefined) {
      reasons.push('it is new in the manifest');
    } else if (earlier !== undefined && before !== undefined) {
      if (before.name !== stack.name) {
        reasons.push(`it was called "${before.name}"`);
      }
      if (definitionOf(manifest, stack) !== definitionOf(earlier, before)) {
        reasons.push('its definition in the manifest changed');
      }
    }
    if (reasons.length > 0) {
      direct.set(stack.name, reasons);
    }
  }
  const later = downstream(manifest.stacks, direct.keys());
  return manifest.stacks.flatMap((stack): AffectedStack[] => {
    const reasons = direct.get(stack.name);
    if (reasons !== undefined) {
      return [{ stack: stack.name, how: 'direct', reasons }];
    }
    if (!later.has(stack.name)) {
      return [];
    }
    const sources = stack.needs.map(({ stack: name }) => name).filter((name) => direct.has(name) || later.has(name));
    return [
      {
        stack: stack.name,
        how: 'downstream',
        reasons: sources.map((name) => `it stands on ${name}, which is planned anew`),
      },
    ];
  });
}
