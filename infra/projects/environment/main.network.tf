locals {
  platform_prefix_length = tonumber(split("/", var.network.platform_address_space)[1])
  # Functions /26, endpoints /26; the rest stays free.
  platform_ranges = cidrsubnets(var.network.platform_address_space, 26 - local.platform_prefix_length, 26 - local.platform_prefix_length)
  functions_range = local.platform_ranges[0]
  endpoints_range = local.platform_ranges[1]
  unit_ranges     = [for unit in sort(keys(var.network.unit_address_spaces)) : var.network.unit_address_spaces[unit]]

  flow_logs = {
    # Azure makes one watcher per region by itself, under these names.
    network_watcher_name                = "NetworkWatcher_${var.location}"
    network_watcher_resource_group_name = "NetworkWatcherRG"
    storage_account_resource_id         = module.monitoring.flow_log_storage_resource_id
  }
}

module "hub" {
  source = "../../modules/hub-network"

  names               = module.naming.component_names["hub"]
  resource_group_name = module.resource_group["network"].name
  location            = var.location
  tags                = module.naming.tags
  address_space       = var.network.hub_address_space
  zones               = var.zones
  bastion             = var.bastion
  flow_logs           = local.flow_logs
  log_analytics       = module.monitoring.log_analytics

  egress = {
    kind              = var.egress.kind
    firewall_sku_tier = var.egress.firewall_sku_tier
    allowed_fqdns     = merge(var.egress.allowed_fqdns, { cloudflare-api = ["api.cloudflare.com"] })
    source_prefixes   = concat([var.network.platform_address_space], local.unit_ranges)
    between_spokes = length(local.unit_ranges) == 0 ? {} : {
      caretaker-to-units = {
        source_prefixes      = [local.functions_range]
        destination_prefixes = local.unit_ranges
        # Vaults, and Managed Redis.
        ports = ["443", "10000"]
      }
      units-to-log-ingestion = {
        source_prefixes      = local.unit_ranges
        destination_prefixes = [local.endpoints_range]
        ports                = ["443"]
      }
    }
  }
}

module "private_dns" {
  source = "../../modules/private-dns"

  resource_group_name   = module.resource_group["network"].name
  tags                  = module.naming.tags
  virtual_network_links = { hub = module.hub.virtual_network.resource_id }
}

module "spoke" {
  source = "../../modules/spoke-network"

  names               = module.naming.component_names["core"]
  resource_group_name = module.resource_group["network"].name
  location            = var.location
  tags                = module.naming.tags
  address_space       = var.network.platform_address_space
  hub                 = module.hub.virtual_network
  egress              = module.hub.egress
  zone                = var.zones[0]
  private_dns         = { resource_group_name = module.private_dns.resource_group_name, zone_names = module.private_dns.zone_names }
  flow_logs           = local.flow_logs
  log_analytics       = module.monitoring.log_analytics

  subnets = {
    functions = {
      address_prefix = local.functions_range
      delegation     = "Microsoft.App/environments"
      rules = {
        endpoints-out = { priority = 100, direction = "Outbound", ports = ["443", "10000"], source = [local.functions_range], destination = ["VirtualNetwork"] }
        # Resource Manager, Entra and Cloudflare; the firewall, where there is one, knows the names.
        https-out = { priority = 110, direction = "Outbound", ports = ["443"], source = [local.functions_range], destination = ["Internet"] }
        dns-out   = { priority = 120, direction = "Outbound", protocol = "*", ports = ["53"], source = [local.functions_range], destination = ["VirtualNetwork"] }
      }
    }
    endpoints = {
      address_prefix = local.endpoints_range
      rules = {
        network-in = { priority = 100, direction = "Inbound", ports = ["443"], source = ["VirtualNetwork"], destination = [local.endpoints_range] }
      }
    }
  }
}

module "dns" {
  source = "../../modules/cloudflare-dns"

  zone = var.dns_zone
  tags = module.naming.tags
  caretaker_token = {
    key_vault_resource_id = module.key_vault.resource_id
    expires               = var.cloudflare_token_expires
    allowed_ip_ranges     = ["${var.egress.kind == "firewall" ? module.hub.egress_public_ip : module.spoke.egress_public_ip}/32"]
  }
}
