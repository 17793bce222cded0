output "roles" {
  description = "Name of the role to its full name, id and operations. Other stacks assign it by its full name."
  value = {
    for name, role in azurerm_role_definition.this : name => {
      name        = role.name
      resource_id = role.role_definition_resource_id
      actions     = local.actions[name]
    }
  }
}
