locals {
  prefix_length = tonumber(split("/", var.address_space)[1])

  # Sizes are Azure's minimums where it has one: firewall and bastion /26, resolver endpoint /28. The rest of the address
  # space stays free for gateways.
  ranges = zipmap(
    ["firewall", "bastion", "shared", "dns_inbound"],
    cidrsubnets(var.address_space, 26 - local.prefix_length, 26 - local.prefix_length, 26 - local.prefix_length, 28 - local.prefix_length),
  )

  firewall    = var.egress.kind == "firewall" ? { this = var.egress } : {}
  nat_gateway = var.egress.kind == "nat-gateway" ? { this = var.egress } : {}
  bastion     = var.bastion == null ? {} : { this = var.bastion }
}

resource "azurerm_virtual_network" "this" {
  name                = var.names.virtual_network
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.address_space]
  tags                = var.tags
}

# Runners of the pipeline and other shared machines.
resource "azurerm_subnet" "shared" {
  name                              = "snet-shared"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [local.ranges.shared]
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"
}

resource "azurerm_subnet" "dns_inbound" {
  name                            = "snet-dns-inbound"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.ranges.dns_inbound]
  default_outbound_access_enabled = false

  delegation {
    name = "resolver"

    service_delegation {
      name    = "Microsoft.Network/dnsResolvers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_private_dns_resolver" "this" {
  name                = var.names.dns_resolver
  resource_group_name = var.resource_group_name
  location            = var.location
  virtual_network_id  = azurerm_virtual_network.this.id
  tags                = var.tags
}

resource "azurerm_private_dns_resolver_inbound_endpoint" "this" {
  name                    = "in-${var.names.dns_resolver}"
  private_dns_resolver_id = azurerm_private_dns_resolver.this.id
  location                = var.location
  tags                    = var.tags

  # Static, the first address that Azure leaves free in a subnet: clients outside Azure write it into their configuration.
  ip_configurations {
    private_ip_allocation_method = "Static"
    private_ip_address           = cidrhost(local.ranges.dns_inbound, 4)
    subnet_id                    = azurerm_subnet.dns_inbound.id
  }
}
