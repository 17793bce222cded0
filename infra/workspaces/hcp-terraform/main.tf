# HCP Terraform's rendering of infra/workspaces/stacks.yaml. Nothing is decided here: what a stack is, is in the manifest.

locals {
  manifest = jsondecode(file("${path.module}/../stacks.generated.json"))
  stacks   = local.manifest.stacks

  dependencies = merge([
    for name, stack in local.stacks : {
      for need in stack.needs : "${name}/${need.stack}" => { stack = name, on = need.stack, inputs = need.inputs }
    }
  ]...)

  references = merge([
    for key, dependency in local.dependencies : {
      for input, output in dependency.inputs : "${key}/${input}" => { stack = dependency.stack, on = dependency.on, input = input, output = output }
    }
  ]...)
}

resource "tfe_project" "environment" {
  for_each = local.manifest.environments

  name        = each.key
  description = "Stacks of ${each.key}, from branch ${each.value.branch}."
}

resource "tfe_workspace" "this" {
  for_each = local.stacks

  name        = each.key
  description = "${each.value.project} in ${each.value.environment}${each.value.unit == null ? "" : " for ${each.value.unit}"}; owned by ${join(", ", each.value.owners)}."
  project_id  = tfe_project.environment[each.value.environment].id
  tags = merge(
    { environment = each.value.environment, layer = each.value.layer },
    each.value.unit == null ? {} : { unit = each.value.unit },
  )

  terraform_version     = local.manifest.terraform
  working_directory     = each.value.project
  file_triggers_enabled = true
  trigger_patterns      = concat(["${each.value.project}/*.tf"], [for file in compact(concat(each.value.variables, [each.value.backend])) : "${each.value.project}/${file}"], each.value.watches)

  # A run that another one triggered waits for the same approval as any other.
  auto_apply             = each.value.approval.people == 0
  auto_apply_run_trigger = false
  # Drift is looked for once a day; a schedule of its own is not to be had.
  assessments_enabled = true
  # Nobody reads another stack's state: outputs are handed over below.
  global_remote_state = false
  queue_all_runs      = false
  speculative_enabled = true
  allow_destroy_plan  = each.value.environment != local.manifest.promotion[length(local.manifest.promotion) - 1]
  force_delete        = false

  vcs_repo {
    identifier                 = "${local.manifest.organization}/${local.manifest.repository}"
    branch                     = each.value.branch
    github_app_installation_id = var.github_app_installation_id
    ingress_submodules         = false
  }
}

resource "tfe_variable" "plan_arguments" {
  for_each = local.stacks

  workspace_id = tfe_workspace.this[each.key].id
  category     = "env"
  key          = "TF_CLI_ARGS_plan"
  value        = join(" ", [for file in each.value.variables : "-var-file=${file}"])
  description  = "The stack's variable files; the project is the same for every environment."
}

resource "tfe_run_trigger" "this" {
  for_each = local.dependencies

  workspace_id  = tfe_workspace.this[each.value.stack].id
  sourceable_id = tfe_workspace.this[each.value.on].id
}

data "tfe_outputs" "this" {
  for_each = toset([for reference in values(local.references) : reference.on if contains(var.stacks_with_outputs, reference.on)])

  organization = local.manifest.organization
  workspace    = each.key
}

# What one stack hands to another. The consumer gets values, and no right to read the other's state.
resource "tfe_variable" "input" {
  for_each = { for key, reference in local.references : key => reference if contains(var.stacks_with_outputs, reference.on) }

  workspace_id = tfe_workspace.this[each.value.stack].id
  category     = "terraform"
  key          = each.value.input
  value        = jsonencode(data.tfe_outputs.this[each.value.on].values[each.value.output])
  hcl          = true
  sensitive    = true
  description  = "Output ${each.value.output} of ${each.value.on}."
}

resource "tfe_notification_configuration" "caretaker" {
  for_each = local.stacks

  name             = "caretaker"
  workspace_id     = tfe_workspace.this[each.key].id
  destination_type = "generic"
  enabled          = true
  url              = var.caretaker_webhook.endpoint
  token_wo         = var.caretaker_webhook_token
  triggers         = ["run:errored", "run:completed", "assessment:drifted", "assessment:failed"]
}
