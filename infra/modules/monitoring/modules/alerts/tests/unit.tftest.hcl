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

run "watches_what_is_listed" {
  variables {
    thresholds = { "redis/memory" = 70 }
  }

  assert {
    condition     = toset(keys(azurerm_monitor_metric_alert.this)) == toset(["redis/memory", "redis/processor", "vault/availability", "vault/saturation"])
    error_message = "Every resource gets its type's alerts, no more."
  }

  assert {
    condition     = azurerm_monitor_metric_alert.this["redis/memory"].criteria[0].threshold == 70 && azurerm_monitor_metric_alert.this["redis/processor"].criteria[0].threshold == 85
    error_message = "A threshold can be changed for one alert."
  }

  assert {
    condition     = one(azurerm_monitor_metric_alert.this["vault/availability"].scopes) == var.resources.vault.resource_id
    error_message = "The alert watches that very resource."
  }

  assert {
    condition     = length(azurerm_monitor_metric_alert.this["vault/availability"].action) == 2 && length(azurerm_monitor_metric_alert.this["redis/memory"].action) == 1
    error_message = "People hear of severity 0 and 1, Caretaker of everything."
  }

  assert {
    condition     = azurerm_monitor_activity_log_alert.health.criteria[0].resource_types == tolist(["Microsoft.Cache/redisEnterprise", "Microsoft.DurableTask/schedulers", "Microsoft.KeyVault/vaults"]) && azurerm_monitor_activity_log_alert.health.scopes == toset(var.health_scopes)
    error_message = "Resource health covers every listed type, those without metrics too."
  }
}
