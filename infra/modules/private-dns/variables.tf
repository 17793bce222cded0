variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the zones."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "zones" {
  type     = map(string)
  nullable = false
  default = {
    blob              = "privatelink.blob.core.windows.net"
    queue             = "privatelink.queue.core.windows.net"
    table             = "privatelink.table.core.windows.net"
    key_vault         = "privatelink.vaultcore.azure.net"
    managed_redis     = "privatelink.redis.azure.net"
    function_app      = "privatelink.azurewebsites.net"
    durable_scheduler = "privatelink.durabletask.io"
    monitor           = "privatelink.monitor.azure.com"
    monitor_oms       = "privatelink.oms.opinsights.azure.com"
    monitor_ods       = "privatelink.ods.opinsights.azure.com"
    monitor_agentsvc  = "privatelink.agentsvc.azure-automation.net"
  }
  description = "Zones by a key of your choice; by default one for every private link service that the registry's modules use (public cloud). https://learn.microsoft.com/azure/private-link/private-endpoint-dns"

  validation {
    condition     = alltrue([for zone in values(var.zones) : startswith(zone, "privatelink.")])
    error_message = "zones must all start with \"privatelink.\": a private zone for another name would hide public records from every linked network."
  }

  validation {
    condition     = length(distinct(values(var.zones))) == length(var.zones)
    error_message = "zones must not name the same zone twice."
  }
}

variable "virtual_network_links" {
  type        = map(string)
  nullable    = false
  description = "Link name to the resource id of a virtual network that resolves through the zones: the hub, and spokes that do not link themselves."

  validation {
    condition     = length(var.virtual_network_links) > 0
    error_message = "virtual_network_links must hold at least the hub, or nobody can resolve the zones."
  }

  validation {
    condition     = alltrue([for name in keys(var.virtual_network_links) : can(regex("^[a-z0-9][a-z0-9-]{0,60}[a-z0-9]$", name))])
    error_message = "virtual_network_links: names are 2 to 62 lower-case letters, digits and dashes."
  }
}
