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

run "through_the_firewall" {
  assert {
    condition     = azurerm_route.default["this"].next_hop_in_ip_address == "10.0.0.4" && azurerm_route.default["this"].address_prefix == "0.0.0.0/0"
    error_message = "Everything without a better route goes to the firewall."
  }

  assert {
    condition     = length(azurerm_nat_gateway.this) == 0 && azurerm_virtual_network_peering.to_hub.allow_forwarded_traffic
    error_message = "A spoke behind the firewall has no NAT gateway and accepts what the firewall forwards."
  }

  assert {
    condition     = azurerm_virtual_network_peering.from_hub.resource_group_name == "rg-hub" && azurerm_virtual_network_peering.from_hub.remote_virtual_network_id == azurerm_virtual_network.this.id && azurerm_virtual_network_peering.to_hub.remote_virtual_network_id == var.hub.resource_id
    error_message = "Peering is made in both directions."
  }

  assert {
    condition     = azurerm_private_dns_zone_virtual_network_link.this["blob"].virtual_network_id == azurerm_virtual_network.this.id
    error_message = "The spoke must resolve private zones."
  }
}

run "denies_by_default_in_both_directions" {
  command = plan

  assert {
    condition = alltrue([for subnet in ["web", "functions"] : alltrue([for direction in ["inbound", "outbound"] :
      azurerm_network_security_rule.this["${subnet}/deny-all-${direction}"].access == "Deny" &&
      azurerm_network_security_rule.this["${subnet}/deny-all-${direction}"].priority == 4096
    ])])
    error_message = "The last rule of every subnet must deny, in and out."
  }

  assert {
    condition     = length(azurerm_subnet_network_security_group_association.this) == 2 && length(azurerm_subnet_route_table_association.this) == 2
    error_message = "Every subnet has a security group and routes."
  }

  assert {
    condition     = length(azurerm_network_security_rule.this["web/https-in"].source_address_prefixes) == 2 && azurerm_network_security_rule.this["web/redis-out"].destination_port_range == "10000"
    error_message = "Allowed traffic is what the caller listed."
  }

  assert {
    condition     = alltrue([for subnet in values(azurerm_subnet.this) : subnet.service_endpoints == null && subnet.default_outbound_access_enabled == false])
    error_message = "Service endpoints and Azure's implicit way out stay off."
  }

  assert {
    condition     = azurerm_subnet.this["functions"].delegation[0].service_delegation[0].name == "Microsoft.App/environments"
    error_message = "The functions' subnet is delegated."
  }
}

run "own_nat_gateway" {
  variables {
    egress = { kind = "nat-gateway" }
  }

  assert {
    condition     = length(azurerm_subnet_nat_gateway_association.this) == 2 && length(azurerm_route.default) == 0 && !azurerm_virtual_network_peering.to_hub.allow_forwarded_traffic
    error_message = "With a NAT gateway of its own every subnet leaves through it."
  }

  assert {
    condition     = output.egress_public_ip == "20.50.60.70"
    error_message = "The way out's public address is an output."
  }
}
