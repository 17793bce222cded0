resource "azurerm_virtual_network_peering" "to_hub" {
  name                         = "peer-${var.names.virtual_network}-to-hub"
  resource_group_name          = var.resource_group_name
  virtual_network_name         = azurerm_virtual_network.this.name
  remote_virtual_network_id    = var.hub.resource_id
  allow_virtual_network_access = true
  # The firewall forwards other spokes' packets; without a firewall nothing may be forwarded.
  allow_forwarded_traffic = var.egress.kind == "firewall"
  allow_gateway_transit   = false
}

resource "azurerm_virtual_network_peering" "from_hub" {
  name                         = "peer-hub-to-${var.names.virtual_network}"
  resource_group_name          = var.hub.resource_group_name
  virtual_network_name         = var.hub.name
  remote_virtual_network_id    = azurerm_virtual_network.this.id
  allow_virtual_network_access = true
  allow_forwarded_traffic      = false
  allow_gateway_transit        = false
}
