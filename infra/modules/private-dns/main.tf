locals {
  links = merge([
    for zone, name in var.zones : {
      for link, network in var.virtual_network_links : "${zone}/${link}" => { zone = zone, link = link, network = network }
    }
  ]...)
}

resource "azurerm_private_dns_zone" "this" {
  for_each = var.zones

  name                = each.value
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = local.links

  name                  = each.value.link
  resource_group_name   = var.resource_group_name
  private_dns_zone_name = azurerm_private_dns_zone.this[each.value.zone].name
  virtual_network_id    = each.value.network
  registration_enabled  = false
  tags                  = var.tags
}
