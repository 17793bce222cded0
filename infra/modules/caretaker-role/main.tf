locals {
  runbooks = var.permissions != null ? var.permissions : {
    for name, permission in jsondecode(file("${path.module}/permissions.json")).runbooks : name => {
      actions     = permission.actions
      dataActions = try(permission.dataActions, [])
    }
  }

  owners = jsondecode(file("${path.module}/ownership-permissions.json")).owners

  chosen = { for name, role in var.roles : name => role.runbooks == null ? toset(keys(local.runbooks)) : role.runbooks }

  actions = {
    for name, role in var.roles : name => sort(distinct(concat(
      tolist(role.actions),
      flatten([for runbook in local.chosen[name] : local.runbooks[runbook].actions]),
      flatten([for owner in role.owners : local.owners[owner].actions]),
    )))
  }

  data_actions = {
    for name, role in var.roles : name => sort(distinct(concat(
      flatten([for runbook in local.chosen[name] : local.runbooks[runbook].dataActions]),
      flatten([for owner in role.owners : try(local.owners[owner].dataActions, [])]),
    )))
  }

  assignments = merge([
    for name, role in var.roles : { for key, scope in role.scopes : "${name}/${key}" => { role = name, scope = scope } }
  ]...)
}

resource "azurerm_role_definition" "this" {
  for_each = var.roles

  name              = "${var.name_prefix} ${each.key}"
  scope             = var.subscription_resource_id
  description       = "Generated from the permissions that Caretaker's runbooks declare; changed by changing a runbook, not here."
  assignable_scopes = [var.subscription_resource_id]

  permissions {
    actions      = local.actions[each.key]
    data_actions = local.data_actions[each.key]
  }

  lifecycle {
    # The files are generated; this stands guard over the generator.
    precondition {
      condition     = length(local.actions[each.key]) > 0
      error_message = "Role ${each.key} would hold no operation at all: name runbooks, owners or actions."
    }

    precondition {
      condition     = alltrue([for action in concat(local.actions[each.key], local.data_actions[each.key]) : !strcontains(action, "*") && !startswith(lower(action), "microsoft.authorization/")])
      error_message = "Role ${each.key} would hold a wildcard or an operation on rights; look at the runbook that declares it."
    }
  }
}

resource "azurerm_role_assignment" "this" {
  for_each = local.assignments

  scope              = each.value.scope
  role_definition_id = azurerm_role_definition.this[each.value.role].role_definition_resource_id
  principal_id       = var.roles[each.value.role].principal_id
  principal_type     = "ServicePrincipal"
}
