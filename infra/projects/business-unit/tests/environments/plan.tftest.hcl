# Plans the project with the variables of one environment, on a foundation as the environment stack returns it:
#   terraform test -test-directory=tests/environments -var-file=environments/prod.tfvars
mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"

  override_resource {
    target = module.vault_events.azurerm_eventgrid_system_topic.this
    values = {
      identity = { principal_id = "66666666-6666-4666-8666-666666666666", tenant_id = "11111111-1111-4111-8111-111111111111" }
    }
  }
}

mock_provider "azapi" {
  source = "../../../test/infra/mocks/azapi"
}

mock_provider "cloudflare" {
  source = "../../../test/infra/mocks/cloudflare"
}

variables {
  foundation = {
    location  = "westeurope"
    tenant_id = "11111111-1111-4111-8111-111111111111"
    hub = {
      name                = "vnet-conto-platform-hub"
      resource_group_name = "rg-conto-platform-network"
      resource_id         = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform-network/providers/Microsoft.Network/virtualNetworks/vnet-conto-platform-hub"
    }
    egress = { kind = "firewall", firewall_private_ip = "10.30.0.4" }
    private_dns = {
      resource_group_name = "rg-conto-platform-network"
      zone_names          = { key_vault = "privatelink.vaultcore.azure.net", managed_redis = "privatelink.redis.azure.net" }
      zone_resource_ids = {
        key_vault     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform-network/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
        managed_redis = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform-network/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
      }
    }
    log_analytics = {
      resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.OperationalInsights/workspaces/log-conto-platform"
      workspace_id = "88888888-8888-4888-8888-888888888888"
      location     = "westeurope"
    }
    flow_logs = {
      network_watcher_name                = "NetworkWatcher_westeurope"
      network_watcher_resource_group_name = "NetworkWatcherRG"
      storage_account_resource_id         = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.Storage/storageAccounts/stcontoflow"
    }
    data_collection_rule_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.Insights/dataCollectionRules/dcr-conto-platform"
    action_groups = {
      caretaker_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.Insights/actionGroups/ag-caretaker"
      people_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.Insights/actionGroups/ag-people"
    }
    bastion_prefix      = "10.30.0.64/26"
    unit_address_spaces = { payments = "10.30.16.0/20" }
    dns_zone            = { id = "023e105f4ecef8ad9ca31a8372d0cf01", name = "contoso.example" }
    caretaker = {
      source_prefix       = "10.30.4.0/26"
      writer_principal_id = "66666666-6666-4666-8666-666666666666"
      pruner_principal_id = "77777777-7777-4777-8777-777777777777"
      writer_role_name    = "Caretaker prod writer"
      pruner_role_name    = "Caretaker prod pruner"
      event_sink = {
        delivery              = "queue"
        storage_account_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-conto-platform/providers/Microsoft.Storage/storageAccounts/stcontoevents"
        queue_name            = "caretaker-events"
        dead_letter_container = "dead-letters"
      }
    }
  }
}

run "plan" {
  command = plan

  assert {
    condition     = output.host_name == "payments.contoso.example"
    error_message = "The unit's name is in the environment's zone."
  }
}
