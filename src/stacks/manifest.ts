import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { readPolicyText, type PolicyText } from '../rules';
import { findingsOf, pathText } from '../signal';
import { checkManifest } from './manifest-checks';
import { manifestSchema, type Manifest, type ManifestDocument, type Stack } from './model';

/** Says that something at a path of the manifest is wrong; `onKey` when the name is wrong and not the value. */
export type Report = (path: readonly PropertyKey[], message: string, onKey?: boolean) => void;

/** A manifest that was read, and where each part of it stands. */
export interface ReadManifest {
  readonly text: string;
  readonly manifest: Manifest;
  /** Version: the same for texts that differ in spelling and comments only. */
  readonly version: string;
  /** Turns findings about a good manifest (say, of its projects) into problems with lines, in the order of the text. */
  problemsOf(findings: (report: Report) => void): InputProblem[];
}

class ManifestProblems {
  readonly found: InputProblem[];

  constructor(private readonly text: PolicyText) {
    this.found = [...text.problems];
  }

  readonly report: Report = (path, message, onKey = false) => {
    this.found.push({ path: pathText(path), message, ...this.text.positionOf(path, onKey) });
  };

  sorted(): InputProblem[] {
    return [...this.found].sort(
      (left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0),
    );
  }
}

/** A document with what follows from environment and unit written out for every stack. */
function resolve(document: ManifestDocument): Manifest {
  const { environments, units, stacks, version, ...rest } = document;
  void version;
  const resolved = Object.entries(stacks).map(([name, stack]): Stack => {
    const environment = environments[stack.environment] as ManifestDocument['environments'][string];
    const unit = stack.unit ?? null;
    return {
      name,
      project: stack.project,
      environment: stack.environment,
      layer: stack.layer,
      unit,
      component: unit === null ? stack.project : `${stack.project}:${unit}`,
      branch: environment.branch,
      owners: stack.owners ?? (unit === null ? environment.access.admin : (units[unit]?.owners ?? [])),
      variables: stack.variables,
      backend: stack.backend ?? null,
      contexts: stack.contexts,
      needs: stack.needs,
      outputs: stack.outputs,
      approval: stack.approval ?? environment.approval,
      drift: stack.drift ?? environment.drift,
      formerly: stack.formerly,
    };
  });
  return {
    ...rest,
    environments,
    units,
    stacks: resolved.sort((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

function refuse(problems: readonly InputProblem[]): never {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new InvalidInputError('InvalidManifest', `the stack manifest is refused: ${count}`, problems);
}

/**
 * Reads a stack manifest (YAML without anchors and tags) and checks it: its schema, and what no schema sees: circles, unknown
 * references, an environment that reads another's state, a business unit that reads another's, a missing foundation, two
 * stacks with one state, too few approvals. What needs the projects' files is checked by `checkProjects`.
 *
 * @throws InvalidInputError `InvalidManifest` with every problem, its line and column, in the order of the text.
 */
export function parseManifest(text: string): ReadManifest {
  const read = readPolicyText(text);
  const problems = new ManifestProblems(read);
  if (!read.readable) {
    refuse(problems.sorted());
  }
  const parsed = manifestSchema.safeParse(read.value);
  if (!parsed.success) {
    for (const { path, message, onKey } of findingsOf(parsed.error, read.value)) {
      if (!read.isBroken(path)) {
        problems.report(path, message, onKey);
      }
    }
    refuse(problems.sorted());
  }
  checkManifest(parsed.data, problems.report);
  if (problems.found.length > 0) {
    refuse(problems.sorted());
  }
  const manifest = resolve(parsed.data);
  return {
    text,
    manifest,
    version: hashOf(manifest),
    problemsOf(findings) {
      const later = new ManifestProblems(read);
      findings(later.report);
      return later.sorted();
    },
  };
}
