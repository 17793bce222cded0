locals {
  deny_all = {
    deny-all-in  = { priority = 4096, direction = "Inbound", access = "Deny", protocol = "*", ports = ["*"], source = ["*"], destination = "*" }
    deny-all-out = { priority = 4096, direction = "Outbound", access = "Deny", protocol = "*", ports = ["*"], source = ["*"], destination = "*" }
  }

  # Bastion refuses a security group that lacks any of these: https://learn.microsoft.com/azure/bastion/bastion-nsg
  bastion_rules = {
    https-in-people      = { priority = 100, direction = "Inbound", access = "Allow", protocol = "Tcp", ports = ["443"], source = try(var.bastion.allowed_source_prefixes, []), destination = "*" }
    https-in-control     = { priority = 110, direction = "Inbound", access = "Allow", protocol = "Tcp", ports = ["443"], source = ["GatewayManager"], destination = "*" }
    https-in-balancer    = { priority = 120, direction = "Inbound", access = "Allow", protocol = "Tcp", ports = ["443"], source = ["AzureLoadBalancer"], destination = "*" }
    data-plane-in        = { priority = 130, direction = "Inbound", access = "Allow", protocol = "*", ports = ["5701", "8080"], source = ["VirtualNetwork"], destination = "VirtualNetwork" }
    remote-shell-out     = { priority = 100, direction = "Outbound", access = "Allow", protocol = "*", ports = ["22", "3389"], source = ["*"], destination = "VirtualNetwork" }
    https-out-cloud      = { priority = 110, direction = "Outbound", access = "Allow", protocol = "Tcp", ports = ["443"], source = ["*"], destination = "AzureCloud" }
    data-plane-out       = { priority = 120, direction = "Outbound", access = "Allow", protocol = "*", ports = ["5701", "8080"], source = ["VirtualNetwork"], destination = "VirtualNetwork" }
    http-out-certificate = { priority = 130, direction = "Outbound", access = "Allow", protocol = "*", ports = ["80"], source = ["*"], destination = "Internet" }
  }

  # The firewall's own subnet takes no security group: Azure refuses one there.
  guarded_subnets = merge(
    {
      shared = {
        subnet_id = azurerm_subnet.shared.id
        rules = {
          https-out   = { priority = 100, direction = "Outbound", access = "Allow", protocol = "Tcp", ports = ["443"], source = ["VirtualNetwork"], destination = "Internet" }
          network-out = { priority = 110, direction = "Outbound", access = "Allow", protocol = "Tcp", ports = ["443", "22"], source = ["VirtualNetwork"], destination = "VirtualNetwork" }
        }
      }
      dns-inbound = {
        subnet_id = azurerm_subnet.dns_inbound.id
        rules = {
          dns-in = { priority = 100, direction = "Inbound", access = "Allow", protocol = "*", ports = ["53"], source = ["VirtualNetwork"], destination = "VirtualNetwork" }
        }
      }
    },
    var.bastion == null ? {} : {
      bastion = {
        subnet_id = azurerm_subnet.bastion["this"].id
        rules     = local.bastion_rules
      }
    },
  )

  rules = merge([
    for subnet, guarded in local.guarded_subnets : {
      for name, rule in merge(guarded.rules, local.deny_all) : "${subnet}/${name}" => merge(rule, { subnet = subnet, name = name })
    }
  ]...)
}

resource "azurerm_network_security_group" "this" {
  for_each = local.guarded_subnets

  name                = "${var.names.network_security_group}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "this" {
  for_each = local.rules

  name                        = each.value.name
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.value.subnet].name
  priority                    = each.value.priority
  direction                   = each.value.direction
  access                      = each.value.access
  protocol                    = each.value.protocol
  source_port_range           = "*"
  destination_port_range      = length(each.value.ports) == 1 ? one(each.value.ports) : null
  destination_port_ranges     = length(each.value.ports) == 1 ? null : each.value.ports
  source_address_prefix       = length(each.value.source) == 1 ? one(each.value.source) : null
  source_address_prefixes     = length(each.value.source) == 1 ? null : each.value.source
  destination_address_prefix  = each.value.destination
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.guarded_subnets

  subnet_id                 = each.value.subnet_id
  network_security_group_id = azurerm_network_security_group.this[each.key].id

  # The rules first: a group that denies everything would lock Bastion's control plane out while it is created.
  depends_on = [azurerm_network_security_rule.this]
}
