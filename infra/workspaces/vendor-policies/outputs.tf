output "bodies" {
  description = "Policy by name: one text of Rego that needs nothing beside it."
  value       = local.bodies

  precondition {
    condition     = alltrue([for body in values(local.bodies) : !strcontains(body, "data.caretaker")])
    error_message = "a policy reads data that a vendor does not have; let it read its settings only, in one line: settings := data.caretaker.settings"
  }
}
