resource "azurerm_monitor_diagnostic_setting" "app" {
  name                       = "diag-${var.names.function_app}"
  target_resource_id         = azapi_resource.app.id
  log_analytics_workspace_id = var.monitoring.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_diagnostic_setting" "storage" {
  for_each = local.accounts

  name                       = "diag-${each.value.name}"
  target_resource_id         = "${azurerm_storage_account.this[each.key].id}/blobServices/default"
  log_analytics_workspace_id = var.monitoring.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "audit"
  }

  enabled_metric {
    category = "Transaction"
  }
}

# Who watches the caretaker: its schedules run every few minutes, so a quarter of an hour without any request means that
# it is down, and people are told directly.
resource "azurerm_monitor_scheduled_query_rules_alert_v2" "silence" {
  name                  = "alert-${var.names.function_app}-silence"
  resource_group_name   = var.resource_group.name
  location              = var.location
  scopes                = [azurerm_application_insights.this.id]
  display_name          = "Caretaker is silent"
  description           = "Not one function of Caretaker has run for 15 minutes. Alerts are not being answered."
  severity              = 1
  evaluation_frequency  = "PT5M"
  window_duration       = "PT15M"
  skip_query_validation = true
  tags                  = var.tags

  criteria {
    query                   = "requests"
    time_aggregation_method = "Count"
    operator                = "LessThan"
    threshold               = 1
  }

  action {
    action_groups = [var.monitoring.people_action_group_resource_id]
  }
}
