output "virtual_network" {
  description = "The hub network: name, resource group and resource id, as spokes need them for peering."
  value = {
    name                = azurerm_virtual_network.this.name
    resource_group_name = var.resource_group_name
    resource_id         = azurerm_virtual_network.this.id
  }
}

output "egress" {
  description = "Way out for spokes: `kind`, and the firewall's private address when it is a firewall."
  value = {
    kind                = var.egress.kind
    firewall_private_ip = try(azurerm_firewall.this["this"].ip_configuration[0].private_ip_address, null)
  }
}

output "egress_public_ip" {
  description = "Public address that the hub's traffic leaves from."
  value       = azurerm_public_ip.egress.ip_address
}

output "dns_inbound_ip" {
  description = "Address of the private DNS resolver, for networks outside Azure and for the firewall's DNS proxy."
  value       = cidrhost(local.ranges.dns_inbound, 4)
}

output "shared_subnet_resource_id" {
  description = "Subnet of shared machines, such as the pipeline's runners."
  value       = azurerm_subnet.shared.id
}

output "bastion_subnet_prefix" {
  description = "Range of the bastion, for rules that let it reach a spoke; null without a bastion."
  value       = var.bastion == null ? null : local.ranges.bastion
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = merge(
    { egress-ip = { type = "Microsoft.Network/publicIPAddresses", name = azurerm_public_ip.egress.name, resource_id = azurerm_public_ip.egress.id } },
    { for key, firewall in azurerm_firewall.this : "firewall" => { type = "Microsoft.Network/azureFirewalls", name = firewall.name, resource_id = firewall.id } },
    { for key, gateway in azurerm_nat_gateway.this : "nat-gateway" => { type = "Microsoft.Network/natGateways", name = gateway.name, resource_id = gateway.id } },
    { for key, host in azurerm_bastion_host.this : "bastion" => { type = "Microsoft.Network/bastionHosts", name = host.name, resource_id = host.id } },
    { for key, ip in azurerm_public_ip.bastion : "bastion-ip" => { type = "Microsoft.Network/publicIPAddresses", name = ip.name, resource_id = ip.id } },
  )
}
