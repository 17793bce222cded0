mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  name     = "rg-conto-platform-dev-weu-01"
  location = "westeurope"
  tags     = {}
}

run "rejects_a_role_for_a_person" {
  command = plan

  variables {
    role_assignments = { alice = { role_definition_name = "Reader", principal_id = "66666666-6666-4666-8666-666666666666", principal_type = "User" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_the_owner_role" {
  command = plan

  variables {
    role_assignments = { all = { role_definition_name = "Owner", principal_id = "66666666-6666-4666-8666-666666666666" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_a_principal_by_name" {
  command = plan

  variables {
    role_assignments = { all = { role_definition_name = "Reader", principal_id = "platform-team" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_a_read_only_lock" {
  command = plan

  variables {
    lock = { kind = "ReadOnly" }
  }

  expect_failures = [var.lock]
}

run "rejects_a_budget_of_nothing" {
  command = plan

  variables {
    budget = { amount = 0, start_date = "2026-01-01T00:00:00Z", contact_emails = ["a@b.example"] }
  }

  expect_failures = [var.budget]
}

run "rejects_a_budget_from_mid_month" {
  command = plan

  variables {
    budget = { amount = 5, start_date = "2026-01-15T00:00:00Z", contact_emails = ["a@b.example"] }
  }

  expect_failures = [var.budget]
}

run "rejects_a_budget_nobody_reads" {
  command = plan

  variables {
    budget = { amount = 5, start_date = "2026-01-01T00:00:00Z", contact_emails = [] }
  }

  expect_failures = [var.budget]
}

run "rejects_a_threshold_of_zero" {
  command = plan

  variables {
    budget = { amount = 5, start_date = "2026-01-01T00:00:00Z", contact_emails = ["a@b.example"], actual_percents = [0] }
  }

  expect_failures = [var.budget]
}
