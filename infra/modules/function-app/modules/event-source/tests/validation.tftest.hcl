mock_provider "azurerm" {
  source = "../../../../../test/infra/mocks/azurerm"
}

variables {
  name                = "egst-kv"
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  source_resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay/providers/Microsoft.KeyVault/vaults/kv-pay"
  kind                = "key-vault"
  sink = {
    delivery              = "queue"
    storage_account_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker/providers/Microsoft.Storage/storageAccounts/stevents"
    queue_name            = "caretaker-events"
    dead_letter_container = "dead-letters"
  }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "rejects_an_unknown_kind" {
  command = plan

  variables {
    kind = "weather"
  }

  expect_failures = [var.kind]
}

run "rejects_an_unknown_delivery" {
  command = plan

  variables {
    sink = { delivery = "pigeon", storage_account_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/stevents", queue_name = "q-q", dead_letter_container = "dead" }
  }

  expect_failures = [var.sink]
}

run "rejects_an_unauthenticated_door" {
  command = plan

  variables {
    sink = { delivery = "webhook", webhook_url = "https://x.example", storage_account_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/stevents", queue_name = "q-q", dead_letter_container = "dead" }
  }

  expect_failures = [var.sink]
}
