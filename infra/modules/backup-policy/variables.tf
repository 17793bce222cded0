variable "location" {
  type        = string
  nullable    = false
  description = "Region of what is backed up."
}

variable "catalogues" {
  type = map(object({
    storage_account_name = string
    resource_group_name  = string
    location             = string
    replication          = optional(string, "ZRS")
    private_endpoint = object({
      name                          = string
      subnet_resource_id            = string
      location                      = string
      private_dns_zone_resource_ids = list(string)
    })
  }))
  nullable    = false
  description = <<-EOT
    Where the catalogue of recovery points is kept, once per region: `primary` and `secondary`. Caretaker writes every entry to both, so that a region's loss does not take the list of what can be restored with it.
    - `resource_group_name`: in the secondary region it also receives the copies of recovery points.
    - `private_endpoint`: the only way in; it sits where Caretaker's network is, which may be another region than the account's.
  EOT

  validation {
    condition     = toset(keys(var.catalogues)) == toset(["primary", "secondary"])
    error_message = "catalogues must hold exactly primary and secondary."
  }

  validation {
    condition     = length(distinct([for catalogue in values(var.catalogues) : catalogue.location])) == length(var.catalogues)
    error_message = "catalogues must lie in different regions."
  }

  validation {
    condition     = try(var.catalogues["primary"].location == var.location, true)
    error_message = "catalogues: primary must lie in the region of what is backed up."
  }

  validation {
    condition     = alltrue([for catalogue in values(var.catalogues) : contains(["LRS", "ZRS", "GRS", "GZRS", "RAGRS", "RAGZRS"], catalogue.replication)])
    error_message = "catalogues: replication must be LRS, ZRS, GRS, GZRS, RAGRS or RAGZRS."
  }
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "tiers" {
  type = map(object({
    rpo_hours        = number
    rto_hours        = number
    consistency      = optional(string, "crash")
    keep_hourly      = optional(number, 0)
    keep_daily       = number
    keep_weekly      = number
    keep_monthly     = number
    keep_yearly      = optional(number, 0)
    second_region    = bool
    drill_every_days = number
    immutable_days   = number
  }))
  nullable = false
  default = {
    gold   = { rpo_hours = 1, rto_hours = 1, consistency = "application", keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, keep_yearly = 3, second_region = true, drill_every_days = 7, immutable_days = 14 }
    silver = { rpo_hours = 6, rto_hours = 4, keep_hourly = 8, keep_daily = 14, keep_weekly = 6, keep_monthly = 6, second_region = true, drill_every_days = 30, immutable_days = 7 }
    bronze = { rpo_hours = 24, rto_hours = 24, keep_daily = 7, keep_weekly = 4, keep_monthly = 0, second_region = false, drill_every_days = 90, immutable_days = 3 }
  }
  description = <<-EOT
    Tiers that a resource asks for with the tag `caretaker-backup-tier`:
    - `rpo_hours`, `rto_hours`: how much may be lost, how long a restore may take.
    - `consistency`: crash, or application where the guest allows.
    - `keep_*`: recovery points kept per hour, day, week, month, year (grandfather, father, son).
    - `second_region`: copy to the secondary region.
    - `drill_every_days`: how often a restore is proven.
    - `immutable_days`: how long an entry of the catalogue cannot be changed or deleted by anyone.
  EOT

  validation {
    condition     = alltrue([for name in ["gold", "silver", "bronze"] : contains(keys(var.tiers), name)])
    error_message = "tiers must hold gold, silver and bronze: they are what the tag may ask for."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.rpo_hours > 0 && tier.rpo_hours <= 24 && tier.rto_hours > 0])
    error_message = "tiers: rpo_hours must be more than 0 and at most 24, rto_hours more than 0."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.rpo_hours >= 24 || tier.keep_hourly * 1.0 >= 1])
    error_message = "tiers: a recovery point objective below a day needs keep_hourly, or its points are deleted as they come."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : contains(["crash", "application"], tier.consistency)])
    error_message = "tiers: consistency must be crash or application."
  }

  # Azure: at most 500 incremental snapshots of a disk.
  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.keep_hourly + tier.keep_daily + tier.keep_weekly + tier.keep_monthly + tier.keep_yearly <= 450])
    error_message = "tiers: a disk holds at most 500 incremental snapshots; keep at most 450, so that taking one never fails."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.keep_daily >= 7])
    error_message = "tiers: keep_daily must be at least 7: damage is often noticed only after a weekend."
  }

  validation {
    condition     = try(var.tiers["gold"].second_region && var.tiers["gold"].drill_every_days <= 30, true)
    error_message = "tiers: gold must copy to the second region and be proven at least every 30 days."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.immutable_days >= 1 && tier.immutable_days <= 365 && tier.drill_every_days >= 1])
    error_message = "tiers: immutable_days must be 1 to 365 and drill_every_days at least 1."
  }
}

variable "immutability_locked" {
  type        = bool
  nullable    = false
  default     = false
  description = "Lock the immutability policy: nobody, Microsoft included, can then shorten it or delete the account before its time. It cannot be undone; for prod."
}

variable "writers" {
  type        = map(string)
  nullable    = false
  description = "Who writes the catalogue: a name to the principal id of an identity."

  validation {
    condition     = alltrue([for id in values(var.writers) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "writers must be principal ids (lower-case UUIDs)."
  }
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings."
}
