output "name" {
  description = "Name of the resource group; known only once it exists, so that what uses it waits for it."
  value       = azurerm_resource_group.this.name
}

output "resource_id" {
  description = "Resource id of the group."
  value       = azurerm_resource_group.this.id
}

output "location" {
  description = "Region of the group."
  value       = azurerm_resource_group.this.location
}
