variable "names" {
  type = object({
    virtual_network        = string
    network_security_group = string
    firewall               = string
    firewall_policy        = string
    bastion                = string
    nat_gateway            = string
    public_ip              = string
    dns_resolver           = string
  })
  nullable    = false
  description = "Names from the naming module (`names`); parts of the hub add their own suffix."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the hub."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "address_space" {
  type        = string
  nullable    = false
  description = "Address space of the hub in CIDR notation, /16 to /23: the subnets are cut from it."

  validation {
    condition     = can(cidrhost(var.address_space, 0)) && try(tonumber(split("/", var.address_space)[1]), 0) >= 16 && try(tonumber(split("/", var.address_space)[1]), 99) <= 23
    error_message = "address_space must be an IPv4 range between /16 and /23, for example 10.0.0.0/22."
  }

  validation {
    condition     = try(cidrhost(var.address_space, 0) == split("/", var.address_space)[0], false)
    error_message = "address_space must start at the first address of its range: 10.0.0.0/22, not 10.0.1.0/22."
  }
}

variable "zones" {
  type        = list(string)
  nullable    = false
  description = "Availability zones for public addresses, firewall and bastion."

  validation {
    condition     = length(var.zones) > 0 && alltrue([for zone in var.zones : contains(["1", "2", "3"], zone)]) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must be one or more of \"1\", \"2\", \"3\", each at most once."
  }
}

variable "egress" {
  type = object({
    kind               = string
    firewall_sku_tier  = optional(string, "Standard")
    allowed_fqdns      = optional(map(list(string)), {})
    source_prefixes    = optional(list(string), [])
    allowed_https_tags = optional(list(string), ["AzureMonitor", "AzureActiveDirectory", "AzureResourceManager"])
    between_spokes = optional(map(object({
      source_prefixes      = list(string)
      destination_prefixes = list(string)
      ports                = list(string)
    })), {})
  })
  nullable    = false
  description = <<-EOT
    Way out of the network:
    - `kind`: `firewall` (spokes route through it, everything not listed is denied) or `nat-gateway` (cheaper; a fixed address, no filtering beyond network security groups).
    - `firewall_sku_tier`: Standard or Premium (Premium adds intrusion prevention, set to deny).
    - `allowed_fqdns`: rule name to host names that `source_prefixes` may reach over HTTPS.
    - `allowed_https_tags`: service tags that `source_prefixes` may reach on port 443.
    - `between_spokes`: rule name to what one spoke may reach in another, through the firewall. Spokes are isolated otherwise.
  EOT

  validation {
    condition     = contains(["firewall", "nat-gateway"], var.egress.kind)
    error_message = "egress.kind must be firewall or nat-gateway."
  }

  validation {
    condition     = contains(["Standard", "Premium"], var.egress.firewall_sku_tier)
    error_message = "egress.firewall_sku_tier must be Standard or Premium; Basic can neither proxy DNS nor deny by threat intelligence."
  }

  validation {
    condition     = var.egress.kind != "firewall" || length(var.egress.source_prefixes) > 0
    error_message = "egress.source_prefixes must list the ranges of the spokes when egress.kind is firewall, or nothing may leave."
  }

  validation {
    condition     = alltrue([for prefix in var.egress.source_prefixes : can(cidrhost(prefix, 0)) && prefix != "0.0.0.0/0"])
    error_message = "egress.source_prefixes must be ranges in CIDR notation, and not 0.0.0.0/0."
  }

  validation {
    condition     = alltrue(flatten([for rule in values(var.egress.between_spokes) : [for port in rule.ports : can(regex("^[0-9]{1,5}$", port))]]))
    error_message = "egress.between_spokes: ports are single numbers, never a range or \"*\"."
  }

  validation {
    condition     = alltrue(flatten([for fqdns in values(var.egress.allowed_fqdns) : [for fqdn in fqdns : fqdn != "*"]]))
    error_message = "egress.allowed_fqdns must not hold \"*\": name the hosts."
  }
}

variable "bastion" {
  type = object({
    allowed_source_prefixes = list(string)
    sku                     = optional(string, "Standard")
    scale_units             = optional(number, 2)
  })
  default     = null
  description = "Bastion for people; null for none. Only `allowed_source_prefixes` (the offices, the VPN) reach its public port 443."

  validation {
    condition     = var.bastion == null || contains(["Standard", "Premium"], try(var.bastion.sku, ""))
    error_message = "bastion.sku must be Standard or Premium: Basic supports neither native clients nor scale units."
  }

  validation {
    condition     = var.bastion == null || try(var.bastion.scale_units >= 2 && var.bastion.scale_units <= 50, false)
    error_message = "bastion.scale_units must be 2 to 50."
  }

  validation {
    condition     = var.bastion == null || try(length(var.bastion.allowed_source_prefixes) > 0 && alltrue([for prefix in var.bastion.allowed_source_prefixes : can(cidrhost(prefix, 0)) && prefix != "0.0.0.0/0"]), false)
    error_message = "bastion.allowed_source_prefixes must list at least one range, and not 0.0.0.0/0."
  }
}

variable "flow_logs" {
  type = object({
    network_watcher_name                = string
    network_watcher_resource_group_name = string
    storage_account_resource_id         = string
    retention_days                      = optional(number, 90)
  })
  nullable    = false
  description = "Where virtual network flow logs go. Azure makes one network watcher per region (`NetworkWatcher_<region>` in `NetworkWatcherRG`)."

  validation {
    condition     = var.flow_logs.retention_days >= 90 && var.flow_logs.retention_days <= 365
    error_message = "flow_logs.retention_days must be 90 to 365: incidents are often found weeks later (CIS Azure 6.5)."
  }
}

variable "log_analytics" {
  type = object({
    resource_id  = string
    workspace_id = string
    location     = string
  })
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings and traffic analytics: its resource id, its workspace id (a UUID) and its region."
}
