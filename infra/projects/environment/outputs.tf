output "foundation" {
  description = "All that a business unit builds on, as its variable `foundation` takes it. There is no other way from this stack into another."
  value = {
    location  = var.location
    tenant_id = var.tenant_id
    hub       = module.hub.virtual_network
    egress    = module.hub.egress
    private_dns = {
      resource_group_name = module.private_dns.resource_group_name
      zone_names          = module.private_dns.zone_names
      zone_resource_ids   = module.private_dns.zone_resource_ids
    }
    log_analytics                    = module.monitoring.log_analytics
    flow_logs                        = local.flow_logs
    data_collection_rule_resource_id = module.monitoring.data_collection_rule_resource_id
    action_groups                    = module.monitoring.action_groups
    bastion_prefix                   = module.hub.bastion_subnet_prefix
    unit_address_spaces              = var.network.unit_address_spaces
    dns_zone                         = var.dns_zone
    caretaker = {
      source_prefix       = local.functions_range
      writer_principal_id = module.caretaker.identities["writer"].principal_id
      pruner_principal_id = module.caretaker.identities["pruner"].principal_id
      writer_role_name    = module.caretaker_role.roles["writer"].name
      pruner_role_name    = module.caretaker_role.roles["pruner"].name
      event_sink          = module.caretaker.event_sink
    }
  }
}

output "caretaker_app" {
  description = "The function app that the application is deployed to: name, resource id and host name."
  value       = module.caretaker.app
}

output "catalogue_urls" {
  description = "Region (primary, secondary) to the address of the backup catalogue."
  value       = module.backup.catalogue_urls
}

output "backup_tiers" {
  description = "The backup tiers that the tag `caretaker-backup-tier` may ask for."
  value       = module.backup.tiers
}
