/** The parts of a resource id that the cloud needs. Azure compares ids ignoring case. */
export interface ResourceIdParts {
  subscriptionId: string;
  resourceGroup?: string;
  /** `Microsoft.Compute/virtualMachines` */
  type?: string;
  name?: string;
}

export function parseResourceId(id: string): ResourceIdParts | undefined {
  const segments = id.split('/').filter((segment) => segment !== '');
  if (segments[0]?.toLowerCase() !== 'subscriptions' || segments[1] === undefined) return undefined;
  const parts: ResourceIdParts = { subscriptionId: segments[1] };
  let rest = segments.slice(2);
  if (rest[0]?.toLowerCase() === 'resourcegroups' && rest[1] !== undefined) {
    parts.resourceGroup = rest[1];
    rest = rest.slice(2);
  }
  if (rest[0]?.toLowerCase() === 'providers' && rest[1] !== undefined) {
    const types: string[] = [rest[1]];
    for (let index = 2; index < rest.length; index += 2) types.push(rest[index] ?? '');
    parts.type = types.join('/');
    const name = rest.length >= 4 ? rest[rest.length - 1] : undefined;
    if (name !== undefined) parts.name = name;
  }
  return parts;
}

export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether a resource is the scope itself or lies within it. */
export function withinScope(id: string, scope: string): boolean {
  const inner = id.toLowerCase();
  const outer = scope.toLowerCase().replace(/\/+$/, '');
  return inner === outer || inner.startsWith(`${outer}/`);
}

export function machineId(subscriptionId: string, resourceGroup: string, name: string): string {
  return (
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}` +
    `/providers/Microsoft.Compute/virtualMachines/${name}`
  );
}
