mock_provider "spacelift" {}

variables {
  runner_image             = "ghcr.io/contoso/terraform@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  caretaker_webhook        = { endpoint = "https://caretaker.contoso.example/api/stack-runs/spacelift", version = 1 }
  caretaker_webhook_secret = "0123456789abcdef0123456789abcdef"
}

run "every_stack" {
  command = plan

  assert {
    condition     = toset(keys(spacelift_stack.this)) == toset(keys(yamldecode(file("../stacks.yaml")).stacks))
    error_message = "every stack of the manifest, and no other"
  }

  assert {
    condition     = alltrue([for name, stack in spacelift_stack.this : stack.branch == { dev = "dev", qa = "qa", prod = "main" }[yamldecode(file("../stacks.yaml")).stacks[name].environment]])
    error_message = "dev follows dev, qa follows qa, prod follows main"
  }

  assert {
    condition     = alltrue([for stack in spacelift_stack.this : !stack.administrative && !stack.manage_state && !stack.allow_run_promotion && !stack.enable_local_preview])
    error_message = "no stack may administer Spacelift, keep its state there, or be applied from a pull request"
  }

  assert {
    condition     = !spacelift_stack.this["payments-prod"].autodeploy && !spacelift_stack.this["payments-qa"].autodeploy && spacelift_stack.this["payments-dev"].autodeploy
    error_message = "only dev is applied without a person"
  }

  assert {
    condition     = spacelift_stack.this["payments-prod"].protect_from_deletion
    error_message = "prod is protected"
  }

  assert {
    condition     = alltrue([for reference in spacelift_stack_dependency_reference.this : reference.trigger_always == false])
    error_message = "an output runs who takes it only when it changed"
  }

  assert {
    condition     = spacelift_stack_dependency_reference.this["payments-prod/environment-prod/foundation"].input_name == "TF_VAR_foundation"
    error_message = "the foundation is handed over by name"
  }

  assert {
    condition     = alltrue([for policy in spacelift_policy.this : startswith(policy.body, "#") && strcontains(policy.body, "package spacelift\n") && !strcontains(policy.body, "data.caretaker")])
    error_message = "each policy is complete in itself"
  }

  assert {
    condition     = strcontains(spacelift_policy.this["ownership"].body, "azurerm_orchestrated_virtual_machine_scale_set.this")
    error_message = "the ownership policy carries the ownership manifest"
  }

  assert {
    condition     = alltrue([for name in keys(spacelift_stack.this) : alltrue([for policy in ["plan", "ownership", "approval", "push"] : contains(keys(spacelift_policy_attachment.this), "${policy}/${name}")])])
    error_message = "every policy on every stack"
  }

  assert {
    condition     = alltrue([for variable in spacelift_environment_variable.azure : !can(regex("SECRET|PASSWORD|KEY", variable.name))])
    error_message = "Azure is reached through OIDC, without a stored secret"
  }

  assert {
    condition     = spacelift_environment_variable.azure["prod/ARM_CLIENT_ID"].value != regex("=(.*)$", spacelift_context.azure["prod"].before_apply[0])[0]
    error_message = "plans and applies run as different identities"
  }

  assert {
    condition     = toset(keys(spacelift_module.this)) == toset([for file in fileset("../../modules", "*/terraform.tf") : dirname(file)])
    error_message = "every module is in the registry"
  }
}

run "image_without_digest" {
  command = plan
  variables {
    runner_image = "ghcr.io/contoso/terraform:latest"
  }
  expect_failures = [var.runner_image]
}

run "webhook_without_tls" {
  command = plan
  variables {
    caretaker_webhook = { endpoint = "http://caretaker.contoso.example", version = 1 }
  }
  expect_failures = [var.caretaker_webhook]
}

run "short_secret" {
  command = plan
  variables {
    caretaker_webhook_secret = "short"
  }
  expect_failures = [var.caretaker_webhook_secret]
}
