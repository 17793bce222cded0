output "stack_ids" {
  description = "Stack by its name in the manifest to its id in Spacelift."
  value       = { for name, stack in spacelift_stack.this : name => stack.id }
}
