import { findCycle, upstream, type Node } from './graph';
import type { Report } from './manifest';
import type { Manifest, ManifestDocument, ProjectFacts } from './model';

type WrittenStack = ManifestDocument['stacks'][string];

/** At least so many people other than the author agree where a commit ends, usually in prod. */
const lastApprovals = 2;

function nodesOf(document: ManifestDocument): Node[] {
  return Object.entries(document.stacks).map(([name, { needs }]) => ({ name, needs }));
}

function checkEnvironments(document: ManifestDocument, report: Report): void {
  const { environments, promotion } = document;
  promotion.forEach((name, index) => {
    if (!Object.hasOwn(environments, name)) {
      report(
        ['promotion', index],
        `there is no environment "${name}"; there are: ${Object.keys(environments).join(', ')}`,
      );
    } else if (promotion.indexOf(name) !== index) {
      report(['promotion', index], `"${name}" is listed twice; a commit passes through each environment once`);
    }
  });
  const branches = new Map<string, string>();
  const subscriptions = new Map<string, string>();
  for (const [name, { branch, approval, azure }] of Object.entries(environments)) {
    const at = ['environments', name];
    if (!promotion.includes(name)) {
      report(at, `is not in promotion, so no commit can get there; add it`, true);
    }
    const sameBranch = branches.get(branch);
    if (sameBranch !== undefined) {
      report([...at, 'branch'], `is the branch of ${sameBranch} too; each environment has its own`);
    }
    branches.set(branch, name);
    const sameSubscription = subscriptions.get(azure.subscription);
    if (sameSubscription !== undefined) {
      report(
        [...at, 'azure', 'subscription'],
        `is the subscription of ${sameSubscription} too; each environment has its own`,
      );
    }
    subscriptions.set(azure.subscription, name);
    if (azure.planClient === azure.applyClient) {
      report([...at, 'azure', 'planClient'], 'is the identity that applies; a plan runs as one that can only look');
    }
    if (name === promotion.at(-1) && approval.people < lastApprovals) {
      report([...at, 'approval', 'people'], `must be at least ${lastApprovals} where promotion ends`);
    }
  }
}

function checkApproval(
  approval: WrittenStack['approval'],
  path: readonly PropertyKey[],
  least: number,
  report: Report,
): void {
  if (approval === undefined) {
    return;
  }
  if (approval.people > 0 && approval.groups.length === 0) {
    report([...path, 'groups'], 'is empty, so nobody could approve; name the groups');
  }
  if (approval.people < least) {
    report([...path, 'people'], `is less than the ${least} of the environment; a stack can only ask for more`);
  }
}

function checkNeeds(document: ManifestDocument, name: string, stack: WrittenStack, report: Report): void {
  const { stacks } = document;
  const taken = new Map<string, string>();
  stack.needs.forEach((need, index) => {
    const at = ['stacks', name, 'needs', index];
    const other = Object.hasOwn(stacks, need.stack) ? stacks[need.stack] : undefined;
    if (stack.needs.findIndex((one) => one.stack === need.stack) !== index) {
      report([...at, 'stack'], `"${need.stack}" is listed twice; give its inputs in one place`);
    }
    if (other === undefined) {
      const renamed = Object.entries(stacks).find(([, { formerly }]) => formerly.includes(need.stack))?.[0];
      report(
        [...at, 'stack'],
        `there is no stack "${need.stack}"${renamed === undefined ? '' : `; it is called "${renamed}" now`}`,
      );
      return;
    }
    if (other.environment !== stack.environment) {
      report(
        [...at, 'stack'],
        `is in ${other.environment}; a stack of ${stack.environment} reads nothing of another environment`,
      );
    }
    if (stack.layer === 'foundation' && other.layer === 'unit') {
      report([...at, 'stack'], `belongs to business unit ${other.unit ?? '?'}; a foundation stands on no unit`);
    }
    if (stack.layer === 'unit' && other.layer === 'unit' && other.unit !== stack.unit) {
      report(
        [...at, 'stack'],
        `belongs to business unit ${other.unit ?? '?'}; unit ${stack.unit ?? '?'} reads nothing of another unit`,
      );
    }
    for (const [input, output] of Object.entries(need.inputs)) {
      if (!other.outputs.includes(output)) {
        report(
          [...at, 'inputs', input],
          `"${need.stack}" hands over no output "${output}"; it hands over: ${other.outputs.join(', ') || 'none'}`,
        );
      }
      const before = taken.get(input);
      if (before !== undefined) {
        report([...at, 'inputs', input], `is filled by "${before}" already`, true);
      }
      taken.set(input, need.stack);
    }
  });
}

function checkStack(document: ManifestDocument, name: string, stack: WrittenStack, report: Report): void {
  const at = ['stacks', name];
  const environment = Object.hasOwn(document.environments, stack.environment)
    ? document.environments[stack.environment]
    : undefined;
  if (environment === undefined) {
    report(
      [...at, 'environment'],
      `there is no environment "${stack.environment}"; there are: ${Object.keys(document.environments).join(', ')}`,
    );
  }
  if (stack.layer === 'unit' && stack.unit === undefined) {
    report(at, 'is of layer unit but says no unit', true);
  }
  if (stack.layer === 'foundation' && stack.unit !== undefined) {
    report([...at, 'unit'], 'is given for a foundation, which belongs to no unit; remove it');
  }
  if (stack.unit !== undefined && !Object.hasOwn(document.units, stack.unit)) {
    report([...at, 'unit'], `there is no unit "${stack.unit}"; add it to units with its owners`);
  }
  checkApproval(stack.approval, [...at, 'approval'], environment?.approval.people ?? 0, report);
  stack.contexts.forEach((context, index) => {
    const found = Object.hasOwn(document.contexts, context) ? document.contexts[context] : undefined;
    if (found === undefined) {
      report([...at, 'contexts', index], `there is no context "${context}"`);
    } else if (found.environment !== undefined && found.environment !== stack.environment) {
      report([...at, 'contexts', index], `is for ${found.environment} only, and this stack is in ${stack.environment}`);
    }
  });
  stack.formerly.forEach((old, index) => {
    if (Object.hasOwn(document.stacks, old)) {
      report([...at, 'formerly', index], `there is a stack "${old}" still, so this one cannot have been it`);
    }
    if (document.retired.includes(old)) {
      report([...at, 'formerly', index], `"${old}" is retired; it is either gone or goes on under this name`);
    }
  });
  checkNeeds(document, name, stack, report);
}

/** Every unit stack stands on a foundation of its environment. */
function checkFoundations(document: ManifestDocument, report: Report): void {
  const nodes = nodesOf(document);
  for (const [name, stack] of Object.entries(document.stacks)) {
    if (stack.layer !== 'unit') {
      continue;
    }
    const foundations = Object.entries(document.stacks).filter(
      ([, other]) => other.layer === 'foundation' && other.environment === stack.environment,
    );
    if (foundations.length === 0) {
      report(
        ['stacks', name],
        `environment ${stack.environment} has no foundation to stand on; add its foundation stack`,
        true,
      );
    } else {
      const below = upstream(nodes, name);
      if (!foundations.some(([foundation]) => below.has(foundation))) {
        report(
          ['stacks', name],
          `does not stand on its environment's foundation; add a need for ${foundations.map(([one]) => `"${one}"`).join(' or ')}`,
          true,
        );
      }
    }
  }
}

function checkIdentities(document: ManifestDocument, report: Report): void {
  const components = new Map<string, string>();
  const states = new Map<string, string>();
  const oldNames = new Map<string, string>();
  for (const [name, { environment, project, unit, backend, formerly }] of Object.entries(document.stacks)) {
    const component = JSON.stringify([environment, project, unit ?? null]);
    const twin = components.get(component);
    if (twin !== undefined) {
      report(['stacks', name], `is the same project for the same environment and unit as "${twin}"`, true);
    }
    components.set(component, name);
    if (backend !== undefined) {
      const state = `${project}/${backend}`;
      const other = states.get(state);
      if (other !== undefined) {
        report(['stacks', name, 'backend'], `is the state of "${other}" too; every stack has its own`);
      }
      states.set(state, name);
    }
    formerly.forEach((old, index) => {
      const other = oldNames.get(old);
      if (other !== undefined) {
        report(['stacks', name, 'formerly', index], `"${old}" is claimed by "${other}" already`);
      }
      oldNames.set(old, name);
    });
  }
  document.retired.forEach((name, index) => {
    if (Object.hasOwn(document.stacks, name)) {
      report(['retired', index], `there is a stack "${name}"; a retired name is not used again`);
    }
  });
}

/** What no schema sees in a manifest that fits its schema. */
export function checkManifest(document: ManifestDocument, report: Report): void {
  checkEnvironments(document, report);
  for (const [name, { approval }] of Object.entries(document.environments)) {
    checkApproval(approval, ['environments', name, 'approval'], 0, report);
  }
  for (const [name, { environment }] of Object.entries(document.contexts)) {
    if (environment !== undefined && !Object.hasOwn(document.environments, environment)) {
      report(['contexts', name, 'environment'], `there is no environment "${environment}"`);
    }
  }
  for (const [name, stack] of Object.entries(document.stacks)) {
    checkStack(document, name, stack, report);
  }
  checkIdentities(document, report);
  const nodes = nodesOf(document);
  const cycle = findCycle(nodes);
  if (cycle !== undefined) {
    const [first, second] = cycle as [string, string];
    const index = document.stacks[first]?.needs.findIndex(({ stack }) => stack === second) ?? 0;
    report(
      ['stacks', first, 'needs', index, 'stack'],
      `closes a circle: ${cycle.join(' -> ')}; take one of these needs out`,
    );
    return;
  }
  checkFoundations(document, report);
}

/**
 * What only the projects' configuration can say: variables and outputs that do not exist, required variables that nobody
 * fills, a project that reads another's state by itself. `given` are the variables that a stack's variable files set;
 * `undefined` for a project or a file that does not exist.
 */
export function checkProjects(
  manifest: Manifest,
  facts: ReadonlyMap<string, ProjectFacts>,
  given: (project: string, file: string) => readonly string[] | undefined,
  report: Report,
): void {
  for (const stack of manifest.stacks) {
    const at = ['stacks', stack.name];
    const project = facts.get(stack.project);
    if (project === undefined) {
      report([...at, 'project'], `there is no Terraform configuration in ${stack.project}`);
      continue;
    }
    for (const source of project.remoteStates) {
      report(
        [...at, 'project'],
        `${stack.project} reads another stack's state through data.${source}; hand the value over as an input`,
      );
    }
    stack.outputs.forEach((output, index) => {
      if (!Object.hasOwn(project.outputs, output)) {
        report([...at, 'outputs', index], `${stack.project} has no output "${output}"`);
      }
    });
    const filled = new Set<string>();
    stack.variables.forEach((file, index) => {
      const names = given(stack.project, file);
      if (names === undefined) {
        report([...at, 'variables', index], `${stack.project}/${file} does not exist`);
      }
      names?.forEach((name) => filled.add(name));
    });
    stack.needs.forEach(({ inputs }, index) => {
      for (const input of Object.keys(inputs)) {
        if (!Object.hasOwn(project.variables, input)) {
          report([...at, 'needs', index, 'inputs', input], `${stack.project} has no variable "${input}"`, true);
        }
        if (filled.has(input)) {
          report(
            [...at, 'needs', index, 'inputs', input],
            'is set in a variable file too, which would hide what the other stack says',
            true,
          );
        }
        filled.add(input);
      }
    });
    for (const context of stack.contexts) {
      for (const variable of Object.keys(manifest.contexts[context]?.variables ?? {})) {
        filled.add(variable.replace(/^TF_VAR_/, ''));
      }
    }
    const missing = Object.entries(project.variables)
      .filter(([name, { required }]) => required && !filled.has(name))
      .map(([name]) => name);
    if (missing.length > 0) {
      report(at, `leaves required variables of ${stack.project} open: ${missing.join(', ')}`, true);
    }
  }
}
