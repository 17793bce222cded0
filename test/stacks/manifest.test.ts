import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidInputError } from '../../src/kernel/errors';
import { checkProjects, parseManifest, renderManifest, schemaOfManifest, type ProjectFacts } from '../../src/stacks';
import { check, render } from '../../src/cli/stacks/looking';
import { manifestText } from './manifests';

const root = resolve(__dirname, '../..');

/** The problems of a manifest as `line path: message`. */
function problemsOf(text: string): string[] {
  try {
    parseManifest(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    return error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
}

/** The line, counted from one, on which a text stands. */
function lineOf(text: string, part: string): number {
  const index = text.indexOf(part);
  if (index < 0) {
    throw new Error(`${part} is not in the text`);
  }
  return text.slice(0, index).split('\n').length;
}

const good = manifestText({ units: 2 });

describe('the repository’s own manifest', () => {
  it('is good, with everything that follows from it', async () => {
    const written: string[] = [];
    const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const quiet = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect([await check(root), written]).toEqual([0, []]);
      expect([await render(root, false), written]).toEqual([0, []]);
    } finally {
      spy.mockRestore();
      quiet.mockRestore();
    }
  });

  it('names the branches as they are agreed, and asks two people in prod', () => {
    const { manifest } = parseManifest(readFileSync(resolve(root, 'infra/workspaces/stacks.yaml'), 'utf8'));
    expect(manifest.stacks.map(({ environment, branch }) => [environment, branch])).toEqual(
      manifest.stacks.map(({ environment }) => [environment, { dev: 'dev', qa: 'qa', prod: 'main' }[environment]]),
    );
    expect(
      manifest.stacks
        .filter(({ environment }) => environment === 'prod')
        .every(({ approval }) => approval.people === 2),
    ).toBe(true);
  });

  it('has a schema for editors', () => {
    expect(JSON.parse(schemaOfManifest())).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('a manifest', () => {
  it('is taken when it is good', () => {
    expect(problemsOf(good)).toEqual([]);
    expect(parseManifest(good).manifest.stacks).toHaveLength(9);
  });

  it('has the same version whatever its comments and the order of its stacks', () => {
    const parts = good.split('stacks:\n');
    const blocks = (parts[1] as string).split(/(?=^ {2}[a-z0-9-]+:$)/m);
    const shuffled = `# a word\n${parts[0]}stacks:\n${[...blocks].reverse().join('')}`;
    expect(parseManifest(shuffled).version).toBe(parseManifest(good).version);
    expect(parseManifest(good.replace('unit-1: { owners: [team-1]', 'unit-1: { owners: [team-9]')).version).not.toBe(
      parseManifest(good).version,
    );
  });

  const needOf = (stack: string): string => good.slice(good.indexOf(`  ${stack}:\n`));
  const change = (stack: string, from: string, to: string): string =>
    good.replace(needOf(stack), needOf(stack).replace(from, to));

  it.each([
    [
      'another environment’s state',
      change('unit-0-dev', 'stack: base-dev', 'stack: base-qa'),
      'stack: base-qa',
      'stacks.unit-0-dev.needs[0].stack: is in qa; a stack of dev reads nothing of another environment',
    ],
    [
      'another unit’s state',
      change(
        'unit-0-dev',
        '      - stack: base-dev\n        inputs: { foundation: foundation }\n',
        '      - stack: base-dev\n        inputs: { foundation: foundation }\n      - stack: unit-1-dev\n',
      ),
      '- stack: unit-1-dev',
      'stacks.unit-0-dev.needs[1].stack: belongs to business unit unit-1; unit unit-0 reads nothing of another unit',
    ],
    [
      'an unknown stack',
      change('unit-0-dev', 'stack: base-dev', 'stack: nobody'),
      'stack: nobody',
      'stacks.unit-0-dev.needs[0].stack: there is no stack "nobody"',
    ],
    [
      'a renamed stack',
      good
        .replaceAll('stack: base-qa', 'stack: old-qa')
        .replace('  base-qa:\n', '  base-qa:\n    formerly: [old-qa]\n'),
      'stack: old-qa',
      'stacks.unit-0-qa.needs[0].stack: there is no stack "old-qa"; it is called "base-qa" now',
    ],
    [
      'an output that is not handed over',
      change('unit-0-dev', '{ foundation: foundation }', '{ foundation: ground }'),
      '{ foundation: ground }',
      'stacks.unit-0-dev.needs[0].inputs.foundation: "base-dev" hands over no output "ground"; it hands over: foundation',
    ],
    [
      'a unit without foundation',
      change('unit-0-dev', '    needs:\n      - stack: base-dev\n        inputs: { foundation: foundation }\n', ''),
      '  unit-0-dev:',
      'stacks.unit-0-dev: does not stand on its environment\'s foundation; add a need for "base-dev"',
    ],
    [
      'an unknown environment',
      change('unit-0-dev', 'environment: dev', 'environment: test'),
      'environment: test',
      'stacks.unit-0-dev.environment: there is no environment "test"; there are: dev, qa, prod',
    ],
    [
      'an unknown unit',
      change('unit-0-dev', 'unit: unit-0', 'unit: nobody'),
      'unit: nobody',
      'stacks.unit-0-dev.unit: there is no unit "nobody"; add it to units with its owners',
    ],
    [
      'a foundation that stands on a unit',
      change('base-dev', '    outputs: [foundation]', '    outputs: [foundation]\n    needs: [{ stack: unit-0-dev }]'),
      'needs: [{ stack: unit-0-dev }]',
      'stacks.base-dev.needs[0].stack: belongs to business unit unit-0; a foundation stands on no unit',
    ],
    [
      'one person where promotion ends',
      good.replace(/(prod:\n.*\n {4}approval: \{ people: )2/, '$11'),
      '{ people: 1',
      'environments.prod.approval.people: must be at least 2 where promotion ends',
    ],
    [
      'a branch for two environments',
      good.replace('branch: qa', 'branch: dev'),
      '    branch: dev\n    approval: { people: 2, groups: [approvers] }\n    drift: { schedule: "0 6 * * *" }\n    azure: { tenant: 00000000-0000-4000-8000-000000000010',
      'environments.qa.branch: is the branch of dev too; each environment has its own',
    ],
    [
      'an environment that nothing is promoted to',
      good.replace('promotion: [dev, qa, prod]', 'promotion: [dev, prod]'),
      '  qa:\n',
      'environments.qa: is not in promotion, so no commit can get there; add it',
    ],
    [
      'a schedule that is none',
      good.replace('"0 6 * * *"', '"0 25 * * *"'),
      '"0 25 * * *"',
      'environments.dev.drift.schedule: must be five fields of cron in UTC, such as "0 6 * * *"',
    ],
    [
      'a path that leaves the repository',
      change('unit-0-dev', 'infra/projects/project-0', '../elsewhere'),
      '../elsewhere',
      'stacks.unit-0-dev.project: must be a path below the root, without . and ..; got "../elsewhere"',
    ],
    [
      'a field that does not exist',
      change('unit-0-dev', '    unit: unit-0', '    unit: unit-0\n    colour: red'),
      'colour: red',
      'stacks.unit-0-dev.colour: is not a known field',
    ],
    [
      'a stack twice',
      good.replace('  unit-1-dev:\n', '  unit-0-dev:\n'),
      '  unit-0-dev:\n    project: infra/projects/project-0\n    environment: dev\n    layer: unit\n    unit: unit-1',
      'stacks.unit-0-dev: is given a second time',
    ],
    [
      'a retired name',
      `${good}retired: [base-dev]\n`,
      'retired: [base-dev]',
      'retired[0]: there is a stack "base-dev"; a retired name is not used again',
    ],
    [
      'one state for two stacks',
      good.replaceAll('    outputs: [foundation]', '    outputs: [foundation]\n    backend: one.hcl'),
      undefined,
      'backend: is the state of "base-dev" too; every stack has its own',
    ],
    [
      'the same component twice',
      change('unit-1-dev', 'unit: unit-1', 'unit: unit-0'),
      '  unit-1-dev:',
      'stacks.unit-1-dev: is the same project for the same environment and unit as "unit-0-dev"',
    ],
    [
      'one identity for plan and apply',
      good.replace(/planClient: \S+,/, 'planClient: 00000000-0000-4000-8000-000000000003,'),
      'planClient: 00000000-0000-4000-8000-000000000003',
      'environments.dev.azure.planClient: is the identity that applies',
    ],
  ])('is refused for %s, with the line', (_what, text, at, expected) => {
    const problems = problemsOf(text);
    const found = problems.filter((problem) => problem.includes(expected));
    expect({ problems, found: found.length }).toMatchObject({ found: 1 });
    if (at !== undefined) {
      expect(Number(found[0]?.split(' ')[0])).toBe(lineOf(text, at));
    }
  });

  it('is refused for a circle, and shows it', () => {
    const text = change(
      'base-dev',
      '    outputs: [foundation]',
      '    outputs: [foundation]\n    needs: [{ stack: middle-dev }]',
    ).replace(
      'stacks:\n',
      'stacks:\n  middle-dev:\n    project: infra/projects/middle\n    environment: dev\n    layer: foundation\n    owners: [platform]\n    needs: [{ stack: base-dev }]\n',
    );
    expect(problemsOf(text)).toEqual([
      `${lineOf(text, 'needs: [{ stack: base-dev }]')} stacks.middle-dev.needs[0].stack: closes a circle: middle-dev -> base-dev -> middle-dev; take one of these needs out`,
    ]);
  });

  it('is refused where an environment has no foundation', () => {
    const text = good
      .replace(/ {2}base-dev:\n(?: {4}.*\n)+/, '')
      .replaceAll(/ {4}needs:\n {6}- stack: base-dev\n.*\n/g, '');
    expect(problemsOf(text)).toContain(
      `${lineOf(text, '  unit-0-dev:')} stacks.unit-0-dev: environment dev has no foundation to stand on; add its foundation stack`,
    );
  });

  it('lists every problem, in the order of the text', () => {
    const text = change('unit-0-dev', 'stack: base-dev', 'stack: nobody').replace(
      'unit-1: { owners: [team-1] }',
      'unit-2: { owners: [team-1] }',
    );
    const lines = problemsOf(text).map((problem) => Number(problem.split(' ')[0]));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines).toEqual([...lines].sort((left, right) => left - right));
  });
});

describe('a manifest with its projects', () => {
  const facts: ProjectFacts = {
    variables: { foundation: { required: true }, size: { required: true }, colour: { required: false } },
    outputs: { foundation: { sensitive: false } },
    remoteStates: [],
    modules: {},
    files: [],
  };
  const text = manifestText({ units: 1, environments: ['dev'] });

  function findings(change: Partial<ProjectFacts>, given: readonly string[] = []): string[] {
    const read = parseManifest(text);
    const base = { ...facts, variables: {} };
    return read
      .problemsOf((report) => {
        checkProjects(
          read.manifest,
          new Map([
            ['infra/projects/base', base],
            ['infra/projects/project-0', { ...facts, ...change }],
          ]),
          () => given,
          report,
        );
      })
      .map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }

  it('is refused where a required variable is open, an input does not exist, or a project reads states by itself', () => {
    const line = lineOf(text, '  unit-0-dev:');
    expect(findings({})).toEqual([
      `${line} stacks.unit-0-dev: leaves required variables of infra/projects/project-0 open: size`,
    ]);
    expect(findings({ variables: {} })).toEqual([
      `${lineOf(text, 'inputs: {')} stacks.unit-0-dev.needs[0].inputs.foundation: infra/projects/project-0 has no variable "foundation"`,
    ]);
    expect(
      findings({ variables: { foundation: { required: true } }, remoteStates: ['terraform_remote_state.other'] }),
    ).toEqual([
      `${line + 1} stacks.unit-0-dev.project: infra/projects/project-0 reads another stack's state through data.terraform_remote_state.other; hand the value over as an input`,
    ]);
  });
});

it('renders every stack with what follows from its environment', () => {
  const { manifest } = parseManifest(good);
  const rendered = JSON.parse(renderManifest(manifest, ['redis'], new Map())) as {
    stacks: Record<string, { branch: string; wave: number; owners: string[] }>;
  };
  expect(rendered.stacks['unit-1-prod']).toMatchObject({ branch: 'main', wave: 1, owners: ['team-1'], unit: 'unit-1' });
  expect(rendered.stacks['base-prod']).toMatchObject({ wave: 0, owners: ['platform'] });
});
