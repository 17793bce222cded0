mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  names = {
    virtual_network        = "vnet-hub"
    network_security_group = "nsg-hub"
    firewall               = "afw-hub"
    firewall_policy        = "afwp-hub"
    bastion                = "bas-hub"
    nat_gateway            = "ng-hub"
    public_ip              = "pip-hub"
    dns_resolver           = "dnspr-hub"
  }
  resource_group_name = "rg-hub"
  location            = "westeurope"
  tags                = { environment = "prod" }
  address_space       = "10.0.0.0/22"
  zones               = ["1", "2", "3"]
  egress              = { kind = "firewall", firewall_sku_tier = "Premium", source_prefixes = ["10.1.0.0/16"], allowed_fqdns = { packages = ["packages.microsoft.com"] } }
  bastion             = { allowed_source_prefixes = ["198.51.100.0/24"] }
  flow_logs = {
    network_watcher_name                = "NetworkWatcher_westeurope"
    network_watcher_resource_group_name = "NetworkWatcherRG"
    storage_account_resource_id         = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/stflow"
  }
  log_analytics = {
    resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
    workspace_id = "88888888-8888-4888-8888-888888888888"
    location     = "westeurope"
  }
}

run "rejects_an_address_space_too_small" {
  command = plan

  variables {
    address_space = "10.0.0.0/26"
  }

  expect_failures = [var.address_space]
}

run "rejects_an_address_space_off_its_boundary" {
  command = plan

  variables {
    address_space = "10.0.1.0/22"
  }

  expect_failures = [var.address_space]
}

run "rejects_an_unknown_zone" {
  command = plan

  variables {
    zones = ["4"]
  }

  expect_failures = [var.zones]
}

run "rejects_an_unknown_egress" {
  command = plan

  variables {
    egress = { kind = "none" }
  }

  expect_failures = [var.egress]
}

run "rejects_a_basic_firewall" {
  command = plan

  variables {
    egress = { kind = "firewall", firewall_sku_tier = "Basic", source_prefixes = ["10.1.0.0/16"] }
  }

  expect_failures = [var.egress]
}

run "rejects_a_firewall_without_sources" {
  command = plan

  variables {
    egress = { kind = "firewall" }
  }

  expect_failures = [var.egress]
}

run "rejects_the_internet_as_a_source" {
  command = plan

  variables {
    egress = { kind = "firewall", source_prefixes = ["0.0.0.0/0"] }
  }

  expect_failures = [var.egress]
}

run "rejects_every_host_as_allowed" {
  command = plan

  variables {
    egress = { kind = "firewall", source_prefixes = ["10.1.0.0/16"], allowed_fqdns = { all = ["*"] } }
  }

  expect_failures = [var.egress]
}

run "rejects_a_basic_bastion" {
  command = plan

  variables {
    bastion = { sku = "Basic", allowed_source_prefixes = ["198.51.100.0/24"] }
  }

  expect_failures = [var.bastion]
}

run "rejects_a_bastion_of_one_unit" {
  command = plan

  variables {
    bastion = { scale_units = 1, allowed_source_prefixes = ["198.51.100.0/24"] }
  }

  expect_failures = [var.bastion]
}

run "rejects_a_bastion_open_to_the_world" {
  command = plan

  variables {
    bastion = { allowed_source_prefixes = ["0.0.0.0/0"] }
  }

  expect_failures = [var.bastion]
}

run "rejects_short_flow_logs" {
  command = plan

  variables {
    flow_logs = { network_watcher_name = "NetworkWatcher_westeurope", network_watcher_resource_group_name = "NetworkWatcherRG", storage_account_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/stflow", retention_days = 30 }
  }

  expect_failures = [var.flow_logs]
}

run "rejects_every_port_between_spokes" {
  command = plan

  variables {
    egress = { kind = "firewall", source_prefixes = ["10.1.0.0/16"], between_spokes = { all = { source_prefixes = ["10.1.0.0/26"], destination_prefixes = ["10.2.0.0/16"], ports = ["*"] } } }
  }

  expect_failures = [var.egress]
}
