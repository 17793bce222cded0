variable "organization" {
  type        = string
  nullable    = false
  description = "Short name of the organization, first part of every name."
}

variable "environment" {
  type        = string
  nullable    = false
  description = "dev, qa or prod."

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment must be dev, qa or prod."
  }
}

variable "subscription_id" {
  type        = string
  nullable    = false
  description = "Subscription of this environment. Every environment has its own."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id must be a lower-case UUID."
  }
}

variable "tenant_id" {
  type        = string
  nullable    = false
  description = "Entra tenant."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "tenant_id must be a lower-case UUID."
  }
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region."
}

variable "secondary_location" {
  type        = string
  nullable    = false
  description = "Region that receives copies of recovery points."

  validation {
    condition     = var.secondary_location != var.location
    error_message = "secondary_location must be another region than location."
  }
}

variable "zones" {
  type        = list(string)
  nullable    = false
  description = "Availability zones in use."

  validation {
    condition     = var.environment != "prod" || length(distinct(var.zones)) >= 3
    error_message = "zones: prod must use at least three availability zones."
  }
}

variable "owner" {
  type        = string
  nullable    = false
  description = "Mail address of the platform team."
}

variable "cost_center" {
  type        = string
  nullable    = false
  description = "Cost center that pays for the platform."
}

variable "caretaker" {
  type = object({
    mode        = optional(string, "suggest")
    backup_tier = optional(string, "bronze")
    window      = optional(string, "always")
  })
  nullable    = false
  description = "What Caretaker may do with the platform's own resources, as tags (naming module)."

  validation {
    condition     = var.environment != "prod" || var.caretaker.backup_tier == "gold"
    error_message = "caretaker.backup_tier must be gold in prod."
  }
}

variable "locks" {
  type        = bool
  nullable    = false
  description = "Lock the resource groups against deletion."

  validation {
    condition     = var.environment != "prod" || var.locks
    error_message = "locks must be true in prod."
  }
}

variable "immutability_locked" {
  type        = bool
  nullable    = false
  default     = false
  description = "Make the immutability of ledger and catalogue final. It cannot be undone."

  validation {
    condition     = var.environment == "prod" || !var.immutability_locked
    error_message = "immutability_locked is for prod: it makes an environment impossible to delete."
  }
}

variable "budget" {
  type = object({
    amount     = number
    start_date = string
  })
  nullable    = false
  description = "Monthly budget of the platform's resource groups, each."
}

variable "network" {
  type = object({
    hub_address_space      = string
    platform_address_space = string
    unit_address_spaces    = map(string)
  })
  nullable    = false
  description = "Address plan: the hub, the platform's own spoke (/24 or larger), and the ranges given to business units by name. Nothing may overlap."

  validation {
    condition     = try(tonumber(split("/", var.network.platform_address_space)[1]) <= 24, false)
    error_message = "network.platform_address_space must be a /24 or larger range."
  }

  validation {
    condition = alltrue(flatten([
      for i, one in concat([var.network.hub_address_space, var.network.platform_address_space], values(var.network.unit_address_spaces)) : [
        for j, other in concat([var.network.hub_address_space, var.network.platform_address_space], values(var.network.unit_address_spaces)) :
        i >= j || try(cidrhost("${cidrhost(one, 0)}/${min(split("/", one)[1], split("/", other)[1])}", 0) != cidrhost("${cidrhost(other, 0)}/${min(split("/", one)[1], split("/", other)[1])}", 0), false)
      ]
    ]))
    error_message = "network: the ranges of hub, platform and business units must not overlap."
  }
}

variable "egress" {
  type = object({
    kind              = string
    firewall_sku_tier = optional(string, "Standard")
    allowed_fqdns     = optional(map(list(string)), {})
  })
  nullable    = false
  description = "Way out of the hub (hub-network module). With nat-gateway, spokes cannot reach each other: Caretaker then does not reach the vaults and caches of business units."

  validation {
    condition     = var.environment == "dev" || var.egress.kind == "firewall"
    error_message = "egress.kind must be firewall in qa and prod."
  }
}

variable "bastion" {
  type = object({
    allowed_source_prefixes = list(string)
    sku                     = optional(string, "Standard")
    scale_units             = optional(number, 2)
  })
  default     = null
  description = "Bastion for people; null for none."
}

variable "people" {
  type        = map(string)
  nullable    = false
  description = "Who is told when Caretaker cannot help: short name to mail address."
}

variable "groups" {
  type = object({
    readers   = string
    operators = string
    approvers = string
    admins    = string
  })
  nullable    = false
  description = "Object ids of the Entra groups: who may look, operate, approve and administer."

  validation {
    condition     = alltrue([for id in values(var.groups) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "groups must be object ids (lower-case UUIDs)."
  }

  validation {
    condition     = var.groups.operators != var.groups.approvers
    error_message = "groups: operators and approvers must be different groups, or a plan is approved by those who asked for it."
  }
}

variable "durable" {
  type = object({
    backend  = string
    sku      = optional(string, "Consumption")
    capacity = optional(number)
  })
  nullable    = false
  description = "Backend of the orchestrations (function-app module)."
}

variable "dns_zone" {
  type = object({
    id   = string
    name = string
  })
  nullable    = false
  description = "The environment's Cloudflare zone."
}

variable "cloudflare_token_expires" {
  type        = string
  nullable    = false
  description = "First expiry of Caretaker's Cloudflare token (RFC 3339); the rotator renews it afterwards."
}

variable "log_retention_days" {
  type        = number
  nullable    = false
  default     = 90
  description = "How long logs can be searched."

  validation {
    condition     = var.environment != "prod" || var.log_retention_days >= 365
    error_message = "log_retention_days must be at least 365 in prod."
  }
}

variable "quiet_windows" {
  type = map(object({
    days  = list(string)
    start = string
    end   = string
  }))
  nullable    = false
  default     = {}
  description = "Windows of planned work on the platform in which nobody is told of alerts (UTC)."
}

variable "caretaker_secrets" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Secrets of Caretaker's own settings, as the function-app module takes them: setting to the URI of a secret of this environment's vault."
}

variable "pipeline_clients" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Service principals of the pipeline that may report drift and send the synthetic alert of a deployment, by name: object ids."
}
