# Spacelift's rendering of infra/workspaces/stacks.yaml. Nothing is decided here: what a stack is, is in the manifest.

locals {
  manifest = jsondecode(file("${path.module}/../stacks.generated.json"))
  stacks   = local.manifest.stacks

  # A business unit has a space of its own in each environment, so that its people see nothing of other units.
  unit_spaces = {
    for pair in distinct([for stack in values(local.stacks) : { environment = stack.environment, unit = stack.unit } if stack.unit != null]) :
    "${pair.unit}-${pair.environment}" => pair
  }

  dependencies = merge([
    for name, stack in local.stacks : {
      for need in stack.needs : "${name}/${need.stack}" => { stack = name, on = need.stack, inputs = need.inputs }
    }
  ]...)

  references = merge([
    for key, dependency in local.dependencies : {
      for input, output in dependency.inputs : "${key}/${input}" => { dependency = key, input = input, output = output }
    }
  ]...)

  context_attachments = merge([
    for name, stack in local.stacks : {
      for index, context in stack.contexts : "${name}/${context}" => { stack = name, context = context, priority = index }
    }
  ]...)

  context_variables = merge([
    for name, context in local.manifest.contexts : {
      for variable, value in context.variables : "${name}/${variable}" => { context = name, name = variable, value = value }
    }
  ]...)
}

resource "spacelift_space" "environment" {
  for_each = local.manifest.environments

  name             = each.key
  description      = "Stacks of ${each.key}, from branch ${each.value.branch}."
  parent_space_id  = "root"
  inherit_entities = true
  labels           = ["environment:${each.key}"]
}

resource "spacelift_space" "unit" {
  for_each = local.unit_spaces

  name             = each.key
  description      = "Stacks of ${each.value.unit} in ${each.value.environment}."
  parent_space_id  = spacelift_space.environment[each.value.environment].id
  inherit_entities = true
  labels           = ["environment:${each.value.environment}", "unit:${each.value.unit}"]
}

resource "spacelift_stack" "this" {
  for_each = local.stacks

  name        = each.key
  slug        = each.key
  description = "${each.value.project} in ${each.value.environment}${each.value.unit == null ? "" : " for ${each.value.unit}"}; owned by ${join(", ", each.value.owners)}."
  space_id    = each.value.unit == null ? spacelift_space.environment[each.value.environment].id : spacelift_space.unit["${each.value.unit}-${each.value.environment}"].id

  repository               = local.manifest.repository
  branch                   = each.value.branch
  project_root             = each.value.project
  additional_project_globs = each.value.watches
  labels = concat(
    ["environment:${each.value.environment}", "layer:${each.value.layer}", "terraform:${local.manifest.terraform}"],
    each.value.unit == null ? [] : ["unit:${each.value.unit}"],
    [for owner in each.value.owners : "owner:${owner}"],
    # The push policy follows a stack's own files in a folder that it shares with the other environments.
    [for file in compact(concat(each.value.variables, [each.value.backend])) : "file:${each.value.project}/${file}"],
  )

  # Terraform after 1.5 is not Spacelift's to bring: the runner image has it, and the workflow says how it is called.
  terraform_workflow_tool      = "CUSTOM"
  runner_image                 = var.runner_image
  worker_pool_id               = var.worker_pool_id
  manage_state                 = false
  administrative               = false
  autodeploy                   = each.value.approval.people == 0
  allow_run_promotion          = false
  enable_local_preview         = false
  protect_from_deletion        = each.value.environment == local.manifest.promotion[length(local.manifest.promotion) - 1]
  terraform_smart_sanitization = true
}

# Which files Terraform reads for this stack; the project is the same for every environment.
resource "spacelift_environment_variable" "init" {
  for_each = { for name, stack in local.stacks : name => stack if stack.backend != null }

  stack_id   = spacelift_stack.this[each.key].id
  name       = "TF_CLI_ARGS_init"
  value      = "-backend-config=${each.value.backend}"
  write_only = false
}

resource "spacelift_environment_variable" "plan" {
  for_each = local.stacks

  stack_id   = spacelift_stack.this[each.key].id
  name       = "TF_CLI_ARGS_plan"
  value      = join(" ", [for file in each.value.variables : "-var-file=${file}"])
  write_only = false
}

resource "spacelift_stack_dependency" "this" {
  for_each = local.dependencies

  stack_id            = spacelift_stack.this[each.value.stack].id
  depends_on_stack_id = spacelift_stack.this[each.value.on].id
}

# An output runs who takes it only when its value changed.
resource "spacelift_stack_dependency_reference" "this" {
  for_each = local.references

  stack_dependency_id = spacelift_stack_dependency.this[each.value.dependency].id
  output_name         = each.value.output
  input_name          = "TF_VAR_${each.value.input}"
  trigger_always      = false
}

resource "spacelift_drift_detection" "this" {
  for_each = local.stacks

  stack_id  = spacelift_stack.this[each.key].id
  schedule  = [each.value.drift.schedule]
  timezone  = "UTC"
  reconcile = each.value.drift.reconcile
}

resource "spacelift_webhook" "caretaker" {
  for_each = local.stacks

  stack_id          = spacelift_stack.this[each.key].id
  endpoint          = var.caretaker_webhook.endpoint
  enabled           = true
  retry_on_failure  = true
  secret_wo         = var.caretaker_webhook_secret
  secret_wo_version = tostring(var.caretaker_webhook.version)
}
