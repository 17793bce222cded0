output "resource_id" {
  description = "Resource id of the endpoint."
  value       = azurerm_private_endpoint.this.id
}

output "private_ip_address" {
  description = "Address of the endpoint in the subnet."
  value       = try(azurerm_private_endpoint.this.private_service_connection[0].private_ip_address, null)
}
