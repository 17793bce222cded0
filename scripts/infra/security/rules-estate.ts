import type { Planned, PlannedResource } from '../terraform';
import type { Finding, Rule } from './model';

interface Kind {
  /** ARM type that alerts are made for; undefined where the resource is configuration of another. */
  readonly alert?: string;
  readonly diagnosed?: boolean;
  readonly tagged?: boolean;
}

/**
 * What the estate owes to each type of resource. A type that is not here fails the rules: whoever adds one decides what
 * watches it.
 */
const kinds: Readonly<Record<string, Kind>> = {
  azurerm_application_insights: { alert: 'Microsoft.Insights/components', tagged: true },
  azurerm_bastion_host: { alert: 'Microsoft.Network/bastionHosts', diagnosed: true, tagged: true },
  azurerm_eventgrid_system_topic: { alert: 'Microsoft.EventGrid/systemTopics', diagnosed: true, tagged: true },
  azurerm_firewall: { alert: 'Microsoft.Network/azureFirewalls', diagnosed: true, tagged: true },
  azurerm_key_vault: { alert: 'Microsoft.KeyVault/vaults', diagnosed: true, tagged: true },
  azurerm_lb: { alert: 'Microsoft.Network/loadBalancers', diagnosed: true, tagged: true },
  azurerm_linux_virtual_machine: { alert: 'Microsoft.Compute/virtualMachines', diagnosed: true, tagged: true },
  azurerm_log_analytics_workspace: { alert: 'Microsoft.OperationalInsights/workspaces', diagnosed: true, tagged: true },
  azurerm_managed_redis: { alert: 'Microsoft.Cache/redisEnterprise', diagnosed: true, tagged: true },
  // Its metrics are all it has, and they are alerted on.
  azurerm_nat_gateway: { alert: 'Microsoft.Network/natGateways', tagged: true },
  azurerm_network_security_group: { diagnosed: true, tagged: true },
  azurerm_orchestrated_virtual_machine_scale_set: {
    alert: 'Microsoft.Compute/virtualMachineScaleSets',
    diagnosed: true,
    tagged: true,
  },
  azurerm_public_ip: { alert: 'Microsoft.Network/publicIPAddresses', diagnosed: true, tagged: true },
  azurerm_storage_account: { alert: 'Microsoft.Storage/storageAccounts', diagnosed: true, tagged: true },
  // Reachability is seen by the gateway, firewall or balancer inside; the network itself publishes only attack metrics.
  azurerm_virtual_network: { diagnosed: true, tagged: true },
  'azapi:Microsoft.DurableTask/schedulers': { alert: 'Microsoft.DurableTask/schedulers', tagged: true },
  'azapi:Microsoft.Web/sites': { alert: 'Microsoft.Web/sites', diagnosed: true, tagged: true },
  // Carry tags, and are watched through what they belong to.
  azurerm_application_insights_workbook: { tagged: true },
  azurerm_firewall_policy: { tagged: true },
  azurerm_key_vault_secret: { tagged: true },
  azurerm_managed_disk: { tagged: true },
  azurerm_monitor_action_group: { tagged: true },
  azurerm_monitor_activity_log_alert: { tagged: true },
  azurerm_monitor_alert_processing_rule_suppression: { tagged: true },
  azurerm_monitor_data_collection_rule: { tagged: true },
  azurerm_monitor_metric_alert: { tagged: true },
  azurerm_monitor_private_link_scope: { tagged: true },
  azurerm_monitor_scheduled_query_rules_alert_v2: { tagged: true },
  azurerm_network_interface: { tagged: true },
  azurerm_network_watcher_flow_log: { tagged: true },
  azurerm_private_dns_resolver: { tagged: true },
  azurerm_private_dns_resolver_inbound_endpoint: { tagged: true },
  azurerm_private_dns_zone: { tagged: true },
  azurerm_private_dns_zone_virtual_network_link: { tagged: true },
  azurerm_private_endpoint: { tagged: true },
  azurerm_resource_group: { tagged: true },
  azurerm_route_table: { tagged: true },
  azurerm_service_plan: { tagged: true },
  azurerm_user_assigned_identity: { tagged: true },
  azurerm_virtual_machine_extension: { tagged: true },
};

/** Parts and relations, which have no tags, no logs and no health of their own. */
const parts = new Set([
  'azapi:Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments',
  'azapi:Microsoft.DurableTask/schedulers/retentionPolicies',
  'azapi:Microsoft.DurableTask/schedulers/taskHubs',
  'azapi:Microsoft.Web/sites/basicPublishingCredentialsPolicies',
  'azuread_app_role_assignment',
  'azuread_application',
  'azuread_application_pre_authorized',
  'azuread_service_principal',
  'azurerm_consumption_budget_resource_group',
  'azurerm_eventgrid_system_topic_event_subscription',
  'azurerm_firewall_policy_rule_collection_group',
  'azurerm_lb_backend_address_pool',
  'azurerm_lb_probe',
  'azurerm_lb_rule',
  'azurerm_management_lock',
  'azurerm_monitor_data_collection_rule_association',
  'azurerm_monitor_diagnostic_setting',
  'azurerm_monitor_private_link_scoped_service',
  'azurerm_nat_gateway_public_ip_association',
  'azurerm_network_security_rule',
  'azurerm_role_assignment',
  'azurerm_role_definition',
  'azurerm_route',
  'azurerm_storage_blob',
  'azurerm_storage_container',
  'azurerm_storage_container_immutability_policy',
  'azurerm_storage_queue',
  'azurerm_subnet',
  'azurerm_subnet_nat_gateway_association',
  'azurerm_subnet_network_security_group_association',
  'azurerm_subnet_route_table_association',
  'azurerm_virtual_machine_data_disk_attachment',
  'azurerm_virtual_network_peering',
  'cloudflare_api_token',
  'cloudflare_dns_record',
  'cloudflare_zone_dnssec',
  'cloudflare_zone_setting',
]);

/** Tags that every resource carries; the naming module's `required_tag_names`, written out so that the test can differ. */
export const requiredTags = [
  'environment',
  'owner',
  'cost-center',
  'data-class',
  'workload',
  'managed-by',
  'caretaker-mode',
  'caretaker-backup-tier',
  'caretaker-window',
];

function key(resource: PlannedResource): string {
  return resource.type === 'azapi_resource' ? `azapi:${String(resource.values['type']).split('@')[0]}` : resource.type;
}

function unknownKinds(planned: Planned): Finding[] {
  return planned.resources
    .filter((resource) => kinds[key(resource)] === undefined && !parts.has(key(resource)))
    .map(({ address, ...resource }) => ({
      address,
      problem: `nobody decided what watches ${key({ address, ...resource })}: add it to rules-estate.ts`,
    }));
}

function name(resource: PlannedResource): string {
  return String(resource.values['name']);
}

const alertNames = ['azurerm_monitor_metric_alert', 'azurerm_monitor_scheduled_query_rules_alert_v2'];

const environment = 'infra/projects/environment';
const unit = 'infra/projects/business-unit';

/** Rules over a whole project. */
export const estateRules: readonly Rule[] = [
  {
    name: 'Azure Policy 871b6d14 tags: every resource carries the required ones',
    references: ['Azure Policy 871b6d14-10aa-478d-b590-94f262ecfa99', 'CAF resource tagging'],
    scope: 'estate',
    check: (planned) =>
      planned.resources
        .filter((resource) => kinds[key(resource)]?.tagged === true)
        .flatMap((resource) => {
          const tags = (resource.values['tags'] as Readonly<Record<string, unknown>> | null | undefined) ?? {};
          const missing = requiredTags.filter((tag) => tags[tag] === undefined);
          return missing.length === 0 ? [] : [{ address: resource.address, problem: `lacks ${missing.join(', ')}` }];
        }),
    broken: {
      root: unit,
      file: `infra/modules/redis/main.tf`,
      find: /tags( *)= local\.tags\n/,
      replace: 'tags$1= {}\n',
    },
  },
  {
    name: 'MCSB LT-3 logs: a diagnostic setting for every resource that has them',
    references: ['MCSB LT-3', 'CIS Azure 5.1'],
    scope: 'estate',
    check: (planned) => [
      ...unknownKinds(planned),
      ...planned.resources
        .filter((resource) => kinds[key(resource)]?.diagnosed === true)
        .filter(
          (resource) =>
            !planned.resources.some(
              ({ type, module, values }) =>
                type === 'azurerm_monitor_diagnostic_setting' &&
                module === resource.module &&
                values['name'] === `diag-${name(resource)}`,
            ),
        )
        .map(({ address }) => ({ address, problem: 'has no diagnostic setting of its name beside it' })),
    ],
    broken: {
      root: environment,
      file: 'infra/modules/key-vault/main.tf',
      find: /resource "azurerm_monitor_diagnostic_setting" "this" \{[\s\S]*?\n\}\n/,
      replace: '',
    },
  },
  {
    name: 'CIS Azure 5.2 alerts: one at least for every resource that can fail',
    references: ['CIS Azure 5.2', 'MCSB IR-4'],
    scope: 'estate',
    check: (planned) =>
      planned.resources
        .filter((resource) => kinds[key(resource)]?.alert !== undefined)
        .filter((resource) => {
          const armType = kinds[key(resource)]?.alert;
          const own = planned.resources.some(
            ({ type, values }) =>
              alertNames.includes(type) && String(values['name']).startsWith(`alert-${name(resource)}-`),
          );
          // A type without metrics is watched by Azure's verdict on its health.
          const health = planned.resources.some(
            ({ type, values }) =>
              type === 'azurerm_monitor_activity_log_alert' &&
              JSON.stringify(values['criteria'] ?? '').includes(`"${String(armType)}"`),
          );
          return !(own || (health && armType === 'Microsoft.DurableTask/schedulers'));
        })
        .map(({ address }) => ({ address, problem: 'has no alert' })),
    broken: { root: unit, file: `${unit}/main.tf`, find: /module\.redis\.monitored,\n/, replace: '' },
  },
  {
    name: 'CKV2_AZURE_32 private endpoints: one for every vault, store and cache that is closed to the Internet',
    references: ['CKV2_AZURE_32', 'CKV2_AZURE_33', 'MCSB NS-2'],
    scope: 'estate',
    check: (planned) => {
      const wanted: Readonly<Record<string, readonly string[]>> = {
        azurerm_key_vault: ['vault'],
        azurerm_managed_redis: ['redisEnterprise'],
        azurerm_storage_account: ['blob'],
      };
      return planned.resources
        .filter(({ type, values }) => wanted[type] !== undefined && values['public_network_access_enabled'] !== true)
        .filter(
          (resource) =>
            !planned.resources.some(
              ({ type, module, values }) =>
                type === 'azurerm_private_endpoint' &&
                (resource.module === '' || module.startsWith(`${resource.module}.`)) &&
                (values['private_service_connection'] as { subresource_names?: string[] }[] | undefined)?.some(
                  (connection) => connection.subresource_names?.some((part) => wanted[resource.type]?.includes(part)),
                ),
            ),
        )
        .map(({ address }) => ({ address, problem: 'is closed to the Internet and has no private endpoint' }));
    },
    broken: {
      root: unit,
      file: 'infra/modules/redis/main.tf',
      find: /module "private_endpoint" \{[\s\S]*?\n\}\n/,
      replace: '',
    },
  },
];
