output "names" {
  description = "Name per kind of resource for the workload itself, for example `names.key_vault`."
  value       = local.names_by_scope[""]
}

output "component_names" {
  description = "Component to the same table, with the component in the name, for example `component_names.events.storage_account`."
  value       = { for component in var.components : component => local.names_by_scope[component] }
}

output "tags" {
  description = "Required and extra tags: give them to every resource."
  value       = merge(var.extra_tags, local.required_tags)
}

output "required_tag_names" {
  description = "Names of the tags that every resource must carry."
  value       = local.required_tag_names
}
