# Realistic ids for every azurerm resource that a test creates: the provider checks the format of ids and of UUIDs even
# when it is mocked, so made-up eight-character strings would be refused.

mock_data "azurerm_client_config" {
  defaults = {
    tenant_id       = "11111111-1111-4111-8111-111111111111"
    subscription_id = "22222222-2222-4222-8222-222222222222"
    client_id       = "33333333-3333-4333-8333-333333333333"
    object_id       = "44444444-4444-4444-8444-444444444444"
  }
}

mock_resource "azurerm_resource_group" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test"
  }
}

mock_resource "azurerm_management_lock" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Authorization/locks/lock-test"
  }
}

mock_resource "azurerm_consumption_budget_resource_group" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Consumption/budgets/budget-test"
  }
}

mock_resource "azurerm_role_assignment" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Authorization/roleAssignments/55555555-5555-4555-8555-555555555555"
  }
}

mock_resource "azurerm_virtual_network" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test"
  }
}

mock_resource "azurerm_subnet" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-test"
  }
}

mock_resource "azurerm_network_security_group" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/networkSecurityGroups/nsg-test"
  }
}

mock_resource "azurerm_network_security_rule" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/networkSecurityGroups/nsg-test/securityRules/rule-test"
  }
}

mock_resource "azurerm_subnet_network_security_group_association" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-test"
  }
}

mock_resource "azurerm_subnet_route_table_association" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-test"
  }
}

mock_resource "azurerm_subnet_nat_gateway_association" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-test"
  }
}

mock_resource "azurerm_virtual_network_peering" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/virtualNetworkPeerings/peer-test"
  }
}

mock_resource "azurerm_route_table" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/routeTables/rt-test"
  }
}

mock_resource "azurerm_nat_gateway" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/natGateways/ng-test"
  }
}

mock_resource "azurerm_nat_gateway_public_ip_association" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/natGateways/ng-test|/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/publicIPAddresses/pip-test"
  }
}

mock_resource "azurerm_public_ip" {
  defaults = {
    id         = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/publicIPAddresses/pip-test"
    ip_address = "20.50.60.70"
    fqdn       = "web-test.westeurope.cloudapp.azure.com"
  }
}

mock_resource "azurerm_firewall" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/azureFirewalls/afw-test"
  }
}

mock_resource "azurerm_firewall_policy" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/firewallPolicies/afwp-test"
  }
}

mock_resource "azurerm_firewall_policy_rule_collection_group" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/firewallPolicies/afwp-test/ruleCollectionGroups/egress"
  }
}

mock_resource "azurerm_bastion_host" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/bastionHosts/bas-test"
  }
}

mock_resource "azurerm_private_dns_resolver" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/dnsResolvers/dnspr-test"
  }
}

mock_resource "azurerm_private_dns_resolver_inbound_endpoint" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/dnsResolvers/dnspr-test/inboundEndpoints/in-test"
  }
}

mock_resource "azurerm_network_watcher_flow_log" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/networkWatchers/nw-test/flowLogs/fl-test"
  }
}

mock_resource "azurerm_private_dns_zone" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
  }
}

mock_resource "azurerm_private_dns_zone_virtual_network_link" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net/virtualNetworkLinks/link-test"
  }
}

mock_resource "azurerm_private_endpoint" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateEndpoints/pep-test"
  }
}

mock_resource "azurerm_lb" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/loadBalancers/lb-test"
  }
}

mock_resource "azurerm_lb_backend_address_pool" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/loadBalancers/lb-test/backendAddressPools/web"
  }
}

mock_resource "azurerm_lb_probe" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/loadBalancers/lb-test/probes/web"
  }
}

mock_resource "azurerm_lb_rule" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/loadBalancers/lb-test/loadBalancingRules/https"
  }
}

mock_resource "azurerm_lb_outbound_rule" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/loadBalancers/lb-test/outboundRules/egress"
  }
}

mock_resource "azurerm_network_interface" {
  defaults = {
    id                 = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/networkInterfaces/nic-test"
    private_ip_address = "10.1.1.4"
  }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = {
    id           = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-test"
    principal_id = "66666666-6666-4666-8666-666666666666"
    client_id    = "77777777-7777-4777-8777-777777777777"
    tenant_id    = "11111111-1111-4111-8111-111111111111"
  }
}

mock_resource "azurerm_orchestrated_virtual_machine_scale_set" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/virtualMachineScaleSets/vmss-test"
  }
}

mock_resource "azurerm_linux_virtual_machine" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/virtualMachines/vm-test"
  }
}

mock_resource "azurerm_virtual_machine_extension" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/virtualMachines/vm-test/extensions/ext-test"
  }
}

mock_resource "azurerm_managed_disk" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/disks/disk-test"
  }
}

mock_resource "azurerm_virtual_machine_data_disk_attachment" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/virtualMachines/vm-test/dataDisks/disk-test"
  }
}

mock_resource "azurerm_key_vault" {
  defaults = {
    id        = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test"
    vault_uri = "https://kv-test.vault.azure.net/"
  }
}

mock_resource "azurerm_key_vault_secret" {
  defaults = {
    id             = "https://kv-test.vault.azure.net/secrets/secret-test/0123456789abcdef0123456789abcdef"
    versionless_id = "https://kv-test.vault.azure.net/secrets/secret-test"
  }
}

mock_resource "azurerm_managed_redis" {
  defaults = {
    id       = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Cache/redisEnterprise/amr-test"
    hostname = "amr-test.westeurope.redis.azure.net"
  }
}

mock_resource "azurerm_log_analytics_workspace" {
  defaults = {
    id           = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
    workspace_id = "88888888-8888-4888-8888-888888888888"
  }
}

mock_resource "azurerm_application_insights" {
  defaults = {
    id                = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/components/appi-test"
    app_id            = "99999999-9999-4999-8999-999999999999"
    connection_string = "InstrumentationKey=99999999-9999-4999-8999-999999999998;IngestionEndpoint=https://westeurope-1.in.applicationinsights.azure.com/"
  }
}

mock_resource "azurerm_application_insights_workbook" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/workbooks/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
  }
}

mock_resource "azurerm_monitor_action_group" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/actionGroups/ag-test"
  }
}

mock_resource "azurerm_monitor_metric_alert" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/metricAlerts/alert-test"
  }
}

mock_resource "azurerm_monitor_activity_log_alert" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/activityLogAlerts/alert-test"
  }
}

mock_resource "azurerm_monitor_scheduled_query_rules_alert_v2" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/scheduledQueryRules/alert-test"
  }
}

mock_resource "azurerm_monitor_data_collection_rule" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/dataCollectionRules/dcr-test"
  }
}

mock_resource "azurerm_monitor_data_collection_endpoint" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/dataCollectionEndpoints/dce-test"
  }
}

mock_resource "azurerm_monitor_data_collection_rule_association" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/virtualMachineScaleSets/vmss-test/providers/Microsoft.Insights/dataCollectionRuleAssociations/dcra-test"
  }
}

mock_resource "azurerm_monitor_alert_processing_rule_suppression" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.AlertsManagement/actionRules/apr-test"
  }
}

mock_resource "azurerm_monitor_private_link_scope" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/privateLinkScopes/ampls-test"
  }
}

mock_resource "azurerm_monitor_private_link_scoped_service" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/privateLinkScopes/ampls-test/scopedResources/ampls-test"
  }
}

mock_resource "azurerm_monitor_diagnostic_setting" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test|diag-test"
  }
}

mock_resource "azurerm_storage_account" {
  defaults = {
    id                     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/sttest"
    primary_blob_endpoint  = "https://sttest.blob.core.windows.net/"
    primary_queue_endpoint = "https://sttest.queue.core.windows.net/"
    primary_table_endpoint = "https://sttest.table.core.windows.net/"
  }
}

mock_resource "azurerm_storage_container" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/sttest/blobServices/default/containers/container-test"
  }
}

mock_resource "azurerm_storage_queue" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/sttest/queueServices/default/queues/queue-test"
  }
}

mock_resource "azurerm_storage_container_immutability_policy" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/sttest/blobServices/default/containers/container-test/immutabilityPolicies/default"
  }
}

mock_resource "azurerm_storage_management_policy" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/sttest/managementPolicies/default"
  }
}

mock_resource "azurerm_storage_blob" {
  defaults = {
    id  = "https://sttest.blob.core.windows.net/policy/policy.yaml"
    url = "https://sttest.blob.core.windows.net/policy/policy.yaml"
  }
}

mock_resource "azurerm_service_plan" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Web/serverFarms/asp-test"
  }
}

mock_resource "azurerm_eventgrid_system_topic" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.EventGrid/systemTopics/egst-test"
  }
}

mock_resource "azurerm_eventgrid_system_topic_event_subscription" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.EventGrid/systemTopics/egst-test/eventSubscriptions/egs-test"
  }
}

mock_resource "azurerm_role_definition" {
  defaults = {
    id                          = "/subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleDefinitions/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb|/subscriptions/22222222-2222-4222-8222-222222222222"
    role_definition_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleDefinitions/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
    role_definition_id          = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
  }
}

mock_resource "azurerm_route" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/routeTables/rt-test/routes/default"
  }
}
