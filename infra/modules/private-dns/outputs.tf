output "zone_resource_ids" {
  description = "Key of the zone to its resource id, for private endpoints."
  value       = { for key, zone in azurerm_private_dns_zone.this : key => zone.id }
}

output "zone_names" {
  description = "Key of the zone to its name, for spokes that link themselves."
  value       = { for key, zone in azurerm_private_dns_zone.this : key => zone.name }
}

output "resource_group_name" {
  description = "Resource group of the zones."
  value       = var.resource_group_name
}
