import type { FlowRule } from '../../ports/isolation';

/** Whether a rule denies everything in its direction. */
function deniesAll({ access, protocol, sources, destinations, ports }: FlowRule): boolean {
  const everything = (prefixes: readonly string[]): boolean => prefixes.includes('*') || prefixes.includes('0.0.0.0/0');
  return (
    access === 'deny' && protocol === '*' && everything(sources) && everything(destinations) && ports.includes('*')
  );
}

/** Azure's own rules begin here, and they let the whole network through: a group isolates only with a rule before them. */
const azureRulesFrom = 65_000;

/**
 * What a security group lets through beside traffic from the bastion, in words; empty when it isolates. Rules count in the order of
 * their priority, and what comes after a rule that denies everything counts for nothing.
 */
export function leaks(rules: readonly FlowRule[], bastion: string): string[] {
  return (['inbound', 'outbound'] as const).flatMap((direction) => {
    const ordered = rules
      .filter((rule) => rule.direction === direction && rule.priority < azureRulesFrom)
      .sort((left, right) => left.priority - right.priority);
    const wall = ordered.findIndex(deniesAll);
    const open = (wall < 0 ? ordered : ordered.slice(0, wall)).filter(
      ({ access, sources }) =>
        access === 'allow' &&
        !(direction === 'inbound' && sources.length > 0 && sources.every((one) => one === bastion)),
    );
    return [
      ...open.map(({ name, sources }) => `${direction}: ${name} lets ${sources.join(', ') || 'everything'} through`),
      ...(wall < 0 ? [`${direction}: nothing denies the rest`] : []),
    ];
  });
}
