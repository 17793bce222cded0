variable "resource_group_name" {
  type        = string
  nullable    = false
  description = "Resource group that holds the alert rules."
}

variable "health_scopes" {
  type        = list(string)
  nullable    = false
  description = "Resource ids of the resource groups whose resources' health is watched."

  validation {
    condition     = length(var.health_scopes) > 0
    error_message = "health_scopes must hold at least one resource group, or Azure's own verdicts reach nobody."
  }
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "resources" {
  type = map(object({
    type        = string
    name        = string
    resource_id = string
  }))
  nullable    = false
  description = "Resources to watch, by a key that is unique here: type, name and resource id, as the modules' `monitored` outputs give them."

  validation {
    condition     = alltrue([for resource in values(var.resources) : contains(keys(local.catalogue), resource.type)])
    error_message = "resources: every type must be in the catalogue (main.catalogue.tf); add its alerts there first."
  }
}

variable "action_groups" {
  type = object({
    caretaker_resource_id = string
    people_resource_id    = string
  })
  nullable    = false
  description = "Who is told: Caretaker of everything, people of severity 0 and 1."
}

variable "thresholds" {
  type        = map(number)
  nullable    = false
  default     = {}
  description = "Thresholds other than the catalogue's: `<resource key>/<alert>` to a number, for example `{ \"redis/memory\" = 70 }`."

  validation {
    condition     = alltrue([for key in keys(var.thresholds) : contains(keys(local.rules), key)])
    error_message = "thresholds: every key must be <resource key>/<alert> of an alert that exists."
  }
}

variable "location" {
  type        = string
  nullable    = false
  default     = "global"
  description = "Where activity log alerts live: global, or westeurope or northeurope where data must stay in the EU."

  validation {
    condition     = contains(["global", "westeurope", "northeurope"], var.location)
    error_message = "location must be global, westeurope or northeurope: activity log alerts exist nowhere else."
  }
}
