variable "names" {
  type = object({
    log_analytics        = string
    action_group         = string
    data_collection_rule = string
    private_link_scope   = string
    private_endpoint     = string
    workbook             = string
    storage_account      = string
  })
  nullable    = false
  description = "Names from the naming module (`names`)."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds monitoring."
}

variable "subscription_resource_id" {
  type        = string
  nullable    = false
  description = "Subscription whose service health and administrative operations are watched, as a resource id."

  validation {
    condition     = can(regex("^/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_resource_id))
    error_message = "subscription_resource_id must be /subscriptions/<uuid>."
  }
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

variable "retention_days" {
  type        = number
  nullable    = false
  default     = 90
  description = "How long logs can be searched."

  validation {
    condition     = var.retention_days >= 90 && var.retention_days <= 730
    error_message = "retention_days must be 90 to 730: incidents are often found weeks later."
  }
}

variable "daily_quota_gb" {
  type        = number
  nullable    = false
  default     = -1
  description = "Cap on a day's logs in GB, -1 for none. What comes after the cap is lost, so cap development only."

  validation {
    condition     = var.daily_quota_gb == -1 || var.daily_quota_gb >= 1
    error_message = "daily_quota_gb must be -1 or at least 1."
  }
}

variable "people" {
  type        = map(string)
  nullable    = false
  description = "Who is told when Caretaker cannot help: a short name to a mail address (a list that someone reads at night)."

  validation {
    condition     = length(var.people) > 0 && alltrue([for address in values(var.people) : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "people must hold at least one mail address: automation without a person behind it is alone at night."
  }
}

variable "caretaker_webhook" {
  type = object({
    uri                   = string
    application_object_id = string
    identifier_uri        = string
    tenant_id             = string
  })
  default     = null
  description = "Caretaker's door for alerts: address, and the Entra application whose token Azure Monitor brings. null until the function app exists (then alerts go to people only)."

  validation {
    condition     = var.caretaker_webhook == null || startswith(coalesce(try(var.caretaker_webhook.uri, null), "none"), "https://")
    error_message = "caretaker_webhook.uri must start with https://."
  }
}

variable "private_link" {
  type = object({
    subnet_resource_id            = string
    private_dns_zone_resource_ids = list(string)
  })
  nullable    = false
  description = "Private endpoint through which machines send logs. Ingestion from the Internet is off; reading (portal) needs Entra and stays possible."

  validation {
    condition     = length(var.private_link.private_dns_zone_resource_ids) >= 4
    error_message = "private_link.private_dns_zone_resource_ids must hold the zones of Azure Monitor (monitor, oms, ods, agentsvc) and of blob storage."
  }
}

variable "scoped_resources" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Further resources behind the private link scope, for example Application Insights: name to resource id."
}

variable "windows" {
  type = map(object({
    scopes    = list(string)
    days      = list(string)
    start     = string
    end       = string
    time_zone = optional(string, "UTC")
  }))
  nullable    = false
  default     = {}
  description = "Windows in which nobody is told of alerts (they are still raised and seen): scopes, days (Monday, ...), start and end (HH:MM:SS)."

  validation {
    condition     = alltrue(flatten([for window in values(var.windows) : [for day in window.days : contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], day)]]))
    error_message = "windows: days are Monday to Sunday."
  }

  validation {
    condition     = alltrue([for window in values(var.windows) : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", window.start)) && can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", window.end))])
    error_message = "windows: start and end are times such as 02:00:00."
  }

  validation {
    condition     = alltrue([for window in values(var.windows) : length(window.scopes) > 0])
    error_message = "windows: scopes must name what is quiet; an empty list would be everything or nothing."
  }
}

variable "zone_redundant" {
  type        = bool
  nullable    = false
  default     = true
  description = "Keep the flow log archive in three zones."
}
