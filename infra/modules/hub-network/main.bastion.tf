resource "azurerm_subnet" "bastion" {
  for_each = local.bastion

  # The name is Azure's.
  name                            = "AzureBastionSubnet"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.ranges.bastion]
  default_outbound_access_enabled = true
}

resource "azurerm_public_ip" "bastion" {
  for_each = local.bastion

  name                = "${var.names.public_ip}-bastion"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.zones
  tags                = var.tags
}

resource "azurerm_bastion_host" "this" {
  for_each = local.bastion

  name                   = var.names.bastion
  resource_group_name    = var.resource_group_name
  location               = var.location
  sku                    = each.value.sku
  scale_units            = each.value.scale_units
  copy_paste_enabled     = true
  file_copy_enabled      = false
  ip_connect_enabled     = false
  shareable_link_enabled = false
  tunneling_enabled      = true
  zones                  = var.zones
  tags                   = var.tags

  ip_configuration {
    name                 = "bastion"
    subnet_id            = azurerm_subnet.bastion[each.key].id
    public_ip_address_id = azurerm_public_ip.bastion[each.key].id
  }

  depends_on = [azurerm_subnet_network_security_group_association.this]
}
