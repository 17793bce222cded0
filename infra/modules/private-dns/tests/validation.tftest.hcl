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

run "rejects_a_public_zone" {
  command = plan

  variables {
    zones = { all = "windows.net" }
  }

  expect_failures = [var.zones]
}

run "rejects_a_zone_twice" {
  command = plan

  variables {
    zones = { a = "privatelink.blob.core.windows.net", b = "privatelink.blob.core.windows.net" }
  }

  expect_failures = [var.zones]
}

run "rejects_no_link_at_all" {
  command = plan

  variables {
    virtual_network_links = {}
  }

  expect_failures = [var.virtual_network_links]
}

run "rejects_a_link_with_a_bad_name" {
  command = plan

  variables {
    virtual_network_links = { "Hub Link" = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-hub" }
  }

  expect_failures = [var.virtual_network_links]
}
