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

run "rejects_an_unknown_subresource" {
  command = plan

  variables {
    subresource_name = "database"
  }

  expect_failures = [var.subresource_name]
}

run "rejects_an_endpoint_without_zone" {
  command = plan

  variables {
    private_dns_zone_resource_ids = []
  }

  expect_failures = [var.private_dns_zone_resource_ids]
}

run "rejects_a_role_for_a_person" {
  command = plan

  variables {
    role_assignments = { alice = { role_definition_name = "Reader", principal_id = "66666666-6666-4666-8666-666666666666", principal_type = "User" } }
  }

  expect_failures = [var.role_assignments]
}
