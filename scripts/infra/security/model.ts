import type { Planned, PlannedResource } from '../terraform';

/**
 * A public identifier of a requirement, so that a reader can look up what is asked and why: Checkov (`CKV_`, `CKV2_`), Trivy
 * (`AVD-AZU-`), CIS Microsoft Azure Foundations Benchmark 2.0 (`CIS Azure`), Microsoft cloud security benchmark (`MCSB`), a
 * built-in Azure Policy definition by its id, a CWE or an RFC.
 */
export type Reference = string;

/** A change to the code that breaks a rule, to show that the rule notices. */
export interface Break {
  /** Folder that is planned (its unit tests), from the repository's root. */
  readonly root: string;
  /** File that is changed, from the repository's root. */
  readonly file: string;
  readonly find: RegExp;
  readonly replace: string;
}

/** One requirement on the planned configuration. */
export interface Rule {
  /** Name of the test: the first public identifier and what it asks. */
  readonly name: string;
  readonly references: readonly Reference[];
  /**
   * `resource` rules hold wherever the resource is planned, in the modules' own tests too; `estate` rules look at a whole
   * project (is there an alert for it, does it carry the tags), which a module alone cannot answer.
   */
  readonly scope: 'resource' | 'estate';
  /** Addresses that break the rule, with the reason. Empty when all is well. */
  readonly check: (planned: Planned) => readonly Finding[];
  readonly broken: Break;
}

/** One resource that breaks a rule. */
export interface Finding {
  readonly address: string;
  readonly problem: string;
}

type Values = Readonly<Record<string, unknown>>;

/** The first (or only) block of that name, whether the provider stores a list or an object. */
export function block(values: Values, name: string): Values {
  const found = values[name];
  if (Array.isArray(found)) return (found[0] as Values | undefined) ?? {};
  return found !== null && typeof found === 'object' ? (found as Values) : {};
}

/** Follows a path through blocks and objects; undefined where it ends early. */
export function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (Array.isArray(value)) value = value[0];
    return value !== null && typeof value === 'object' ? (value as Values)[key] : undefined;
  }, values);
}

/** A rule that looks at every resource of some types by itself. */
export function each(
  types: readonly string[],
  check: (resource: PlannedResource) => string | undefined,
): Rule['check'] {
  return (planned) =>
    planned.resources
      .filter((resource) => types.includes(resource.type))
      .flatMap((resource) => {
        const problem = check(resource);
        return problem === undefined ? [] : [{ address: resource.address, problem }];
      });
}

/** A rule that wants one value at one path of every resource of a type. */
export function wants(type: string, path: string, wanted: unknown): Rule['check'] {
  return each([type], (resource) => {
    const found = at(resource.values, path);
    return found === wanted ? undefined : `${path} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
  });
}

/** A rule over azapi resources of one ARM type (without its version). */
export function azapi(
  armType: string,
  check: (body: unknown, resource: PlannedResource) => string | undefined,
): Rule['check'] {
  return each(['azapi_resource'], (resource) =>
    String(resource.values['type']).split('@')[0] === armType ? check(resource.values['body'], resource) : undefined,
  );
}
