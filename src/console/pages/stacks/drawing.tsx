import { useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { driftWords, worstDrift } from './drift';
import { downstreamOf, edgePath, layoutOf, upstreamOf, usualSizes, type Placed } from './graph';
import type { StackNode } from './picture';

const { nodeWidth, nodeHeight } = usualSizes;
const pad = 12;
const longestLabel = 23;

const short = (text: string): string => (text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text);

/**
 * The graph, drawn: left to right by what is needed, environments from top to bottom. Every node is a link. Pointing at one, or moving
 * the focus to it, shows what it stands on and what a change of it affects; `selected` does so lastingly.
 */
export function StackGraph({
  nodes,
  environments,
  selected,
  hrefOf,
}: {
  readonly nodes: readonly StackNode[];
  readonly environments: readonly string[];
  /** Id of a node; empty for none. */
  readonly selected: string;
  readonly hrefOf: (node: StackNode) => string;
}) {
  const [pointed, setPointed] = useState('');
  const layout = useMemo(() => layoutOf(nodes, environments), [nodes, environments]);
  const active = pointed === '' ? selected : pointed;
  const lit = useMemo(
    () => ({
      above: active === '' ? new Set<string>() : upstreamOf(nodes, active),
      below: active === '' ? new Set<string>() : downstreamOf(nodes, active),
    }),
    [nodes, active],
  );
  const isLit = (id: string): boolean => id === active || lit.above.has(id) || lit.below.has(id);
  const roleOf = (id: string): string =>
    active === ''
      ? ''
      : id === active
        ? ' is-active'
        : lit.below.has(id)
          ? ' is-below'
          : lit.above.has(id)
            ? ' is-above'
            : ' is-other';
  return (
    <div class="stack-graph" tabIndex={0} role="region" aria-label="Graph of the stacks">
      <svg
        width={layout.width + 2 * pad}
        height={layout.height + 2 * pad}
        viewBox={`${-pad} ${-pad} ${layout.width + 2 * pad} ${layout.height + 2 * pad}`}
        role="group"
        aria-label={`${nodes.length} stacks or groups of stacks; each leads to its page`}
      >
        {layout.bands.map(({ environment, y, height }) => (
          <g key={environment}>
            <rect class="stack-band" x={-pad + 1} y={y} width={layout.width + 2 * pad - 2} height={height} rx={8} />
            <text class="stack-band-name" x={0} y={y + 20}>
              {environment}
            </text>
          </g>
        ))}
        {layout.edges.map(({ from, to }) => {
          const on = active !== '' && isLit(from.node.id) && isLit(to.node.id);
          return (
            <path
              key={`${from.node.id} ${to.node.id}`}
              class={`stack-edge${active === '' ? '' : on ? ' is-on' : ' is-other'}`}
              d={edgePath(from, to)}
              aria-hidden="true"
            />
          );
        })}
        {layout.nodes.map((placed) => (
          <Node
            key={placed.node.id}
            placed={placed}
            role={roleOf(placed.node.id)}
            href={hrefOf(placed.node)}
            onPoint={setPointed}
          />
        ))}
      </svg>
    </div>
  );
}

function Node({
  placed: { node, x, y },
  role,
  href,
  onPoint,
}: {
  readonly placed: Placed<StackNode>;
  readonly role: string;
  readonly href: string;
  readonly onPoint: (id: string) => void;
}) {
  const isGroup = node.stacks.length > 1;
  const first = node.stacks[0];
  const { sign, text, tone } = isGroup ? worstDrift(node.stacks) : driftWords(first?.drift ?? null);
  const detail = isGroup ? `${node.stacks.length} stacks · ${text}` : text;
  const needs = node.needs.length === 0 ? 'needs nothing' : `needs ${node.needs.join(', ')}`;
  return (
    <Link
      href={href}
      class={`stack-node tone-${tone}${role}`}
      aria-label={`${short(node.label)} ${sign} ${short(detail)}: ${node.label} in ${node.environment}, ${needs}`}
      onFocus={() => onPoint(node.id)}
      onBlur={() => onPoint('')}
      onMouseEnter={() => onPoint(node.id)}
      onMouseLeave={() => onPoint('')}
    >
      <title>{`${node.label}\n${detail}\n${needs}`}</title>
      {isGroup ? <rect class="stack-box" x={x + 5} y={y + 5} width={nodeWidth} height={nodeHeight} rx={7} /> : null}
      <rect class="stack-box" x={x} y={y} width={nodeWidth} height={nodeHeight} rx={7} />
      <rect class="stack-tone" x={x} y={y} width={5} height={nodeHeight} rx={2} />
      <text class="stack-name" x={x + 14} y={y + 18}>
        {short(node.label)}
      </text>
      <text class="stack-detail" x={x + 14} y={y + 35}>
        {sign} {short(detail)}
      </text>
    </Link>
  );
}
