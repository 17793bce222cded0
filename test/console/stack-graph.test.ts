import fc from 'fast-check';
import {
  downstreamOf,
  layersOf,
  layoutOf,
  upstreamOf,
  usualSizes,
  type GraphNode,
} from '../../src/console/pages/stacks/graph';
import { nodeOf, nodesFor, promotionRows, stacksFor } from '../../src/console/pages/stacks/picture';
import type { ShownStack } from '../../src/console/pages/stacks/types';

const environments = ['dev', 'qa', 'prod'];

/** Graphs in which everything needs only what comes before it in its environment. */
const graphs: fc.Arbitrary<GraphNode[]> = fc
  .array(fc.tuple(fc.constantFrom(...environments), fc.array(fc.nat(60), { maxLength: 4 })), { maxLength: 60 })
  .map((made) =>
    made.map(([environment, needs], index) => ({
      id: `n${index}`,
      environment,
      needs: [...new Set(needs)]
        .filter((need) => need < index && made[need]?.[0] === environment)
        .map((one) => `n${one}`),
    })),
  );

const stack = (name: string, environment: string, more: Partial<ShownStack> = {}): ShownStack => ({
  ...{ name, environment, project: 'infra/projects/environment', layer: 'foundation', unit: null },
  ...{ component: 'infra/projects/environment', branch: environment, owners: ['platform'], needs: [], drift: null },
  approval: { people: 0, groups: [] },
  ...more,
});
const unit = (name: string, environment: string, owner: string): ShownStack =>
  stack(`${name}-${environment}`, environment, {
    ...{ project: 'infra/projects/business-unit', layer: 'unit', unit: name, owners: [owner] },
    ...{ component: `infra/projects/business-unit:${name}`, needs: [`base-${environment}`] },
  });
const some = ['dev', 'prod'].flatMap((environment) => [
  stack(`base-${environment}`, environment),
  unit('payments', environment, 'pay'),
  unit('orders', environment, 'shop'),
]);

describe('the layout', () => {
  it('lets no two nodes overlap and every edge go to the right', () => {
    const { nodeWidth, nodeHeight } = usualSizes;
    fc.assert(
      fc.property(graphs, (nodes) => {
        const { nodes: placed, edges, bands, width, height } = layoutOf(nodes, environments);
        expect(placed).toHaveLength(nodes.length);
        expect(edges).toHaveLength(nodes.reduce((sum, { needs }) => sum + needs.length, 0));
        for (const { from, to } of edges) expect(to.x).toBeGreaterThan(from.x + nodeWidth);
        placed.forEach((one, index) => {
          expect(one.x + nodeWidth).toBeLessThanOrEqual(width);
          expect(one.y + nodeHeight).toBeLessThanOrEqual(height);
          for (const other of placed.slice(index + 1)) {
            expect(Math.abs(one.x - other.x) >= nodeWidth || Math.abs(one.y - other.y) >= nodeHeight).toBe(true);
          }
          const band = bands.find(({ environment }) => environment === one.node.environment);
          expect(band).toBeDefined();
          expect(one.y >= (band?.y ?? 0) && one.y + nodeHeight <= (band?.y ?? 0) + (band?.height ?? 0)).toBe(true);
        });
      }),
    );
  });

  it('is the same for the same graph in any order', () => {
    fc.assert(
      fc.property(
        graphs.chain((nodes) => fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length }))),
        ([nodes, shuffled]) => {
          const places = (given: GraphNode[]) =>
            Object.fromEntries(layoutOf(given, environments).nodes.map(({ node, x, y }) => [node.id, [x, y]]));
          expect(places(shuffled)).toEqual(places(nodes));
        },
      ),
    );
  });

  it('puts environments from top to bottom in the order of the promotion, and leaves out those without stacks', () => {
    const { bands } = layoutOf([...some.map(nodeOf)].reverse(), environments);
    expect(bands.map(({ environment }) => environment)).toEqual(['dev', 'prod']);
  });

  it('takes a circle for what it is and ends', () => {
    const layers = layersOf([
      { id: 'a', environment: 'dev', needs: ['b'] },
      { id: 'b', environment: 'dev', needs: ['a', 'nobody'] },
    ]);
    expect([...layers.keys()].sort()).toEqual(['a', 'b']);
  });

  it('draws five hundred stacks', () => {
    const many = Array.from({ length: 167 }, (_, index) =>
      environments.map((one) => unit(`u${index}`, one, 'x')),
    ).flat();
    const { nodes } = layoutOf(
      [...environments.map((one) => stack(`base-${one}`, one)), ...many].map(nodeOf),
      environments,
    );
    expect(nodes).toHaveLength(504);
  });
});

it('what stands on a node is what it is needed by, all the way', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      for (const { id } of nodes) {
        for (const below of downstreamOf(nodes, id)) expect(upstreamOf(nodes, below).has(id)).toBe(true);
        expect(downstreamOf(nodes, id).has(id)).toBe(false);
      }
    }),
  );
});

describe('the picture', () => {
  const all = { environment: '', project: '', words: '', around: '' };

  it('filters by environment, project, words, and around a stack', () => {
    const names = (wanted: Partial<typeof all>) => stacksFor(some, { ...all, ...wanted }).map(({ name }) => name);
    expect(names({ environment: 'dev', words: 'PAY' })).toEqual(['payments-dev']);
    expect(names({ project: 'infra/projects/environment' })).toEqual(['base-dev', 'base-prod']);
    expect(names({ around: 'orders-prod' })).toEqual(['base-prod', 'orders-prod']);
    expect(names({ around: 'base-dev' })).toEqual(['base-dev', 'payments-dev', 'orders-dev']);
  });

  it('joins stacks of one project and environment, and keeps what they need', () => {
    const nodes = nodesFor(some, true);
    expect(nodes.map(({ label, stacks }) => [label, stacks.length])).toEqual([
      ['base-dev', 1],
      ['business-unit', 2],
      ['base-prod', 1],
      ['business-unit', 2],
    ]);
    expect(nodes[1]?.needs).toEqual(['base-dev']);
    expect(nodesFor(some, false)).toHaveLength(6);
  });

  it('has one row for each component, with a hole where an environment lacks it', () => {
    const rows = promotionRows(
      some.filter(({ name }) => name !== 'orders-dev'),
      environments,
    );
    expect(rows.map(({ label, stacks }) => [label, ...stacks.map((one) => one?.name)])).toEqual([
      ['orders', undefined, undefined, 'orders-prod'],
      ['payments', 'payments-dev', undefined, 'payments-prod'],
      ['environment', 'base-dev', undefined, 'base-prod'],
    ]);
  });
});
