variable "names" {
  type        = set(string)
  nullable    = false
  description = "Policies of infra/policies, by name."

  validation {
    condition     = alltrue([for name in var.names : fileexists("${path.module}/../../policies/${name}.rego")])
    error_message = "names must be policies that exist in infra/policies."
  }
}

variable "package" {
  type        = string
  default     = null
  description = "Package that the vendor asks for; the policy's own when left out."
}
