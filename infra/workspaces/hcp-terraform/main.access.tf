locals {
  # From least to most: a group that has several parts in an environment gets the greatest. Who approves has to be able to
  # confirm a run, so approvers are among those who apply.
  roles = ["read", "plan", "apply", "admin"]

  groups = toset(flatten([for environment in values(local.manifest.environments) : [for role in local.roles : environment.access[role]]]))

  access = merge([
    for name, environment in local.manifest.environments : {
      for group in distinct(flatten([for role in local.roles : environment.access[role]])) :
      "${name}/${group}" => {
        environment = name
        group       = group
        role        = [for role in local.roles : role if contains(environment.access[role], group)][length([for role in local.roles : role if contains(environment.access[role], group)]) - 1]
      }
    }
  ]...)
}

resource "tfe_team" "this" {
  for_each = local.groups

  name                          = each.key
  visibility                    = "organization"
  allow_member_token_management = false
}

resource "tfe_team_project_access" "this" {
  for_each = local.access

  project_id = tfe_project.environment[each.value.environment].id
  team_id    = tfe_team.this[each.value.group].id
  access     = each.value.role == "admin" ? "admin" : each.value.role == "read" ? "read" : "custom"

  dynamic "project_access" {
    for_each = contains(["plan", "apply"], each.value.role) ? [1] : []
    content {
      settings      = "read"
      teams         = "none"
      variable_sets = "none"
    }
  }

  dynamic "workspace_access" {
    for_each = contains(["plan", "apply"], each.value.role) ? [1] : []
    content {
      runs           = each.value.role
      sentinel_mocks = "none"
      # Not even those who apply read the state: it holds secrets, and outputs are handed over.
      state_versions = "none"
      variables      = "read"
      create         = false
      delete         = false
      locking        = each.value.role == "apply"
      move           = false
      run_tasks      = false
    }
  }
}
