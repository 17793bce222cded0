locals {
  declared = jsondecode(file("${path.module}/permissions.json"))

  runbooks = var.permissions != null ? var.permissions : {
    for name, permission in local.declared.runbooks : name => {
      actions     = permission.actions
      dataActions = try(permission.dataActions, [])
    }
  }

  # What the application needs beside its runbooks. Each entry says which identity holds it; the role of that name has it.
  domains = { for name, permission in local.declared.domains : name => permission if var.permissions == null }

  owners = jsondecode(file("${path.module}/ownership-permissions.json")).owners

  chosen = { for name, role in var.roles : name => role.runbooks == null ? toset(keys(local.runbooks)) : role.runbooks }

  held = { for name, role in var.roles : name => [for domain in values(local.domains) : domain if domain.holder == name] }

  actions = {
    for name, role in var.roles : name => sort(distinct(concat(
      tolist(role.actions),
      flatten([for runbook in local.chosen[name] : local.runbooks[runbook].actions]),
      flatten([for domain in local.held[name] : domain.actions]),
      flatten([for owner in role.owners : local.owners[owner].actions]),
    )))
  }

  data_actions = {
    for name, role in var.roles : name => sort(distinct(concat(
      flatten([for runbook in local.chosen[name] : local.runbooks[runbook].dataActions]),
      flatten([for domain in local.held[name] : domain.dataActions]),
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
  description       = "Generated from the permissions that Caretaker's code declares; changed by changing a runbook or a domain, not here."
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
      # Locks are read, so that what somebody locked is left alone; nothing else of Microsoft.Authorization is touched.
      condition     = alltrue([for action in concat(local.actions[each.key], local.data_actions[each.key]) : !strcontains(action, "*") && (lower(action) == "microsoft.authorization/locks/read" || !startswith(lower(action), "microsoft.authorization/"))])
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
