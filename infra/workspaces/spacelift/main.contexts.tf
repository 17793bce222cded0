resource "spacelift_context" "shared" {
  for_each = local.manifest.contexts

  name        = each.key
  description = each.value.description
  space_id    = each.value.environment == null ? "root" : spacelift_space.environment[each.value.environment].id
}

resource "spacelift_environment_variable" "shared" {
  for_each = local.context_variables

  context_id = spacelift_context.shared[each.value.context].id
  name       = each.value.name
  value      = each.value.value
  write_only = false
}

resource "spacelift_context_attachment" "shared" {
  for_each = local.context_attachments

  context_id = spacelift_context.shared[each.value.context].id
  stack_id   = spacelift_stack.this[each.value.stack].id
  priority   = each.value.priority
}

# Azure, with the token that Spacelift issues for the run (OIDC); no secret is stored. Plans run as an identity that may only
# look, applies as one that may write: which of both a token is good for is said by its federated credential's subject
# (space, stack, run type and scope).
resource "spacelift_context" "azure" {
  for_each = local.manifest.environments

  name         = "azure-${each.key}"
  description  = "Azure in ${each.key}, through OIDC."
  space_id     = spacelift_space.environment[each.key].id
  before_apply = ["export ARM_CLIENT_ID=${each.value.azure.applyClient}"]
}

resource "spacelift_environment_variable" "azure" {
  for_each = merge([
    for name, environment in local.manifest.environments : {
      for variable, value in {
        ARM_USE_OIDC             = "true"
        ARM_OIDC_TOKEN_FILE_PATH = "/mnt/workspace/spacelift.oidc"
        ARM_TENANT_ID            = environment.azure.tenant
        ARM_SUBSCRIPTION_ID      = environment.azure.subscription
        ARM_CLIENT_ID            = environment.azure.planClient
      } : "${name}/${variable}" => { environment = name, name = variable, value = value }
    }
  ]...)

  context_id = spacelift_context.azure[each.value.environment].id
  name       = each.value.name
  value      = each.value.value
  write_only = false
}

resource "spacelift_context_attachment" "azure" {
  for_each = local.stacks

  context_id = spacelift_context.azure[each.value.environment].id
  stack_id   = spacelift_stack.this[each.key].id
  priority   = 100
}

# How Terraform is called: the commands of a custom workflow.
resource "spacelift_context" "workflow" {
  name        = "terraform-workflow"
  description = "Commands of Terraform ${local.manifest.terraform}."
  space_id    = "root"
}

resource "spacelift_mounted_file" "workflow" {
  context_id    = spacelift_context.workflow.id
  relative_path = "source/.spacelift/workflow.yml"
  content       = filebase64("${path.module}/workflow.yml")
  write_only    = false
}

resource "spacelift_context_attachment" "workflow" {
  for_each = local.stacks

  context_id = spacelift_context.workflow.id
  stack_id   = spacelift_stack.this[each.key].id
  priority   = 101
}
