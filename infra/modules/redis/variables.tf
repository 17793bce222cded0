variable "name" {
  type        = string
  nullable    = false
  description = "Name of the cache, unique in the region."

  validation {
    condition     = can(regex("^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,59}$", var.name))
    error_message = "name must be 1 to 60 letters, digits and single dashes."
  }
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the cache."
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

variable "sku" {
  type        = string
  nullable    = false
  default     = "Balanced_B3"
  description = "Size of the Managed Redis instance, for example Balanced_B3 or MemoryOptimized_M10."

  validation {
    condition     = can(regex("^(Balanced_B(0|1|3|5|10|20|50|100|150|250|350|500|700|1000)|MemoryOptimized_M(10|20|50|100|150|250|350|500|700|1000|1500|2000)|ComputeOptimized_X(3|5|10|20|50|100|150|250|350|500|700)|FlashOptimized_A(250|500|700|1000|1500|2000|4500))$", var.sku))
    error_message = "sku must be a Managed Redis size such as Balanced_B3; sizes of Azure Cache for Redis and of Redis Enterprise are not accepted."
  }
}

variable "high_availability" {
  type        = bool
  nullable    = false
  default     = true
  description = "Keep a replica (in another zone where the region has zones). Off only where the content may be lost at any time."
}

variable "authentication" {
  type = object({
    kind = optional(string, "entra")
    users = optional(map(object({
      object_id = string
    })), {})
    rotation = optional(object({
      secret_name = string
      days        = optional(number, 90)
    }))
  })
  nullable    = false
  default     = {}
  description = <<-EOT
    How clients sign in:
    - `kind`: `entra` (no keys at all; `users` lists the identities) or `access-keys` (for clients that cannot do Entra).
    - `users`: short name to the object id of an identity that may use the cache.
    - `rotation`: contract for access keys: the Key Vault secret that holds the key in use, and how often it changes. Caretaker reads it from the tags `caretaker-rotation`, `caretaker-rotation-secret` and `caretaker-rotation-days`.
  EOT

  validation {
    condition     = contains(["entra", "access-keys"], var.authentication.kind)
    error_message = "authentication.kind must be entra or access-keys."
  }

  validation {
    condition     = var.authentication.kind != "access-keys" || var.authentication.rotation != null
    error_message = "authentication.rotation must name a secret when authentication.kind is access-keys: keys without a rotation contract are never changed."
  }

  validation {
    condition     = var.authentication.rotation == null || try(var.authentication.rotation.days >= 1 && var.authentication.rotation.days <= 180, false)
    error_message = "authentication.rotation.days must be 1 to 180."
  }

  validation {
    condition     = alltrue([for user in values(var.authentication.users) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", user.object_id))])
    error_message = "authentication.users: object_id must be a lower-case UUID."
  }
}

variable "eviction_policy" {
  type        = string
  nullable    = false
  default     = "VolatileLRU"
  description = "What leaves a full cache first."

  validation {
    condition     = contains(["AllKeysLFU", "AllKeysLRU", "AllKeysRandom", "VolatileLRU", "VolatileLFU", "VolatileTTL", "VolatileRandom", "NoEviction"], var.eviction_policy)
    error_message = "eviction_policy must be one of AllKeysLFU, AllKeysLRU, AllKeysRandom, VolatileLRU, VolatileLFU, VolatileTTL, VolatileRandom, NoEviction."
  }
}

variable "clustering_policy" {
  type        = string
  nullable    = false
  default     = "OSSCluster"
  description = "OSSCluster (fastest, the client must speak cluster), EnterpriseCluster (one endpoint for any client) or NoCluster. Changing it empties the cache."

  validation {
    condition     = contains(["OSSCluster", "EnterpriseCluster", "NoCluster"], var.clustering_policy)
    error_message = "clustering_policy must be OSSCluster, EnterpriseCluster or NoCluster."
  }
}

variable "persistence" {
  type = object({
    kind      = string
    frequency = string
  })
  default     = null
  description = "Persistence to disk: `append-only` every `1s`, or `snapshot` every `1h`, `6h` or `12h`; null for none. It guards against a crash, not against a wrong deletion."

  validation {
    condition = var.persistence == null || (
      try(var.persistence.kind == "append-only" && var.persistence.frequency == "1s", false) ||
      try(var.persistence.kind == "snapshot" && contains(["1h", "6h", "12h"], var.persistence.frequency), false)
    )
    error_message = "persistence must be append-only with frequency 1s, or snapshot with frequency 1h, 6h or 12h."
  }
}

variable "maintenance_window" {
  type = object({
    day      = string
    hour_utc = number
    hours    = number
  })
  nullable    = false
  default     = { day = "sun", hour_utc = 2, hours = 6 }
  description = "When Caretaker may do what disturbs clients (key changes, failovers), as tag `caretaker-window`. Managed Redis patches itself when it sees fit; its stable API offers no window to set."

  validation {
    condition     = contains(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], var.maintenance_window.day) && var.maintenance_window.hour_utc >= 0 && var.maintenance_window.hour_utc <= 23
    error_message = "maintenance_window.day must be mon to sun, hour_utc 0 to 23."
  }

  validation {
    condition     = var.maintenance_window.hours >= 4 && var.maintenance_window.hours <= 24
    error_message = "maintenance_window.hours must be 4 to 24: a failover of a large cache takes hours."
  }
}

variable "private_endpoint" {
  type = object({
    name                          = string
    subnet_resource_id            = string
    private_dns_zone_resource_ids = list(string)
  })
  nullable    = false
  description = "The cache's private endpoint: the only way in."
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings."
}
