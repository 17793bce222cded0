/** A manifest's text, with as many business units as wanted, each in every environment, in layers of needs. */
export function manifestText(options: {
  readonly units: number;
  readonly projects?: number;
  readonly environments?: readonly string[];
}): string {
  const environments = options.environments ?? ['dev', 'qa', 'prod'];
  const id = (index: number, last: string): string =>
    `00000000-0000-4000-8000-${String(index).padStart(11, '0')}${last}`;
  const lines = [
    'version: 1',
    'organization: contoso',
    'repository: caretaker',
    'terraform: 1.11.4',
    'modules: infra/modules',
    `promotion: [${environments.join(', ')}]`,
    'environments:',
  ];
  environments.forEach((name, index) => {
    lines.push(
      `  ${name}:`,
      `    branch: ${name === 'prod' ? 'main' : name}`,
      `    approval: { people: 2, groups: [approvers] }`,
      '    drift: { schedule: "0 6 * * *" }',
      `    azure: { tenant: ${id(index, '0')}, subscription: ${id(index, '1')}, planClient: ${id(index, '2')}, applyClient: ${id(index, '3')}, applyKey: "${Buffer.alloc(32, index + 1).toString('base64')}" }`,
      '    access: {}',
    );
  });
  lines.push('units:');
  for (let unit = 0; unit < options.units; unit += 1) {
    lines.push(`  unit-${unit}: { owners: [team-${unit}] }`);
  }
  lines.push('stacks:');
  for (const name of environments) {
    lines.push(
      `  base-${name}:`,
      '    project: infra/projects/base',
      `    environment: ${name}`,
      '    layer: foundation',
      '    owners: [platform]',
      '    outputs: [foundation]',
    );
    for (let unit = 0; unit < options.units; unit += 1) {
      lines.push(
        `  unit-${unit}-${name}:`,
        `    project: infra/projects/project-${unit % (options.projects ?? 1)}`,
        `    environment: ${name}`,
        '    layer: unit',
        `    unit: unit-${unit}`,
        '    needs:',
        `      - stack: base-${name}`,
        '        inputs: { foundation: foundation }',
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
