resource "azurerm_public_ip" "this" {
  for_each = local.public

  name                = var.names.public_ip
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.zones
  # The scale set's name is unique in the subscription and carries no secret; the label gives DNS something to point at.
  domain_name_label = var.names.scale_set
  tags              = var.tags
}

resource "azurerm_lb" "this" {
  name                = var.names.load_balancer
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = "Standard"
  tags                = var.tags

  frontend_ip_configuration {
    name                          = "web"
    public_ip_address_id          = var.exposure == "public" ? azurerm_public_ip.this["this"].id : null
    subnet_id                     = var.exposure == "internal" ? var.subnet_resource_id : null
    private_ip_address_allocation = "Dynamic"
    # A public address brings its own zones.
    zones = var.exposure == "internal" ? var.zones : null
  }
}

resource "azurerm_lb_backend_address_pool" "this" {
  name            = "web"
  loadbalancer_id = azurerm_lb.this.id
}

resource "azurerm_lb_probe" "this" {
  name                = "health"
  loadbalancer_id     = azurerm_lb.this.id
  protocol            = var.health.protocol
  port                = var.health.port
  request_path        = var.health.path
  interval_in_seconds = var.health.interval_seconds
  probe_threshold     = var.health.failures
}

# HTTPS alone: nothing listens on port 80 here, redirects are Cloudflare's.
resource "azurerm_lb_rule" "https" {
  name                           = "https"
  loadbalancer_id                = azurerm_lb.this.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  frontend_ip_configuration_name = "web"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.this.id]
  probe_id                       = azurerm_lb_probe.this.id
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
  # Machines leave through the firewall or the NAT gateway, never through the address that visitors use.
  disable_outbound_snat = true
}
