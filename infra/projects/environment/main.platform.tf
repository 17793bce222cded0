module "monitoring" {
  source = "../../modules/monitoring"

  names                    = merge(module.naming.names, { storage_account = module.naming.component_names["flow"].storage_account })
  resource_group_name      = module.resource_group["platform"].name
  subscription_resource_id = local.subscription_resource_id
  location                 = var.location
  tags                     = module.naming.tags
  retention_days           = var.log_retention_days
  people                   = var.people
  caretaker_webhook        = module.caretaker.alert_webhook
  scoped_resources         = { caretaker = module.caretaker.application_insights_resource_id }
  zone_redundant           = length(var.zones) >= 3
  windows                  = { for name, window in var.quiet_windows : name => merge(window, { scopes = [module.resource_group["platform"].resource_id, module.resource_group["network"].resource_id] }) }

  private_link = {
    subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
    private_dns_zone_resource_ids = [for zone in ["monitor", "monitor_oms", "monitor_ods", "monitor_agentsvc", "blob"] : module.private_dns.zone_resource_ids[zone]]
  }
}

module "key_vault" {
  source = "../../modules/key-vault"

  name                                = module.naming.names.key_vault
  resource_group_name                 = module.resource_group["platform"].name
  location                            = var.location
  tags                                = module.naming.tags
  tenant_id                           = var.tenant_id
  log_analytics_workspace_resource_id = module.monitoring.log_analytics.resource_id

  role_assignments = {
    caretaker = { role_definition_name = "Key Vault Secrets Officer", principal_id = module.caretaker.identities["writer"].principal_id, principal_type = "ServicePrincipal" }
    pipeline  = { role_definition_name = "Key Vault Secrets Officer", principal_id = data.azurerm_client_config.current.object_id, principal_type = "ServicePrincipal" }
    readers   = { role_definition_name = "Key Vault Reader", principal_id = var.groups.readers }
  }

  private_endpoint = {
    name                          = "${module.naming.names.private_endpoint}-vault"
    subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
    private_dns_zone_resource_ids = [module.private_dns.zone_resource_ids["key_vault"]]
  }
}

module "backup" {
  source = "../../modules/backup-policy"

  location                            = var.location
  tags                                = module.naming.tags
  immutability_locked                 = var.immutability_locked
  writers                             = { caretaker = module.caretaker.identities["writer"].principal_id }
  log_analytics_workspace_resource_id = module.monitoring.log_analytics.resource_id

  catalogues = {
    primary = {
      storage_account_name = module.naming.component_names["backup"].storage_account
      resource_group_name  = module.resource_group["backup"].name
      location             = var.location
      replication          = local.replication
      private_endpoint = {
        name                          = "${module.naming.component_names["backup"].private_endpoint}-primary"
        subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
        location                      = var.location
        private_dns_zone_resource_ids = [module.private_dns.zone_resource_ids["blob"]]
      }
    }
    secondary = {
      storage_account_name = module.naming_secondary.component_names["backup"].storage_account
      resource_group_name  = module.resource_group["backup-secondary"].name
      location             = var.secondary_location
      replication          = local.replication
      private_endpoint = {
        name                          = "${module.naming.component_names["backup"].private_endpoint}-secondary"
        subnet_resource_id            = module.spoke.subnet_resource_ids["endpoints"]
        location                      = var.location
        private_dns_zone_resource_ids = [module.private_dns.zone_resource_ids["blob"]]
      }
    }
  }
}

module "alerts" {
  source = "../../modules/monitoring/modules/alerts"

  resource_group_name = module.resource_group["platform"].name
  health_scopes       = [for key in ["platform", "network", "backup", "backup-secondary"] : module.resource_group[key].resource_id]
  tags                = module.naming.tags
  action_groups       = module.monitoring.action_groups

  resources = merge(
    { for key, resource in module.hub.monitored : "hub-${key}" => resource },
    { for key, resource in module.spoke.monitored : "spoke-${key}" => resource },
    module.monitoring.monitored,
    module.key_vault.monitored,
    module.backup.monitored,
    module.caretaker.monitored,
    merge([for source in module.event_source : source.monitored]...),
  )
}
