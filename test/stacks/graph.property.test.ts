import fc from 'fast-check';
import {
  affected,
  downstream,
  findCycle,
  waves,
  type Manifest,
  type Node,
  type ProjectFacts,
  type Stack,
} from '../../src/stacks';

const settings = { seed: 20260301, numRuns: 300 } as const;

/** Graphs without circles: a stack needs only stacks that were named before it; then they are shuffled. */
const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
  .map((needs) =>
    needs.map((one, index): Node => ({
      name: `s${index}`,
      needs: index === 0 ? [] : [...new Set(one.map((n) => n % index))].map((n) => ({ stack: `s${n}` })),
    })),
  )
  .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

const anyGraph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 15 }).map((needs) =>
  needs.map((one, index): Node => ({
    name: `s${index}`,
    needs: one.map((n) => ({ stack: `s${n % needs.length}` })),
  })),
);

/** The stacks that one reaches along needs, worked out by repeating until nothing is new: slow, and too simple to be wrong. */
function closure(nodes: readonly Node[], start: string): Set<string> {
  const reached = new Set<string>();
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { name, needs } of nodes) {
      if (name === start || reached.has(name)) {
        needs.forEach(({ stack }) => reached.add(stack));
      }
    }
  }
  return reached;
}

describe('order', () => {
  it('holds every stack once, after all that it needs', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const order = waves(nodes).flat();
        expect([...order].sort()).toEqual(nodes.map(({ name }) => name).sort());
        const place = new Map(order.map((name, index) => [name, index]));
        for (const { name, needs } of nodes) {
          for (const { stack } of needs) {
            expect(place.get(stack) as number).toBeLessThan(place.get(name) as number);
          }
        }
      }),
      settings,
    );
  });

  it('puts every stack as early as it can be, with nothing that it needs beside it', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const wave = new Map(waves(nodes).flatMap((names, index) => names.map((name) => [name, index] as const)));
        for (const { name, needs } of nodes) {
          expect(wave.get(name)).toBe(Math.max(-1, ...needs.map(({ stack }) => wave.get(stack) as number)) + 1);
        }
      }),
      settings,
    );
  });

  it('is the same however the manifest lists its stacks', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const sorted = [...nodes].sort((left, right) => (left.name < right.name ? -1 : 1));
        expect(waves(nodes)).toEqual(waves(sorted));
      }),
      settings,
    );
  });

  it('finds a circle exactly when some stack reaches itself, and shows one that is really there', () => {
    fc.assert(
      fc.property(anyGraph, (nodes) => {
        const cycle = findCycle(nodes);
        expect(cycle !== undefined).toBe(nodes.some(({ name }) => closure(nodes, name).has(name)));
        if (cycle !== undefined) {
          expect(cycle[0]).toBe(cycle.at(-1));
          cycle.slice(1).forEach((name, index) => {
            expect(nodes.find((one) => one.name === cycle[index])?.needs.map(({ stack }) => stack)).toContain(name);
          });
          expect(() => waves(nodes)).toThrow('circle');
        }
      }),
      settings,
    );
  });

  it('takes a chain that is longer than a call stack is deep', () => {
    const chain = Array.from({ length: 50_000 }, (_, index): Node => ({
      name: `s${String(index).padStart(6, '0')}`,
      needs: index === 0 ? [] : [{ stack: `s${String(index - 1).padStart(6, '0')}` }],
    }));
    expect(findCycle(chain)).toBeUndefined();
    expect(waves(chain)).toHaveLength(50_000);
  });
});

describe('affected', () => {
  /** Modules that use modules; a project for each stack that uses some; a module that changed. */
  const estate = fc.record({
    nodes: acyclic,
    uses: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 12, maxLength: 12 }),
    projects: fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 3 }), { minLength: 40, maxLength: 40 }),
    changed: fc.nat({ max: 11 }),
  });
  type Estate = typeof estate extends fc.Arbitrary<infer T> ? T : never;

  const moduleNeeds = ({ uses }: Estate): Node[] =>
    uses.map((one, index) => ({
      name: `m${index}`,
      needs: index === 0 ? [] : one.map((n) => ({ stack: `m${n % index}` })),
    }));

  function build(one: Estate): { manifest: Manifest; facts: Map<string, ProjectFacts> } {
    const modules = moduleNeeds(one);
    const facts = new Map<string, ProjectFacts>();
    const stacks = one.nodes.map(({ name, needs }): Stack => {
      const project = `infra/projects/${name}`;
      const direct = (one.projects[Number(name.slice(1))] as number[]).map((n) => `m${n}`);
      const all = new Set(direct.flatMap((module) => [module, ...closure(modules, module)]));
      facts.set(project, {
        variables: {},
        outputs: {},
        remoteStates: [],
        files: [],
        modules: Object.fromEntries(
          [...all].map((module) => [`infra/modules/${module}`, [project, `infra/modules/${module}`]]),
        ),
      });
      return {
        name,
        project,
        environment: 'dev',
        layer: 'foundation',
        unit: null,
        component: name,
        branch: 'dev',
        owners: [],
        variables: [],
        backend: null,
        contexts: [],
        needs: needs.map(({ stack }) => ({ stack, inputs: {} })),
        outputs: [],
        approval: { people: 0, groups: [] },
        drift: { schedule: '0 6 * * *', reconcile: false },
        formerly: [],
      };
    });
    const manifest = { stacks, environments: {}, contexts: {} } as unknown as Manifest;
    return { manifest, facts };
  }

  it('names exactly the stacks from whose project a way leads to the module, and those that stand on them', () => {
    fc.assert(
      fc.property(estate, (one) => {
        const { manifest, facts } = build(one);
        const changed = `m${one.changed}`;
        const found = affected(manifest, facts, [`infra/modules/${changed}/main.tf`], undefined);
        const modules = moduleNeeds(one);
        const direct = one.nodes
          .filter(({ name }) =>
            (one.projects[Number(name.slice(1))] as number[]).some(
              (n) => n === one.changed || closure(modules, `m${n}`).has(changed),
            ),
          )
          .map(({ name }) => name);
        expect(
          found
            .filter(({ how }) => how === 'direct')
            .map(({ stack }) => stack)
            .sort(),
        ).toEqual([...direct].sort());
        const later = one.nodes
          .filter(
            ({ name }) => !direct.includes(name) && [...closure(one.nodes, name)].some((need) => direct.includes(need)),
          )
          .map(({ name }) => name);
        expect(
          found
            .filter(({ how }) => how === 'downstream')
            .map(({ stack }) => stack)
            .sort(),
        ).toEqual(later.sort());
        expect(found.every(({ reasons }) => reasons.length > 0)).toBe(true);
      }),
      settings,
    );
  });

  it('grows with what changed: more files never affect less', () => {
    fc.assert(
      fc.property(estate, fc.nat({ max: 11 }), (one, other) => {
        const { manifest, facts } = build(one);
        const path = (index: number): string => `infra/modules/m${index}/main.tf`;
        const some = affected(manifest, facts, [path(one.changed)], undefined).map(({ stack }) => stack);
        const more = affected(manifest, facts, [path(one.changed), path(other)], undefined).map(({ stack }) => stack);
        expect(more).toEqual(expect.arrayContaining(some));
      }),
      settings,
    );
  });

  it('leaves everything alone for documentation, tests and files of no stack', () => {
    fc.assert(
      fc.property(estate, (one) => {
        const { manifest, facts } = build(one);
        const paths = [
          `infra/modules/m${one.changed}/README.md`,
          `infra/modules/m${one.changed}/tests/a.tftest.hcl`,
          'src/index.ts',
          `infra/modules/m${one.changed}0/main.tf`,
          `infra/modules/m${one.changed}/modules/inner/main.tf`,
        ];
        expect(
          affected(
            manifest,
            facts,
            paths.filter((path) => !/m1[01]\//.test(path)),
            undefined,
          ),
        ).toEqual([]);
      }),
      settings,
    );
  });

  it('reaches downstream what the graph says', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const [first] = nodes as [Node];
        const expected = nodes
          .filter(({ name }) => name !== first.name && closure(nodes, name).has(first.name))
          .map(({ name }) => name);
        expect([...downstream(nodes, [first.name])].sort()).toEqual(expected.sort());
      }),
      settings,
    );
  });
});
