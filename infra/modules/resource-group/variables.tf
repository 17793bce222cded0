variable "name" {
  type        = string
  nullable    = false
  description = "Name of the resource group."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region of the group's metadata."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "role_assignments" {
  type = map(object({
    role_definition_name = string
    principal_id         = string
    principal_type       = optional(string, "Group")
    description          = optional(string, "")
  }))
  nullable    = false
  default     = {}
  description = "Roles on the group, by a name of your choice. Groups by default: people get rights through Entra groups, never one by one."

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : contains(["Group", "ServicePrincipal"], assignment.principal_type)])
    error_message = "role_assignments: principal_type must be Group or ServicePrincipal; put a person into a group instead."
  }

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : !contains(["Owner", "User Access Administrator"], assignment.role_definition_name)])
    error_message = "role_assignments: Owner and User Access Administrator are not given here; they would let the holder give themselves anything."
  }

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", assignment.principal_id))])
    error_message = "role_assignments: principal_id must be the object id (a lower-case UUID) of the group or service principal."
  }
}

variable "lock" {
  type = object({
    kind  = optional(string, "CanNotDelete")
    notes = optional(string, "Holds state that cannot be rebuilt: remove the lock in a reviewed change before deleting.")
  })
  default     = null
  description = "Lock on the group; null for none. ReadOnly is refused, because it also stops Caretaker and every deployment."

  validation {
    condition     = var.lock == null || try(var.lock.kind, "") == "CanNotDelete"
    error_message = "lock.kind must be CanNotDelete: ReadOnly would also stop restarts, key listing and deployments."
  }
}

variable "budget" {
  type = object({
    amount              = number
    start_date          = string
    contact_emails      = list(string)
    actual_percents     = optional(list(number), [80, 100])
    forecasted_percents = optional(list(number), [100])
  })
  default     = null
  description = "Monthly budget in the subscription's currency; null for none. `start_date` is the first of a month (RFC 3339); when the budget is made, Azure wants the present month or a later one. One mail per threshold, in percent of the amount."

  validation {
    condition     = var.budget == null || try(var.budget.amount > 0, false)
    error_message = "budget.amount must be more than 0."
  }

  validation {
    condition     = var.budget == null || can(regex("^20[0-9]{2}-(0[1-9]|1[0-2])-01T00:00:00Z$", var.budget.start_date))
    error_message = "budget.start_date must be the first day of a month at midnight UTC, for example 2026-01-01T00:00:00Z."
  }

  validation {
    condition     = var.budget == null || try(length(var.budget.contact_emails) > 0, false)
    error_message = "budget.contact_emails must name at least one address, or nobody hears of an overrun."
  }

  validation {
    condition     = var.budget == null || try(alltrue([for percent in concat(var.budget.actual_percents, var.budget.forecasted_percents) : percent > 0 && percent <= 1000]), false)
    error_message = "budget thresholds are percents of the amount, more than 0 and at most 1000."
  }
}
