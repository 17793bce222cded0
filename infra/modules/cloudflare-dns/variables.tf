variable "zone" {
  type = object({
    id   = string
    name = string
  })
  nullable    = false
  description = "The Cloudflare zone: id and domain name. The zone itself is made by hand once, because its registrar must point at it."

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.zone.id))
    error_message = "zone.id must be Cloudflare's zone id: 32 hexadecimal digits."
  }

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.zone.name))
    error_message = "zone.name must be a domain name in lower case, for example contoso.example."
  }
}

variable "manage_zone" {
  type        = bool
  nullable    = false
  default     = true
  description = "Set zone settings and DNSSEC here. One stack per zone does (the environment); the others only add records."
}

variable "hsts" {
  type = object({
    max_age_days       = optional(number, 365)
    include_subdomains = optional(bool, true)
    preload            = optional(bool, false)
  })
  nullable    = false
  default     = {}
  description = "HTTP Strict Transport Security. `preload` is hard to take back: browsers ship the list."

  validation {
    condition     = var.hsts.max_age_days >= 180 && var.hsts.max_age_days <= 730
    error_message = "hsts.max_age_days must be 180 to 730."
  }

  validation {
    condition     = !var.hsts.preload || (var.hsts.include_subdomains && var.hsts.max_age_days >= 365)
    error_message = "hsts.preload needs include_subdomains and at least 365 days, or the browsers' list refuses the domain."
  }
}

variable "records" {
  type = map(object({
    name     = string
    type     = string
    content  = string
    ttl      = optional(number, 300)
    proxied  = optional(bool, false)
    priority = optional(number)
    owner    = optional(string, "terraform")
    comment  = optional(string, "")
  }))
  nullable    = false
  default     = {}
  description = <<-EOT
    Records by a key of your choice:
    - `name`: the full name, within the zone.
    - `type`: A, AAAA, CNAME, TXT, MX or NS; `content`, `ttl` (60 to 86400), `priority` (MX).
    - `proxied`: traffic goes through Cloudflare. The ttl is Cloudflare's then.
    - `owner`: `terraform`, or `caretaker` for records that Caretaker moves: they are made once with these values and left alone afterwards.
  EOT

  validation {
    condition     = alltrue([for record in values(var.records) : record.name == var.zone.name || endswith(record.name, ".${var.zone.name}")])
    error_message = "records: every name must be the zone's name or end with it."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : contains(["A", "AAAA", "CNAME", "TXT", "MX", "NS"], record.type)])
    error_message = "records: type must be A, AAAA, CNAME, TXT, MX or NS."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : record.ttl >= 60 && record.ttl <= 86400])
    error_message = "records: ttl must be 60 to 86400 seconds."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : !record.proxied || contains(["A", "AAAA", "CNAME"], record.type)])
    error_message = "records: only A, AAAA and CNAME can be proxied."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : contains(["terraform", "caretaker"], record.owner)])
    error_message = "records: owner must be terraform or caretaker."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : record.type != "MX" || record.priority != null])
    error_message = "records: an MX record needs a priority."
  }
}

variable "caretaker_token" {
  type = object({
    key_vault_resource_id = string
    secret_name           = optional(string, "cloudflare-api-token")
    expires               = string
    allowed_ip_ranges     = list(string)
    permission_group_ids = optional(list(string), [
      "4755a26eedb94da69e1066d98aa820be", # DNS Write
      "c8fed203ed3043cba015a93ad1652f1f", # Zone Read
    ])
  })
  default     = null
  description = <<-EOT
    API token for Caretaker, restricted to this zone and to the addresses that Caretaker leaves from; null for none. Its value goes straight into the vault and is no output. It is a root of rotation: the rotator replaces the value later on.
    - `permission_group_ids`: Cloudflare's ids of DNS Write and Zone Read; they are the same for every account.
  EOT

  validation {
    condition     = var.caretaker_token == null || can(formatdate("YYYY", var.caretaker_token.expires))
    error_message = "caretaker_token.expires must be a time as in RFC 3339, for example 2026-06-30T00:00:00Z."
  }

  validation {
    condition     = var.caretaker_token == null || try(length(var.caretaker_token.allowed_ip_ranges) > 0 && alltrue([for range in var.caretaker_token.allowed_ip_ranges : can(cidrhost(range, 0)) && range != "0.0.0.0/0"]), false)
    error_message = "caretaker_token.allowed_ip_ranges must list the addresses that Caretaker leaves from, and not 0.0.0.0/0: a token that works from anywhere is a stolen token's friend."
  }

  validation {
    condition     = var.caretaker_token == null || try(alltrue([for id in var.caretaker_token.permission_group_ids : can(regex("^[0-9a-f]{32}$", id))]), false)
    error_message = "caretaker_token.permission_group_ids must be ids of 32 hexadecimal digits."
  }
}

variable "tags" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Tags for the token's secret, from the naming module. (Tags on records need a paid plan and are not used.)"
}
