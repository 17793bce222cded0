variable "organization" {
  type        = string
  nullable    = false
  description = "Short name of the organization, first part of every name."
}

variable "unit" {
  type        = string
  nullable    = false
  description = "Name of the business unit, for example payments. It must be in the environment's address plan."

  validation {
    condition     = contains(keys(var.foundation.unit_address_spaces), var.unit)
    error_message = "unit must be in the environment's address plan (network.unit_address_spaces of the environment stack)."
  }
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
  description = "Subscription of this environment."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id must be a lower-case UUID."
  }
}

variable "foundation" {
  type = object({
    location  = string
    tenant_id = string
    hub = object({
      name                = string
      resource_group_name = string
      resource_id         = string
    })
    egress = object({
      kind                = string
      firewall_private_ip = optional(string)
    })
    private_dns = object({
      resource_group_name = string
      zone_names          = map(string)
      zone_resource_ids   = map(string)
    })
    log_analytics = object({
      resource_id  = string
      workspace_id = string
      location     = string
    })
    flow_logs = object({
      network_watcher_name                = string
      network_watcher_resource_group_name = string
      storage_account_resource_id         = string
    })
    data_collection_rule_resource_id = string
    action_groups = object({
      caretaker_resource_id = string
      people_resource_id    = string
    })
    bastion_prefix      = optional(string)
    unit_address_spaces = map(string)
    dns_zone = object({
      id   = string
      name = string
    })
    caretaker = object({
      source_prefix       = string
      writer_principal_id = string
      pruner_principal_id = string
      writer_role_name    = string
      pruner_role_name    = string
      event_sink = object({
        delivery               = string
        storage_account_id     = string
        queue_name             = string
        dead_letter_container  = string
        webhook_url            = optional(string)
        webhook_tenant_id      = optional(string)
        webhook_application_id = optional(string)
      })
    })
  })
  nullable    = false
  description = "The environment stack's output `foundation`, handed over explicitly. This stack reads no state but its own."
}

variable "zones" {
  type        = list(string)
  nullable    = false
  description = "Availability zones of the web tier."

  validation {
    condition     = var.environment != "prod" || length(distinct(var.zones)) >= 3
    error_message = "zones: prod must use at least three availability zones."
  }
}

variable "owner" {
  type        = string
  nullable    = false
  description = "Mail address of the unit's team."
}

variable "cost_center" {
  type        = string
  nullable    = false
  description = "Cost center of the unit."
}

variable "data_class" {
  type        = string
  nullable    = false
  description = "Most sensitive class of data that the unit holds."
}

variable "caretaker" {
  type = object({
    mode        = optional(string, "suggest")
    backup_tier = optional(string, "bronze")
    window      = optional(string, "always")
  })
  nullable    = false
  description = "What Caretaker may do with the unit's resources, as tags (naming module)."

  validation {
    condition     = var.environment != "prod" || var.caretaker.backup_tier == "gold"
    error_message = "caretaker.backup_tier must be gold in prod."
  }
}

variable "locks" {
  type        = bool
  nullable    = false
  description = "Lock the unit's resource group against deletion."

  validation {
    condition     = var.environment != "prod" || var.locks
    error_message = "locks must be true in prod."
  }
}

variable "budget" {
  type = object({
    amount     = number
    start_date = string
  })
  nullable    = false
  description = "Monthly budget of the unit."
}

variable "groups" {
  type = object({
    developers = string
    operators  = string
  })
  nullable    = false
  description = "Object ids of the unit's Entra groups. In prod, developers read and operators operate; in dev and qa, developers may change things."

  validation {
    condition     = alltrue([for id in values(var.groups) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "groups must be object ids (lower-case UUIDs)."
  }
}

variable "web" {
  type = object({
    size             = optional(string, "Standard_D2s_v5")
    admin_public_key = string
    minimum          = number
    maximum          = number
    data_disks = optional(map(object({
      lun     = number
      size_gb = number
      type    = optional(string, "Premium_LRS")
      caching = optional(string, "ReadOnly")
    })), {})
  })
  nullable    = false
  description = "The web tier: machine size, administrator's SSH public key, bounds of scaling, data disks."
}

variable "single_machines" {
  type = map(object({
    zone = string
    size = optional(string, "Standard_D2s_v5")
  }))
  nullable    = false
  default     = {}
  description = "Machines that cannot be part of a set (licence, state), by short name."

  validation {
    condition     = alltrue([for name in keys(var.single_machines) : can(regex("^[a-z][a-z0-9]{1,11}$", name)) && !contains(["web", "cache", "vault"], name)])
    error_message = "single_machines: names are 2 to 12 lower-case letters or digits, and not web, cache or vault."
  }
}

variable "redis" {
  type = object({
    sku               = optional(string, "Balanced_B3")
    high_availability = optional(bool, true)
    persistence = optional(object({
      kind      = string
      frequency = string
    }))
  })
  nullable    = false
  default     = {}
  description = "The unit's cache. The web tier signs in with its identity; there are no keys."

  validation {
    condition     = var.environment != "prod" || var.redis.high_availability
    error_message = "redis.high_availability must be true in prod."
  }
}

variable "secrets" {
  type = map(object({
    content_type = string
    expires      = string
  }))
  nullable    = false
  default     = {}
  description = "Secrets that must exist in the unit's vault (key-vault module)."
}

variable "visitor_prefixes" {
  type     = list(string)
  nullable = false
  # https://www.cloudflare.com/ips-v4
  default = [
    "173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18",
    "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13",
    "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22",
  ]
  description = "Ranges that may reach the web tier: Cloudflare's, so that nobody goes around its protection."

  validation {
    condition     = length(var.visitor_prefixes) > 0 && alltrue([for prefix in var.visitor_prefixes : can(cidrhost(prefix, 0)) && prefix != "0.0.0.0/0"])
    error_message = "visitor_prefixes must be ranges in CIDR notation, at least one, and not 0.0.0.0/0."
  }
}

variable "alert_thresholds" {
  type        = map(number)
  nullable    = false
  default     = {}
  description = "Thresholds other than the catalogue's (alerts module)."
}
