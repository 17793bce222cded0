variable "name" {
  type        = string
  nullable    = false
  description = "Name of the system topic; the subscription derives its own."
}

variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group of the topic: the source's own."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Region of the source; \"global\" for subscriptions."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "source_resource_id" {
  type        = string
  nullable    = false
  description = "Where the events come from: a vault or a subscription."
}

variable "kind" {
  type        = string
  nullable    = false
  description = "What is told: key-vault (secrets that expire), resource-health (availability of resources) or resource-writes (changes made in the subscription)."

  validation {
    condition     = contains(["key-vault", "resource-health", "resource-writes"], var.kind)
    error_message = "kind must be key-vault, resource-health or resource-writes."
  }
}

variable "sink" {
  type = object({
    delivery               = string
    storage_account_id     = string
    queue_name             = string
    dead_letter_container  = string
    webhook_url            = optional(string)
    webhook_tenant_id      = optional(string)
    webhook_application_id = optional(string)
  })
  nullable    = false
  description = <<-EOT
    Where events go, as the function-app module returns it (`event_sink`):
    - `delivery`: `queue` (Event Grid writes to a Storage queue with its managed identity: no public door, and a backlog waits) or `webhook` (an HTTPS door of Caretaker's, with an Entra token; the door must answer before the subscription can be made).
    - what cannot be delivered in a day lands in `dead_letter_container`.
  EOT

  validation {
    condition     = contains(["queue", "webhook"], var.sink.delivery)
    error_message = "sink.delivery must be queue or webhook."
  }

  validation {
    condition     = var.sink.delivery != "webhook" || (try(startswith(var.sink.webhook_url, "https://"), false) && var.sink.webhook_tenant_id != null && var.sink.webhook_application_id != null)
    error_message = "sink.webhook_url (https), webhook_tenant_id and webhook_application_id must be set when sink.delivery is webhook: an unauthenticated door would take anyone's events."
  }
}

variable "log_analytics_workspace_resource_id" {
  type        = string
  nullable    = false
  description = "Log Analytics workspace for diagnostic settings."
}
