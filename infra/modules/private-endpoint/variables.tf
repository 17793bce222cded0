variable "name" {
  type        = string
  nullable    = false
  description = "Name of the endpoint; its connection and network interface derive theirs from it."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the endpoint."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region of the subnet."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "subnet_resource_id" {
  type        = string
  nullable    = false
  description = "Subnet that the endpoint's address comes from."
}

variable "target_resource_id" {
  type        = string
  nullable    = false
  description = "Resource that the endpoint leads to."
}

variable "subresource_name" {
  type        = string
  nullable    = false
  description = "Part of the target: vault, blob, queue, table, redisEnterprise, sites, scheduler or azuremonitor."

  validation {
    condition     = contains(["vault", "blob", "queue", "table", "redisEnterprise", "sites", "scheduler", "azuremonitor"], var.subresource_name)
    error_message = "subresource_name must be vault, blob, queue, table, redisEnterprise, sites, scheduler or azuremonitor."
  }
}

variable "private_dns_zone_resource_ids" {
  type        = list(string)
  nullable    = false
  description = "Zones that get the endpoint's records."

  validation {
    condition     = length(var.private_dns_zone_resource_ids) > 0
    error_message = "private_dns_zone_resource_ids must hold at least one zone: without a record, clients keep asking for the public address."
  }
}

variable "role_assignments" {
  type = map(object({
    role_definition_name = string
    principal_id         = string
    principal_type       = optional(string, "ServicePrincipal")
  }))
  nullable    = false
  default     = {}
  description = "Roles on the endpoint itself (not on what it leads to)."

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : contains(["Group", "ServicePrincipal"], assignment.principal_type)])
    error_message = "role_assignments: principal_type must be Group or ServicePrincipal."
  }
}
