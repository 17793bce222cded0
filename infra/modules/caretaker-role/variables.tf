variable "subscription_resource_id" {
  type        = string
  nullable    = false
  description = "Subscription that the roles are defined in, as a resource id."

  validation {
    condition     = can(regex("^/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_resource_id))
    error_message = "subscription_resource_id must be /subscriptions/<uuid>."
  }
}

variable "name_prefix" {
  type        = string
  nullable    = false
  description = "Start of the roles' names, for example \"Caretaker prod\". Role names are unique in the tenant."

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9 -]{2,60}$", var.name_prefix))
    error_message = "name_prefix must be 3 to 61 letters, digits, spaces and dashes."
  }
}

variable "roles" {
  type = map(object({
    runbooks     = optional(set(string))
    owners       = optional(set(string), [])
    actions      = optional(set(string), [])
    principal_id = string
    scopes       = map(string)
  }))
  nullable    = false
  description = <<-EOT
    Roles by name (`writer`, `pruner`). A role also holds what permissions.json declares for the holder of its name.
    - `runbooks`: whose permissions the role has; null for every runbook in permissions.json, an empty set for none.
    - `owners`: automation owners (infra/ownership.yaml) whose fields the role may write: scaler, rotator, dns, backup.
    - `actions`: further control-plane operations, each spelled out.
    - `principal_id`: the identity that holds it, on each of `scopes` (a name to a resource group's or resource's id).
  EOT

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for action in role.actions : !strcontains(action, "*")]]))
    error_message = "roles: actions must not hold wildcards; spell every operation out."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for action in role.actions : !startswith(lower(action), "microsoft.authorization/")]]))
    error_message = "roles: actions must not touch Microsoft.Authorization: automation never changes rights."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for runbook in coalesce(role.runbooks, []) : contains(keys(local.runbooks), runbook)]]))
    error_message = "roles: every runbook must be in permissions.json; generate the file again after adding a runbook."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for owner in role.owners : contains(keys(local.owners), owner)]]))
    error_message = "roles: every owner must be in ownership-permissions.json; generate the file again after changing infra/ownership.yaml."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for scope in values(role.scopes) : !can(regex("^/subscriptions/[^/]+$", scope)) && startswith(scope, "/subscriptions/")]]))
    error_message = "roles: scopes must be resource groups or resources, not a whole subscription."
  }
}

variable "permissions" {
  type = map(object({
    actions     = list(string)
    dataActions = optional(list(string), [])
  }))
  default     = null
  description = "Runbook to its permissions, and nothing for other parts of the application; null (normal) for permissions.json, which is generated from the code's own declarations."

  validation {
    condition     = var.permissions == null || alltrue(flatten([for permission in values(coalesce(var.permissions, {})) : [for action in concat(permission.actions, permission.dataActions) : can(regex("^[A-Za-z]+\\.[A-Za-z.]+(/[A-Za-z0-9]+)+$", action))]]))
    error_message = "permissions: every operation must be spelled out (Provider/type/verb); wildcards are refused."
  }
}
