mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  location = "westeurope"
  tags     = { environment = "prod" }
  catalogues = {
    primary = {
      storage_account_name = "stcontocatweu"
      resource_group_name  = "rg-backup-weu"
      location             = "westeurope"
      private_endpoint = {
        name                          = "pep-cat-weu"
        subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
        location                      = "westeurope"
        private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"]
      }
    }
    secondary = {
      storage_account_name = "stcontocatneu"
      resource_group_name  = "rg-backup-neu"
      location             = "northeurope"
      private_endpoint = {
        name                          = "pep-cat-neu"
        subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
        location                      = "westeurope"
        private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"]
      }
    }
  }
  writers                             = { caretaker = "66666666-6666-4666-8666-666666666666" }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "catalogue_in_two_regions" {
  assert {
    condition     = azurerm_storage_account.catalogue["primary"].location == "westeurope" && azurerm_storage_account.catalogue["secondary"].location == "northeurope"
    error_message = "The catalogue lives in two regions."
  }

  assert {
    condition     = alltrue([for policy in values(azurerm_storage_container_immutability_policy.catalogue) : policy.immutability_period_in_days == 14 && policy.protected_append_writes_all_enabled])
    error_message = "The longest tier (gold, 14 days) sets how long entries are immutable."
  }

  assert {
    condition     = length(azurerm_role_assignment.writer) == 2
    error_message = "Caretaker writes to both."
  }

  assert {
    condition     = output.second_region.resource_group_name == "rg-backup-neu" && output.catalogue_urls["primary"] == "https://sttest.blob.core.windows.net/catalogue"
    error_message = "Copies go to the secondary group, and the catalogue's address is known."
  }
}
