mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

mock_provider "azapi" {
  source = "../../../test/infra/mocks/azapi"
}

variables {
  name                = "amr-conto-pay-prod-a1b2"
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  private_endpoint = {
    name                          = "pep-amr"
    subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
    private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"]
  }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "rejects_a_name_with_an_underscore" {
  command = plan

  variables {
    name = "amr_pay"
  }

  expect_failures = [var.name]
}

run "rejects_a_size_of_the_retired_service" {
  command = plan

  variables {
    sku = "Premium_P1"
  }

  expect_failures = [var.sku]
}

run "rejects_an_unknown_authentication" {
  command = plan

  variables {
    authentication = { kind = "password" }
  }

  expect_failures = [var.authentication]
}

run "rejects_keys_without_a_contract" {
  command = plan

  variables {
    authentication = { kind = "access-keys" }
  }

  expect_failures = [var.authentication]
}

run "rejects_keys_kept_for_years" {
  command = plan

  variables {
    authentication = { kind = "access-keys", rotation = { secret_name = "k", days = 400 } }
  }

  expect_failures = [var.authentication]
}

run "rejects_a_user_by_name" {
  command = plan

  variables {
    authentication = { users = { web = { object_id = "web" } } }
  }

  expect_failures = [var.authentication]
}

run "rejects_an_unknown_eviction" {
  command = plan

  variables {
    eviction_policy = "LRU"
  }

  expect_failures = [var.eviction_policy]
}

run "rejects_an_unknown_clustering" {
  command = plan

  variables {
    clustering_policy = "Sharded"
  }

  expect_failures = [var.clustering_policy]
}

run "rejects_a_snapshot_every_second" {
  command = plan

  variables {
    persistence = { kind = "snapshot", frequency = "1s" }
  }

  expect_failures = [var.persistence]
}

run "rejects_a_window_on_no_day" {
  command = plan

  variables {
    maintenance_window = { day = "sunday", hour_utc = 2, hours = 6 }
  }

  expect_failures = [var.maintenance_window]
}

run "rejects_a_window_too_short" {
  command = plan

  variables {
    maintenance_window = { day = "sun", hour_utc = 2, hours = 1 }
  }

  expect_failures = [var.maintenance_window]
}
