variable "runner_image" {
  type        = string
  nullable    = false
  description = "Image with the manifest's version of Terraform, by digest. Spacelift itself brings no Terraform after 1.5."

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.runner_image))
    error_message = "runner_image must be named by its digest (image@sha256:...)."
  }
}

variable "worker_pool_id" {
  type        = string
  default     = null
  description = "Private workers; null for Spacelift's own."
}

variable "caretaker_webhook" {
  type = object({
    endpoint = string
    version  = number
  })
  nullable    = false
  description = "Door of Caretaker for run events, and the version of the secret: raise it to write a new one."

  validation {
    condition     = startswith(var.caretaker_webhook.endpoint, "https://")
    error_message = "caretaker_webhook.endpoint must begin with https://."
  }
}

variable "caretaker_webhook_secret" {
  type        = string
  nullable    = false
  ephemeral   = true
  sensitive   = true
  description = "Secret with which Spacelift signs; it gets into no state and no plan."

  validation {
    condition     = length(var.caretaker_webhook_secret) >= 32
    error_message = "caretaker_webhook_secret must have at least 32 characters."
  }
}
