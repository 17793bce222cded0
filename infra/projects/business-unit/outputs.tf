output "resource_group_name" {
  description = "The unit's resource group."
  value       = module.resource_group.name
}

output "host_name" {
  description = "Name that visitors use."
  value       = local.host_name
}

output "scale_set_resource_id" {
  description = "Resource id of the web tier, for whoever deploys the application onto it."
  value       = module.web.resource_id
}

output "redis_host_name" {
  description = "Host name of the cache; the port is 10000."
  value       = module.redis.host_name
}

output "key_vault_uri" {
  description = "Address of the unit's vault."
  value       = module.key_vault.uri
}
