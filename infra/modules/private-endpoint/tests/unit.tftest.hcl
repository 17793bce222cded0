mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  name                          = "pep-kv"
  resource_group_name           = "rg-test"
  location                      = "westeurope"
  tags                          = { environment = "prod" }
  subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
  target_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test"
  subresource_name              = "vault"
  private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"]
  role_assignments = {
    network = { role_definition_name = "Network Contributor", principal_id = "66666666-6666-4666-8666-666666666666", principal_type = "Group" }
  }
}

run "endpoint_zone_and_role" {
  assert {
    condition     = azurerm_private_endpoint.this.private_service_connection[0].private_connection_resource_id == var.target_resource_id && one(azurerm_private_endpoint.this.private_service_connection[0].subresource_names) == "vault"
    error_message = "The connection must lead to the vault."
  }

  assert {
    condition     = azurerm_private_endpoint.this.private_dns_zone_group[0].private_dns_zone_ids == tolist(var.private_dns_zone_resource_ids)
    error_message = "The endpoint's records must land in the zone."
  }

  assert {
    condition     = azurerm_role_assignment.this["network"].scope == azurerm_private_endpoint.this.id
    error_message = "The role must be on the endpoint."
  }
}
