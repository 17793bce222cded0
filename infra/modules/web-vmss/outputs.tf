output "resource_id" {
  description = "Resource id of the scale set."
  value       = azurerm_orchestrated_virtual_machine_scale_set.this.id
}

output "name" {
  description = "Name of the scale set."
  value       = azurerm_orchestrated_virtual_machine_scale_set.this.name
}

output "identity" {
  description = "The machines' identity: resource id, principal id and client id."
  value = {
    resource_id  = azurerm_user_assigned_identity.this.id
    principal_id = azurerm_user_assigned_identity.this.principal_id
    client_id    = azurerm_user_assigned_identity.this.client_id
  }
}

output "origin_host_name" {
  description = "Name that DNS points at; null for an internal web tier."
  value       = try(azurerm_public_ip.this["this"].fqdn, null)
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = merge(
    {
      web          = { type = "Microsoft.Compute/virtualMachineScaleSets", name = var.names.scale_set, resource_id = azurerm_orchestrated_virtual_machine_scale_set.this.id }
      web-balancer = { type = "Microsoft.Network/loadBalancers", name = var.names.load_balancer, resource_id = azurerm_lb.this.id }
    },
    { for key, ip in azurerm_public_ip.this : "web-ip" => { type = "Microsoft.Network/publicIPAddresses", name = ip.name, resource_id = ip.id } },
  )
}
