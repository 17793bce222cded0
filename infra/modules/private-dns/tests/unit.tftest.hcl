mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  resource_group_name = "rg-dns"
  tags                = { environment = "prod" }
  virtual_network_links = {
    hub      = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-hub"
    platform = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-platform"
  }
}

run "every_zone_is_linked_to_every_network" {
  assert {
    condition     = length(azurerm_private_dns_zone.this) == 11 && length(azurerm_private_dns_zone_virtual_network_link.this) == 22
    error_message = "Eleven zones and two networks make twenty-two links."
  }

  assert {
    condition     = azurerm_private_dns_zone_virtual_network_link.this["managed_redis/hub"].private_dns_zone_name == "privatelink.redis.azure.net" && endswith(azurerm_private_dns_zone_virtual_network_link.this["managed_redis/hub"].virtual_network_id, "/vnet-hub")
    error_message = "The link must join that zone and that network."
  }

  assert {
    condition     = alltrue([for link in values(azurerm_private_dns_zone_virtual_network_link.this) : !link.registration_enabled])
    error_message = "Machines must not register themselves in a private link zone."
  }
}
