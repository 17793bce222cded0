resource "tfe_variable_set" "shared" {
  for_each = local.manifest.contexts

  name        = each.key
  description = each.value.description
  global      = false
}

resource "tfe_variable" "shared" {
  for_each = merge([
    for name, context in local.manifest.contexts : { for variable, value in context.variables : "${name}/${variable}" => { context = name, name = variable, value = value } }
  ]...)

  variable_set_id = tfe_variable_set.shared[each.value.context].id
  category        = "env"
  key             = each.value.name
  value           = each.value.value
}

resource "tfe_workspace_variable_set" "shared" {
  for_each = merge([for name, stack in local.stacks : { for context in stack.contexts : "${name}/${context}" => { stack = name, context = context } }]...)

  variable_set_id = tfe_variable_set.shared[each.value.context].id
  workspace_id    = tfe_workspace.this[each.value.stack].id
}

# Azure, with the token that HCP Terraform issues for the run (OIDC); no secret is stored. Plans run as an identity that may
# only look, applies as one that may write.
resource "tfe_variable_set" "azure" {
  for_each = local.manifest.environments

  name        = "azure-${each.key}"
  description = "Azure in ${each.key}, through OIDC."
  global      = false
}

resource "tfe_variable" "azure" {
  for_each = merge([
    for name, environment in local.manifest.environments : {
      for variable, value in {
        TFC_AZURE_PROVIDER_AUTH   = "true"
        TFC_AZURE_PLAN_CLIENT_ID  = environment.azure.planClient
        TFC_AZURE_APPLY_CLIENT_ID = environment.azure.applyClient
        ARM_TENANT_ID             = environment.azure.tenant
        ARM_SUBSCRIPTION_ID       = environment.azure.subscription
      } : "${name}/${variable}" => { environment = name, name = variable, value = value }
    }
  ]...)

  variable_set_id = tfe_variable_set.azure[each.value.environment].id
  category        = "env"
  key             = each.value.name
  value           = each.value.value
}

resource "tfe_project_variable_set" "azure" {
  for_each = local.manifest.environments

  variable_set_id = tfe_variable_set.azure[each.key].id
  project_id      = tfe_project.environment[each.key].id
}
