import { computeResources, machineSeeds } from './estate/compute';
import { dataResources, dnsZones } from './estate/data';
import { actionGroups, metricAlerts } from './estate/monitoring';
import {
  backupGroup,
  caretakerGroup,
  drillGroup,
  environments,
  hubGroup,
  location,
  platformSubscription,
  sandboxGroup,
  sandboxSubscription,
  secondBackupGroup,
  secondLocation,
  tagsFor,
  tenantId,
} from './estate/names';
import { networkResources } from './estate/network';
import { applications, principals, roleAssignments } from './estate/people';
import { secretResources } from './estate/secrets';
import type { Estate } from './model';

/**
 * The estate that the local cloud starts with: a platform subscription with hub, dev (3 web machines) and prod (6), each
 * over three zones, and a sandbox subscription that Caretaker has no role in. A new object each time: change it freely.
 */
export function seedEstate(): Estate {
  return {
    tenantId,
    subscriptions: [
      { subscriptionId: platformSubscription, displayName: 'Platform', tenantId },
      { subscriptionId: sandboxSubscription, displayName: 'Sandbox', tenantId },
    ],
    resourceGroups: [
      group(platformSubscription, hubGroup, tagsFor('prod', 'platform')),
      group(platformSubscription, caretakerGroup, tagsFor('prod', 'caretaker')),
      group(platformSubscription, backupGroup, tagsFor('prod', 'backup')),
      group(platformSubscription, secondBackupGroup, tagsFor('prod', 'backup'), secondLocation),
      group(platformSubscription, drillGroup, tagsFor('prod', 'drills')),
      ...environments.map((each) => group(platformSubscription, each.group, tagsFor(each.environment, 'web'))),
      group(sandboxSubscription, sandboxGroup, tagsFor('dev', 'sandbox')),
    ],
    machines: machineSeeds(),
    resources: [...networkResources(), ...computeResources(), ...dataResources(), ...secretResources()],
    principals: principals(),
    applications: applications(),
    roleAssignments: roleAssignments(),
    actionGroups: actionGroups(),
    metricAlerts: metricAlerts(),
    dnsZones: dnsZones(),
  };
}

function group(
  subscriptionId: string,
  name: string,
  tags: Record<string, string>,
  at = location,
): Estate['resourceGroups'][number] {
  return { subscriptionId, name, location: at, tags };
}
