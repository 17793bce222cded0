import type { TerraformFolder } from './hcl';

/** How far a change of a module's interface goes, in the words of semantic versioning. */
export type Bump = 'major' | 'minor' | 'patch';

/** The least version step that a change of interface asks for, and why. */
export interface InterfaceChange {
  readonly bump: Bump;
  readonly reasons: readonly string[];
}

function optionalFields(type: string): number {
  return (type.match(/\boptional\(/g) ?? []).length;
}

/**
 * Compares the interface of a module before and after. Removing or retyping an input, requiring a new one, tightening a
 * type and removing an output break callers; new optional inputs and new outputs add to what callers may use; everything
 * else (and what cannot be seen from the interface, such as a moved resource) is a patch at least.
 */
export function compareInterfaces(before: TerraformFolder, after: TerraformFolder): InterfaceChange {
  const major: string[] = [];
  const minor: string[] = [];
  const old = new Map(before.variables.map((variable) => [variable.name, variable]));
  const now = new Map(after.variables.map((variable) => [variable.name, variable]));
  for (const [name, variable] of old) {
    const next = now.get(name);
    if (next === undefined) major.push(`input ${name} was removed`);
    else if (variable.defaultText !== undefined && next.defaultText === undefined) {
      major.push(`input ${name} must be given now`);
    } else if (variable.type.replace(/\s+/g, '') !== next.type.replace(/\s+/g, '')) {
      if (optionalFields(next.type) > optionalFields(variable.type)) {
        minor.push(`input ${name} takes further optional fields`);
      } else major.push(`input ${name} has another type`);
    }
    if (next !== undefined && next.validations.length > variable.validations.length) {
      major.push(`input ${name} is checked more strictly`);
    }
  }
  for (const [name, variable] of now) {
    if (old.has(name)) continue;
    if (variable.defaultText === undefined) major.push(`input ${name} is new and must be given`);
    else minor.push(`input ${name} is new`);
  }
  const outputs = new Set(after.outputs.map(({ name }) => name));
  for (const { name } of before.outputs) if (!outputs.has(name)) major.push(`output ${name} was removed`);
  const known = new Set(before.outputs.map(({ name }) => name));
  for (const { name } of after.outputs) if (!known.has(name)) minor.push(`output ${name} is new`);
  for (const [source, constraint] of Object.entries(after.providers)) {
    const earlier = before.providers[source];
    if (earlier === undefined) major.push(`provider ${source} is needed now`);
    else if (earlier !== constraint) minor.push(`provider ${source} is ${constraint} now`);
  }
  if (before.requiredVersion !== after.requiredVersion) {
    major.push(`terraform ${after.requiredVersion ?? ''} is needed now`);
  }
  return { bump: major.length > 0 ? 'major' : minor.length > 0 ? 'minor' : 'patch', reasons: [...major, ...minor] };
}

/** The version after `version` (X.Y.Z). */
export function nextVersion(version: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (bump === 'major') return `${major + 1}.0.0`;
  return bump === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}
