import { ResourceGroup } from '../model';

export function groupIdOf(group: ResourceGroup): string {
  return `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}`;
}
