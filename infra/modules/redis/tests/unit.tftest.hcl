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

run "entra_only" {
  variables {
    authentication = { users = { web = { object_id = "66666666-6666-4666-8666-666666666666" } } }
    persistence    = { kind = "append-only", frequency = "1s" }
  }

  assert {
    condition     = !azurerm_managed_redis.this.default_database[0].access_keys_authentication_enabled && azapi_resource.user["web"].body.properties.user.objectId == "66666666-6666-4666-8666-666666666666"
    error_message = "Entra alone: no keys, and the listed identity may use the cache."
  }

  assert {
    condition     = endswith(azapi_resource.user["web"].parent_id, "/redisEnterprise/amr-test/databases/default")
    error_message = "The policy belongs to the default database."
  }

  assert {
    condition     = azurerm_managed_redis.this.default_database[0].persistence_append_only_file_backup_frequency == "1s" && azurerm_managed_redis.this.default_database[0].persistence_redis_database_backup_frequency == null
    error_message = "Only one way of persistence may be set."
  }
}

run "keys_with_a_contract" {
  command = plan

  variables {
    authentication     = { kind = "access-keys", rotation = { secret_name = "redis-key", days = 30 } }
    persistence        = { kind = "snapshot", frequency = "6h" }
    maintenance_window = { day = "sat", hour_utc = 3, hours = 5 }
  }

  assert {
    condition     = azurerm_managed_redis.this.tags["caretaker-rotation-secret"] == "redis-key" && azurerm_managed_redis.this.tags["caretaker-rotation-days"] == "30"
    error_message = "The contract of rotation must be on the cache, where the rotator looks."
  }

  assert {
    condition     = azurerm_managed_redis.this.tags["caretaker-window"] == "sat-0300-5h"
    error_message = "The window is days, start and length: ${azurerm_managed_redis.this.tags["caretaker-window"]}"
  }

  assert {
    condition     = azurerm_managed_redis.this.default_database[0].persistence_redis_database_backup_frequency == "6h"
    error_message = "Snapshots are taken every six hours."
  }
}
