/** What stands in the graph: a stack, or several of a project that are drawn as one. */
export interface GraphNode {
  readonly id: string;
  readonly environment: string;
  /** Ids of nodes that it needs. Those that are not in the graph count as not there. */
  readonly needs: readonly string[];
}

/** A node with its place. Pixels, from the top left. */
export interface Placed<Node extends GraphNode> {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
}

export interface Band {
  readonly environment: string;
  readonly y: number;
  readonly height: number;
}

export interface Layout<Node extends GraphNode> {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed<Node>[];
  /** From what is needed to what needs it, by id. */
  readonly edges: readonly { readonly from: Placed<Node>; readonly to: Placed<Node> }[];
  /** One for each environment, from the first of the promotion to the last. */
  readonly bands: readonly Band[];
}

/** Sizes of a drawing. Pixels. */
export interface Sizes {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly gapX: number;
  readonly gapY: number;
  readonly bandHead: number;
  /** A layer of more nodes than that goes on in a column beside. */
  readonly mostRows: number;
}

export const usualSizes: Sizes = { nodeWidth: 196, nodeHeight: 44, gapX: 56, gapY: 12, bandHead: 30, mostRows: 14 };

/**
 * The layer of each node: one more than the highest of what it needs, 0 for what needs nothing. What is in a circle (no manifest that
 * was checked has one) is put into the layer where it was first met.
 */
export function layersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const layers = new Map<string, number>();
  const open = new Set<string>();
  // A stack of frames instead of recursion: a chain of needs may be long.
  for (const start of nodes) {
    const path = layers.has(start.id) ? [] : [start.id];
    while (path.length > 0) {
      const id = path[path.length - 1] as string;
      const needs = (byId.get(id)?.needs ?? []).filter((need) => byId.has(need) && need !== id);
      open.add(id);
      const next = needs.find((need) => !layers.has(need) && !open.has(need));
      if (next !== undefined) {
        path.push(next);
        continue;
      }
      layers.set(
        id,
        needs.reduce((most, need) => Math.max(most, (layers.get(need) ?? -1) + 1), 0),
      );
      open.delete(id);
      path.pop();
    }
  }
  return layers;
}

/** Everything that stands on a node, directly or through others; without itself. */
export function downstreamOf(nodes: readonly GraphNode[], id: string): ReadonlySet<string> {
  const below = new Map<string, string[]>();
  for (const node of nodes) for (const need of node.needs) below.set(need, [...(below.get(need) ?? []), node.id]);
  return reached(id, (one) => below.get(one) ?? []);
}

/** Everything that a node stands on, directly or through others; without itself. */
export function upstreamOf(nodes: readonly GraphNode[], id: string): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return reached(id, (one) => byId.get(one)?.needs ?? []);
}

function reached(start: string, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [start];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const other of next(one)) {
      if (other !== start && !found.has(other)) {
        found.add(other);
        queue.push(other);
      }
    }
  }
  return found;
}

/**
 * Places nodes in layers from left to right by what they need, each environment in a band of its own from top to bottom. Within a layer a
 * node stands near what it needs. No two nodes overlap, and every edge between nodes of one band goes to the right.
 */
export function layoutOf<Node extends GraphNode>(
  nodes: readonly Node[],
  environments: readonly string[],
  sizes: Sizes = usualSizes,
): Layout<Node> {
  const { nodeWidth, nodeHeight, gapX, gapY, bandHead, mostRows } = sizes;
  const layers = layersOf(nodes);
  const known = [...environments, ...nodes.map(({ environment }) => environment)];
  const order = [...new Set(known)].filter((name) => nodes.some(({ environment }) => environment === name));
  const places = new Map<string, Placed<Node>>();
  const bands: Band[] = [];
  let top = 0;
  let width = 0;
  for (const environment of order) {
    const own = nodes.filter((node) => node.environment === environment);
    const columns = new Map<number, Node[]>();
    for (const node of own) {
      const layer = layers.get(node.id) ?? 0;
      columns.set(layer, [...(columns.get(layer) ?? []), node]);
    }
    let x = 0;
    let rows = 0;
    const rank = new Map<string, number>();
    for (const layer of [...columns.keys()].sort((left, right) => left - right)) {
      const column = columns.get(layer) as Node[];
      const centre = ({ needs }: Node): number => {
        const ranks = needs.flatMap((need) => rank.get(need) ?? []);
        return ranks.length === 0 ? 0 : ranks.reduce((sum, one) => sum + one, 0) / ranks.length;
      };
      const sorted = column
        .map((node) => ({ node, centre: centre(node) }))
        .sort((left, right) => left.centre - right.centre || (left.node.id < right.node.id ? -1 : 1));
      const parts = Math.ceil(sorted.length / mostRows);
      const perPart = Math.ceil(sorted.length / parts);
      sorted.forEach(({ node }, index) => {
        const part = Math.floor(index / perPart);
        const row = index % perPart;
        rank.set(node.id, index);
        places.set(node.id, {
          node,
          x: x + part * (nodeWidth + gapX / 2),
          y: top + bandHead + row * (nodeHeight + gapY),
        });
      });
      rows = Math.max(rows, perPart);
      const right = x + parts * nodeWidth + (parts - 1) * (gapX / 2);
      width = Math.max(width, right);
      x = right + gapX;
    }
    const height = bandHead + rows * (nodeHeight + gapY);
    bands.push({ environment, y: top, height });
    top += height + gapY;
  }
  const placed = nodes.flatMap(({ id }) => places.get(id) ?? []);
  const edges = placed.flatMap((to) =>
    to.node.needs.flatMap((need) => {
      const from = places.get(need);
      return from === undefined || from === to ? [] : [{ from, to }];
    }),
  );
  return { width, height: Math.max(0, top - gapY), nodes: placed, edges, bands };
}

/** The curve of an edge, from the right side of one node to the left side of another. */
export function edgePath(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { nodeWidth, nodeHeight }: Pick<Sizes, 'nodeWidth' | 'nodeHeight'> = usualSizes,
): string {
  const [x1, y1, x2, y2] = [from.x + nodeWidth, from.y + nodeHeight / 2, to.x, to.y + nodeHeight / 2];
  const bend = Math.max(18, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
