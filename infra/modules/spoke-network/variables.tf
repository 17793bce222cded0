variable "names" {
  type = object({
    virtual_network        = string
    network_security_group = string
    route_table            = string
    nat_gateway            = string
    public_ip              = string
  })
  nullable    = false
  description = "Names from the naming module (`names`); subnets add their own suffix."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the spoke."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region, the hub's."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "address_space" {
  type        = string
  nullable    = false
  description = "Address space of the spoke in CIDR notation. It must not overlap the hub or another spoke."

  validation {
    condition     = try(cidrhost(var.address_space, 0) == split("/", var.address_space)[0], false)
    error_message = "address_space must be a range in CIDR notation that starts at its first address, for example 10.1.0.0/20."
  }
}

variable "subnets" {
  type = map(object({
    address_prefix = string
    delegation     = optional(string)
    rules = optional(map(object({
      priority    = number
      direction   = string
      protocol    = optional(string, "Tcp")
      ports       = list(string)
      source      = list(string)
      destination = list(string)
    })), {})
  }))
  nullable    = false
  description = <<-EOT
    Subnets by short name (web, endpoints, ...). Every subnet gets a network security group whose last rules deny everything in both directions; `rules` name what is allowed:
    - `address_prefix`: range within `address_space`.
    - `delegation`: service that the subnet is handed to, for example Microsoft.App/environments.
    - `rules`: name to `priority` (100 to 4000), `direction` (Inbound, Outbound), `protocol` (Tcp, Udp, *), `ports`, `source` and `destination` (one service tag, or ranges).
  EOT

  validation {
    condition     = length(var.subnets) > 0
    error_message = "subnets must hold at least one subnet."
  }

  validation {
    condition = alltrue([for subnet in values(var.subnets) : try(
      tonumber(split("/", subnet.address_prefix)[1]) >= tonumber(split("/", var.address_space)[1]) &&
      cidrhost("${cidrhost(subnet.address_prefix, 0)}/${split("/", var.address_space)[1]}", 0) == cidrhost(var.address_space, 0), false
    )])
    error_message = "subnets: every address_prefix must be a range in CIDR notation within address_space."
  }

  validation {
    condition     = alltrue(flatten([for subnet in values(var.subnets) : [for rule in values(subnet.rules) : rule.priority >= 100 && rule.priority <= 4000]]))
    error_message = "subnets: a rule's priority must be 100 to 4000; the rules that deny everything come after."
  }

  validation {
    condition     = alltrue(flatten([for subnet in values(var.subnets) : [for rule in values(subnet.rules) : contains(["Inbound", "Outbound"], rule.direction) && contains(["Tcp", "Udp", "*"], rule.protocol)]]))
    error_message = "subnets: a rule's direction must be Inbound or Outbound, its protocol Tcp, Udp or *."
  }

  validation {
    condition = alltrue(flatten([for subnet in values(var.subnets) : [for rule in values(subnet.rules) :
      rule.direction == "Outbound" || length(setintersection(rule.source, ["*", "Internet", "0.0.0.0/0", "Any"])) == 0
    ]]))
    error_message = "subnets: an inbound rule must not admit the whole Internet; list the ranges that may come in."
  }

  validation {
    condition = alltrue(flatten([for subnet in values(var.subnets) : [for rule in values(subnet.rules) :
      length(rule.ports) > 0 && length(rule.source) > 0 && length(rule.destination) > 0
    ]]))
    error_message = "subnets: a rule needs at least one port, one source and one destination."
  }
}

variable "hub" {
  type = object({
    name                = string
    resource_group_name = string
    resource_id         = string
  })
  nullable    = false
  description = "The hub network to peer with, as the hub module returns it (`virtual_network`). Both directions are made here, so the deploying identity needs the right to peer on the hub."
}

variable "egress" {
  type = object({
    kind                = string
    firewall_private_ip = optional(string)
  })
  nullable    = false
  description = "Way out, as the hub module returns it (`egress`): through the hub's `firewall`, or through a `nat-gateway` of the spoke's own (a NAT gateway cannot serve another network), or `none`."

  validation {
    condition     = contains(["firewall", "nat-gateway", "none"], var.egress.kind)
    error_message = "egress.kind must be firewall, nat-gateway or none."
  }

  validation {
    condition     = var.egress.kind != "firewall" || try(cidrhost("${var.egress.firewall_private_ip}/32", 0) != "", false)
    error_message = "egress.firewall_private_ip must be the firewall's private address when egress.kind is firewall."
  }
}

variable "zone" {
  type        = string
  nullable    = false
  default     = "1"
  description = "Availability zone of the spoke's NAT gateway, if it has one."

  validation {
    condition     = contains(["1", "2", "3"], var.zone)
    error_message = "zone must be \"1\", \"2\" or \"3\"."
  }
}

variable "private_dns" {
  type = object({
    resource_group_name = string
    zone_names          = map(string)
  })
  nullable    = false
  description = "Private zones to link the spoke to, as the private-dns module returns them."
}

variable "flow_logs" {
  type = object({
    network_watcher_name                = string
    network_watcher_resource_group_name = string
    storage_account_resource_id         = string
    retention_days                      = optional(number, 90)
  })
  nullable    = false
  description = "Where virtual network flow logs go."

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
