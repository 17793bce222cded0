mock_provider "azurerm" {
  source = "../../../../../test/infra/mocks/azurerm"
}

variables {
  resource_group_name = "rg-pay"
  health_scopes       = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay"]
  tags                = { environment = "prod" }
  resources = {
    redis = { type = "Microsoft.Cache/redisEnterprise", name = "amr-pay", resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay/providers/Microsoft.Cache/redisEnterprise/amr-pay" }
    vault = { type = "Microsoft.KeyVault/vaults", name = "kv-pay", resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay/providers/Microsoft.KeyVault/vaults/kv-pay" }
    hub   = { type = "Microsoft.DurableTask/schedulers", name = "dts-pay", resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay/providers/Microsoft.DurableTask/schedulers/dts-pay" }
  }
  action_groups = {
    caretaker_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-mon/providers/Microsoft.Insights/actionGroups/ag-caretaker"
    people_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-mon/providers/Microsoft.Insights/actionGroups/ag-people"
  }
}

run "rejects_a_type_without_alerts" {
  command = plan

  variables {
    resources = { x = { type = "Microsoft.Unknown/things", name = "x", resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/publicIPAddresses/pip" } }
  }

  expect_failures = [var.resources]
}

run "rejects_a_threshold_of_no_alert" {
  command = plan

  variables {
    thresholds = { "redis/temperature" = 40 }
  }

  expect_failures = [var.thresholds]
}

run "rejects_a_place_without_activity_log_alerts" {
  command = plan

  variables {
    location = "eastus"
  }

  expect_failures = [var.location]
}

run "rejects_health_of_nothing" {
  command = plan

  variables {
    health_scopes = []
  }

  expect_failures = [var.health_scopes]
}
