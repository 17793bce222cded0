mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  name     = "rg-conto-platform-prod-weu-01"
  location = "westeurope"
  tags     = { environment = "prod" }
}

run "alone" {
  command = plan

  assert {
    condition     = length(azurerm_management_lock.this) == 0 && length(azurerm_consumption_budget_resource_group.this) == 0
    error_message = "Without lock and budget there must be neither."
  }
}

run "locked_budgeted_and_shared" {
  variables {
    lock = {}
    budget = {
      amount         = 1200
      start_date     = "2026-01-01T00:00:00Z"
      contact_emails = ["platform@contoso.example"]
    }
    role_assignments = {
      operators = { role_definition_name = "Reader", principal_id = "66666666-6666-4666-8666-666666666666" }
    }
  }

  assert {
    condition     = azurerm_management_lock.this["this"].lock_level == "CanNotDelete" && azurerm_management_lock.this["this"].scope == azurerm_resource_group.this.id
    error_message = "The lock must forbid deletion of this very group."
  }

  assert {
    condition     = azurerm_role_assignment.this["operators"].principal_type == "Group" && azurerm_role_assignment.this["operators"].scope == azurerm_resource_group.this.id
    error_message = "Roles go to groups, on the group."
  }

  assert {
    condition     = length(azurerm_consumption_budget_resource_group.this["this"].notification) == 3
    error_message = "Two thresholds of actual cost and one of forecast make three notifications."
  }
}
