output "virtual_network_resource_id" {
  description = "Resource id of the spoke's network."
  value       = azurerm_virtual_network.this.id
}

output "subnet_resource_ids" {
  description = "Short name of the subnet to its resource id. Known only when the subnet has its security group and routes, so that nothing lands in an unguarded subnet."
  value       = { for key, subnet in azurerm_subnet.this : key => subnet.id }

  depends_on = [
    azurerm_subnet_network_security_group_association.this,
    azurerm_subnet_route_table_association.this,
    azurerm_subnet_nat_gateway_association.this,
  ]
}

output "egress_public_ip" {
  description = "Public address of the spoke's own NAT gateway; null when it leaves through the hub."
  value       = try(azurerm_public_ip.egress["this"].ip_address, null)
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = merge(
    { for key, gateway in azurerm_nat_gateway.this : "nat-gateway" => { type = "Microsoft.Network/natGateways", name = gateway.name, resource_id = gateway.id } },
    { for key, ip in azurerm_public_ip.egress : "egress-ip" => { type = "Microsoft.Network/publicIPAddresses", name = ip.name, resource_id = ip.id } },
  )
}
