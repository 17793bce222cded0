variable "name" {
  type        = string
  nullable    = false
  description = "Name of the vault, globally unique."

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name must be 3 to 24 letters, digits and single dashes, start with a letter and not end with a dash."
  }
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the vault."
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

variable "tenant_id" {
  type        = string
  nullable    = false
  description = "Entra tenant that signs in to the vault."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "tenant_id must be a lower-case UUID."
  }
}

variable "sku" {
  type        = string
  nullable    = false
  default     = "standard"
  description = "standard, or premium for keys in hardware."

  validation {
    condition     = contains(["standard", "premium"], var.sku)
    error_message = "sku must be standard or premium."
  }
}

variable "soft_delete_days" {
  type        = number
  nullable    = false
  default     = 90
  description = "How long a deleted vault or secret can be brought back. It cannot be changed later."

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 90
    error_message = "soft_delete_days must be 7 to 90, Azure's bounds."
  }
}

variable "role_assignments" {
  type = map(object({
    role_definition_name = string
    principal_id         = string
    principal_type       = optional(string, "Group")
  }))
  nullable    = false
  default     = {}
  description = "Roles on the vault, by a name of your choice. There are no access policies."

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : startswith(assignment.role_definition_name, "Key Vault ")])
    error_message = "role_assignments: only the data roles of Key Vault (\"Key Vault Secrets User\", \"Key Vault Secrets Officer\", ...) are given here."
  }

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : contains(["Group", "ServicePrincipal"], assignment.principal_type)])
    error_message = "role_assignments: principal_type must be Group or ServicePrincipal."
  }
}

variable "secrets" {
  type = map(object({
    content_type = string
    expires      = string
    tags         = optional(map(string), {})
  }))
  nullable    = false
  default     = {}
  description = <<-EOT
    Secrets that must exist, by name. Terraform makes them with a placeholder; value and expiry belong to the rotator afterwards:
    - `content_type`: what the value is, for whoever rotates it (for example `cloudflare-api-token`).
    - `expires`: first expiry (RFC 3339). Make it near: the rotator then replaces the placeholder at once.
    - `tags`: further tags, such as the rotation contract.
  EOT

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[a-z0-9][a-z0-9-]{0,126}$", name))])
    error_message = "secrets: names are 1 to 127 lower-case letters, digits and dashes."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(formatdate("YYYY", secret.expires))])
    error_message = "secrets: expires must be a time as in RFC 3339, for example 2026-06-30T00:00:00Z; a secret without expiry is never rotated."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : length(secret.content_type) > 0])
    error_message = "secrets: content_type must say what the value is."
  }
}

variable "allowed_ip_ranges" {
  type        = list(string)
  nullable    = false
  default     = []
  description = "Public ranges admitted by the vault's firewall. They count only while an exception opens public access; normally empty."

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "allowed_ip_ranges must be ranges in CIDR notation, and not 0.0.0.0/0."
  }
}

variable "private_endpoint" {
  type = object({
    name                          = string
    subnet_resource_id            = string
    private_dns_zone_resource_ids = list(string)
  })
  nullable    = false
  description = "The vault's private endpoint: the only way in."
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for the audit log."
}
