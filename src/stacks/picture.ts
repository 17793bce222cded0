import { dependents } from './graph';
import type { Manifest, Stack } from './model';

const identifier = (name: string): string => `s_${name.replace(/-/g, '_')}`;

function label(inputs: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(inputs).map(([input, output]) => (input === output ? output : `${output} as ${input}`));
  return pairs.length === 0 ? '' : `|${pairs.join(', ')}|`;
}

/** The stacks as a Mermaid flowchart: one box for each environment, arrows from what hands over to what takes. */
export function mermaid(manifest: Manifest): string {
  const lines = ['flowchart LR'];
  for (const environment of manifest.promotion) {
    const { branch, approval } = manifest.environments[environment] as Manifest['environments'][string];
    const people = approval.people === 0 ? 'no approval' : `${approval.people} approve`;
    lines.push(`  subgraph e_${environment.replace(/-/g, '_')}["${environment} (branch ${branch}, ${people})"]`);
    for (const stack of manifest.stacks.filter((one) => one.environment === environment)) {
      lines.push(
        `    ${identifier(stack.name)}${stack.layer === 'foundation' ? `[("${stack.name}")]` : `["${stack.name}"]`}`,
      );
    }
    lines.push('  end');
  }
  for (const stack of manifest.stacks) {
    for (const need of stack.needs) {
      lines.push(`  ${identifier(need.stack)} -->${label(need.inputs)} ${identifier(stack.name)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The stacks as an indented text, each below everything it stands on; a stack with several needs is repeated by name only. */
export function tree(manifest: Manifest): string {
  const below = dependents(manifest.stacks);
  const stacks = new Map(manifest.stacks.map((stack) => [stack.name, stack]));
  const lines: string[] = [];
  for (const environment of manifest.promotion) {
    const settings = manifest.environments[environment] as Manifest['environments'][string];
    lines.push(`${environment}  (branch ${settings.branch}, ${settings.approval.people} to approve)`);
    const shown = new Set<string>();
    const roots = manifest.stacks.filter((one) => one.environment === environment && one.needs.length === 0);
    const queue = roots.map((stack) => ({ stack, depth: 1 })).reverse();
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      const { stack, depth } = entry;
      const again = shown.has(stack.name);
      lines.push(
        `${'  '.repeat(depth)}${stack.name}${stack.unit === null ? '' : `  [${stack.unit}]`}${again ? '  (see above)' : `  ${stack.project}`}`,
      );
      shown.add(stack.name);
      if (!again) {
        const next = [...new Set(below.get(stack.name))].sort().reverse();
        queue.push(...next.map((name) => ({ stack: stacks.get(name) as Stack, depth: depth + 1 })));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
