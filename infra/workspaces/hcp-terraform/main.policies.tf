locals {
  # Push, approval and login are not policies here but settings: the branch and the patterns of a workspace, the rights of teams.
  policies = {
    plan      = "What a plan may not do."
    ownership = "Terraform does not set what automation owns."
  }
}

module "policies" {
  source = "../vendor-policies"

  names = keys(local.policies)
}

resource "tfe_policy" "this" {
  for_each = local.policies

  name         = each.key
  description  = each.value
  kind         = "opa"
  query        = "data.caretaker.${each.key}.deny"
  policy       = module.policies.bodies[each.key]
  enforce_mode = "mandatory"
}

resource "tfe_policy_set" "this" {
  name          = "caretaker"
  description   = "Policies of infra/policies."
  kind          = "opa"
  agent_enabled = true
  overridable   = false
  policy_ids    = [for policy in tfe_policy.this : policy.id]
}

resource "tfe_project_policy_set" "this" {
  for_each = local.manifest.environments

  policy_set_id = tfe_policy_set.this.id
  project_id    = tfe_project.environment[each.key].id
}
