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

run "roles_from_runbooks" {
  assert {
    condition     = azurerm_role_definition.this["writer"].permissions[0].actions == tolist(["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/restart/action"])
    error_message = "The writer holds what the runbooks declare, once each."
  }

  assert {
    condition     = azurerm_role_definition.this["writer"].permissions[0].data_actions == toset(["Microsoft.KeyVault/vaults/secrets/setSecret/action"])
    error_message = "Data operations come along."
  }

  assert {
    condition     = azurerm_role_definition.this["pruner"].permissions[0].actions == tolist(["Microsoft.Compute/snapshots/delete", "Microsoft.Compute/snapshots/read"])
    error_message = "The pruner deletes snapshots and nothing else; the writer deletes nothing."
  }

  assert {
    condition     = azurerm_role_assignment.this["writer/platform"].principal_id == "66666666-6666-4666-8666-666666666666" && length(azurerm_role_assignment.this) == 2
    error_message = "Each identity holds its own role."
  }
}

run "generated_file" {
  command = plan

  variables {
    permissions = null
  }

  assert {
    condition     = contains(azurerm_role_definition.this["writer"].permissions[0].actions, "Microsoft.Compute/virtualMachines/restart/action")
    error_message = "Without an override the generated file counts."
  }
}

run "a_role_without_operations_is_refused" {
  command = plan

  variables {
    roles = {
      idle = { runbooks = [], principal_id = "66666666-6666-4666-8666-666666666666", scopes = {} }
    }
  }

  expect_failures = [azurerm_role_definition.this]
}
