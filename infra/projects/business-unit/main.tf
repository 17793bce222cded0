data "azurerm_client_config" "current" {}

locals {
  location      = var.foundation.location
  address_space = var.foundation.unit_address_spaces[var.unit]
  prefix_length = tonumber(split("/", local.address_space)[1])
  # Web /24, endpoints /26; the rest stays free.
  ranges          = cidrsubnets(local.address_space, 24 - local.prefix_length, 26 - local.prefix_length)
  web_range       = local.ranges[0]
  endpoints_range = local.ranges[1]
  host_name       = "${var.unit}.${var.foundation.dns_zone.name}"
}

module "naming" {
  source = "../../modules/naming"

  organization = var.organization
  workload     = var.unit
  environment  = var.environment
  location     = local.location
  unique_seed  = var.subscription_id
  components   = setunion(["web", "cache", "vault"], keys(var.single_machines))
  owner        = var.owner
  cost_center  = var.cost_center
  data_class   = var.data_class
  caretaker    = var.caretaker
}

module "resource_group" {
  source = "../../modules/resource-group"

  name     = module.naming.names.resource_group
  location = local.location
  tags     = module.naming.tags
  lock     = var.locks ? {} : null
  budget   = merge(var.budget, { contact_emails = [var.owner] })
  role_assignments = {
    developers = { role_definition_name = var.environment == "prod" ? "Reader" : "Contributor", principal_id = var.groups.developers }
    operators  = { role_definition_name = "Virtual Machine Contributor", principal_id = var.groups.operators }
    # What Caretaker may do here, and no more than here.
    caretaker-writer = { role_definition_name = var.foundation.caretaker.writer_role_name, principal_id = var.foundation.caretaker.writer_principal_id, principal_type = "ServicePrincipal" }
    caretaker-pruner = { role_definition_name = var.foundation.caretaker.pruner_role_name, principal_id = var.foundation.caretaker.pruner_principal_id, principal_type = "ServicePrincipal" }
  }
}

module "spoke" {
  source = "../../modules/spoke-network"

  names               = module.naming.names
  resource_group_name = module.resource_group.name
  location            = local.location
  tags                = module.naming.tags
  address_space       = local.address_space
  hub                 = var.foundation.hub
  egress              = var.foundation.egress
  zone                = var.zones[0]
  private_dns         = { resource_group_name = var.foundation.private_dns.resource_group_name, zone_names = var.foundation.private_dns.zone_names }
  flow_logs           = var.foundation.flow_logs
  log_analytics       = var.foundation.log_analytics

  subnets = {
    web = {
      address_prefix = local.web_range
      rules = merge(
        {
          visitors-in   = { priority = 100, direction = "Inbound", ports = ["443"], source = var.visitor_prefixes, destination = [local.web_range] }
          probes-in     = { priority = 110, direction = "Inbound", ports = ["443"], source = ["AzureLoadBalancer"], destination = [local.web_range] }
          endpoints-out = { priority = 100, direction = "Outbound", ports = ["443", "10000"], source = [local.web_range], destination = [local.endpoints_range] }
          # Updates and log ingestion; the firewall, where there is one, knows the names.
          https-out = { priority = 110, direction = "Outbound", ports = ["443"], source = [local.web_range], destination = ["Internet"] }
          logs-out  = { priority = 120, direction = "Outbound", ports = ["443"], source = [local.web_range], destination = ["VirtualNetwork"] }
          dns-out   = { priority = 130, direction = "Outbound", protocol = "*", ports = ["53"], source = [local.web_range], destination = ["VirtualNetwork"] }
        },
        var.foundation.bastion_prefix == null ? {} : {
          shell-in = { priority = 120, direction = "Inbound", ports = ["22"], source = [var.foundation.bastion_prefix], destination = [local.web_range] }
        },
      )
    }
    endpoints = {
      address_prefix = local.endpoints_range
      rules = {
        web-in       = { priority = 100, direction = "Inbound", ports = ["443", "10000"], source = [local.web_range], destination = [local.endpoints_range] }
        caretaker-in = { priority = 110, direction = "Inbound", ports = ["443", "10000"], source = [var.foundation.caretaker.source_prefix], destination = [local.endpoints_range] }
      }
    }
  }
}

module "key_vault" {
  source = "../../modules/key-vault"

  name                                = module.naming.names.key_vault
  resource_group_name                 = module.resource_group.name
  location                            = local.location
  tags                                = module.naming.tags
  tenant_id                           = var.foundation.tenant_id
  secrets                             = var.secrets
  log_analytics_workspace_resource_id = var.foundation.log_analytics.resource_id

  role_assignments = {
    caretaker = { role_definition_name = "Key Vault Secrets Officer", principal_id = var.foundation.caretaker.writer_principal_id, principal_type = "ServicePrincipal" }
    pipeline  = { role_definition_name = "Key Vault Secrets Officer", principal_id = data.azurerm_client_config.current.object_id, principal_type = "ServicePrincipal" }
  }

  private_endpoint = {
    name                          = "${module.naming.names.private_endpoint}-vault"
    subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
    private_dns_zone_resource_ids = [var.foundation.private_dns.zone_resource_ids["key_vault"]]
  }
}

module "vault_events" {
  source = "../../modules/function-app/modules/event-source"

  name                                = module.naming.component_names["vault"].event_grid_topic
  resource_group_name                 = module.resource_group.name
  location                            = local.location
  tags                                = module.naming.tags
  source_resource_id                  = module.key_vault.resource_id
  kind                                = "key-vault"
  sink                                = var.foundation.caretaker.event_sink
  log_analytics_workspace_resource_id = var.foundation.log_analytics.resource_id
}

module "redis" {
  source = "../../modules/redis"

  name                                = module.naming.component_names["cache"].managed_redis
  resource_group_name                 = module.resource_group.name
  location                            = local.location
  tags                                = module.naming.tags
  sku                                 = var.redis.sku
  high_availability                   = var.redis.high_availability
  persistence                         = var.redis.persistence
  authentication                      = { users = { web = { object_id = module.web.identity.principal_id } } }
  log_analytics_workspace_resource_id = var.foundation.log_analytics.resource_id

  private_endpoint = {
    name                          = "${module.naming.names.private_endpoint}-cache"
    subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
    private_dns_zone_resource_ids = [var.foundation.private_dns.zone_resource_ids["managed_redis"]]
  }
}

module "web" {
  source = "../../modules/web-vmss"

  names                               = module.naming.component_names["web"]
  resource_group_name                 = module.resource_group.name
  location                            = local.location
  tags                                = module.naming.tags
  zones                               = var.zones
  subnet_resource_id                  = module.spoke.subnet_resource_ids["web"]
  size                                = var.web.size
  scale                               = { minimum = var.web.minimum, maximum = var.web.maximum, initial = var.web.minimum }
  admin                               = { public_key = var.web.admin_public_key }
  data_disks                          = var.web.data_disks
  exposure                            = "public"
  role_assignments                    = { secrets = { scope = module.key_vault.resource_id, role_definition_name = "Key Vault Secrets User" } }
  data_collection_rule_resource_id    = var.foundation.data_collection_rule_resource_id
  log_analytics_workspace_resource_id = var.foundation.log_analytics.resource_id
}

module "machine" {
  source   = "../../modules/web-vm"
  for_each = var.single_machines

  names                               = module.naming.component_names[each.key]
  resource_group_name                 = module.resource_group.name
  location                            = local.location
  tags                                = module.naming.tags
  zone                                = each.value.zone
  size                                = each.value.size
  subnet_resource_id                  = module.spoke.subnet_resource_ids["web"]
  admin                               = { public_key = var.web.admin_public_key }
  data_collection_rule_resource_id    = var.foundation.data_collection_rule_resource_id
  log_analytics_workspace_resource_id = var.foundation.log_analytics.resource_id
}

module "dns" {
  source = "../../modules/cloudflare-dns"

  zone        = var.foundation.dns_zone
  manage_zone = false
  records = {
    # Visitors' name: Caretaker moves it when an origin fails.
    visitors = { name = local.host_name, type = "CNAME", content = "origin-${local.host_name}", proxied = true, owner = "caretaker" }
    # The origin behind it: fixed.
    origin = { name = "origin-${local.host_name}", type = "CNAME", content = module.web.origin_host_name, proxied = true }
  }
}

module "alerts" {
  source = "../../modules/monitoring/modules/alerts"

  resource_group_name = module.resource_group.name
  health_scopes       = [module.resource_group.resource_id]
  tags                = module.naming.tags
  action_groups       = var.foundation.action_groups
  thresholds          = var.alert_thresholds

  resources = merge(
    { for key, resource in module.spoke.monitored : "spoke-${key}" => resource },
    module.web.monitored,
    module.redis.monitored,
    module.key_vault.monitored,
    module.vault_events.monitored,
    merge([for machine in module.machine : machine.monitored]...),
  )
}
