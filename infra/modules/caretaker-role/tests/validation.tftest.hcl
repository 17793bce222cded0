mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  subscription_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222"
  name_prefix              = "Caretaker prod"
  permissions = {
    restart-vm = { actions = ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/restart/action"] }
    rotate     = { actions = [], dataActions = ["Microsoft.KeyVault/vaults/secrets/setSecret/action"] }
  }
  roles = {
    writer = {
      principal_id = "66666666-6666-4666-8666-666666666666"
      scopes       = { platform = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-platform" }
    }
    pruner = {
      runbooks     = []
      actions      = ["Microsoft.Compute/snapshots/read", "Microsoft.Compute/snapshots/delete"]
      principal_id = "77777777-7777-4777-8777-777777777777"
      scopes       = { backup = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup" }
    }
  }
}

run "rejects_a_subscription_by_name" {
  command = plan

  variables {
    subscription_resource_id = "production"
  }

  expect_failures = [var.subscription_resource_id]
}

run "rejects_a_prefix_with_signs" {
  command = plan

  variables {
    name_prefix = "Caretaker/prod"
  }

  expect_failures = [var.name_prefix]
}

run "rejects_a_wildcard" {
  command = plan

  variables {
    roles = { writer = { principal_id = "66666666-6666-4666-8666-666666666666", scopes = { a = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test" }, actions = ["Microsoft.Compute/*"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_right_to_give_rights" {
  command = plan

  variables {
    roles = { writer = { principal_id = "66666666-6666-4666-8666-666666666666", scopes = { a = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test" }, actions = ["Microsoft.Authorization/roleAssignments/write"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_an_unknown_runbook" {
  command = plan

  variables {
    roles = { writer = { principal_id = "66666666-6666-4666-8666-666666666666", scopes = { a = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test" }, runbooks = ["make-coffee"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_an_unknown_owner" {
  command = plan

  variables {
    roles = { writer = { principal_id = "66666666-6666-4666-8666-666666666666", scopes = { a = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test" }, owners = ["nobody"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_whole_subscription" {
  command = plan

  variables {
    roles = { writer = { principal_id = "66666666-6666-4666-8666-666666666666", scopes = { a = "/subscriptions/22222222-2222-4222-8222-222222222222" } } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_wildcard_of_a_runbook" {
  command = plan

  variables {
    permissions = { all = { actions = ["*/read"] } }
  }

  expect_failures = [var.permissions]
}
