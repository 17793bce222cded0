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

run "firewall_hub" {
  assert {
    condition     = azurerm_subnet.firewall["this"].address_prefixes[0] == "10.0.0.0/26" && azurerm_subnet.bastion["this"].address_prefixes[0] == "10.0.0.64/26" && azurerm_subnet.shared.address_prefixes[0] == "10.0.0.128/26" && azurerm_subnet.dns_inbound.address_prefixes[0] == "10.0.0.192/28"
    error_message = "Subnets must be cut from the front of the address space without overlap."
  }

  assert {
    condition     = output.dns_inbound_ip == "10.0.0.196"
    error_message = "Azure keeps the first four addresses of a subnet; the resolver takes the fifth."
  }

  assert {
    condition     = azurerm_firewall_policy.this["this"].threat_intelligence_mode == "Deny" && azurerm_firewall_policy.this["this"].intrusion_detection[0].mode == "Deny"
    error_message = "Premium denies by threat intelligence and intrusion detection."
  }

  assert {
    condition     = length(azurerm_nat_gateway.this) == 0
    error_message = "A firewall hub needs no NAT gateway."
  }

  assert {
    condition     = azurerm_network_security_rule.this["bastion/https-in-people"].source_address_prefix == "198.51.100.0/24"
    error_message = "People reach the bastion from the listed ranges only."
  }

  assert {
    condition     = azurerm_network_watcher_flow_log.this.target_resource_id == azurerm_virtual_network.this.id && azurerm_network_watcher_flow_log.this.traffic_analytics[0].enabled
    error_message = "Flow logs must watch this very network."
  }
}

run "every_guarded_subnet_denies_by_default" {
  command = plan

  assert {
    condition     = alltrue([for subnet in ["shared", "dns-inbound", "bastion"] : azurerm_network_security_rule.this["${subnet}/deny-all-in"].access == "Deny" && azurerm_network_security_rule.this["${subnet}/deny-all-out"].access == "Deny"])
    error_message = "The last rule in both directions must deny."
  }
}

run "nat_hub_without_bastion" {
  variables {
    egress  = { kind = "nat-gateway" }
    bastion = null
  }

  assert {
    condition     = length(azurerm_firewall.this) == 0 && azurerm_subnet_nat_gateway_association.shared["this"].nat_gateway_id == azurerm_nat_gateway.this["this"].id
    error_message = "The NAT gateway must serve the shared subnet and no firewall may exist."
  }

  assert {
    condition     = length(azurerm_public_ip.egress.zones) == 1 && output.egress.firewall_private_ip == null && output.bastion_subnet_prefix == null
    error_message = "A NAT gateway's address sits in its one zone, and no firewall address is offered."
  }
}
