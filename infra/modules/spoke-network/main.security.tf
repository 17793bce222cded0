locals {
  deny_all = {
    for direction in ["Inbound", "Outbound"] : "deny-all-${lower(direction)}" => {
      priority    = 4096
      direction   = direction
      access      = "Deny"
      protocol    = "*"
      ports       = ["*"]
      source      = ["*"]
      destination = ["*"]
    }
  }

  rules = merge([
    for subnet, settings in var.subnets : {
      for name, rule in merge({ for key, allowed in settings.rules : key => merge(allowed, { access = "Allow" }) }, local.deny_all) :
      "${subnet}/${name}" => merge(rule, { subnet = subnet, name = name })
    }
  ]...)
}

resource "azurerm_network_security_group" "this" {
  for_each = var.subnets

  name                = "${var.names.network_security_group}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "this" {
  for_each = local.rules

  name                         = each.value.name
  resource_group_name          = var.resource_group_name
  network_security_group_name  = azurerm_network_security_group.this[each.value.subnet].name
  priority                     = each.value.priority
  direction                    = each.value.direction
  access                       = each.value.access
  protocol                     = each.value.protocol
  source_port_range            = "*"
  destination_port_range       = length(each.value.ports) == 1 ? one(each.value.ports) : null
  destination_port_ranges      = length(each.value.ports) == 1 ? null : each.value.ports
  source_address_prefix        = length(each.value.source) == 1 ? one(each.value.source) : null
  source_address_prefixes      = length(each.value.source) == 1 ? null : each.value.source
  destination_address_prefix   = length(each.value.destination) == 1 ? one(each.value.destination) : null
  destination_address_prefixes = length(each.value.destination) == 1 ? null : each.value.destination
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = var.subnets

  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = azurerm_network_security_group.this[each.key].id

  depends_on = [azurerm_network_security_rule.this]
}
