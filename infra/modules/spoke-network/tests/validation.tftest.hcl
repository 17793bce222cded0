mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  names = {
    virtual_network        = "vnet-pay"
    network_security_group = "nsg-pay"
    route_table            = "rt-pay"
    nat_gateway            = "ng-pay"
    public_ip              = "pip-pay"
  }
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  address_space       = "10.1.0.0/20"
  subnets = {
    web = {
      address_prefix = "10.1.0.0/24"
      rules = {
        https-in  = { priority = 100, direction = "Inbound", ports = ["443"], source = ["198.51.100.0/24", "203.0.113.0/24"], destination = ["10.1.0.0/24"] }
        redis-out = { priority = 100, direction = "Outbound", ports = ["10000"], source = ["10.1.0.0/24"], destination = ["10.1.1.0/26"] }
      }
    }
    functions = { address_prefix = "10.1.2.0/26", delegation = "Microsoft.App/environments" }
  }
  hub = {
    name                = "vnet-hub"
    resource_group_name = "rg-hub"
    resource_id         = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
  }
  egress = { kind = "firewall", firewall_private_ip = "10.0.0.4" }
  private_dns = {
    resource_group_name = "rg-dns"
    zone_names          = { blob = "privatelink.blob.core.windows.net" }
  }
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

run "rejects_an_address_space_off_its_boundary" {
  command = plan

  variables {
    address_space = "10.1.1.0/20"
    subnets       = { web = { address_prefix = "10.2.0.0/24" } }
  }

  expect_failures = [var.address_space]
}

run "rejects_a_spoke_without_subnets" {
  command = plan

  variables {
    subnets = {}
  }

  expect_failures = [var.subnets]
}

run "rejects_a_subnet_outside_the_spoke" {
  command = plan

  variables {
    subnets = { web = { address_prefix = "10.2.0.0/24" } }
  }

  expect_failures = [var.subnets]
}

run "rejects_a_priority_after_the_denial" {
  command = plan

  variables {
    subnets = { web = { address_prefix = "10.1.0.0/24", rules = { r = { priority = 4096, direction = "Inbound", ports = ["443"], source = ["10.0.0.0/8"], destination = ["10.1.0.0/24"] } } } }
  }

  expect_failures = [var.subnets]
}

run "rejects_an_unknown_direction" {
  command = plan

  variables {
    subnets = { web = { address_prefix = "10.1.0.0/24", rules = { r = { priority = 100, direction = "In", ports = ["443"], source = ["10.0.0.0/8"], destination = ["10.1.0.0/24"] } } } }
  }

  expect_failures = [var.subnets]
}

run "rejects_an_inbound_rule_open_to_the_world" {
  command = plan

  variables {
    subnets = { web = { address_prefix = "10.1.0.0/24", rules = { r = { priority = 100, direction = "Inbound", ports = ["443"], source = ["Internet"], destination = ["10.1.0.0/24"] } } } }
  }

  expect_failures = [var.subnets]
}

run "rejects_a_rule_without_ports" {
  command = plan

  variables {
    subnets = { web = { address_prefix = "10.1.0.0/24", rules = { r = { priority = 100, direction = "Inbound", ports = [], source = ["10.0.0.0/8"], destination = ["10.1.0.0/24"] } } } }
  }

  expect_failures = [var.subnets]
}

run "rejects_an_unknown_egress" {
  command = plan

  variables {
    egress = { kind = "vpn" }
  }

  expect_failures = [var.egress]
}

run "rejects_a_firewall_without_address" {
  command = plan

  variables {
    egress = { kind = "firewall" }
  }

  expect_failures = [var.egress]
}

run "rejects_an_unknown_zone" {
  command = plan

  variables {
    zone = "5"
  }

  expect_failures = [var.zone]
}

run "rejects_short_flow_logs" {
  command = plan

  variables {
    flow_logs = { network_watcher_name = "NetworkWatcher_westeurope", network_watcher_resource_group_name = "NetworkWatcherRG", storage_account_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/stflow", retention_days = 7 }
  }

  expect_failures = [var.flow_logs]
}
