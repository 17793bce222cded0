/** What exists when the cloud starts. Types only. */

export type PowerState = 'running' | 'starting' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated';

/** One role definition in the shape ARM has it (`properties` of Microsoft.Authorization/roleDefinitions). */
export interface RoleDefinition {
  roleName: string;
  description?: string;
  permissions: RolePermissions[];
  assignableScopes: string[];
}

export interface RolePermissions {
  actions: string[];
  notActions?: string[];
  dataActions?: string[];
  notDataActions?: string[];
}

/** Who may do what where. `role` is a `roleName`, `principal` the name of a principal in the estate. */
export interface RoleAssignment {
  principal: string;
  role: string;
  scope: string;
}

/** An identity that can get tokens and be given roles. */
export interface Principal {
  name: string;
  /** Object id: the `oid` claim, and what a role assignment names. */
  objectId: string;
  /** Application (client) id: the `appid` claim, and the `client_id` a user-assigned identity is asked for by. */
  clientId: string;
  kind: 'system-assigned' | 'user-assigned' | 'person';
  /** Resource id of a user-assigned identity, or of the resource that owns a system-assigned one. */
  resourceId?: string;
  /** App roles in the tokens of a person, for example `Caretaker.Operator`. */
  appRoles?: string[];
  displayName?: string;
}

/** An application that people sign in to in a browser: public, without a secret. */
export interface Application {
  clientId: string;
  displayName: string;
}

export interface Subscription {
  subscriptionId: string;
  displayName: string;
  tenantId: string;
}

export interface ResourceGroup {
  subscriptionId: string;
  name: string;
  location: string;
  tags: Record<string, string>;
}

/** Anything with a resource id that the cloud only shows: `properties` is answered as it stands. */
export interface EstateResource {
  id: string;
  type: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  zones?: string[];
  sku?: Record<string, unknown>;
  kind?: string;
  /** Resource id of what a disk is attached to. */
  managedBy?: string;
  properties: Record<string, unknown>;
}

/** A virtual machine as seeded. */
export interface MachineSeed {
  subscriptionId: string;
  resourceGroup: string;
  name: string;
  location: string;
  zone?: string;
  size: string;
  tags: Record<string, string>;
  /** Resource id of its network interface. */
  networkInterfaceId: string;
  osDiskId: string;
  dataDiskIds?: string[];
  power?: PowerState;
  /** The scale set that it is an instance of. */
  scaleSetId?: string;
}

/** A Cloudflare zone, as data. */
export interface DnsZoneSeed {
  id: string;
  name: string;
  accountId: string;
  records: DnsRecordSeed[];
}

export interface DnsRecordSeed {
  id: string;
  type: string;
  name: string;
  content: string;
  ttl: number;
  proxied: boolean;
  comment?: string;
}

/** An action group: who is told. Only webhook receivers are acted on. */
export interface ActionGroupSeed {
  id: string;
  shortName: string;
  webhooks: WebhookReceiver[];
}

export interface WebhookReceiver {
  name: string;
  /** Where to POST. Empty: the receiver is not wired yet (see `CloudControl.setWebhook`), nothing is sent. */
  serviceUri: string;
  useCommonAlertSchema: true;
}

export type Aggregation = 'Average' | 'Minimum' | 'Maximum' | 'Total' | 'Count';
export type ThresholdOperator =
  'LessThan' | 'LessThanOrEqual' | 'GreaterThan' | 'GreaterThanOrEqual' | 'Equals' | 'NotEquals';

/** A metric alert rule with static criteria. Each target of the scopes has a state of its own. */
export interface MetricAlertSeed {
  id: string;
  description: string;
  severity: 0 | 1 | 2 | 3 | 4;
  enabled: boolean;
  /** Resource ids of machines, or of resource groups or subscriptions whose machines are all watched. */
  scopes: string[];
  /** ISO 8601, PT1M up. */
  evaluationFrequency: string;
  windowSize: string;
  criteria: MetricCriterion[];
  autoMitigate: boolean;
  actionGroupIds: string[];
  customProperties?: Record<string, string>;
}

export interface MetricCriterion {
  name: string;
  metricName: string;
  metricNamespace: string;
  operator: ThresholdOperator;
  threshold: number;
  timeAggregation: Aggregation;
}

/** Everything that exists when the cloud starts. Make changes to a copy from `seedEstate()`. */
export interface Estate {
  tenantId: string;
  subscriptions: Subscription[];
  resourceGroups: ResourceGroup[];
  machines: MachineSeed[];
  resources: EstateResource[];
  principals: Principal[];
  applications: Application[];
  roleAssignments: RoleAssignment[];
  actionGroups: ActionGroupSeed[];
  metricAlerts: MetricAlertSeed[];
  dnsZones: DnsZoneSeed[];
}
