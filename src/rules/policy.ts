import type { z } from 'zod';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { findingsOf, pathText, valueAt } from '../signal';
import { policySchema, type Policy } from './model';
import { checkPolicy, type Report, type RunbookCatalogue } from './policy-checks';
import { readPolicyText, type PolicyText } from './policy-text';
import { meant } from './suggest';

/** The parts of a schema that say which fields an object may have; zod's own names. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly in?: z.ZodType;
}

/** The names of the fields that the object at a path may have, as far as its schema says; else none. */
function fieldsAt(schema: z.ZodType | undefined, path: readonly PropertyKey[]): readonly string[] {
  if (schema === undefined) {
    return [];
  }
  const definition = schema.def as unknown as Definition;
  const wrapped = definition.innerType ?? definition.in;
  if (wrapped !== undefined) {
    return fieldsAt(wrapped, path);
  }
  const [key, ...rest] = path;
  if (key === undefined) {
    return definition.shape === undefined ? [] : Object.keys(definition.shape);
  }
  return fieldsAt(definition.shape?.[String(key)] ?? definition.valueType ?? definition.element, rest);
}

/** Adds what was probably meant to a message about a name. */
function withSuggestion(message: string, name: unknown, candidates: readonly string[]): string {
  const suggestion = typeof name === 'string' ? meant(name, candidates) : undefined;
  return suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`;
}

class PolicyProblems {
  private readonly found: InputProblem[];

  constructor(private readonly text: PolicyText) {
    this.found = [...text.problems];
  }

  readonly report: Report = (path, message, onKey = false) => {
    this.found.push({ path: pathText(path), message, ...this.text.positionOf(path, onKey) });
  };

  /** Reports what a schema found in the value at `base`, leaving out what follows from a problem that is known already. */
  readonly reportFindings = (error: z.ZodError, schema: z.ZodType, base: readonly PropertyKey[]): void => {
    const root = valueAt(this.text.value, base);
    for (const { path, message, onKey, allowed } of findingsOf(error, root)) {
      const full = [...base, ...path];
      if (this.text.isBroken(full)) {
        continue;
      }
      const isUnknownField = onKey && message === 'is not a known field';
      const said = isUnknownField
        ? withSuggestion(message, path[path.length - 1], fieldsAt(schema, path.slice(0, -1)))
        : withSuggestion(message, valueAt(root, path), allowed ?? []);
      this.report(full, said, onKey);
    }
  };

  /** Every problem in the order of the text. */
  sorted(): InputProblem[] {
    return this.found
      .map((problem, index) => ({ problem, index }))
      .sort(
        (a, b) =>
          (a.problem.line ?? 0) - (b.problem.line ?? 0) ||
          (a.problem.column ?? 0) - (b.problem.column ?? 0) ||
          a.index - b.index,
      )
      .map(({ problem }) => problem);
  }
}

/**
 * Reads a policy document. Defaults are filled in and durations are seconds; the parameters of a rung stay as written,
 * because the runbook reads them itself, but they are checked against its schema.
 *
 * @throws InvalidInputError `InvalidPolicy` with every problem: of YAML, of the schema, and of what no schema can see
 *   (names given twice, runbooks that do not exist or do not take the parameters, environments that overlap, rules that can
 *   never be chosen or that would take every alert, looking less often than the time there is). Each has a path and the line
 *   and column where it stands; in the order of the text. Of a text that is no YAML only the problems of syntax are listed.
 */
export function parsePolicy(text: string, catalogue: RunbookCatalogue): Policy {
  const read = readPolicyText(text);
  const problems = new PolicyProblems(read);
  if (read.readable) {
    const parsed = policySchema.safeParse(read.value);
    if (!parsed.success) {
      problems.reportFindings(parsed.error, policySchema, []);
    }
    checkPolicy(read.value, catalogue, {
      report: problems.report,
      reportFindings: problems.reportFindings,
      withSuggestion,
      lineOf: (path) => read.positionOf(path, true).line,
    });
    if (parsed.success && problems.sorted().length === 0) {
      return parsed.data;
    }
  }
  const sorted = problems.sorted();
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
  throw new InvalidInputError('InvalidPolicy', `the policy document is refused: ${count}`, sorted);
}

/** The version of a policy: a hash of what it says, the same for documents that differ only in spelling and comments. */
export function policyVersion(policy: Policy): string {
  return hashOf(policy);
}
