variable "github_app_installation_id" {
  type        = string
  nullable    = false
  description = "Installation of HCP Terraform's GitHub app that can read the repository."

  validation {
    condition     = startswith(var.github_app_installation_id, "ghain-")
    error_message = "github_app_installation_id must begin with ghain-."
  }
}

variable "stacks_with_outputs" {
  type        = set(string)
  nullable    = false
  default     = []
  description = "Stacks that were applied at least once, so that their outputs can be handed on. A new stack joins after its first apply."

  validation {
    condition     = alltrue([for name in var.stacks_with_outputs : contains(keys(jsondecode(file("${path.module}/../stacks.generated.json")).stacks), name)])
    error_message = "stacks_with_outputs must be stacks of the manifest."
  }
}

variable "caretaker_webhook" {
  type = object({
    endpoint = string
    version  = number
  })
  nullable    = false
  description = "Door of Caretaker for run notifications, and the version of the token: raise it to write a new one."

  validation {
    condition     = startswith(var.caretaker_webhook.endpoint, "https://")
    error_message = "caretaker_webhook.endpoint must begin with https://."
  }
}

variable "caretaker_webhook_token" {
  type        = string
  nullable    = false
  sensitive   = true
  description = "Token with which HCP Terraform signs. It is written through a write-only argument, so the state does not hold it."

  validation {
    condition     = length(var.caretaker_webhook_token) >= 32
    error_message = "caretaker_webhook_token must have at least 32 characters."
  }
}
