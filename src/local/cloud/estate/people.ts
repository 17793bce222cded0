import type { Application, Principal, RoleAssignment, RoleDefinition } from '../model';
import { backupGroup, caretakerGroup, groupId, platformSubscription, resourceId, secondBackupGroup } from './names';

const identity = (name: string): string =>
  resourceId(caretakerGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', name);

/** Caretaker's identities, and people with the application's roles. */
export function principals(): Principal[] {
  return [
    {
      name: 'caretaker',
      objectId: '6f1c2a0e-53d4-4b9e-8a37-c2d5e9f01b11',
      clientId: 'b7e43f90-2a6d-4c81-9f05-d8c7a1e2f312',
      kind: 'system-assigned',
      resourceId: resourceId(caretakerGroup, 'Microsoft.Web/sites', 'func-caretaker-weu-001'),
    },
    {
      name: 'caretaker-reader',
      objectId: '1d8e5b27-90af-4c36-b1d2-7f4a6c3e0d22',
      clientId: '4c92d6e1-7b30-4f58-a6e4-0b1c9d8f2e23',
      kind: 'user-assigned',
      resourceId: identity('id-caretaker-reader-weu-001'),
    },
    {
      name: 'caretaker-pruner',
      objectId: '27c0d1f8-4b6e-4d92-8f13-9a5e7c2b0d55',
      clientId: 'e3a96b14-5d72-4f0c-b8c9-61d2f4a7083e',
      kind: 'user-assigned',
      resourceId: identity('id-caretaker-pruner-weu-001'),
    },
    {
      name: 'stranger',
      objectId: '8a7b6c5d-4e3f-4a21-9b08-1c2d3e4f5a33',
      clientId: '9e8d7c6b-5a4f-4e3d-8c2b-1a0f9e8d7c34',
      kind: 'user-assigned',
      resourceId: identity('id-stranger-weu-001'),
    },
    person('rae', 'Rae Reader', '51f0a3c4-1111-4c3b-9d6e-aa10b2c3d441', ['Caretaker.Reader']),
    person('omar', 'Omar Operator', '51f0a3c4-2222-4c3b-9d6e-aa10b2c3d442', ['Caretaker.Operator']),
    person('ava', 'Ava Approver', '51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443', ['Caretaker.Approver']),
    person('ada', 'Ada Admin', '51f0a3c4-4444-4c3b-9d6e-aa10b2c3d444', ['Caretaker.Admin']),
  ];
}

/** What people sign in to. */
export function applications(): Application[] {
  return [{ clientId: '5a0d7c1e-3b94-4f26-8e57-b1c6d2a90f66', displayName: 'Caretaker console' }];
}

function person(name: string, displayName: string, objectId: string, appRoles: string[]): Principal {
  // The client is the one the person signs in through: the Azure command line's well-known application id.
  return { name, displayName, objectId, clientId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', kind: 'person', appRoles };
}

/** What Caretaker may do until the role generated from its runbooks is given in `CloudOptions.roleDefinitions`. */
export function defaultRoles(): RoleDefinition[] {
  return [
    {
      roleName: 'Caretaker Operator',
      description: 'Looks at virtual machines and repairs them.',
      permissions: [
        {
          actions: [
            'Microsoft.Resources/subscriptions/read',
            'Microsoft.Resources/subscriptions/resourceGroups/read',
            'Microsoft.Compute/virtualMachines/read',
            'Microsoft.Compute/virtualMachines/instanceView/read',
            'Microsoft.Compute/virtualMachines/restart/action',
            'Microsoft.Compute/virtualMachines/redeploy/action',
            'Microsoft.Compute/virtualMachines/start/action',
            'Microsoft.Compute/virtualMachines/powerOff/action',
            'Microsoft.Compute/virtualMachines/deallocate/action',
            'Microsoft.Compute/virtualMachines/write',
            'Microsoft.Compute/virtualMachineScaleSets/read',
            'Microsoft.Compute/disks/read',
            'Microsoft.Compute/disks/beginGetAccess/action',
            'Microsoft.Compute/snapshots/read',
            'Microsoft.Compute/snapshots/write',
            'Microsoft.Compute/snapshots/beginGetAccess/action',
            'Microsoft.Compute/restorePointCollections/read',
            'Microsoft.Compute/restorePointCollections/write',
            'Microsoft.Compute/restorePointCollections/restorePoints/read',
            'Microsoft.Compute/restorePointCollections/restorePoints/write',
            'Microsoft.Compute/locations/operations/read',
            'Microsoft.Insights/metrics/read',
            'Microsoft.Insights/metricDefinitions/read',
            'Microsoft.ResourceHealth/availabilityStatuses/read',
          ],
        },
      ],
      assignableScopes: [`/subscriptions/${platformSubscription}`],
    },
    {
      roleName: 'Caretaker Pruner',
      description: 'Deletes recovery points and does nothing else.',
      permissions: [
        {
          actions: [
            'Microsoft.Compute/restorePointCollections/restorePoints/delete',
            'Microsoft.Compute/restorePointCollections/restorePoints/read',
            'Microsoft.Compute/snapshots/delete',
            'Microsoft.Compute/snapshots/read',
          ],
        },
      ],
      assignableScopes: [`/subscriptions/${platformSubscription}`],
    },
  ];
}

export function roleAssignments(): RoleAssignment[] {
  const scope = `/subscriptions/${platformSubscription}`;
  return [
    { principal: 'caretaker', role: 'Caretaker Operator', scope },
    { principal: 'caretaker-reader', role: 'Reader', scope },
    { principal: 'caretaker-pruner', role: 'Caretaker Pruner', scope: groupId(backupGroup) },
    { principal: 'caretaker-pruner', role: 'Caretaker Pruner', scope: groupId(secondBackupGroup) },
    { principal: 'stranger', role: 'Reader', scope: groupId(caretakerGroup) },
  ];
}
