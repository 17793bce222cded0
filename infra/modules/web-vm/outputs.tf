output "resource_id" {
  description = "Resource id of the machine."
  value       = azurerm_linux_virtual_machine.this.id
}

output "name" {
  description = "Name of the machine."
  value       = azurerm_linux_virtual_machine.this.name
}

output "private_ip_address" {
  description = "Address of the machine in its subnet."
  value       = azurerm_network_interface.this.private_ip_address
}

output "identity" {
  description = "The machine's identity: resource id, principal id and client id."
  value = {
    resource_id  = azurerm_user_assigned_identity.this.id
    principal_id = azurerm_user_assigned_identity.this.principal_id
    client_id    = azurerm_user_assigned_identity.this.client_id
  }
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = {
    (var.names.virtual_machine) = { type = "Microsoft.Compute/virtualMachines", name = var.names.virtual_machine, resource_id = azurerm_linux_virtual_machine.this.id }
  }
}
