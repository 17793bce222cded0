output "workspace_ids" {
  description = "Stack by its name in the manifest to its workspace's id."
  value       = { for name, workspace in tfe_workspace.this : name => workspace.id }
}
