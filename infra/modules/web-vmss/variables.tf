variable "names" {
  type = object({
    scale_set        = string
    managed_identity = string
    load_balancer    = string
    public_ip        = string
  })
  nullable    = false
  description = "Names from the naming module (`names`)."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the web tier."
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

variable "zones" {
  type        = list(string)
  nullable    = false
  description = "Availability zones that machines are spread over."

  validation {
    condition     = length(var.zones) > 0 && alltrue([for zone in var.zones : contains(["1", "2", "3"], zone)]) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must be one or more of \"1\", \"2\", \"3\", each at most once."
  }
}

variable "subnet_resource_id" {
  type        = string
  nullable    = false
  description = "Subnet of the machines."
}

variable "size" {
  type        = string
  nullable    = false
  default     = "Standard_D2s_v5"
  description = "Machine size. It must support premium disks and encryption at host."

  validation {
    condition     = can(regex("^Standard_[A-Z]+[0-9]+[a-z]*s[a-z]*(_v[0-9]+)?$", var.size))
    error_message = "size must support premium disks (an \"s\" after the number, as in Standard_D2s_v5)."
  }
}

variable "scale" {
  type = object({
    minimum = number
    maximum = number
    initial = number
  })
  nullable    = false
  description = "Scale profile: the bounds that Caretaker scales within (tags `caretaker-scale-min` and `caretaker-scale-max`) and the number to start with. After creation the number belongs to the scaler."

  validation {
    condition     = var.scale.minimum >= 0 && var.scale.minimum <= var.scale.initial && var.scale.initial <= var.scale.maximum
    error_message = "scale must satisfy 0 <= minimum <= initial <= maximum."
  }

  validation {
    condition     = var.scale.maximum <= 1000
    error_message = "scale.maximum must be at most 1000, the most that a flexible scale set holds."
  }

  validation {
    condition     = var.scale.minimum >= length(var.zones)
    error_message = "scale.minimum must be at least the number of zones, or a zone stands empty."
  }
}

variable "image" {
  type = object({
    publisher = optional(string, "Canonical")
    offer     = optional(string, "ubuntu-24_04-lts")
    sku       = optional(string, "server")
    version   = optional(string, "latest")
  })
  nullable    = false
  default     = {}
  description = "Linux image. Name a version where builds must be repeatable."
}

variable "admin" {
  type = object({
    username   = optional(string, "platform")
    public_key = string
  })
  nullable    = false
  description = "Administrator and SSH public key. There is no password, and the subnet's rules admit SSH from the bastion only."

  validation {
    condition     = !contains(["root", "admin", "administrator", "user", "guest", "test"], var.admin.username)
    error_message = "admin.username must not be a name that attackers (and Azure) try first, such as root or admin."
  }

  validation {
    condition     = can(regex("^(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+={0,2}( .*)?$", trimspace(var.admin.public_key)))
    error_message = "admin.public_key must be one line of an ssh-rsa or ssh-ed25519 public key."
  }
}

variable "os_disk" {
  type = object({
    size_gb = optional(number, 64)
    type    = optional(string, "Premium_ZRS")
    caching = optional(string, "ReadWrite")
  })
  nullable    = false
  default     = {}
  description = "System disk."

  validation {
    condition     = var.os_disk.size_gb >= 30 && var.os_disk.size_gb <= 4095
    error_message = "os_disk.size_gb must be 30 (the image's size) to 4095."
  }

  validation {
    condition     = contains(["Premium_LRS", "Premium_ZRS", "StandardSSD_LRS", "StandardSSD_ZRS"], var.os_disk.type)
    error_message = "os_disk.type must be Premium_LRS, Premium_ZRS, StandardSSD_LRS or StandardSSD_ZRS."
  }

  validation {
    condition     = contains(["None", "ReadOnly", "ReadWrite"], var.os_disk.caching)
    error_message = "os_disk.caching must be None, ReadOnly or ReadWrite."
  }
}

variable "data_disks" {
  type = map(object({
    lun     = number
    size_gb = number
    type    = optional(string, "Premium_LRS")
    caching = optional(string, "ReadOnly")
  }))
  nullable    = false
  default     = {}
  description = "Data disks of every machine, by name."

  validation {
    condition     = length(distinct([for disk in values(var.data_disks) : disk.lun])) == length(var.data_disks) && alltrue([for disk in values(var.data_disks) : disk.lun >= 0 && disk.lun <= 63])
    error_message = "data_disks: every lun must be 0 to 63 and used once."
  }

  validation {
    condition     = alltrue([for disk in values(var.data_disks) : contains(["Premium_LRS", "Premium_ZRS", "PremiumV2_LRS", "StandardSSD_LRS", "StandardSSD_ZRS"], disk.type)])
    error_message = "data_disks: type must be Premium_LRS, Premium_ZRS, PremiumV2_LRS, StandardSSD_LRS or StandardSSD_ZRS."
  }

  validation {
    condition     = alltrue([for disk in values(var.data_disks) : disk.type != "PremiumV2_LRS" || disk.caching == "None"])
    error_message = "data_disks: a PremiumV2_LRS disk has no host cache; set caching to None."
  }
}

variable "disk_encryption_set_resource_id" {
  type        = string
  default     = null
  description = "Disk encryption set for disks under a key of your own; null for the platform's key. Encryption at host is always on."

  validation {
    condition     = var.disk_encryption_set_resource_id == null || can(regex("(?i)/providers/Microsoft\\.Compute/diskEncryptionSets/[^/]+$", var.disk_encryption_set_resource_id))
    error_message = "disk_encryption_set_resource_id must be the resource id of a disk encryption set, or null."
  }
}

variable "health" {
  type = object({
    path                 = optional(string, "/healthz")
    port                 = optional(number, 443)
    protocol             = optional(string, "Https")
    interval_seconds     = optional(number, 10)
    failures             = optional(number, 3)
    repair_grace_minutes = optional(number, 30)
  })
  nullable    = false
  default     = {}
  description = "How health is asked, by the load balancer and on the machine itself; and how long a new machine is left alone before automatic repairs replace it."

  validation {
    condition     = startswith(var.health.path, "/")
    error_message = "health.path must start with a slash."
  }

  validation {
    condition     = contains(["Http", "Https"], var.health.protocol) && var.health.port >= 1 && var.health.port <= 65535
    error_message = "health.protocol must be Http or Https and health.port 1 to 65535; a TCP probe cannot tell a hung application from a working one."
  }

  validation {
    condition     = var.health.interval_seconds >= 5 && var.health.interval_seconds <= 60 && var.health.failures >= 2 && var.health.failures <= 10
    error_message = "health.interval_seconds must be 5 to 60 and health.failures 2 to 10."
  }

  validation {
    condition     = var.health.repair_grace_minutes >= 10 && var.health.repair_grace_minutes <= 90
    error_message = "health.repair_grace_minutes must be 10 to 90, Azure's bounds."
  }
}

variable "exposure" {
  type        = string
  nullable    = false
  default     = "internal"
  description = "Load balancer: `internal` (reachable from the networks only) or `public` (a public address; the subnet's rules decide who may use it)."

  validation {
    condition     = contains(["internal", "public"], var.exposure)
    error_message = "exposure must be internal or public."
  }
}

variable "termination_minutes" {
  type        = number
  nullable    = false
  default     = 10
  description = "How long a machine that is about to be deleted is told beforehand, so that it drains."

  validation {
    condition     = var.termination_minutes >= 5 && var.termination_minutes <= 15
    error_message = "termination_minutes must be 5 to 15, Azure's bounds."
  }
}

variable "role_assignments" {
  type = map(object({
    scope                = string
    role_definition_name = string
  }))
  nullable    = false
  default     = {}
  description = "Roles that the machines' identity holds elsewhere, for example Key Vault Secrets User on the unit's vault."

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : !contains(["Owner", "Contributor", "User Access Administrator"], assignment.role_definition_name)])
    error_message = "role_assignments: a machine's identity never gets Owner, Contributor or User Access Administrator; name the narrow role."
  }
}

variable "data_collection_rule_resource_id" {
  type        = string
  nullable    = false
  description = "Data collection rule for the machines' logs and counters."
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings."
}
