mock_provider "tfe" {
  mock_data "tfe_outputs" {
    defaults = {
      values = { foundation = { location = "westeurope" } }
    }
  }
}

variables {
  github_app_installation_id = "ghain-0123456789abcdef"
  stacks_with_outputs        = ["environment-dev", "environment-qa", "environment-prod"]
  caretaker_webhook          = { endpoint = "https://caretaker.contoso.example/api/stack-runs/hcp-terraform", version = 1 }
  caretaker_webhook_token    = "0123456789abcdef0123456789abcdef"
}

run "every_stack" {
  command = plan

  assert {
    condition     = toset(keys(tfe_workspace.this)) == toset(keys(yamldecode(file("../stacks.yaml")).stacks))
    error_message = "every stack of the manifest, and no other"
  }

  assert {
    condition     = alltrue([for name, workspace in tfe_workspace.this : workspace.vcs_repo[0].branch == { dev = "dev", qa = "qa", prod = "main" }[yamldecode(file("../stacks.yaml")).stacks[name].environment]])
    error_message = "dev follows dev, qa follows qa, prod follows main"
  }

  assert {
    condition     = alltrue([for workspace in tfe_workspace.this : !workspace.global_remote_state && !workspace.auto_apply_run_trigger && workspace.assessments_enabled])
    error_message = "no workspace shares its state or applies because another did, and each looks for drift"
  }

  assert {
    condition     = !tfe_workspace.this["payments-prod"].auto_apply && !tfe_workspace.this["payments-qa"].auto_apply && tfe_workspace.this["payments-dev"].auto_apply
    error_message = "only dev is applied without a person"
  }

  assert {
    condition     = tfe_variable.input["payments-prod/environment-prod/foundation"].key == "foundation" && tfe_variable.input["payments-prod/environment-prod/foundation"].hcl && tfe_variable.input["payments-prod/environment-prod/foundation"].sensitive
    error_message = "the foundation is handed over by name"
  }

  assert {
    condition     = alltrue([for policy in tfe_policy.this : policy.enforce_mode == "mandatory" && !strcontains(policy.policy, "data.caretaker.settings")])
    error_message = "each policy is complete in itself and stops what it denies"
  }

  assert {
    condition     = alltrue([for environment in ["dev", "qa", "prod"] : contains(keys(tfe_project_policy_set.this), environment)])
    error_message = "every policy in every environment"
  }

  assert {
    condition     = !contains(keys(tfe_team_project_access.this), "prod/developers") && tfe_team_project_access.this["prod/platform-readers"].access == "read"
    error_message = "developers have no part in prod, readers read"
  }

  assert {
    condition     = tfe_team_project_access.this["prod/platform-approvers"].workspace_access[0].runs == "apply" && tfe_team_project_access.this["prod/platform-team"].workspace_access[0].runs == "plan"
    error_message = "the team plans, approvers apply"
  }

  assert {
    condition     = alltrue([for variable in tfe_variable.azure : !can(regex("SECRET|PASSWORD|KEY", variable.key))])
    error_message = "Azure is reached through OIDC, without a stored secret"
  }

  assert {
    condition     = tfe_variable.azure["prod/TFC_AZURE_PLAN_CLIENT_ID"].value != tfe_variable.azure["prod/TFC_AZURE_APPLY_CLIENT_ID"].value
    error_message = "plans and applies run as different identities"
  }

  assert {
    condition     = toset(keys(tfe_registry_module.this)) == toset([for file in fileset("../../modules", "*/terraform.tf") : dirname(file)])
    error_message = "every module is in the registry"
  }
}

run "before_the_first_apply" {
  command = plan
  variables {
    stacks_with_outputs = []
  }
  assert {
    condition     = length(tfe_variable.input) == 0 && length(tfe_run_trigger.this) == 3
    error_message = "nothing is handed over that is not there yet"
  }
}

run "unknown_stack_with_outputs" {
  command = plan
  variables {
    stacks_with_outputs = ["nobody"]
  }
  expect_failures = [var.stacks_with_outputs]
}

run "webhook_without_tls" {
  command = plan
  variables {
    caretaker_webhook = { endpoint = "http://caretaker.contoso.example", version = 1 }
  }
  expect_failures = [var.caretaker_webhook]
}

run "short_token" {
  command = plan
  variables {
    caretaker_webhook_token = "short"
  }
  expect_failures = [var.caretaker_webhook_token]
}

run "foreign_installation" {
  command = plan
  variables {
    github_app_installation_id = "12345"
  }
  expect_failures = [var.github_app_installation_id]
}
