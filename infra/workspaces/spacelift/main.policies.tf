locals {
  # The trigger policy is not among them: Spacelift's own references run a stack only when an output that it takes changed.
  policies = {
    plan      = { type = "PLAN", attach = true, description = "What a plan may not do." }
    ownership = { type = "PLAN", attach = true, description = "Terraform does not set what automation owns." }
    approval  = { type = "APPROVAL", attach = true, description = "Who has to agree before a plan is applied." }
    push      = { type = "GIT_PUSH", attach = true, description = "Which pushes a stack follows." }
    login     = { type = "LOGIN", attach = false, description = "Who gets in, and what they may do in which environment." }
  }
}

module "policies" {
  source = "../vendor-policies"

  names   = keys(local.policies)
  package = "spacelift"
}

resource "spacelift_policy" "this" {
  for_each = local.policies

  name        = each.key
  description = each.value.description
  type        = each.value.type
  body        = module.policies.bodies[each.key]
  engine_type = "REGO_V1"
  space_id    = "root"
}

resource "spacelift_policy_attachment" "this" {
  for_each = merge([
    for policy, settings in local.policies : { for stack in keys(local.stacks) : "${policy}/${stack}" => { policy = policy, stack = stack } } if settings.attach
  ]...)

  policy_id = spacelift_policy.this[each.value.policy].id
  stack_id  = spacelift_stack.this[each.value.stack].id
}
