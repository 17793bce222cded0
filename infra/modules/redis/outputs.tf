output "resource_id" {
  description = "Resource id of the cache."
  value       = azurerm_managed_redis.this.id
}

output "host_name" {
  description = "Host name of the cache; the port is 10000. Keys are never an output: with access keys, clients read the secret of the rotation contract."
  value       = azurerm_managed_redis.this.hostname
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = {
    redis = { type = "Microsoft.Cache/redisEnterprise", name = var.name, resource_id = azurerm_managed_redis.this.id }
  }
}
