variable "names" {
  type = object({
    virtual_machine  = string
    managed_identity = string
  })
  nullable    = false
  description = "Names from the naming module (`names`)."
}

variable "zone" {
  type        = string
  nullable    = false
  description = "Availability zone of the machine and its disks."

  validation {
    condition     = contains(["1", "2", "3"], var.zone)
    error_message = "zone must be \"1\", \"2\" or \"3\"."
  }
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the machine."
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

variable "subnet_resource_id" {
  type        = string
  nullable    = false
  description = "Subnet of the machine."
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
    type    = optional(string, "Premium_LRS")
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
  description = "Data disks, by name."

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

variable "role_assignments" {
  type = map(object({
    scope                = string
    role_definition_name = string
  }))
  nullable    = false
  default     = {}
  description = "Roles that the machine's identity holds elsewhere, for example Key Vault Secrets User on the unit's vault."

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : !contains(["Owner", "Contributor", "User Access Administrator"], assignment.role_definition_name)])
    error_message = "role_assignments: a machine's identity never gets Owner, Contributor or User Access Administrator; name the narrow role."
  }
}

variable "data_collection_rule_resource_id" {
  type        = string
  nullable    = false
  description = "Data collection rule for the machine's logs and counters."
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings."
}
