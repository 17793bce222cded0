resource "azurerm_public_ip" "egress" {
  name                = "${var.names.public_ip}-egress"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
  # A NAT gateway lives in one zone; its address must not span more.
  zones = var.egress.kind == "nat-gateway" ? slice(var.zones, 0, 1) : var.zones
  tags  = var.tags
}

resource "azurerm_nat_gateway" "this" {
  for_each = local.nat_gateway

  name                    = var.names.nat_gateway
  resource_group_name     = var.resource_group_name
  location                = var.location
  sku_name                = "Standard"
  idle_timeout_in_minutes = 4
  zones                   = slice(var.zones, 0, 1)
  tags                    = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  for_each = local.nat_gateway

  nat_gateway_id       = azurerm_nat_gateway.this[each.key].id
  public_ip_address_id = azurerm_public_ip.egress.id
}

resource "azurerm_subnet_nat_gateway_association" "shared" {
  for_each = local.nat_gateway

  subnet_id      = azurerm_subnet.shared.id
  nat_gateway_id = azurerm_nat_gateway.this[each.key].id
}

resource "azurerm_subnet" "firewall" {
  for_each = local.firewall

  # The name is Azure's.
  name                            = "AzureFirewallSubnet"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.ranges.firewall]
  default_outbound_access_enabled = true
}

resource "azurerm_firewall_policy" "this" {
  for_each = local.firewall

  name                     = var.names.firewall_policy
  resource_group_name      = var.resource_group_name
  location                 = var.location
  sku                      = each.value.firewall_sku_tier
  threat_intelligence_mode = "Deny"
  tags                     = var.tags

  # Host names in network rules need the firewall to see the DNS questions.
  dns {
    proxy_enabled = true
    servers       = [cidrhost(local.ranges.dns_inbound, 4)]
  }

  dynamic "intrusion_detection" {
    for_each = each.value.firewall_sku_tier == "Premium" ? ["this"] : []

    content {
      mode = "Deny"
    }
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "egress" {
  for_each = local.firewall

  name               = "egress"
  firewall_policy_id = azurerm_firewall_policy.this[each.key].id
  priority           = 1000

  dynamic "application_rule_collection" {
    for_each = length(each.value.allowed_fqdns) > 0 ? ["this"] : []

    content {
      name     = "allowed-hosts"
      action   = "Allow"
      priority = 1100

      dynamic "rule" {
        for_each = each.value.allowed_fqdns

        content {
          name              = rule.key
          source_addresses  = each.value.source_prefixes
          destination_fqdns = rule.value

          protocols {
            type = "Https"
            port = 443
          }
        }
      }
    }
  }

  network_rule_collection {
    name     = "azure-services"
    action   = "Allow"
    priority = 1200

    rule {
      name                  = "https-to-azure-services"
      source_addresses      = each.value.source_prefixes
      destination_addresses = each.value.allowed_https_tags
      destination_ports     = ["443"]
      protocols             = ["TCP"]
    }
  }

  dynamic "network_rule_collection" {
    for_each = length(each.value.between_spokes) > 0 ? ["this"] : []

    content {
      name     = "between-spokes"
      action   = "Allow"
      priority = 1300

      dynamic "rule" {
        for_each = each.value.between_spokes

        content {
          name                  = rule.key
          source_addresses      = rule.value.source_prefixes
          destination_addresses = rule.value.destination_prefixes
          destination_ports     = rule.value.ports
          protocols             = ["TCP"]
        }
      }
    }
  }
}

resource "azurerm_firewall" "this" {
  for_each = local.firewall

  name                = var.names.firewall
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = "AZFW_VNet"
  sku_tier            = each.value.firewall_sku_tier
  firewall_policy_id  = azurerm_firewall_policy.this[each.key].id
  zones               = var.zones
  tags                = var.tags

  ip_configuration {
    name                 = "egress"
    subnet_id            = azurerm_subnet.firewall[each.key].id
    public_ip_address_id = azurerm_public_ip.egress.id
  }
}
