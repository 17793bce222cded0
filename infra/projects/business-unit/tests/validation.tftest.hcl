# Each run takes several kinds of bad input at once, one per variable: a run of the whole configuration is not cheap, and
# Terraform reports which of the expected refusals is missing.

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
  organization    = "conto"
  unit            = "payments"
  environment     = "prod"
  subscription_id = "22222222-2222-4222-8222-22222222f001"
  zones           = ["1", "2", "3"]
  owner           = "payments@contoso.example"
  cost_center     = "CC-20020"
  data_class      = "confidential"
  caretaker       = { mode = "auto", backup_tier = "gold" }
  locks           = true
  budget          = { amount = 5000, start_date = "2026-01-01T00:00:00Z" }

  groups = {
    developers = "bbbbbbbb-0000-4000-8000-00000000f001"
    operators  = "bbbbbbbb-0000-4000-8000-00000000f002"
  }

  web = {
    admin_public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXWWyOJVouIeG+I7BBqEq9z88GNSfYF6oF9FqCw4WYn+q94pv/r/eHRyX5bNVGDW3obov8xNhhWSaGJKf4R08rHR3r2mjyW2nALxQgwQDU/KEAPkrIEysnFImORt1cF9qA0/OTEVrlCk6SpVLqXMVY65/pyo9I9ntv8zJIbI4qq1xjyvwKibBWHiuzpYRyi9xnJlIV4uDrKTBMEotyVMLfaRwsnpacb9MY8+vsG19ju53bxLyK8h5YVy5nJbwPtO22Hq75wbIhgl9S7VQZb/n1MYoT4Hj4OHsmI1Fod5IN628l6Pfuuhl0SAEPi2DofYQCPTNKClTIkvizTKO05SGXIs5kb4kJ4srBh8bzbPLE3am2YqVeYD3lmlCgFS4MvZXV+FCj919rrrNxlHk5GFyDokygs/GwROmyUBvNh4XpiOfIi4el7fWjiuY9GnuXJRuOqqaOztUWPkBWQG/SgGUaw6jxzpyHKtYp4VSqyOAhKx8MYT67faZdRjVP2JFl2i0= test"
    minimum          = 3
    maximum          = 12
  }

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

run "rejects_bad_input_1" {
  command = plan

  variables {
    # A unit outside the address plan.
    unit = "lottery"

    # A subscription by name.
    subscription_id = "production"

    # Prod in two zones.
    zones = ["1", "2"]

    # Prod without gold backups.
    caretaker = { backup_tier = "silver" }

    # Prod without locks.
    locks = false

    # A group by name.
    groups = { developers = "devs", operators = "ops" }

    # A machine named as a part.
    single_machines = { web = { zone = "1" } }

    # Prod with a lonely cache.
    redis = { high_availability = false }

    # Visitors from everywhere.
    visitor_prefixes = ["0.0.0.0/0"]
  }

  expect_failures = [var.unit, var.subscription_id, var.zones, var.caretaker, var.locks, var.groups, var.single_machines, var.redis, var.visitor_prefixes]
}

run "rejects_an_unknown_environment" {
  command = plan

  variables {
    environment = "lab"
  }

  expect_failures = [var.environment]
}
