import type { JournalEntry } from '../model';
import type { World } from '../world';

const kinds: Readonly<Record<string, string>> = { PUT: 'Write', PATCH: 'Write', DELETE: 'Delete', POST: 'Action' };

/**
 * Tells of a change that ARM took, as a subscription's system topic does (Microsoft Learn, "Azure subscription as an Event Grid
 * source"). A long operation is told of when it is accepted, which the real one does when it has succeeded.
 */
export function tellOfChange(world: World, entry: Omit<JournalEntry, 'sequence'>): void {
  const kind = kinds[entry.method];
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(entry.path)?.[1];
  if (kind === undefined || entry.status < 200 || entry.status > 299 || subscriptionId === undefined) return;
  const { resourceId = entry.path, operation = '', principal, correlationId } = entry;
  world.events.raise({
    topic: `/subscriptions/${subscriptionId}`,
    subject: resourceId,
    eventType: `Microsoft.Resources.Resource${kind}Success`,
    data: {
      ...{ subscriptionId, correlationId, operationName: operation, resourceUri: resourceId, status: 'Succeeded' },
      resourceProvider: operation.split('/')[0] ?? '',
      tenantId: world.estate.tenantId,
      claims: { appid: world.principals.get(principal ?? '')?.clientId ?? '' },
    },
  });
}
