variable "organization" {
  type        = string
  nullable    = false
  description = "Short name of the organization, first part of every name. 2 to 6 lower-case letters or digits, starting with a letter."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,5}$", var.organization))
    error_message = "organization must be 2 to 6 lower-case letters or digits and start with a letter, for example \"contoso\" cut to \"conto\"."
  }
}

variable "workload" {
  type        = string
  nullable    = false
  description = "What the resources are for: \"platform\" for the environment, else the business unit. 2 to 20 lower-case letters, digits or single dashes."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.workload)) && length(var.workload) >= 2 && length(var.workload) <= 20
    error_message = "workload must be 2 to 20 lower-case letters, digits or single dashes, and start with a letter."
  }
}

variable "environment" {
  type        = string
  nullable    = false
  description = "Environment: dev, qa or prod."

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment must be dev, qa or prod."
  }
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region by its programmatic name, for example westeurope."

  validation {
    condition     = contains(keys(local.region_abbreviations), var.location)
    error_message = "location must be one of the regions this module abbreviates; add the region to main.regions.tf if it is missing."
  }
}

variable "instance" {
  type        = number
  nullable    = false
  default     = 1
  description = "Number that tells two otherwise equal deployments apart, 1 to 99."

  validation {
    condition     = var.instance >= 1 && var.instance <= 99 && floor(var.instance) == var.instance
    error_message = "instance must be a whole number from 1 to 99."
  }
}

variable "components" {
  type        = set(string)
  nullable    = false
  default     = []
  description = "Parts of the workload that need names of their own (for example web, events). Each gets the full table in `component_names`."

  validation {
    condition     = alltrue([for component in var.components : can(regex("^[a-z][a-z0-9]{1,11}$", component))])
    error_message = "every entry of components must be 2 to 12 lower-case letters or digits and start with a letter."
  }
}

variable "unique_seed" {
  type        = string
  nullable    = false
  description = "Seed for the suffix of globally unique names, normally the subscription id: the same seed always gives the same names."

  validation {
    condition     = length(var.unique_seed) >= 8
    error_message = "unique_seed must have at least 8 characters, or two subscriptions could get the same globally unique names; use the subscription id."
  }
}

variable "owner" {
  type        = string
  nullable    = false
  description = "Mail address of the team that owns the resources (tag `owner`)."

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.owner))
    error_message = "owner must be a mail address, so that whoever finds the resource can reach someone."
  }
}

variable "cost_center" {
  type        = string
  nullable    = false
  description = "Cost center that pays (tag `cost-center`): two to four capitals, a dash, four to six digits."

  validation {
    condition     = can(regex("^[A-Z]{2,4}-[0-9]{4,6}$", var.cost_center))
    error_message = "cost_center must look like CC-12345: two to four capitals, a dash, four to six digits."
  }
}

variable "data_class" {
  type        = string
  nullable    = false
  description = "Most sensitive class of data held (tag `data-class`): public, internal, confidential or restricted."

  validation {
    condition     = contains(["public", "internal", "confidential", "restricted"], var.data_class)
    error_message = "data_class must be public, internal, confidential or restricted."
  }
}

variable "caretaker" {
  type = object({
    mode        = optional(string, "suggest")
    backup_tier = optional(string, "none")
    window      = optional(string, "always")
  })
  nullable    = false
  default     = {}
  description = <<-EOT
    What Caretaker may do with the resources, as tags that its policy reads:
    - `mode`: off, observe, suggest or auto (tag `caretaker-mode`).
    - `backup_tier`: none, bronze, silver or gold (tag `caretaker-backup-tier`).
    - `window`: `always`, or the maintenance window in UTC as `<days>-<start>-<hours>h`, for example `sat,sun-0200-4h` (tag `caretaker-window`).
  EOT

  validation {
    condition     = contains(["off", "observe", "suggest", "auto"], var.caretaker.mode)
    error_message = "caretaker.mode must be off, observe, suggest or auto."
  }

  validation {
    condition     = contains(["none", "bronze", "silver", "gold"], var.caretaker.backup_tier)
    error_message = "caretaker.backup_tier must be none, bronze, silver or gold."
  }

  validation {
    condition     = can(regex("^(always|(mon|tue|wed|thu|fri|sat|sun)(,(mon|tue|wed|thu|fri|sat|sun))*-([01][0-9]|2[0-3])[0-5][0-9]-([1-9]|1[0-9]|2[0-4])h)$", var.caretaker.window))
    error_message = "caretaker.window must be \"always\" or days, start and length in UTC, for example \"sat,sun-0200-4h\"."
  }
}

variable "extra_tags" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Further tags. They cannot replace a required tag."

  validation {
    condition     = length(setintersection(keys(var.extra_tags), local.required_tag_names)) == 0
    error_message = "extra_tags must not repeat a required tag; set the variable that stands for it."
  }

  # Azure allows 50 tags; 10 are taken by the required ones and the rest is left to services that tag by themselves.
  validation {
    condition     = length(var.extra_tags) <= 30
    error_message = "extra_tags may hold at most 30 tags: Azure allows 50 on a resource, and required and service-made tags need room."
  }
}
